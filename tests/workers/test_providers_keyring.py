"""Where a key is read from, and that what goes wrong is told without it."""

import dataclasses
import os
import traceback
from pathlib import Path

import pytest

from workers.asking import secrets
from workers.keyring import MOST_BYTES, NO_SECRETS, KeyMissing, Secrets, key_of

KEY = "sk-9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d"
OURS = [
    "secret_key", "SECRET_KEY", "secret-key", "secret_key.token", "metrics_token", "metrics.token", "candor_secret.key",
    "CANDOR.key", "django_secret_key", "postgres_password.token", "pgpass.key", "aws-token", "redis_key", "valkey.key",
]  # fmt: skip


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
    (folder / "..2026" / "deepseek.key").write_text(KEY)
    (folder / "..data").symlink_to("..2026")
    (folder / "deepseek.key").symlink_to("..data/deepseek.key")
    assert key_of("", "deepseek.key", folder=folder, environ={}) == KEY


def test_a_folder_that_is_a_symlink_itself(folder, tmp_path):
    (folder / "deepseek.key").write_text(KEY)
    (tmp_path / "there").symlink_to(folder)
    assert key_of("", "deepseek.key", folder=tmp_path / "there", environ={}) == KEY


def refused(variable="", file="", folder=None, never=NO_SECRETS):
    with pytest.raises(KeyMissing) as caught:
        key_of(variable, file, folder=folder, never=never)
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
    (folder / "deepseek.key").write_text(KEY)
    monkeypatch.setenv("MY_KEY", KEY)
    assert "name one of them" in refused("MY_KEY", "deepseek.key", folder)


@pytest.mark.parametrize(
    "name",
    [
        *("../outside", "a/b", "/etc/passwd", "..", ".", ".hidden", "a..b", "~"),
        *("a\x00b", "a\nb", "a\\b", "x" * 77 + ".key", "ключ.key", "a b.key", "a.key\n"),
        *("openai", "key", "openai.txt", "deepseek-api", "openaikey", "a..b.key", "../outside.key", ".hidden.key"),
    ],
)
def test_names_that_are_no_file_names(folder, name):
    (folder.parent / "outside").write_text(KEY)
    assert "is no plain file name" in refused(file=name, folder=folder)


@pytest.mark.parametrize("name", OURS)
def test_candor_s_own_files_are_no_keys(folder, name):
    (folder / name).write_text(KEY)
    assert "is not for models' keys" in refused(file=name, folder=folder)


def test_a_secret_of_candor_s_own_is_never_a_key(folder, monkeypatch):
    """Under whatever name it was mounted."""
    (folder / "openai.key").write_text(f" {KEY}\n")
    monkeypatch.setenv("MY_KEY", f"{KEY}\n")
    never = Secrets(["", "something else", KEY])
    assert "holds a secret of Candor's own" in refused(file="openai.key", folder=folder, never=never)
    assert "holds a secret of Candor's own" in refused(variable="MY_KEY", never=never)
    assert key_of("MY_KEY", "", folder=None, never=Secrets(["", KEY[:-1], KEY + "x", "\udcff"])) == KEY
    assert KEY not in repr(never)


def test_what_candor_keeps_for_itself(settings):
    settings.SECRET_KEY = "s" * 50
    settings.ENV = dataclasses.replace(
        settings.ENV,
        metrics_token="m" * 32,
        database_url="postgresql://candor:p%40ss@db/candor?password=other%20one",
        redis_url="redis://:v%2Falkey@cache:6379/0",
    )
    ours = secrets()
    for value in ("s" * 50, "m" * 32, "p@ss", "p%40ss", "other one", "v/alkey"):
        assert ours.hold(value), value
    assert not any(ours.hold(value) for value in ("", "candor", "db", "cache", KEY))


def test_no_folder_is_set(folder):
    assert (
        refused(file="deepseek.key") == "The endpoint's key is in the file deepseek.key, but no folder of keys is set."
    )
    assert "is not there" in refused(file="deepseek.key", folder=folder / "gone")


def test_a_file_that_is_not_there(folder):
    assert refused(file="deepseek.key", folder=folder) == "The key file deepseek.key is not there or cannot be read."


def test_a_symlink_that_leads_out(folder):
    (folder.parent / "outside").write_text(KEY)
    (folder / "deepseek.key").symlink_to("../outside")
    (folder / "mistral.key").symlink_to("/etc/passwd")
    (folder / "round.key").symlink_to("round.key")
    for name in ("deepseek.key", "mistral.key"):
        assert "leads out of the folder" in refused(file=name, folder=folder)
    assert "is not there" in refused(file="round.key", folder=folder)


def test_what_is_no_file(folder):
    (folder / "inner.key").mkdir()
    os.mkfifo(folder / "pipe.key")
    for name in ("inner.key", "pipe.key"):
        assert refused(file=name, folder=folder) == f"The key file {name} is not a file."


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\xff\xfe" + KEY.encode()])
def test_a_file_without_a_key(folder, content):
    (folder / "deepseek.key").write_bytes(content)
    assert "is empty, or holds something else" in refused(file="deepseek.key", folder=folder)


def test_a_file_that_is_too_large(folder):
    (folder / "deepseek.key").write_text(KEY.ljust(MOST_BYTES))
    assert key_of("", "deepseek.key", folder=folder, environ={}) == KEY
    (folder / "deepseek.key").write_text(KEY.ljust(MOST_BYTES + 1))
    assert "is larger than 8192 bytes" in refused(file="deepseek.key", folder=folder)


def test_files_are_closed_again(folder):
    (folder / "deepseek.key").write_text(KEY)
    (folder / "large.key").write_text("x" * (MOST_BYTES + 1))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        key_of("", "deepseek.key", folder=folder, environ={})
        refused(file="large.key", folder=folder)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
