"""Orders that cannot be carried out in some release: they wait and say why, and hold up nothing else."""

import json

import pytest
from django.utils import timezone

from releases.actions import build as build_module
from releases.actions import build_waiting, erase_answer, leave, make_editions, start_release
from releases.actions import edit as edit_module
from releases.files import store
from releases.models import Edition, Release, ReleaseFile, Withdrawal
from releases.schema import table_named
from releases.tables import thaw
from tests.releases.conftest import build
from tests.releases.searching import in_files
from tests.releases.taking import live, publish, rows_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "personal"


def grown(monkeypatch, table: str) -> None:
    """That table has a column less in the files than the manifest says."""
    schema_of = thaw.schema_of

    def with_one_more(asked):
        found = schema_of(asked)
        return found.append(found.field(0).with_name("more")) if asked == table_named(table) else found

    monkeypatch.setattr(thaw, "schema_of", with_one_more)


def damage(release: Release, path: str) -> None:
    place = store.local_path(live(release)[path].sha256)
    place.chmod(0o644)
    place.write_bytes(b"no longer what it was")


def test_a_layout_that_says_nothing_leaves_the_order_waiting_and_says_so(
    published, world, maintainer, client, monkeypatch
):
    gone = world.readers[0]
    with monkeypatch.context() as patch:
        grown(patch, "rounds")
        leave(by=gone, typed=gone.username, erase=True)
        assert make_editions() == 0
        order = Withdrawal.objects.get()
        assert (order.status, order.person) == ("waiting", gone)
        assert order.rows["releases"] != {}
        assert order.error == (
            "Release 2026.11.0 has a layout in which it cannot be told where that is "
            "(2026.11.0/data/rounds/part-0000.parquet has other columns than rounds)."
        )
        assert order.retry_at > timezone.now()
        client.force_login(maintainer)
        assert order.error in client.get("/data/withdrawals/").content.decode()
        assert (make_editions(), Edition.objects.count()) == (0, 0)
    Withdrawal.objects.update(retry_at=timezone.now())
    assert make_editions() == 1
    order.refresh_from_db()
    assert (order.status, order.error, order.retry_at, order.rows) == ("done", "", None, {})
    assert len(rows_of(published, "labels")) == 4


def test_such_a_layout_without_it_does_not_hold_the_order(published, world, maintainer, monkeypatch):
    grown(monkeypatch, "rounds")
    erase_answer(by=maintainer, answer=world.waiting, reason=WHY)
    assert make_editions() == 1
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    assert make_editions() == 0


def test_a_damaged_release_holds_up_no_other(published, world, maintainer):
    second = publish(maintainer)
    damage(published, "data/labels/part-0000.parquet")
    gone = world.readers[0]
    leave(by=gone, typed=gone.username, erase=True)
    assert make_editions() == 0
    assert [str(one) for one in Edition.objects.all()] == [f"{second}+e1"]
    assert len(rows_of(second, "labels")) == 4
    assert Withdrawal.objects.get().error == "Release 2026.11.0 could not be edited (ArrowInvalid)."
    start_release(by=maintainer)
    assert build_waiting().status == "built"


def test_a_stuck_order_does_not_hold_one_that_does_not_touch_the_release(published, world, person):
    damage(published, "data/labels/part-0000.parquet")
    gone = world.readers[0]
    leave(by=gone, typed=gone.username)
    assert make_editions() == 0
    leave(by=person("passer"), typed="passer")
    assert make_editions() == 1
    assert list(Withdrawal.objects.order_by("pk").values_list("status", flat=True)) == ["waiting", "done"]


def test_what_is_built_is_told_against_the_edition_before_it(published, world, maintainer):
    """The next release is set back by an order, and built once the release before it is edited."""
    built = build(maintainer)
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    assert build_waiting() is None
    assert make_editions() == 1
    again = build_waiting()
    assert (again.pk, again.status) == (built.pk, "built")
    manifest = json.loads(text_of(live(again)["manifest.json"]))
    assert manifest["previous"]["label"] == f"{published}+e1"
    assert str(world.odd.public_id) not in text_of(live(again)["delta/answers.ndjson.zst"])


def test_a_release_that_was_built_all_the_same_is_set_back(published, world, maintainer, monkeypatch):
    """As when the order comes between two looks of the builder."""
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    orders = list(Withdrawal.objects.all())
    Withdrawal.objects.update(error="tried")
    built = build(maintainer)
    sums = set(built.files.values_list("sha256", flat=True))
    assert str(world.odd.public_id) in text_of(live(built)["delta/answers.ndjson.zst"])
    Withdrawal.objects.filter(pk=orders[0].pk).update(error="")
    assert make_editions() == 1
    built.refresh_from_db()
    assert (built.status, built.stage) == ("building", "waiting")
    held = set(ReleaseFile.objects.filter(withdrawn_at=None).values_list("sha256", flat=True))
    assert [sha256 for sha256 in sums - held if store.exists(sha256)] == []


def test_a_worker_that_died_between_two_releases_leaves_no_old_delta(published, world, maintainer, monkeypatch):
    erase_answer(by=maintainer, answer=world.odd, reason=WHY)
    Withdrawal.objects.update(error="tried")
    second = publish(maintainer)
    assert str(world.odd.public_id) in text_of(live(second)["delta/answers.ndjson.zst"])
    held = edit_module.held

    def dies(release):
        if release == second:
            raise KeyboardInterrupt
        return held(release)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(edit_module, "held", dies)
        make_editions()
    assert [str(one) for one in Edition.objects.all()] == [f"{published}+e1"]
    assert make_editions() == 1
    assert str(world.odd.public_id) not in text_of(live(second)["delta/answers.ndjson.zst"])


def test_what_a_killed_build_had_put_into_the_store_goes(world, maintainer, monkeypatch, releases_dir):
    """No row of a file names it: the build died before it was whole."""
    start_release(by=maintainer)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(build_module, "finish", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
        build_waiting()
    assert (ReleaseFile.objects.count(), in_files(releases_dir / "store", ["HYPERLINK"]) != []) == (0, True)
    erase_answer(by=maintainer, answer=world.settled, reason=WHY)
    assert make_editions() == 1
    assert store.sums() == set()
    assert build_waiting().status == "built"
    assert in_files(releases_dir, ["HYPERLINK"]) == []
