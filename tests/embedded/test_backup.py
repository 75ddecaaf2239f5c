"""A dump is taken before existing data is migrated, and at no other time."""

import subprocess

import psycopg
import pytest

from embedded import backup, connect
from embedded.errors import CannotRun
from embedded.folder import DataFolder
from embedded.logs import Log

MIGRATES = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS django_migrations (name text)")
    connection.execute("INSERT INTO django_migrations VALUES ('one')")
"""
PENDING = "raise SystemExit(1)"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_dump_is_taken_before_existing_data_is_migrated(up, data):
    first = up({"prepare": MIGRATES, "is_migrated": PENDING}).ready()  # nothing is there yet
    assert names(data / "backups") == []
    first.stop()
    second = up({"prepare": MIGRATES, "is_migrated": ""}).ready()  # nothing to migrate
    assert names(data / "backups") == []
    second.stop()

    third = up({"prepare": MIGRATES, "is_migrated": PENDING}).ready()
    [kept] = (data / "backups").iterdir()
    assert f"The database wants migrating: dumping it first ...\n  the dump is {kept}\n" in third.said
    assert kept.stat().st_mode & 0o077 == 0
    restored = subprocess.run(
        [backup.program(), "--version"], capture_output=True, text=True, check=True
    )  # the same programs bring it back
    assert "(PostgreSQL) 18" in restored.stdout

    url = connect.urls(data)["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM django_migrations").fetchone() == (3,)
        subprocess.run(
            [backup.program().with_name("pg_restore"), "--clean", "--if-exists", f"--dbname={url}", kept], check=True
        )
        assert connection.execute("SELECT count(*) FROM django_migrations").fetchone() == (2,)


def test_the_last_five_are_kept(data, database_url):
    folder = DataFolder(data)
    folder.make()
    for day in range(1, 8):
        (folder.backups / f"before-migration-2020010{day}-000000.dump").touch()
    kept = backup.dump(database_url, folder)
    assert names(folder.backups) == [f"before-migration-2020010{day}-000000.dump" for day in (4, 5, 6, 7)] + [kept.name]


def test_a_dump_that_fails_stops_the_migration_and_leaves_nothing(data, database_url):
    folder = DataFolder(data)
    folder.make()
    with pytest.raises(CannotRun, match=r"could not be dumped first \(.*does not exist\): dump it yourself, run "):
        backup.dump(database_url.replace("@/", "@/no_such_"), folder)
    assert names(folder.backups) == []


def test_a_password_is_not_on_the_command_line():
    address, env = backup.without_password("postgresql://me:s%20ecret@host:5433/candor?sslmode=disable")
    assert (address, env["PGPASSWORD"]) == ("user=me dbname=candor host=host port=5433 sslmode=disable", "s ecret")


def test_a_full_disk_is_one_line(data, database_url, monkeypatch):
    folder = DataFolder(data)
    folder.make()
    monkeypatch.setattr(Log, "tells_full_disk", lambda log: True)
    with pytest.raises(CannotRun, match=rf"^The disk of {folder.backups} is full: free some space"):
        backup.dump(database_url.replace("@/", "@/no_such_"), folder)
