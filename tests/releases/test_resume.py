"""A build that is killed goes on from what was finished; nothing of it is a release's before the last transaction."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection

from releases import figures, rows
from releases.actions import build as build_module
from releases.actions import build_waiting, describing, publish_release, start_release
from releases.actions.folders import Workshop
from releases.models import Release, ReleaseFile
from releases.tables import writing
from releases.tables.spool import Spool
from tests.releases.conftest import folder
from tests.workers.site import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """Stands for a worker's sudden end."""


def killing(*_args: object, **_more: object) -> None:
    raise Killed


def sums(release: Release) -> dict[str, str]:
    return dict(release.files.values_list("path", "sha256"))


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch, world, maintainer) -> Callable[..., Release]:
    """Starts a release and kills its build where `place.name` is called, after so many calls."""

    def run(place: object, name: str, after: int = 0) -> Release:
        release = start_release(by=maintainer)
        found, calls = getattr(place, name), []

        def counted(*args: object, **more: object) -> object:
            calls.append(args)
            return found(*args, **more) if len(calls) <= after else killing()

        with monkeypatch.context() as patch:
            patch.setattr(place, name, counted)
            with pytest.raises(Killed):
                build_waiting()
        release.refresh_from_db()
        assert (release.status, release.files.exists()) == ("building", False)
        return release

    return run


def never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the database is not read for data."""
    for table in rows.ROWS:
        monkeypatch.setitem(rows.ROWS, table, killing)


def test_a_spool_that_is_not_whole_is_read_afresh(kill, maintainer, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(rows.ROWS, "labels", killing)
        release = start_release(by=maintainer)
        with pytest.raises(Killed):
            build_waiting()
    release.refresh_from_db()
    spool = Spool(Workshop.of(release).spool)
    assert (release.stage, spool.has("answers"), spool.has("labels"), spool.is_whole()) == (
        "freezing", True, False, False,
    )  # fmt: skip
    built = build_waiting()
    assert built == release and built.status == "built" and built.counts["tables"]["labels"] == 6


@pytest.mark.parametrize(
    ("place", "name", "after", "stage"),
    [
        (figures, "compute_figures", 0, "counting"),
        (writing, "write_tables", 0, "writing"),
        (writing, "write_table", 8, "writing"),
        (describing, "write_documents", 0, "describing"),
        (build_module, "adopt", 0, "describing"),
        (build_module, "finish", 0, "describing"),
        (ReleaseFile.objects, "bulk_create", 0, "describing"),
    ],
)
def test_what_was_finished_is_not_done_again(place, name, after, stage, kill, monkeypatch, maintainer):
    release = kill(place, name, after)
    assert release.stage == stage
    never_read(monkeypatch)
    built = build_waiting()
    assert built == release and (built.status, built.stage) == ("built", "done")
    assert not Workshop.of(release).folder.exists()
    assert publish_release(by=maintainer, release=built).status == "published"


def test_tables_that_are_written_stay_as_they_are(kill, monkeypatch):
    release = kill(writing, "write_table", 8)
    place = Workshop.of(release)
    before = {path: path.stat().st_mtime_ns for path in place.files.rglob("*.*") if path.is_file()}
    assert len(before) == 3 * 8
    torn = next(path for path in before if path.name == "answers.csv")
    torn.chmod(0o644)
    torn.write_bytes(torn.read_bytes()[:-1])
    written = []
    found = writing.write_table
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_table", lambda table, *more: (written.append(table.name), found(table, *more))[1])
        built = build_waiting()
    assert built is not None and built.status == "built"
    # Those that were missing, and the one that is no longer what the note says.
    assert "answers" in written and len(written) == len(rows.ROWS) + 5 - 8 + 1
    assert (folder(built) / "csv/answers.csv").read_bytes().endswith(b"\r\n")


def test_a_release_that_is_taken_up_again_has_the_same_bytes(kill, maintainer):
    release = kill(writing, "write_table", 5)
    first = build_waiting()
    assert first is not None
    once = sums(first)
    key, cutoff, version = first.key, first.cutoff, first.version
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM releases_releasefile")
    first.delete()
    Release.objects.create(version=version, cutoff=cutoff, key=key)
    again = build_waiting()
    assert again is not None and again.pk != release.pk
    assert sums(again) == once


SLOW = """
import os, sys, time
import django
django.setup()
from releases.tables import writing
from releases.actions import build_waiting
found = writing.write_table
def slow(table, *more):
    written = found(table, *more)
    print(table.name, flush=True)
    if table.name == "answers":
        time.sleep(60)
    return written
writing.write_table = slow
build_waiting()
"""


def test_a_worker_that_is_killed_for_good(world, maintainer, settings, monkeypatch):
    """Really killed: the lock goes with its connection, and the next worker goes on at once."""
    release = start_release(by=maintainer)
    database = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].partition("?")
    environ = os.environ | {
        "DATABASE_URL": f"{address[0].rpartition('/')[0]}/{database}{address[1]}{address[2]}",
        "CANDOR_DATA": str(settings.RELEASES_DIR.parent),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    worker = subprocess.Popen([sys.executable, "-c", SLOW], env=environ, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert worker.stdout is not None
        written = []
        for line in worker.stdout:
            written.append(line.strip())
            if written[-1] == "answers":
                break
        assert written == ["prompts", "key_points", "llms", "endpoints", "rounds", "probes", "answers"]
        assert build_waiting() is None, "it is in the worker's hands"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        worker.stdout.close()
    never_read(monkeypatch)
    deadline = time.monotonic() + 10
    while (built := build_waiting()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert built == release and built.status == "built"
    assert publish_release(by=maintainer, release=built).status == "published"
