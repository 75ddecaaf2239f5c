"""PostgreSQL and Valkey as children: other majors, broken files, full disks, and what a crash left behind."""

import os
import shutil

import psycopg
import pytest
import redis

from embedded.errors import CannotRun
from embedded.folder import DataFolder
from embedded.logs import LARGEST, Log
from embedded.postgres import Postgres
from embedded.valkey import Valkey


@pytest.fixture
def folder(data):
    made = DataFolder(data)
    made.make()
    made.make_sockets()
    return made


def test_a_cluster_of_another_major_is_told_and_left_alone(folder, up):
    old = folder.path / "pg17"
    old.mkdir()
    (old / "PG_VERSION").write_text("17\n")
    one = up()
    assert one.ended() == 1
    assert one.said.splitlines()[1:] == [
        f"{old} was made by PostgreSQL 17 and this Candor brings 18, which cannot read it: dump it with the Candor "
        "that made it and restore the dump here (docs/running.md), or set CANDOR_DATA to a new folder."
    ]
    assert [path.name for path in old.iterdir()] == ["PG_VERSION"]
    assert not (folder.path / "pg18").exists()


@pytest.mark.parametrize(
    ("version", "words"), [("16\n", "was made by PostgreSQL 16"), (None, "holds no PostgreSQL database")]
)
def test_a_cluster_that_is_not_what_its_name_says(folder, version, words):
    (folder.path / "pg18").mkdir()
    if version:
        (folder.path / "pg18/PG_VERSION").write_text(version)
    with pytest.raises(CannotRun, match=words):
        Postgres(folder).start()


def test_a_cluster_half_made_by_a_killed_start_is_made_anew(folder):
    (folder.path / "pg18.new").mkdir()
    (folder.path / "pg18.new/PG_VERSION").write_text("18\n")
    server = Postgres(folder, careless=True)
    try:
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("SELECT lower('ÉΣ'), '中' < 'a'").fetchone() == ("éσ", False)
    finally:
        server.stop(1.0, careful=False)
    assert not (folder.path / "pg18.new").exists()

    # After a crash of the whole machine the number in postmaster.pid may be another program's: this one's, say.
    (folder.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{folder.cluster}\n")
    again = Postgres(folder, careless=True)
    try:
        again.start()
    finally:
        again.stop(1.0, careful=False)


def test_a_full_disk_and_other_reasons_are_read_from_the_log(folder):
    server = Postgres(folder, careless=True)
    server.log.path.write_text('FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device\n')
    assert server.trouble("PostgreSQL did not start").startswith(f"The disk of {folder.path} is full: free some space")
    server.log.mark()
    with server.log.path.open("a") as log:
        log.write(
            "2030-01-01 [9] PANIC:  could not find WAL\n2030-01-01 [8] FATAL:  the database system is starting up\n"
        )
    assert server.trouble("PostgreSQL did not start") == (
        f"PostgreSQL did not start: could not find WAL (log: {server.log.path})"
    )


def test_a_long_log_is_put_aside(tmp_path):
    path = tmp_path / "web.log"
    path.write_bytes(b"x" * (LARGEST + 1))
    log = Log(path)
    assert not path.exists()
    assert (tmp_path / "web.log.1").stat().st_size == LARGEST + 1
    assert (log.since(), log.reason()) == ("", "")


def test_what_valkey_cannot_read_is_put_aside(folder):
    (folder.valkey / "appendonlydir").mkdir()
    (folder.valkey / "appendonlydir/appendonly.aof.manifest").write_text("nonsense\n")
    server = Valkey(folder)
    try:
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.dbsize() == 0
    finally:
        server.stop(1.0)
    aside = list(folder.path.glob("valkey.unreadable-*"))
    assert [(path / "appendonlydir/appendonly.aof.manifest").read_text() for path in aside] == ["nonsense\n"]


def test_without_the_wheels_the_line_says_what_to_set(folder, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotRun, match=r"no built-in PostgreSQL for this system .*: set DATABASE_URL"):
        Postgres(folder)
    with pytest.raises(CannotRun, match=r"no built-in Valkey for this system .*: set REDIS_URL"):
        Valkey(folder)


def test_a_data_folder_that_may_not_be_written(up, data):
    shutil.rmtree(data)
    data.write_text("a file")
    one = up()
    assert one.ended() == 1
    assert one.said == f"{data} is not a folder: set CANDOR_DATA to a folder.\n"
    data.unlink()
    data.mkdir()
