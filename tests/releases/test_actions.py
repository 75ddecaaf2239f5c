"""A release is started, published for good, or discarded; what is published the database keeps as it is."""

import json
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import Conflict, Forbidden
from core.models import Event
from releases.actions import build as build_module
from releases.actions import build_waiting, discard_release, publish_release, start_release
from releases.actions.folders import Workshop
from releases.files import store
from releases.models import Edition, Release, ReleaseFile
from releases.rules.maintainers import next_version
from releases.selectors import published as selectors
from releases.selectors.published import latest
from tests.releases.conftest import build, folder

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
    files = release.files.count()
    more = {"release": release, "path": "more", "sha256": "0" * 64, "bytes": 1, "media_type": "a/b"}
    for change in (
        lambda: Release.objects.filter(pk=release.pk).update(status="built", published_at=None),
        lambda: Release.objects.filter(pk=release.pk).update(counts={}),
        lambda: Release.objects.filter(pk=release.pk).update(stage="waiting"),
        lambda: Release.objects.filter(pk=release.pk).delete(),
        release.delete,
        lambda: ReleaseFile.objects.filter(pk=file.pk).update(sha256="0" * 64),
        lambda: ReleaseFile.objects.filter(pk=file.pk).update(sha256="0" * 64, withdrawn_at=timezone.now()),
        lambda: ReleaseFile.objects.filter(pk=file.pk).delete(),
        lambda: ReleaseFile.objects.create(**more),
        lambda: ReleaseFile.objects.create(**more, edition=1),
        lambda: Edition.objects.create(release=release, number=2),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert release.files.count() == files


def test_an_edition_adds_files_and_withdraws_those_it_replaces(published):
    old = published.files.get(path="csv/labels.csv")
    new = {"release": published, "path": old.path, "sha256": "0" * 64, "bytes": 1, "media_type": "a/b", "edition": 1}
    with transaction.atomic():
        edition = Edition.objects.create(release=published, number=1, made_at=published.cutoff)
        edition.refresh_from_db()
        ReleaseFile.objects.filter(pk=old.pk).update(withdrawn_at=edition.made_at)
        file = ReleaseFile.objects.create(**new)
    assert edition.made_at > published.published_at
    other = ReleaseFile.objects.filter(release=published, path="README.md")
    for change in (
        lambda: ReleaseFile.objects.create(**{**new, "path": "csv/more.csv"}),
        lambda: other.update(withdrawn_at=edition.made_at),
        lambda: other.update(withdrawn_at=timezone.now()),
        lambda: Edition.objects.filter(pk=edition.pk).update(counts={"tables": {}}),
        edition.delete,
        lambda: ReleaseFile.objects.filter(pk=old.pk).update(withdrawn_at=None),
        lambda: ReleaseFile.objects.filter(pk=old.pk).update(withdrawn_at=timezone.now()),
        lambda: ReleaseFile.objects.filter(pk=file.pk).update(edition=0),
        file.delete,
        lambda: ReleaseFile.objects.create(**{**new, "edition": 2, "path": "csv/more.csv"}),
        lambda: ReleaseFile.objects.create(**{**new, "path": "csv/more.csv"}, withdrawn_at=timezone.now()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert [each.edition for each in published.files.filter(path=old.path).order_by("edition")] == [0, 1]


def test_an_edition_is_of_a_published_release(built):
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(release=built, number=1)


def test_a_maintainer_who_made_a_release_can_leave(published, maintainer):
    maintainer.delete()
    published.refresh_from_db()
    assert published.created_by is None


def test_a_file_that_is_not_whole_is_not_published(built, maintainer):
    path = store.local_path(built.files.get(path="csv/labels.csv").sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Conflict, match=r"csv/labels\.csv"):
        publish_release(by=maintainer, release=built)
    path.unlink()
    with pytest.raises(Conflict, match=r"csv/labels\.csv"):
        publish_release(by=maintainer, release=built)
    built.refresh_from_db()
    assert (built.status, built.key is not None) == ("built", True)


def test_a_file_that_the_store_changes_fails_the_build(world, maintainer, monkeypatch, releases_dir):
    """The worker reads back what it put there, so that publishing need not."""
    adopt = build_module.adopt

    def damaged(place, files):
        adopt(place, files)
        path = store.local_path(next(file.sha256 for file in files if file.path == "csv/labels.csv"))
        path.chmod(0o644)
        path.write_bytes(path.read_bytes().replace(b"evasive", b"EVASIVE"))

    monkeypatch.setattr(build_module, "adopt", damaged)
    release = start_release(by=maintainer)
    failed = build_waiting()
    assert failed == release and (failed.status, failed.error) == (
        "failed",
        "csv/labels.csv came back from the store damaged. Look at its disk, discard this release and start again.",
    )
    assert not ReleaseFile.objects.exists()


def test_of_two_that_are_built_the_second_is_built_again(client, published, maintainer):
    """It tells what changed since the one before it, which is another one when it is published."""
    first, second = build(maintainer), build(maintainer)
    assert first.previous == second.previous == published
    publish_release(by=maintainer, release=first)
    sums = set(second.files.values_list("sha256", flat=True))
    client.force_login(maintainer)
    page = client.post(f"/data/publish/{second.version}/", follow=True).content.decode()
    assert f"{second.version} is built again, and compared with that one." in page
    second.refresh_from_db()
    assert (second.status, second.stage, second.previous) == ("building", "waiting", first)
    held = set(ReleaseFile.objects.values_list("sha256", flat=True))
    assert not [sha256 for sha256 in sums - held if store.exists(sha256)]
    assert build_waiting() == second
    second.refresh_from_db()
    assert publish_release(by=maintainer, release=second).status == "published"
    manifest = json.loads((folder(second) / "manifest.json").read_bytes())
    assert manifest["previous"]["label"] == first.version


def test_a_release_is_not_published_behind_a_later_one(published, maintainer):
    first, second = build(maintainer), build(maintainer)
    publish_release(by=maintainer, release=second)
    with pytest.raises(Conflict, match=f"Release {second.version} is out, and its cut-off is later"):
        publish_release(by=maintainer, release=first)
    first.refresh_from_db()
    assert (first.status, first.previous) == ("built", published)


def test_discarding_takes_the_files_along(built, maintainer):
    sums = set(built.files.values_list("sha256", flat=True))
    assert all(store.exists(sha256) for sha256 in sums)
    discard_release(by=maintainer, release=built)
    assert not [sha256 for sha256 in sums if store.exists(sha256)]
    assert not Release.objects.exists() and not ReleaseFile.objects.exists()
    with pytest.raises(Conflict):
        discard_release(by=maintainer, release=built)
    assert build(maintainer).version == built.version


def test_discarding_leaves_what_another_release_has_too(published, maintainer):
    again = build(maintainer)
    shared = published.files.get(path="data/prompts/part-0000.parquet").sha256
    assert again.files.get(path="data/prompts/part-0000.parquet").sha256 == shared
    own = again.files.get(path="data/labels/part-0000.parquet").sha256
    discard_release(by=maintainer, release=again)
    assert (store.exists(shared), store.exists(own)) == (True, False)


def test_a_release_knows_the_one_before_it(published, maintainer):
    assert published.previous is None
    again = build(maintainer)
    assert again.previous == published
    assert again.files.filter(path="delta/answers.ndjson.zst").exists()
    assert not Workshop.of(again).folder.exists()


def test_files_are_looked_at_before_the_release_is_locked(built, maintainer, monkeypatch):
    """Whoever erases something meanwhile does not wait, and what was set back is not published."""
    other = connection.copy()
    seen = []

    def looked(sha256, size=store.size):
        if not seen:
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
                cursor.execute("UPDATE releases_release SET progress = '{}' WHERE id = %s", [built.pk])
                cursor.execute("DELETE FROM releases_releasefile WHERE path = 'README.md'")
            seen.append(connection.in_atomic_block)
        return size(sha256)

    monkeypatch.setattr("releases.files.store.size", looked)
    try:
        with pytest.raises(Conflict, match="Somebody else has changed this release"):
            publish_release(by=maintainer, release=built)
    finally:
        other.close()
    built.refresh_from_db()
    assert (seen, built.status) == ([False], "built")
