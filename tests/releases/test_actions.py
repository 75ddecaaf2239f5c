"""A release is started, built once, published for good, or discarded; a build that dies leaves nothing half-done."""

import errno
import os
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Conflict, Forbidden
from core.models import Event
from probes.models import Answer, Probe, Round
from releases import rows, sealed, selectors
from releases.actions import build_waiting, discard_release, publish_release, start_release
from releases.actions.folders import part_of
from releases.models import Release, ReleaseFile
from releases.rules import next_version
from releases.selectors import folder, latest
from tests.releases.conftest import build

pytestmark = pytest.mark.django_db(transaction=True)


def test_versions_count_within_the_month_of_the_cut_off():
    at = datetime(2026, 9, 30, 23, 59, tzinfo=UTC)
    assert next_version(at, []) == "2026.9.0"
    assert next_version(at, ["2026.9.0", "2026.9.10", "2026.8.30", "2025.9.11"]) == "2026.9.11"


def test_only_maintainers_decide(labeller, reviewer, maintainer, built):
    for person in (labeller, reviewer):
        with pytest.raises(Forbidden):
            start_release(by=person)
        with pytest.raises(Forbidden):
            publish_release(by=person, release=built)
        with pytest.raises(Forbidden):
            discard_release(by=person, release=built)
    assert [event.verb for event in Event.objects.filter(noun="release").order_by("pk")] == ["start", "build"]


def test_one_release_at_a_time(maintainer):
    start_release(by=maintainer)
    with pytest.raises(Conflict):
        start_release(by=maintainer)
    assert Release.objects.count() == 1


def test_nothing_waits(db):
    assert build_waiting() is None


def test_publishing_destroys_the_key_and_shows_it_to_everybody(built, maintainer):
    assert latest() is None and built.key is not None
    release = publish_release(by=maintainer, release=built)
    assert (release.status, release.key, release.published_at is not None) == ("published", None, True)
    assert [latest(), *selectors.published()] == [release, release]
    with pytest.raises(Conflict):
        publish_release(by=maintainer, release=release)
    with pytest.raises(Conflict):
        discard_release(by=maintainer, release=release)
    assert Event.objects.filter(noun="release", verb="publish", actor=maintainer.pk).count() == 1


def test_the_database_keeps_a_published_as_it_is(published):
    release, file = published, published.files.first()
    for change in (
        lambda: Release.objects.filter(pk=release.pk).update(status="built", published_at=None),
        lambda: Release.objects.filter(pk=release.pk).update(counts={}),
        lambda: Release.objects.filter(pk=release.pk).delete(),
        release.delete,
        lambda: ReleaseFile.objects.filter(pk=file.pk).update(sha256="0" * 64),
        lambda: ReleaseFile.objects.filter(pk=file.pk).delete(),
        lambda: ReleaseFile.objects.create(release=release, path="more", sha256="0" * 64, bytes=1, media_type="a/b"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert release.files.count() == 31


def test_a_maintainer_who_made_a_release_can_leave(published, maintainer):
    maintainer.delete()
    published.refresh_from_db()
    assert published.created_by is None


def test_a_file_that_was_changed_is_not_published(built, maintainer):
    path = folder(built) / "csv/labels.csv"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"evasive", b"EVASIVE"))
    with pytest.raises(Conflict, match=r"csv/labels\.csv"):
        publish_release(by=maintainer, release=built)
    path.unlink()
    with pytest.raises(Conflict, match=r"csv/labels\.csv"):
        publish_release(by=maintainer, release=built)
    built.refresh_from_db()
    assert (built.status, built.key is not None) == ("built", True)


def test_discarding_takes_the_files_along(built, maintainer):
    discard_release(by=maintainer, release=built)
    assert not folder(built).exists()
    assert not Release.objects.exists() and not ReleaseFile.objects.exists()
    with pytest.raises(Conflict):
        discard_release(by=maintainer, release=built)
    assert build(maintainer).version == built.version


def test_the_same_cut_off_and_key_give_the_same_bytes(built, maintainer):
    first = {path.name: path.read_bytes() for path in folder(built).rglob("*") if path.is_file()}
    version, cutoff, key = built.version, built.cutoff, built.key
    discard_release(by=maintainer, release=built)
    Release.objects.create(version=version, cutoff=cutoff, key=key)
    again = build_waiting()
    assert again is not None and again.status == "built"
    assert {path.name: path.read_bytes() for path in folder(again).rglob("*") if path.is_file()} == first
    assert len(first) == 31


class Killed(BaseException):
    """Stands for a worker's sudden end."""


def stop_at(monkeypatch, error: BaseException) -> None:
    """Lets `error` come in the middle of the labels."""

    def broken(cut):
        yield from list(rows.label_rows(cut))[:2]
        raise error

    monkeypatch.setitem(rows.ROWS, "labels", broken)


def test_a_build_that_is_killed_is_begun_afresh(world, maintainer, monkeypatch):
    release = start_release(by=maintainer)
    with monkeypatch.context() as patch:
        stop_at(patch, Killed())
        with pytest.raises(Killed):
            build_waiting()
    release.refresh_from_db()
    assert release.status == "building" and not release.files.exists()
    assert part_of(folder(release)).exists() and not folder(release).exists()
    built = build_waiting()
    assert built is not None and built.status == "built"
    assert not part_of(folder(release)).exists()
    assert publish_release(by=maintainer, release=built).status == "published"


def test_a_build_that_is_killed_before_its_commit_is_begun_afresh(world, maintainer, monkeypatch):
    release = start_release(by=maintainer)

    def killed(*_args, **_more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(ReleaseFile.objects, "bulk_create", killed)
        with pytest.raises(Killed):
            build_waiting()
    assert folder(release).exists() and not release.files.exists()
    built = build_waiting()
    assert built is not None and publish_release(by=maintainer, release=built).status == "published"


def test_a_full_disk_is_said_in_one_line(world, maintainer, monkeypatch):
    stop_at(monkeypatch, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    release = start_release(by=maintainer)
    failed = build_waiting()
    assert failed == release
    assert (failed.status, failed.error) == (
        "failed",
        "The disk that holds the releases is full. Free some space, discard this release and start again.",
    )
    assert not folder(release).exists() and not part_of(folder(release)).exists()
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
    assert not part_of(folder(release)).exists() and build_waiting() is None


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
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM releases_release WHERE id = %s FOR UPDATE", [release.pk])
        assert build_waiting() is None
        other.rollback()
    finally:
        other.close()
    assert build_waiting() == release


def test_a_build_sees_one_moment_of_the_database(world, maintainer, monkeypatch):
    """What is committed while the files are written is in none of them."""
    release = start_release(by=maintainer)
    other = connection.copy()

    def disturbed(cut):
        with other.cursor() as cursor:
            cursor.execute("UPDATE annotations_label SET status = 'superseded', superseded_at = now()")
            cursor.execute("UPDATE probes_answer SET may_publish = false")
            cursor.execute("UPDATE probes_probe SET finished_at = now() + interval '1 day'")
        yield from rows.probe_rows(cut)

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
