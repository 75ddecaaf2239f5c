"""A build that cannot be finished ends: it is tried a few times, then says what to do; and a maintainer can end it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest
from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

from releases import figures, rows
from releases.actions import build as build_module
from releases.actions import (
    build_waiting,
    describing,
    discard_release,
    erase_answer,
    make_editions,
    progress,
    start_release,
)
from releases.actions.unheld import sweep_store
from releases.choices import ATTEMPTS_AT_MOST
from releases.files import store
from releases.models import Release, ReleasedLabel, ReleaseFile
from releases.privacy import pseudonyms
from releases.tables import writing
from tests.releases.conftest import build, folder
from tests.workers.site import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


def cancelled(cut: object) -> None:
    """What PostgreSQL does to a statement that takes too long: really done."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
        cursor.execute("SELECT pg_sleep(10)")


def attempts_of(release: Release) -> tuple[str, str, int]:
    release.refresh_from_db()
    return release.status, release.stage, release.attempts


def test_a_database_that_refuses_for_good_ends_the_build(client, world, maintainer, monkeypatch, releases_dir):
    release = start_release(by=maintainer)
    client.force_login(maintainer)
    with monkeypatch.context() as patch:
        patch.setitem(rows.ROWS, "labels", cancelled)
        for attempt in range(1, ATTEMPTS_AT_MOST):
            with pytest.raises(OperationalError) as refused:
                build_waiting()
            assert isinstance(refused.value.__cause__, QueryCanceled)
            assert attempts_of(release) == ("building", "freezing", attempt)
        assert "Step 1 of 4 · attempt 4 of 5" in client.get("/data/").content.decode()
        failed = build_waiting()
    assert failed == release and attempts_of(release) == ("failed", "freezing", ATTEMPTS_AT_MOST)
    assert failed is not None and failed.error == (
        "Tried 5 times, and each time the database gave up at the step “Reading the database”: canceling statement due "
        "to statement timeout. See in its log what it lacks (disk, memory, time), mend that, discard this release and "
        "start again."
    )
    assert build_waiting() is None and not list(releases_dir.glob("*.part"))
    discard_release(by=maintainer, release=failed)
    assert build(maintainer).version == release.version


def test_another_stage_is_tried_from_one_again(world, maintainer, monkeypatch):
    release = start_release(by=maintainer)
    at = {"counting": (figures, "compute_figures"), "writing": (writing, "write_tables")}

    def lost(*_args: object, **_more: object) -> None:
        raise OperationalError("the connection is lost")

    for stage, (place, name) in at.items():
        with monkeypatch.context() as patch:
            patch.setattr(place, name, lost)
            for attempt in range(1, ATTEMPTS_AT_MOST):
                with pytest.raises(OperationalError):
                    build_waiting()
                assert attempts_of(release) == ("building", stage, attempt)
    built = build_waiting()
    assert built == release and built.status == "built"


KILLED = """
import os, signal
import django
django.setup()
from releases import figures
from releases.actions import build_waiting
from releases.models import Release
figures.compute_figures = lambda spool: os.kill(os.getpid(), signal.SIGKILL)
for attempt in range(5):
    if not (child := os.fork()):
        build_waiting()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_workers_that_are_killed_at_one_stage_again_and_again(world, maintainer, settings, releases_dir):
    release = start_release(by=maintainer)
    address = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    environ = os.environ | {
        "DATABASE_URL": f"{address[0].rpartition('/')[0]}/{name}{address[1]}{address[2]}",
        "CANDOR_DATA": str(settings.RELEASES_DIR.parent),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=240,
    )
    assert killed.stdout.split() == ["-9"] * ATTEMPTS_AT_MOST
    assert attempts_of(release) == ("building", "counting", ATTEMPTS_AT_MOST)
    failed = build_waiting()
    assert failed == release and attempts_of(release) == ("failed", "counting", ATTEMPTS_AT_MOST)
    assert failed is not None and failed.error == (
        "Tried 5 times, and each time the worker was stopped at the step “Computing the figures”, most likely because "
        "memory ran out. Give it more memory, discard this release and start again."
    )
    assert not list(releases_dir.glob("*.part"))


def test_an_order_to_take_something_out_begins_the_count_anew(world, maintainer):
    release = start_release(by=maintainer)
    Release.objects.filter(pk=release.pk).update(stage="writing", attempts=4)
    erase_answer(by=maintainer, answer=world.settled, reason="personal")
    assert attempts_of(release) == ("building", "waiting", 0)
    assert make_editions() == 1
    built = build_waiting()
    assert built == release and built.status == "built"


def in_a_thread(work: Callable[[], object]) -> None:
    """As somebody else, over a connection of their own."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive() and not failed, failed


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (pseudonyms, "keep_names"),
        (figures, "compute_figures"),
        (writing, "write_table"),
        (describing, "write_documents"),
        (build_module, "adopt"),
        (build_module, "finish"),
    ],
)
def test_a_release_that_is_being_built_can_be_discarded(
    place: ModuleType, name: str, world, maintainer, monkeypatch, releases_dir: Path
):
    """And the next one, of the same version, is started while the builder has not noticed yet."""
    release = start_release(by=maintainer)
    found, later = getattr(place, name), []

    def discarded(*given: object, **more: object) -> object:
        if not later:
            in_a_thread(lambda: discard_release(by=maintainer, release=release))
            in_a_thread(lambda: later.append(start_release(by=maintainer)))
        return found(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(place, name, discarded)
        assert build_waiting() is None
    (following,) = later
    assert following.version == release.version
    assert list(Release.objects.values_list("pk", "status", "error")) == [(following.pk, "building", "")]
    assert not list(releases_dir.glob("*.part")) and not store.sums()
    assert not ReleaseFile.objects.exists() and not ReleasedLabel.objects.exists()
    built = build_waiting()
    assert built == following and built.status == "built"


def test_a_builder_notices_between_two_rows(world, maintainer, monkeypatch, releases_dir):
    release = start_release(by=maintainer)
    read: list[str] = []

    def discarded(cut: object, found=rows.ROWS["probes"]) -> object:
        in_a_thread(lambda: discard_release(by=maintainer, release=release))
        return found(cut)

    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    monkeypatch.setitem(rows.ROWS, "probes", discarded)
    monkeypatch.setitem(rows.ROWS, "answers", lambda cut: read.append("answers") or iter(()))
    assert build_waiting() is None
    assert (read, Release.objects.exists(), list(releases_dir.glob("*.part"))) == ([], False, [])


def test_a_maintainer_discards_on_the_page_what_is_being_built(client, world, maintainer):
    release = start_release(by=maintainer)
    client.force_login(maintainer)
    page = client.get("/data/").content.decode()
    assert f"/data/discard/{release.version}/" in page and "Look again" in page and "Publish for good" not in page
    assert client.post(f"/data/discard/{release.version}/").status_code == 302
    assert not Release.objects.exists() and build_waiting() is None


@pytest.mark.parametrize("times", [1, 2])
def test_what_a_sweep_takes_while_it_is_read_back_is_put_there_again(times: int, world, maintainer, monkeypatch):
    """Somebody discards another release meanwhile: what no release holds yet goes along, once. Twice is a failure."""
    release = start_release(by=maintainer)
    read, swept = store.sum_of, []

    def after_a_sweep(sha256: str) -> str:
        if len(swept) < times and Release.objects.filter(pk=release.pk, files=None).exists():
            swept.append(sha256)
            in_a_thread(sweep_store)
        return read(sha256)

    monkeypatch.setattr(store, "sum_of", after_a_sweep)
    built = build_waiting()
    assert built == release and len(swept) == times
    if times == 2:
        said = "The files could not be written: No such file or directory. Discard this release and start again."
        assert (built.status, built.error) == ("failed", said)
        return
    assert (built.status, built.error) == ("built", "")
    sums = list(built.files.values_list("sha256", flat=True))
    assert store.sums() == set(sums) and [read(one) for one in sums] == sums


def test_a_discard_is_done_also_where_the_store_is_away(client, built, maintainer, releases_dir):
    folder = releases_dir / "store/sha256"
    folder.rename(releases_dir / "away")
    folder.write_bytes(b"no folder")
    with pytest.raises(NotADirectoryError):
        sweep_store()
    client.force_login(maintainer)
    assert client.post(f"/data/discard/{built.version}/").status_code == 302
    assert not Release.objects.exists()
    folder.unlink()
    (releases_dir / "away").rename(folder)
    assert store.sums() != set()
    sweep_store()  # a later one
    assert store.sums() == set()


def test_what_a_killed_worker_left_of_a_discarded_release_is_swept(world, maintainer, releases_dir):
    left = releases_dir / "2026.1.0-999999.part"
    (left / "spool").mkdir(parents=True)
    (left / "spool/labels.arrow").write_bytes(b"rows")
    build(maintainer)
    assert not left.exists()


def test_a_release_before_that_cannot_be_read_now_is_tried_again(published, maintainer):
    """Where the store does not give it; one whose files are lost is not waited for, and that is said."""
    lost = store.local_path(published.files.get(path="data/labels/part-0000.parquet").sha256)
    lost.unlink()
    lost.mkdir()  # reading it is an error that is not "no such file"
    release = start_release(by=maintainer)
    for attempt in range(1, ATTEMPTS_AT_MOST):
        assert build_waiting() == release
        assert attempts_of(release) == ("building", "describing", attempt)
    failed = build_waiting()
    assert failed is not None and (failed.status, failed.error) == (
        "failed",
        f"Tried 5 times, and each time release {published.version}, which this one is compared with, could not be "
        "read. See that the store can be reached, discard this release and start again.",
    )
    discard_release(by=maintainer, release=failed)
    lost.rmdir()
    again = build(maintainer)
    assert not again.files.filter(path__startswith="delta/").exists()
    said = f"The files of {published.version}, the release before it, are lost or damaged: what changed is not told."
    assert said in (folder(again) / "CHANGELOG.md").read_text()
