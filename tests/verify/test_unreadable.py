"""What cannot be checked ends with 2 and one sentence; never with "equal", and never with a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from candor_verify.__main__ import main
from tests.verify.test_claims import claim, table
from tests.verify.world import overwrite

WITHOUT_CRYPTOGRAPHY = """
import sys
sys.modules["cryptography"] = None
from candor_verify.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The checker where `cryptography` is not installed."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_CRYPTOGRAPHY, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_signature_that_cannot_be_checked_is_not_passed_over(signed):
    release, key = signed
    done = run(release, "--key", key)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "manifest.json.sig cannot be checked: that takes the Python package cryptography. Without --key the rest is "
        "checked.\n",
    )


def test_a_signature_that_is_not_there_is_told_without_cryptography_too(signed, release):
    (release / "manifest.json.sig").unlink()
    done = run(release, "--key", signed[1])
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "DIFFERS  manifest.json.sig: is not there" in lines
    assert lines[-1] == "not equal"


def test_without_a_key_nothing_is_needed(signed):
    done = run(signed[0])
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "equal", "")


def test_a_key_of_another_kind_and_one_that_is_not_there(signed, tmp_path, capsys):
    assert main([str(signed[0]), "--key", str(tmp_path / "none.pub")]) == 2
    assert main([str(signed[0]), "--key", str(tmp_path)]) == 2
    assert [line.split(" is no public key")[0] for line in capsys.readouterr().err.splitlines()] == [
        str(tmp_path / "none.pub"),
        str(tmp_path),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["files"][0].update(path="a\0b"),
        lambda said: said["files"][0].update(path=5),
        lambda said: said["files"][0].update(path=["a"]),
        lambda said: said["files"][0].update(sha256=5),
        lambda said: said["files"][0].update(sha256="x" * 64),
        lambda said: said["files"][0].update(bytes="1"),
        lambda said: said["files"].append("x"),
        lambda said: said.update(files={}, tables={}),
        lambda said: said.update(label=None),
        lambda said: said.update(left_out={"answers": 2}),
        lambda said: said.update(left_out={"answers": {"open": "2"}}),
        lambda said: table(said, "labels").update(name=["labels"]),
        lambda said: table(said, "labels").update(rows=float("nan")),
        lambda said: table(said, "labels").update(rows="593"),
        lambda said: table(said, "labels").update(digest=1),
        lambda said: said["tables"].append("labels"),
    ],
)
def test_a_manifest_of_odd_kinds(release, capsys, change):
    manifest = json.loads((release / "manifest.json").read_text())
    change(manifest)
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    assert main([str(release)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"{release / 'manifest.json'} is no manifest of a release: ")
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda said: table(said, "labels").update(rows=10**30),
        lambda said: table(said, "labels").update(key=["zz"]),
        lambda said: table(said, "labels")["references"][0].update(target_columns=["zz"]),
        lambda said: table(said, "labels")["columns"][0].update(type=["string"]),
        lambda said: table(said, "labels").update(columns=[5, None, []]),
    ],
)
def test_a_manifest_that_says_odd_things_is_not_equal(release, capsys, change):
    assert main([str(claim(release, change))]) == 1
    assert capsys.readouterr().err == ""


def test_what_no_check_was_made_for_is_one_sentence(release, capsys, monkeypatch):
    def odd(*_: object) -> None:
        raise ValueError("two\nlines")

    monkeypatch.setattr("candor_verify.__main__.check_relations", odd)
    assert main([str(release)]) == 2
    assert capsys.readouterr().err == f"{release} cannot be checked: two lines.\n"
