"""The data folder: whose it is, how much space it has, and where its sockets and its cluster lie."""

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from embedded import connect
from embedded import folder as folders
from embedded.errors import CannotRun
from embedded.folder import DataFolder, explain
from embedded.postgres import Postgres
from embedded.process import is_root

Usage = namedtuple("Usage", "total used free")


def test_sockets_lie_in_the_data_folder_where_that_is_short_and_plain(data):
    assert DataFolder(data).sockets == data / "run"
    assert connect.urls(data) == {
        "DATABASE_URL": f"postgresql://candor@/candor?host={data}/run/pg",
        "REDIS_URL": f"unix://{data}/run/valkey.sock",
    }


@pytest.mark.parametrize("name", ["long" * 20, "with space", "tünde", "a,b", "100%", "a?b#c"])
def test_sockets_lie_in_tmp_where_the_path_is_long_or_unusual(data, name):
    path = data / name
    sockets = DataFolder(path).sockets
    assert sockets.parent == Path("/tmp")
    assert DataFolder(path).sockets == sockets
    path.mkdir()
    assert DataFolder(path).sockets == sockets
    assert DataFolder(data / f"{name}2").sockets != sockets


def test_somebody_elses_sockets_are_refused(data):
    folder = DataFolder(data)
    folder.make()
    folder.sockets.symlink_to("/")
    with pytest.raises(CannotRun, match="belongs to another account"):
        folder.make_sockets()


def test_a_nearly_full_disk_is_refused_before_anything_is_written(data, monkeypatch):
    folder = DataFolder(data)
    folder.make()
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(10**9, 9 * 10**8, 150 * 1024**2))
    with pytest.raises(CannotRun, match="has only 150 MB left and Candor wants 200 MB to start: free some space"):
        folder.check_space()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk of /x is full: free some space"),
        (errno.EACCES, "/x may not be written by this account"),
        (errno.EROFS, "/x may not be written by this account"),
        (errno.ENOTDIR, "/x is not a folder"),
        (errno.EIO, "/x: Input/output error."),
    ],
)
def test_errors_of_the_system_are_told_plainly(number, words):
    assert explain(OSError(number, os.strerror(number)), Path("/x")).startswith(words)


def test_a_copied_data_folder_does_not_share_a_running_cluster(data):
    """Where root had to put the cluster elsewhere, the data folder only links to it, and a copy links to the same."""
    for name in ("one", "two"):
        (data / name).mkdir()
        (data / "elsewhere/pg18").mkdir(parents=True, exist_ok=True)
        (data / name / "pg18").symlink_to(data / "elsewhere/pg18")
    with (
        DataFolder(data / "one").locked("http://127.0.0.1:1"),
        pytest.raises(CannotRun, match=r"elsewhere .http://127.0.0.1:1.: stop that one first"),
        DataFolder(data / "two").locked("http://127.0.0.1:2"),
    ):
        pass


def test_a_cluster_that_is_gone_is_told(data):
    (data / "pg18").symlink_to(data / "gone")
    with pytest.raises(CannotRun, match=r"lay in .*/gone and is gone\. Put it back, or remove .*/pg18"):
        _ = DataFolder(data).cluster


@pytest.mark.skipif(not is_root(), reason="only root has to lend PostgreSQL another account")
def test_root_puts_the_cluster_where_the_lent_account_can_reach_it(data, monkeypatch):
    monkeypatch.setattr(folders, "ROOTS_OWN", data / "lib")
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    folder = DataFolder(closed / "var")
    folder.make()
    folder.make_sockets()
    server = Postgres(folder, careless=True)
    try:
        server.start()
    finally:
        server.stop(1.0, careful=False)
    cluster = folder.cluster
    assert cluster.parent.parent == data / "lib"
    assert (folder.path / "pg18").readlink() == cluster
    assert (cluster / "PG_VERSION").read_text() == "18\n"
    assert cluster.stat().st_uid != 0
    assert str(data / "lib") in server.url

    # Whoever removes the data folder gets an empty site; the old cluster is put aside, not lost.
    shutil.rmtree(folder.path)
    folder.make()
    again = Postgres(folder, careless=True)
    try:
        again.start()
    finally:
        again.stop(1.0, careful=False)
    assert len(list(cluster.parent.glob("pg18.removed-*"))) == 1


@pytest.mark.skipif(not is_root(), reason="only root has to lend PostgreSQL another account")
def test_programs_the_lent_account_cannot_reach_are_copied(data, monkeypatch):
    from embedded import postgres

    home = postgres.package()
    closed = data / "closed"
    for name in (home.name, f"{home.name}.libs"):
        shutil.copytree(home.with_name(name), closed / name, ignore=shutil.ignore_patterns("include", "*.a"))
    closed.chmod(0o700)
    monkeypatch.setattr(folders, "ROOTS_OWN", data / "lib")
    monkeypatch.setattr(postgres, "package", lambda: closed / home.name)
    folder = DataFolder(data / "var")
    folder.make()
    folder.make_sockets()
    server = Postgres(folder, careless=True)
    try:
        server.start()
    finally:
        server.stop(1.0, careful=False)
    assert server.binaries.is_relative_to(data / "lib")
