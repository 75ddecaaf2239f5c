"""What is dear to find is found by one at a time, kept for a few seconds, and never waited for by a whole site."""

from importlib import import_module
from threading import Event, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.actions import refresh_stale
from annotations.choices import Scale, Slice
from annotations.selectors import crossed, crossed_table, filling
from core.errors import Busy
from tests.annotations.test_figures import french, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead_of_one")]
__all__ = ["french", "record"]

OTHERS = "Other slices are being crossed at the moment. Try again in a few seconds."
TOO_MANY = "There are too many answers to cross these slices now. The API can cross one of them, by its key."
TABLE = "agreement/?slice=model&with=language"


@pytest.fixture(autouse=True)
def clean(fresh, monkeypatch):
    """As the site has it, and nothing is kept."""
    cache.clear()
    monkeypatch.setattr(filling, "FRESH_S", 10)
    monkeypatch.setattr(filling, "WAIT_S", 0.0)


@pytest.fixture
def taken():
    """Somebody else crosses slices."""
    cache.set(filling.TURN, 1)
    yield
    cache.delete(filling.TURN)


def test_a_question_is_counted_once_for_every_scale_and_size(record):
    refresh_stale(limit=100)
    whole = crossed_table(Slice.MODEL, Slice.LANGUAGE, 50)
    with CaptureQueriesContext(connection) as queries:
        again = crossed_table(Slice.MODEL, Slice.LANGUAGE, 50)
        one = crossed_table(Slice.MODEL, Slice.LANGUAGE, 1)
        simpler = crossed_table(Slice.MODEL, Slice.LANGUAGE, 50, scale=Scale.SUPPRESSED)
    assert len(queries) == 0
    assert [(row.key, row.crossed_with, row.alpha, row.computed_at) for row in again] == [
        (row.key, row.crossed_with, row.alpha, row.computed_at) for row in whole
    ]
    assert [row.key for row in one] == [whole[0].key]
    assert [(row.key, row.answers, row.scale) for row in simpler] == [
        (row.key, row.answers, Scale.SUPPRESSED) for row in whole
    ]


def test_so_many_pairs_without_a_key_and_more_of_one(record, monkeypatch):
    refresh_stale(limit=100)
    monkeypatch.setattr(import_module("annotations.selectors.crossed"), "PAIRS_AT_MOST", 1)
    assert [row.key for row in crossed_table(Slice.MODEL, Slice.LANGUAGE, 50)] == ["model-a"]
    of_b = crossed_table(Slice.MODEL, Slice.LANGUAGE, 50, key_a="model-b")
    assert [row.crossed_with[1] for row in of_b] == ["en", "fr"]


def test_two_that_ask_at_once_count_once():
    begun, go_on, found = Event(), Event(), []

    def find():
        found.append("found")
        begun.set()
        go_on.wait(10)
        return len(found)

    first = Thread(target=lambda: found.append(filling.filled(("a",), find)))
    first.start()
    begun.wait(10)
    with pytest.raises(Busy):
        filling.filled(("a",), find)
    go_on.set()
    first.join(10)
    assert (filling.filled(("a",), find), found) == (1, ["found", 1])


def test_who_waits_a_moment_has_it(monkeypatch):
    monkeypatch.setattr(filling, "WAIT_S", 20.0)
    begun, told = Event(), []

    def find():
        begun.set()
        return "found"

    cache.set(filling.TURN, 1)
    waiting = Thread(target=lambda: told.append(filling.filled(("b",), find)))
    waiting.start()
    assert begun.wait(0.3) is False
    cache.delete(filling.TURN)
    waiting.join(10)
    assert told == ["found"]


def test_what_was_found_last_is_given_out_meanwhile(monkeypatch, taken):
    cache.delete(filling.TURN)
    assert filling.filled(("c",), lambda: "before") == "before"
    monkeypatch.setattr(filling, "FRESH_S", 0)
    cache.set(filling.TURN, 1)
    assert filling.filled(("c",), lambda: "after") == "before"
    with pytest.raises(Busy) as refused:
        filling.filled(("another",), lambda: "after")
    assert (refused.value.message, refused.value.permanent) == (OTHERS, False)
    cache.delete(filling.TURN)
    assert filling.filled(("c",), lambda: "after") == "after"


def test_a_mistake_gives_the_turn_back():
    with pytest.raises(ZeroDivisionError):
        filling.filled(("d",), lambda: 1 // 0)
    assert filling.filled(("d",), lambda: "found") == "found"


def test_a_query_ends_after_its_time_and_the_next_has_its_own(monkeypatch):
    monkeypatch.setattr(filling, "QUERY_S", 0.05)
    with pytest.raises(filling.TooLong):
        filling.rows("SELECT pg_sleep(%(seconds)s)", {"seconds": 20})
    assert filling.rows("SELECT %(one)s::int", {"one": 1}) == [(1,)]
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_what_took_too_long_is_not_tried_again_at_once():
    tried = []

    def find():
        tried.append(1)
        raise filling.TooLong

    for _ in range(3):
        with pytest.raises(Busy) as refused:
            filling.filled(("e",), find)
        assert refused.value.message == TOO_MANY
    assert tried == [1]
    assert filling.filled(("f",), lambda: "found") == "found"


def test_the_page_and_the_api_say_so(client, record, taken):
    refresh_stale(limit=100)
    page, problem = client.get("/agreement/?by=model&with=language"), client.get(f"/api/v1/{TABLE}")
    assert (page.status_code, OTHERS in page.content.decode()) == (503, True)
    assert (problem.status_code, problem.json()["code"], problem.json()["detail"]) == (503, "busy", OTHERS)
    cache.delete(filling.TURN)
    assert client.get(f"/api/v1/{TABLE}").status_code == 200
    assert crossed((Slice.MODEL, "model-a"), (Slice.LANGUAGE, "en")).answers == 2
