"""Editions: what is taken out of a release that is out, and what stays exactly as it was."""

import hashlib
import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import set_languages
from annotations.models import Label
from releases.actions import (
    build_waiting,
    erase_answer,
    erase_person,
    erase_prompt,
    leave,
    make_editions,
    publish_release,
)
from releases.files import store
from releases.files.layout import lay_out
from releases.models import Edition, ReleasedLabel, ReleasedPerson, ReleaseFile, Withdrawal
from tests.releases.conftest import ODD_TEXT
from tests.releases.searching import in_files
from tests.releases.taking import live, publish, rows_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "personal"
TABLES = ("prompts", "key_points", "probes", "answers", "labels", "labellers", "gold_labels", "verdicts", "consensus")


def due() -> None:
    """As ten minutes later."""
    Withdrawal.objects.update(retry_at=timezone.now())


def name_of(person) -> str:
    return ReleasedPerson.objects.get(person=person).name


def test_nothing_waits_and_nothing_happens(published):
    assert make_editions() == 0
    assert Edition.objects.count() == 0


def test_who_leaves_loses_their_pseudonym_and_their_labels_stay(published, world):
    gone = world.readers[0]
    name, before = name_of(gone), {table: rows_of(published, table) for table in TABLES}
    leave(by=gone, typed=gone.username)
    assert make_editions() == 1
    assert not ReleasedPerson.objects.filter(person=gone).exists()
    assert ReleasedLabel.objects.filter(label__person=gone).count() == 2
    theirs = [row for row in before["labels"] if row["labeller"] == name]
    assert len(theirs) == 2
    assert rows_of(published, "labels") == [
        {**row, "labeller": None} if row["labeller"] == name else row for row in before["labels"]
    ]
    assert [row["labeller"] for row in rows_of(published, "labellers")] == sorted(
        row["labeller"] for row in before["labellers"] if row["labeller"] != name
    )
    for table in ("answers", "prompts", "probes"):
        assert rows_of(published, table) == before[table]
    edition = Edition.objects.get()
    (told,) = edition.tombstone["orders"]
    assert (edition.number, told["kind"], told["rows"]) == (1, "name", {"labels": 2, "labellers": 1})


def test_erased_labels_go_and_what_they_leave_is_thinned(published, world):
    gone = world.readers[0]
    name, before = name_of(gone), {table: rows_of(published, table) for table in TABLES}
    leave(by=gone, typed=gone.username, erase=True)
    assert make_editions() == 1
    assert ReleasedLabel.objects.filter(release=published).count() == 4
    assert rows_of(published, "labels") == [row for row in before["labels"] if row["labeller"] != name]
    for row, was in zip(rows_of(published, "answers"), before["answers"], strict=True):
        mine = row["answer_id"] in {str(world.settled.public_id), str(world.odd.public_id)}
        assert row == ({**was, "labels": 2, "state": "thinned"} if mine else was)
    assert rows_of(published, "consensus") == []
    assert rows_of(published, "agreement") == []
    (told,) = Edition.objects.get().tombstone["orders"]
    assert (told["kind"], told["rows"]) == ("labels", {"labels": 2, "labellers": 1})


def test_an_erased_answer_goes_with_all_that_was_said_of_it(published, world, maintainer):
    mine = str(world.odd.public_id)
    before = {table: rows_of(published, table) for table in TABLES}
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    assert make_editions() == 1
    for table in ("answers", "labels", "probes", "verdicts", "consensus"):
        assert rows_of(published, table) == [row for row in before[table] if row["answer_id"] != mine]
    assert {row["labels"] for row in rows_of(published, "labellers")} == {1}
    (told,) = Edition.objects.get().tombstone["orders"]
    assert (told["kind"], told["reason"], told["rows"]) == ("answer", WHY, {"answers": 1, "labels": 3, "probes": 1})


def test_an_erased_prompt_goes_with_all_that_came_of_it(published, world, maintainer):
    version, prompt = world.prompt.current_id, world.prompt.pk
    before = {table: rows_of(published, table) for table in TABLES}
    gone = {row["answer_id"] for row in before["answers"] if row["version_id"] == version}
    erase_prompt(by=maintainer, prompt=world.prompt, reason=WHY)
    assert make_editions() == 1
    assert rows_of(published, "prompts") == [row for row in before["prompts"] if row["version_id"] != version]
    assert rows_of(published, "key_points") == [row for row in before["key_points"] if row["prompt_id"] != prompt]
    assert rows_of(published, "probes") == [row for row in before["probes"] if row["version_id"] != version]
    assert rows_of(published, "answers") == [row for row in before["answers"] if row["answer_id"] not in gone]
    assert rows_of(published, "labels") == []


def test_only_files_that_change_are_new_and_the_old_bytes_are_gone(published, world, tmp_path):
    was = {path: file.sha256 for path, file in live(published).items()}
    gone = world.readers[0]
    leave(by=gone, typed=gone.username)
    assert make_editions() == 1
    now = {path: file.sha256 for path, file in live(published).items()}
    assert now.keys() == was.keys()
    same = {path for path in now if now[path] == was[path]}
    assert {f"data/{table}/part-0000.parquet" for table in ("prompts", "answers", "probes")} <= same
    assert {
        "data/labels/part-0000.parquet",
        "csv/labels.csv",
        "manifest.json",
        "SHA256SUMS",
        "withdrawn.json",
    }.isdisjoint(same)
    for path in now:
        file = live(published)[path]
        assert (file.edition, store.exists(file.sha256)) == (0 if path in same else 1, True)
        if path not in same:
            assert not store.exists(was[path])
            old = ReleaseFile.objects.get(release=published, path=path, edition=0)
            assert (old.sha256, old.withdrawn_at is not None) == (was[path], True)
    folder = lay_out(published, tmp_path / "edition")
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert len(lines) == len(now) - 1
    for line in lines:
        sha256, path = line.split("  ", 1)
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == sha256 == now[path]


def test_withdrawn_json_tells_what_and_never_whose(published, world, maintainer):
    assert json.loads(text_of(live(published)["withdrawn.json"]))["withdrawn"] == []
    names = [name_of(reader) for reader in world.readers[:2]]
    leave(by=world.readers[0], typed=world.readers[0].username)
    make_editions()
    erase_person(by=maintainer, person=world.readers[1], erase=True, reason=WHY)
    make_editions()
    text = text_of(live(published)["withdrawn.json"])
    said = json.loads(text)["withdrawn"]
    assert [(one["edition"], one["kind"], one["reason"]) for one in said] == [(1, "name", None), (2, "labels", WHY)]
    assert [name for name in names if name in text] == []
    assert not any(reader.username in text for reader in world.readers)


def test_orders_of_one_time_make_one_edition(published, world, maintainer):
    leave(by=world.readers[0], typed=world.readers[0].username)
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    assert make_editions() == 2
    edition = Edition.objects.get()
    assert [one["kind"] for one in edition.tombstone["orders"]] == ["name", "answer"]


def test_every_release_that_has_it_is_edited_and_no_other(published, world, maintainer, make_answer, label):
    second = publish(maintainer)

    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    assert make_editions() == 1
    assert [str(one) for one in Edition.objects.order_by("pk")] == [f"{published}+e1", f"{second}+e1"]
    third = publish(maintainer)
    assert ODD_TEXT not in text_of(live(third)["ndjson/answers.ndjson.zst"])
    leave(by=world.readers[0], typed=world.readers[0].username)
    make_editions()
    assert Edition.objects.filter(release=third, number=1).count() == 1


def test_an_order_forgets_what_it_was_about_when_it_is_done(published, world):
    leave(by=world.readers[0], typed=world.readers[0].username, erase=True)
    order = Withdrawal.objects.get()
    assert order.person == world.readers[0]
    make_editions()
    order.refresh_from_db()
    assert (order.status, order.rows, order.person) == ("done", {}, None)
    assert order.done_at is not None


def test_who_leaves_while_a_release_is_read_is_not_in_it(built, world, maintainer):
    """The next release, too, has no pseudonym of theirs."""
    gone = world.readers[0]
    leave(by=gone, typed=gone.username)
    assert build_waiting() is None, "the releases before it are edited first"
    assert make_editions() == 1
    again = build_waiting()
    assert (again.pk, again.status) == (built.pk, "built")
    publish_release(by=maintainer, release=again)
    assert sorted(row["labeller"] or "" for row in rows_of(again, "labels"))[:3] == [
        "",
        "",
        sorted(row["labeller"] for row in rows_of(again, "labellers"))[0],
    ]
    assert not ReleasedPerson.objects.filter(person=gone).exists()
    assert Edition.objects.count() == 0


def test_what_slipped_into_a_release_is_found_when_the_order_is_carried_out(published, world):
    """As when a build read the database just before, and was published just after."""
    gone = world.readers[0]
    name = name_of(gone)
    leave(by=gone, typed=gone.username)
    ReleasedPerson.objects.create(release=published, person=gone, name=name)
    Withdrawal.objects.update(rows={})
    make_editions()
    assert name not in text_of(live(published)["ndjson/labels.ndjson.zst"])


def test_a_disk_that_fails_leaves_the_order_waiting(published, world, monkeypatch):
    gone = world.readers[0]
    name = name_of(gone)
    leave(by=gone, typed=gone.username)
    adopt = store.adopt
    monkeypatch.setattr(
        "releases.files.store.adopt", lambda *_: (_ for _ in ()).throw(OSError("No space left on device"))
    )
    assert make_editions() == 0
    assert (Edition.objects.count(), Withdrawal.objects.get().status) == (0, "waiting")
    assert name in text_of(live(published)["ndjson/labels.ndjson.zst"])
    monkeypatch.setattr("releases.files.store.adopt", adopt)
    assert make_editions() == 0, "it is not tried every three seconds"
    due()
    assert make_editions() == 1
    assert name not in text_of(live(published)["ndjson/labels.ndjson.zst"])


def test_a_worker_that_died_before_the_bytes_went_is_followed_by_one_that_takes_them(published, world, monkeypatch):
    gone = world.readers[0]
    old = live(published)["csv/labels.csv"].sha256
    leave(by=gone, typed=gone.username)
    drop = "releases.actions.edition.drop_unheld"
    monkeypatch.setattr(drop, lambda sums: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        make_editions()
    assert (store.exists(old), Withdrawal.objects.get().status) == (True, "waiting")
    monkeypatch.undo()
    assert make_editions() == 1
    assert (store.exists(old), Edition.objects.count()) == (False, 1)


def test_nothing_of_it_stays_in_the_folder_of_releases(published, world, releases_dir, maintainer):
    names = [name_of(world.readers[0])]
    leave(by=world.readers[0], typed=world.readers[0].username)
    erase_answer(by=maintainer, answer=world.settled, reason=WHY)
    assert in_files(releases_dir, [*names, "HYPERLINK"]) != []
    make_editions()
    assert in_files(releases_dir, [*names, "HYPERLINK"]) == []


def test_languages_of_fewer_than_five_are_withheld_after_somebody_left(world, maintainer, person, make_answer, label):
    readers = [person(f"sixth-{number}") for number in range(2)]
    for reader in [*world.readers, *readers]:
        set_languages(by=reader, languages=["en", "fr"])
    for reader in readers:
        Label.objects.create(answer=world.settled, person=reader, value="evasive", guideline="2")
    release = publish(maintainer)
    assert [row["languages"] for row in rows_of(release, "labellers")] == [["en", "fr"]] * 5
    leave(by=readers[0], typed=readers[0].username)
    make_editions()
    assert [row["languages"] for row in rows_of(release, "labellers")] == [None] * 4


def test_editions_never_change(published, world):
    leave(by=world.readers[0], typed=world.readers[0].username)
    make_editions()
    for change in (
        lambda: Edition.objects.update(number=2),
        lambda: Edition.objects.all().delete(),
        lambda: Edition.objects.create(release=published, number=3),
        lambda: ReleaseFile.objects.filter(edition=1).update(sha256="0" * 64),
        lambda: ReleaseFile.objects.exclude(withdrawn_at=None).update(withdrawn_at=None),
        lambda: Withdrawal.objects.update(rows={"people": ["x"]}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
