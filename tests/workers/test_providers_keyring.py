"""Where a key is read from, and that what goes wrong is told without it."""

import os
import traceback
from pathlib import Path

import pytest

from workers.keyring import MOST_BYTES, KeyMissing, key_of

KEY = "sk-9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys"


def test_no_key_is_no_error(folder):
    assert key_of("", "", folder=None, environ={}) is None
    assert key_of("", "", folder=folder, environ={}) is None


def test_a_key_in_the_environment():
    assert key_of("MY_KEY", "", folder=None, environ={"MY_KEY": f" {KEY}\n"}) == KEY


def test_the_environment_is_the_process_s_own(monkeypatch):
    monkeypatch.setenv("MY_KEY", KEY)
    assert key_of("MY_KEY", "", folder=None) == KEY


def test_a_key_in_a_file(folder):
    (folder / "deepseek.key").write_text(f"{KEY}\n")
    assert key_of("", "deepseek.key", folder=folder, environ={}) == KEY


def test_a_file_as_mounted_secrets_have_it(folder):
    """They lead through a hidden folder beside them, which is changed as a whole."""
    (folder / "..2026").mkdir()
    (folder / "..2026" / "deepseek").write_text(KEY)
    (folder / "..data").symlink_to("..2026")
    (folder / "deepseek").symlink_to("..data/deepseek")
    assert key_of("", "deepseek", folder=folder, environ={}) == KEY


def test_a_folder_that_is_a_symlink_itself(folder, tmp_path):
    (folder / "deepseek").write_text(KEY)
    (tmp_path / "there").symlink_to(folder)
    assert key_of("", "deepseek", folder=tmp_path / "there", environ={}) == KEY


def refused(variable="", file="", folder=None):
    with pytest.raises(KeyMissing) as caught:
        key_of(variable, file, folder=folder)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    # The test's own frame has the key among its variables; the module's must not.
    frames = [frame for frame in shown.stack if frame.filename.endswith("workers/keyring.py")]
    assert frames
    assert KEY not in "".join(str(frame.locals) for frame in frames)
    assert KEY not in str(caught.value) + repr(caught.value.args)
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("environ", [{}, {"MY_KEY": ""}, {"MY_KEY": " \n"}, {"OTHER_KEY": KEY}])
def test_a_variable_that_is_not_there(monkeypatch, environ):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    says = refused(variable="MY_KEY")
    assert says == "The variable MY_KEY, which is to hold the endpoint's key, is not set or empty."


def test_only_one_place_may_be_named(folder, monkeypatch):
    (folder / "deepseek").write_text(KEY)
    monkeypatch.setenv("MY_KEY", KEY)
    assert "name one of them" in refused("MY_KEY", "deepseek", folder)


@pytest.mark.parametrize(
    "name",
    [
        *("../outside", "a/b", "/etc/passwd", "..", ".", ".hidden", "a..b", "~"),
        *("a\x00b", "a\nb", "a\\b", "x" * 81, "ключ", "a b", "a\n"),
    ],
)
def test_names_that_are_no_file_names(folder, name):
    (folder.parent / "outside").write_text(KEY)
    assert "is no plain file name" in refused(file=name, folder=folder)


def test_no_folder_is_set(folder):
    assert refused(file="deepseek") == "The endpoint's key is in the file deepseek, but no folder of keys is set."
    assert "is not there" in refused(file="deepseek", folder=folder / "gone")


def test_a_file_that_is_not_there(folder):
    assert refused(file="deepseek", folder=folder) == "The key file deepseek is not there or cannot be read."


def test_a_symlink_that_leads_out(folder):
    (folder.parent / "outside").write_text(KEY)
    (folder / "deepseek").symlink_to("../outside")
    (folder / "mistral").symlink_to("/etc/passwd")
    (folder / "round").symlink_to("round")
    for name in ("deepseek", "mistral"):
        assert "leads out of the folder" in refused(file=name, folder=folder)
    assert "is not there" in refused(file="round", folder=folder)


def test_what_is_no_file(folder):
    (folder / "inner").mkdir()
    os.mkfifo(folder / "pipe")
    for name in ("inner", "pipe"):
        assert refused(file=name, folder=folder) == f"The key file {name} is not a file."


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\xff\xfe" + KEY.encode()])
def test_a_file_without_a_key(folder, content):
    (folder / "deepseek").write_bytes(content)
    assert "is empty, or holds something else" in refused(file="deepseek", folder=folder)


def test_a_file_that_is_too_large(folder):
    (folder / "deepseek").write_text(KEY.ljust(MOST_BYTES))
    assert key_of("", "deepseek", folder=folder, environ={}) == KEY
    (folder / "deepseek").write_text(KEY.ljust(MOST_BYTES + 1))
    assert "is larger than 8192 bytes" in refused(file="deepseek", folder=folder)


def test_files_are_closed_again(folder):
    (folder / "deepseek").write_text(KEY)
    (folder / "large").write_text("x" * (MOST_BYTES + 1))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        key_of("", "deepseek", folder=folder, environ={})
        refused(file="large", folder=folder)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
