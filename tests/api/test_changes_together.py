"""The feed of changes while many write: nothing is lost to whoever commits late, or to a restore."""

import random
import threading
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q

from probes.models import LLM, Answer, Endpoint, Probe
from releases.models import Change, Release
from tests.api.conftest import Caller
from tests.api.hearing import Since, close, heard_in, of

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work: Callable[[], None]) -> threading.Thread:
    """Runs on a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def new(slug: str) -> LLM:
    return LLM.objects.create(slug=slug, name=slug, maker="M", maker_country="US")


def test_who_commits_late_is_not_lost(since: Since) -> None:
    """The first to begin commits last. Whoever read meanwhile still hears of it, and of each once."""
    since()
    written, go = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            new("late")
            written.set()
            assert go.wait(20)

    thread = elsewhere(late)
    assert written.wait(20)
    new("early")
    assert since() == []
    go.set()
    thread.join()
    assert since() == [("model", "late", "published"), ("model", "early", "published")]


def test_nothing_is_lost_or_doubled_by_many_who_write(nobody: Caller, since: Since) -> None:
    since()
    kept: list[str] = []

    def write(name: int) -> None:
        chance = random.Random(name)
        for number in range(40):
            slug = f"m-{name}-{number}"
            try:
                with transaction.atomic():
                    new(slug)
                    time.sleep(chance.random() * 0.02)
                    if chance.random() < 0.2:
                        raise KeyError(slug)
            except KeyError:
                continue
            kept.append(slug)

    threads = [elsewhere(lambda name=name: write(name)) for name in range(6)]  # type: ignore[misc]
    seen: list[str] = []
    place = nobody.get("changes/?from=now&page_size=7").json()["next"]
    seen += [key for key in told_up_to(place) if key.startswith("m-")]
    while True:
        over = not any(thread.is_alive() for thread in threads)
        body = nobody.get(place).json()
        seen += [row["key"] for row in body["results"]]
        place = body["next"]
        if over and not body["results"]:
            break
    assert len(kept) > 150
    assert sorted(seen) == sorted(kept)


def told_up_to(place: str) -> list[str]:
    """The keys of what comes before a cursor. Not before `now`: that is later by the time it is looked for."""
    last = Change.objects.filter(pk=int(parse_qs(urlsplit(place).query)["cursor"][0])).first()
    if last is None:
        return []
    before = Q(transaction__lt=last.transaction) | Q(transaction=last.transaction, pk__lte=last.pk)
    return list(Change.objects.filter(before).values_list("key", flat=True))


def test_two_who_close_the_last_answers_of_a_question(make_answer: Callable[..., Answer], since: Since) -> None:
    """Each sees the other's answer open; the one that ends last has to tell who gave the third."""
    closed, one, other = make_answer("A."), make_answer("B."), make_answer("C.")
    close(closed)
    since()
    written, go = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            close(one)
            written.set()
            assert go.wait(20)

    begun = elsewhere(first)
    assert written.wait(20)
    second = elsewhere(lambda: close(other))
    wait_until_somebody_waits()
    go.set()
    begun.join()
    second.join()
    assert sorted(since()) == sorted([of(one, "changed"), of(other, "published"), of(closed, "changed")])


def wait_until_somebody_waits() -> None:
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for anybody")


def test_a_database_restored_elsewhere_goes_on(nobody: Caller, endpoint: Endpoint, since: Since) -> None:
    """There transactions are counted anew, below all that the feed holds."""
    since()
    far = 10**12
    Change.objects.create(transaction=far, noun="model", key="from-before", verb="published")
    assert since() == [("model", "from-before", "published")]
    new("first")
    assert since() == [("model", "first", "published")]
    with transaction.atomic():
        new("second")
        new("third")
    new("fourth")
    assert [key for _, key, _ in since()] == ["second", "third", "fourth"]
    numbers = list(Change.objects.filter(transaction__gt=far).order_by("pk").values_list("transaction", flat=True))
    assert numbers == sorted(numbers) and len(numbers) == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM releases_change_epoch")
        assert cursor.fetchone()[0] == far
        # For the tests after this one.
        cursor.execute("SELECT setval('releases_change_epoch', 0)")


def test_what_was_public_before_the_feed_comes_first_in_it(closed: Answer, published: Release, nobody: Caller) -> None:
    from importlib import import_module

    Change.objects.all().delete()
    beginning = import_module("releases.migrations.0005_changes").BEGINNING
    with connection.cursor() as cursor:
        cursor.execute(beginning)
    assert heard_in(nobody.get("changes/").json()) == [
        ("model", "model-a", "published"),
        ("endpoint", "endpoint-a", "published"),
        ("round", "1", "published"),
        ("prompt", str(closed.version.prompt_id), "published"),
        of(closed, "published"),
        ("release", "2026.11.0", "published"),
    ]
    assert Probe.objects.count() == 1
