"""Pages made ahead of a swift reader, in two halves: nothing twice, nothing left out, wherever they are cut."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone

from api.pagination import Order
from api.streams import making, sending
from api.streams.kinds import Page
from api.streams.making import Making
from api.streams.shown import Shown
from probes.models import Answer
from tests.api.conftest import Caller
from tests.api.streaming import NDJSON, body, paged, rows_of


class AtOnce:
    """Does what it is given before it says that it has it."""

    def submit(self, do: Callable[..., Any], *told: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(do(*told))
        except Exception as error:
            done.set_exception(error)
        return done


@pytest.fixture
def ahead(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The process for streams, on the test's own connection; the rows of each page in halves, and its size."""
    found: list[tuple[int, int]] = []

    def noted(first: Any, second: Any, size: int) -> tuple[Page, bool]:
        page, over = joined(first, second, size)
        found.append((page.rows, size))
        return page, over

    joined = making.joined
    settings.IS_FILES_PROCESS = True
    monkeypatch.setattr(connections["default"], "is_lent", True, raising=False)
    monkeypatch.setattr(making, "makers", AtOnce)
    monkeypatch.setattr(making, "joined", noted)
    return found


def closed(make_answer: Callable[..., Answer], number: int) -> None:
    for place in range(number):
        make_answer(f"Answer {place}.")
    Answer.objects.filter(state="open").update(state="unjudgeable", closed_at=timezone.now())


@pytest.mark.parametrize("size", [2, 4, 9])
def test_halves_make_one_list(
    nobody: Caller,
    make_answer: Callable[..., Answer],
    ahead: list[tuple[int, int]],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
) -> None:
    closed(make_answer, 50)
    settings.IS_FILES_PROCESS = False
    whole = paged(nobody, "answers/")
    settings.IS_FILES_PROCESS = True
    for name in ("FIRST", "MOST"):
        monkeypatch.setattr(sending, name, size)
    monkeypatch.setattr(making, "HALVED_FROM", 2)
    assert rows_of(nobody, "answers/") == whole
    assert len(whole) >= 50
    assert len(ahead) > 1
    assert all(rows <= asked + asked // 2 for rows, asked in ahead)


@pytest.mark.parametrize("noun", ["labels", "consensus", "prompts"])
def test_of_every_long_list(
    nobody: Caller,
    varied: None,
    ahead: list[tuple[int, int]],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    noun: str,
) -> None:
    settings.IS_FILES_PROCESS = False
    whole = paged(nobody, f"{noun}/")
    settings.IS_FILES_PROCESS = True
    for name in ("FIRST", "MOST"):
        monkeypatch.setattr(sending, name, 2)
    monkeypatch.setattr(making, "HALVED_FROM", 2)
    assert rows_of(nobody, f"{noun}/") == whole
    assert bool(ahead) == (noun != "prompts" and len(whole) > 4)


@pytest.mark.parametrize(
    ("begin", "end", "rows", "size", "found"),
    [
        (0, 1000, 1000, 4000, 3000),
        (1000, 1600, 3000, 2000, 1800),
        (0, 2**127, 1000, 1000, 2**127 + 2**126),
        (0, 2**127, 1000, 4000, None),  # beyond all ids
        (5, 5, 1000, 4000, None),  # all of it was of one answer
        (0, 1000, 1000, 999, None),  # too small
    ],
)
def test_where_the_middle_is_guessed(begin: int, end: int, rows: int, size: int, found: int | None) -> None:
    pages = Making(Order(("public_id",)), Answer.objects.all(), Shown.__new__(Shown))
    guessed = pages.middle(f"{UUID(int=begin)}~a", f"{UUID(int=end)}~b", rows, size)
    assert guessed == (None if found is None else UUID(int=found))
    assert pages.middle(None, f"{UUID(int=end)}~b", rows, size) is None


@pytest.mark.parametrize("key", ["-public_id", "pk"])
def test_only_where_keys_are_random_and_go_upwards(key: str) -> None:
    pages = Making(Order((key,)), Answer.objects.all(), Shown.__new__(Shown))
    assert pages.middle(str(UUID(int=1)), str(UUID(int=9)), 1000, 4000) is None


def test_few_have_wide_pages_and_none_keeps_its_place(
    nobody: Caller,
    make_answer: Callable[..., Answer],
    ahead: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed(make_answer, 20)
    monkeypatch.setattr(sending, "FIRST", 1)
    monkeypatch.setattr(sending, "WANTED", 600)
    wanted: list[int] = []

    def noted(_rows: int, _length: int, most: int) -> int:
        wanted.append(most)
        return 2

    monkeypatch.setattr(sending, "next_size", noted)
    places = sending.WIDE_AT_ONCE
    body(nobody.get("answers/", headers={"accept": NDJSON}))
    assert (wanted[0], wanted[-1]) == (600, sending.WIDE)
    left = [places.acquire(blocking=False) for _ in range(7)]
    assert left == [True] * 6 + [False]
    try:
        wanted.clear()
        body(nobody.get("answers/", headers={"accept": NDJSON}))
        assert set(wanted) == {600}
    finally:
        for _ in range(6):
            places.release()
