"""A release is built once, from one moment of the database; a build that goes wrong says why and leaves nothing."""

import errno
import json
import os

import pyarrow.parquet as pq
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Conflict
from probes.models import Answer, Probe, Round
from releases import rows
from releases.actions import build as build_module
from releases.actions import build_waiting, discard_release, progress, publish_release, start_release
from releases.actions.folders import Workshop
from releases.actions.holding import held
from releases.files import sealed
from releases.models import ReleaseFile
from releases.privacy import pseudonyms
from tests.releases.conftest import folder

pytestmark = pytest.mark.django_db(transaction=True)


TAKEN_BACK = "UPDATE annotations_label SET status = 'superseded', superseded_at = now() WHERE value = 'faithful'"
ERASED = """
BEGIN; SET LOCAL candor.erasing = 'on'; DELETE FROM annotations_label WHERE value = 'faithful'; COMMIT
"""


def stop_at(monkeypatch, error: BaseException) -> None:
    """Lets `error` come in the middle of the labels."""

    def broken(cut, found=rows.ROWS["labels"]):
        yield from list(found(cut))[:2]
        raise error

    monkeypatch.setitem(rows.ROWS, "labels", broken)


def test_a_full_disk_is_said_in_one_line(world, maintainer, monkeypatch):
    stop_at(monkeypatch, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    release = start_release(by=maintainer)
    failed = build_waiting()
    assert failed == release
    assert (failed.status, failed.error) == (
        "failed",
        "The disk that holds the releases is full. Free some space, discard this release and start again.",
    )
    assert not Workshop.of(release).folder.exists()
    assert not ReleaseFile.objects.exists()
    assert build_waiting() is None
    with pytest.raises(Conflict):
        publish_release(by=maintainer, release=failed)
    monkeypatch.undo()
    discard_release(by=maintainer, release=failed)


def test_a_disk_that_is_full_while_parquet_is_written(world, maintainer, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sealed.SealedFile, "write", full)
    start_release(by=maintainer)
    failed = build_waiting()
    assert failed is not None and failed.status == "failed"
    assert failed.error.startswith("The disk that holds the releases is full.")


def test_a_row_that_does_not_fit_fails_and_is_not_tried_for_ever(world, maintainer, monkeypatch):
    monkeypatch.setitem(rows.ROWS, "rounds", lambda cut: iter([(1, None, "open", 1, None, None)]))
    start_release(by=maintainer)
    failed = build_waiting()
    assert failed is not None and failed.status == "failed"
    assert failed.error.startswith("The files could not be written: ") and "\n" not in failed.error
    assert build_waiting() is None


def test_a_query_that_cannot_work_fails_and_is_not_tried_for_ever(world, maintainer, monkeypatch):
    monkeypatch.setitem(rows.ROWS, "rounds", lambda cut: Round.objects.extra(where=["no_such_column"]).iterator())
    release = start_release(by=maintainer)
    failed = build_waiting()
    assert failed == release and failed.status == "failed"
    assert "no_such_column" in failed.error
    assert not Workshop.of(release).folder.exists() and build_waiting() is None


def test_a_database_that_goes_away_leaves_the_release_waiting(world, maintainer, monkeypatch):
    release = start_release(by=maintainer)
    with monkeypatch.context() as patch:
        stop_at(patch, OperationalError("the connection is lost"))
        with pytest.raises(OperationalError):
            build_waiting()
    release.refresh_from_db()
    assert release.status == "building"
    assert build_waiting() == release


def test_a_release_in_another_workers_hands_is_left_alone(world, maintainer):
    release = start_release(by=maintainer)
    with held(release) as mine:
        assert mine
        assert build_waiting() is None
    assert build_waiting() == release


def test_the_stages_and_rows_can_be_watched(world, maintainer, monkeypatch):
    """Another connection sees how far the build is, also while its transaction reads."""
    seen = []
    other = connection.copy()

    def look(*_args):
        with other.cursor() as cursor:
            cursor.execute("SELECT stage, progress FROM releases_release")
            seen.append(cursor.fetchone())

    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    watched = {
        "probes": lambda cut, found=rows.ROWS["probes"]: [look(), *found(cut)][1:],
        "labels": lambda cut, found=rows.ROWS["labels"]: [look(), *found(cut)][1:],
    }
    for table, give in watched.items():
        monkeypatch.setitem(rows.ROWS, table, give)
    adopt = build_module.adopt
    monkeypatch.setattr(build_module, "adopt", lambda place, files: (look(), adopt(place, files)))
    start_release(by=maintainer)
    try:
        built = build_waiting()
    finally:
        other.close()
    assert built is not None and (built.stage, built.progress) == ("done", {})
    reading, further, *last = [(stage, json.loads(progress)) for stage, progress in seen]
    assert reading[0] == further[0] == "freezing"
    assert (reading[1]["probes"], reading[1]["labels"]) == ([0, 4], [0, 6])
    assert (further[1]["probes"], further[1]["labels"]) == ([4, 4], [0, 6])
    assert {stage for stage, _ in last} == {"describing"}


def test_what_is_taken_out_meanwhile_has_the_build_begin_afresh(world, maintainer, monkeypatch):
    """An order sets the release back to WAITING, at any moment; what was read before it is not built."""
    release = start_release(by=maintainer)
    other = connection.copy()

    def ordered(cut, found=rows.ROWS["labels"]):
        with other.cursor() as cursor:
            cursor.execute(TAKEN_BACK)
            cursor.execute("UPDATE releases_release SET stage = 'waiting', progress = '{}'")
        yield from found(cut)

    try:
        with monkeypatch.context() as patch:
            patch.setitem(rows.ROWS, "labels", ordered)
            overtaken = build_waiting()
    finally:
        other.close()
    assert overtaken == release and (overtaken.status, overtaken.stage) == ("building", "waiting")
    assert not overtaken.files.exists()
    built = build_waiting()
    assert built == release and built.status == "built"
    assert "faithful" not in {row["label"] for row in pq.read_table(folder(built) / "data/labels").to_pylist()}


def test_a_label_that_is_erased_while_it_is_read_has_the_build_begin_afresh(world, maintainer, monkeypatch):
    release = start_release(by=maintainer)
    other = connection.copy()

    def erased(release, cut, found=pseudonyms.keep_names):
        with other.cursor() as cursor:
            cursor.execute(ERASED)
        found(release, cut)

    try:
        with monkeypatch.context() as patch:
            patch.setattr(pseudonyms, "keep_names", erased)
            overtaken = build_waiting()
    finally:
        other.close()
    assert overtaken == release and overtaken.status == "building"
    built = build_waiting()
    assert built is not None and built.status == "built" and built.counts["tables"]["labels"] == 3


def test_a_label_can_be_erased_once_its_name_is_written(built):
    with connection.cursor() as cursor:
        cursor.execute(ERASED)
        cursor.execute("SELECT count(*) FROM releases_releasedlabel")
        assert cursor.fetchone() == (3,)


def test_a_build_sees_one_moment_of_the_database(world, maintainer, monkeypatch):
    """What is committed while the files are written is in none of them."""
    release = start_release(by=maintainer)
    other = connection.copy()

    def disturbed(cut, found=rows.ROWS["probes"]):
        with other.cursor() as cursor:
            cursor.execute("UPDATE annotations_label SET status = 'superseded', superseded_at = now()")
            cursor.execute("UPDATE probes_answer SET may_publish = false")
            cursor.execute("UPDATE probes_probe SET finished_at = now() + interval '1 day'")
        yield from found(cut)

    monkeypatch.setitem(rows.ROWS, "probes", disturbed)
    try:
        built = build_waiting()
    finally:
        other.close()
    assert built == release and built.counts["tables"]["probes"] == 4
    assert (folder(built) / "csv/labels.csv").read_text().count('"faithful"') == 3


def test_the_number_of_queries_does_not_grow_with_the_rows(world, maintainer, make_answer, label):
    counts = []
    for _ in range(2):
        start_release(by=maintainer)
        with CaptureQueriesContext(connection) as queries:
            build_waiting()
        counts.append(len(queries))
        Answer.objects.filter(state="open").update(state="withdrawn", closed_at=timezone.now())
        for number in range(3):
            label(make_answer(f"Another answer {len(counts)} {number}."), "faithful faithful evasive")
        Probe.objects.filter(finished_at=None).update(finished_at=timezone.now())
    assert counts[0] == counts[1]
