"""The rules that keep `platform/` from hiding Python's own module of that name, and the house in order."""

import platform
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    "manage.py", "pyproject.toml", "platform", "annotations", "workers", "candor_verify", "tests", "docker",
    "README.md", "CHANGELOG.md", "LICENSE", "LICENSES.md", "CONTRIBUTING.md", "SECURITY.md", "Makefile",
    "requirements", "docs", "bench", ".ci", ".gitignore", ".gitattributes", ".dockerignore",
}  # fmt: skip


def tracked() -> list[str]:
    """Files git has or would take; the checkout without git (a tarball) falls back to the tree itself."""
    found = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    # What was removed and is not committed yet is still in the index.
    return [name for name in found.stdout.split("\n")[:-1] if (ROOT / name).exists()]


def test_platform_is_a_folder_and_not_a_package():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert list((ROOT / "platform").glob("*.py")) == []
    assert not (ROOT / "tests" / "platform").exists()


def test_pythons_own_platform_module_is_the_one_imported():
    assert platform.python_version().startswith("3.")
    assert not str(platform.__file__).startswith(str(ROOT / "platform"))


@pytest.mark.parametrize("pattern", [r"^\s*(import|from) platform\.", r"^\s*from platform import (core|config)"])
def test_nothing_imports_through_platform(pattern):
    files = [ROOT / name for name in tracked() if name.endswith(".py")]
    assert [str(file) for file in files if re.search(pattern, file.read_text(encoding="utf-8"), re.M)] == []


def test_the_top_level_holds_what_a_reader_expects():
    assert {name.split("/")[0] for name in tracked()} - TOP_LEVEL == set()


def test_no_file_is_called_after_nothing():
    names = {Path(name).stem for name in tracked()}
    assert names & {"utils", "common", "helpers", "misc"} == set()


def test_no_python_file_is_longer_than_300_lines():
    files = [ROOT / name for name in tracked() if name.endswith(".py") and "/migrations/" not in name]
    long = {str(file.relative_to(ROOT)): n for file in files if (n := len(file.read_text().splitlines())) > 300}
    assert long == {}


def test_every_test_folder_is_a_package():
    folders = {str(Path(name).parent) for name in tracked() if name.startswith("tests/") and name.endswith(".py")}
    assert {folder for folder in folders if not (ROOT / folder / "__init__.py").exists()} == set()


def test_the_lock_names_no_address():
    text = "".join(file.read_text() for file in (ROOT / "requirements").glob("*.txt"))
    assert re.findall(r"https?://|--index-url|--find-links", text) == []


def test_templates_hold_no_inline_script_or_style():
    """The content policy would refuse them in the browser; this says so sooner."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"|<style")
    pages = [ROOT / name for name in tracked() if name.endswith(".html")]
    assert [str(page.relative_to(ROOT)) for page in pages if inline.search(page.read_text(encoding="utf-8"))] == []
