"""Lists as streams: the same rows as on the pages, as NDJSON and CSV, however they are read."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from api.streams import made, sending
from api.streams.columns import columns_of, value_at
from api.streams.nouns import NOUNS
from api.urls import urlpatterns
from observatory.models import Correction, Reply
from probes.models import Answer
from tests.api.conftest import Caller
from tests.api.streaming import HOSTILE, LONG, NDJSON, cells_of, paged, rows_of


@pytest.mark.parametrize("noun", LONG)
def test_postgresql_writes_what_the_serializer_says(nobody: Caller, varied: None, noun: str) -> None:
    found = rows_of(nobody, f"{noun}/")
    assert found == paged(nobody, f"{noun}/")
    assert [list(row) for row in found] == [list(row) for row in paged(nobody, f"{noun}/")]
    assert len(found) >= 2


def test_the_world_of_these_tests_has_every_case(nobody: Caller, varied: None) -> None:
    rows = rows_of(nobody, "answers/")
    assert {row["state"] for row in rows} == {"settled", "contested", "unjudgeable"}
    assert {(row["consensus"] or {}).get("state") for row in rows} == {None, "settled", "contested", "adjudicated"}
    assert {row["adjudication"] and row["adjudication"]["decision"] for row in rows} == {None, "evasive"}
    assert {row["givers_known"] for row in rows} == {True, False}
    assert {giver["collected_by"] for row in rows for giver in row["given_by"]} == {None, "Elsewhere"}
    assert "Still open." not in [row["text"] for row in rows]
    assert [row["given_by"] for row in rows if row["text"] == "Closed beside an open one."] == [[]]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("answers/", {"fields": "id,consensus.value,consensus.posterior,prompt.topic"}),
        ("answers/", {"language": "en", "state": "contested"}),
        ("answers/", {"fields": "given_by"}),
        ("consensus/", {"fields": "answer,bridged"}),
        ("labels/", {"label": "faithful", "fields": "id,value"}),
        ("answers/", {"prompt": "999999999"}),
        ("prompts/", {"kind": "sensitive"}),
        ("models/", {"fields": "slug,endpoints.slug"}),
        *((f"{noun}/", {}) for noun in ("topics", "models", "endpoints", "rounds", "probes", "agreement", "rates")),
        *((f"{noun}/", {}) for noun in ("comparisons", "releases", "judges", "replies", "corrections")),
    ],
)
def test_filters_and_fields_hold_in_streams(
    nobody: Caller, varied: None, reply: Reply, correction: Correction, path: str, query: dict[str, str]
) -> None:
    assert rows_of(nobody, path, query) == paged(nobody, path, query)


def test_every_list_that_anybody_may_read_can_be_streamed(nobody: Caller, varied: None) -> None:
    from rest_framework.mixins import ListModelMixin

    streamed = []
    for pattern in urlpatterns:
        view = getattr(pattern.callback, "cls", None)
        if view is not None and issubclass(view, ListModelMixin) and "<" not in str(pattern.pattern):
            if "GET" in view.scopes:
                continue
            response = nobody.get(str(pattern.pattern), headers={"accept": NDJSON})
            assert response.status_code == 200, pattern
            assert response["Content-Type"] == NDJSON
            list(response.streaming_content)
            streamed.append(str(pattern.pattern))
    assert {f"{noun}/" for noun in LONG} < set(streamed)
    assert len(streamed) > 10


@pytest.mark.parametrize("noun", LONG)
def test_csv_has_the_fields_as_columns(nobody: Caller, varied: None, noun: str) -> None:
    [shape] = [one.callback.cls.serializer_class for one in urlpatterns if str(one.pattern) == f"{noun}/"]
    columns = columns_of(shape)
    assert made.ways_of(made.lay(NOUNS[shape].members, {}, made.Columns())) == list(columns)
    head, *lines = cells_of(nobody, f"{noun}/")
    assert head == [".".join(way) for way in columns]
    rows = rows_of(nobody, f"{noun}/")
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        for text, way in zip(line, columns, strict=True):
            assert_same(text, value_at(row, way))


def assert_same(text: str, value: Any) -> None:
    if value is None:
        assert text == ""
    elif isinstance(value, bool):
        assert text == ("true" if value else "false")
    elif isinstance(value, int | float):
        assert float(text) == value
    elif isinstance(value, list | dict):
        assert json.loads(text) == value
    else:
        assert text in (value, f"'{value}")


def test_csv_in_python_and_in_postgresql_is_the_same(
    nobody: Caller, varied: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.streams import nouns

    written = {noun: cells_of(nobody, f"{noun}/") for noun in LONG}
    monkeypatch.setattr(nouns, "NOUNS", {})
    for noun in LONG:
        head, *lines = cells_of(nobody, f"{noun}/")
        assert written[noun][0] == head
        for one, other in zip(written[noun][1:], lines, strict=True):
            assert [plain(cell) for cell in one] == [plain(cell) for cell in other]


def plain(cell: str) -> Any:
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def test_no_cell_of_a_stream_is_a_formula(nobody: Caller, make_answer: Callable[..., Answer], prompt: Any) -> None:
    Answer.objects.all().delete()
    for text in HOSTILE:
        make_answer(text)
    Answer.objects.update(state="unjudgeable", closed_at=timezone.now())
    head, *lines = cells_of(nobody, "answers/")
    found = {line[head.index("text")] for line in lines}
    assert found == {text if text[0] in "aفl\\" else f"'{text}" for text in HOSTILE}


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_of_any_size_make_one_list(
    nobody: Caller, varied: None, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = {noun: paged(nobody, f"{noun}/") for noun in (*LONG, "models")}
    monkeypatch.setattr(sending, "FIRST", size)
    monkeypatch.setattr(sending, "MOST", size)
    for noun, rows in whole.items():
        assert rows_of(nobody, f"{noun}/") == rows


@pytest.mark.parametrize(("noun", "key"), [("answers", ["id"]), ("labels", ["answer", "id"]), ("prompts", ["id"])])
def test_a_stream_goes_on_behind_the_last_row_somebody_has(
    nobody: Caller, varied: None, noun: str, key: list[str]
) -> None:
    rows = rows_of(nobody, f"{noun}/")
    for had in (1, len(rows) // 2, len(rows)):
        cursor = "~".join(str(rows[had - 1][name]) for name in key)
        assert rows_of(nobody, f"{noun}/", {"cursor": cursor}) == rows[had:]


def test_what_is_written_meanwhile_makes_no_gaps_and_no_doubles(
    nobody: Caller, varied: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST", 2)
    monkeypatch.setattr(sending, "MOST", 2)
    before = {row["id"] for row in paged(nobody, "answers/")}
    response = nobody.get("answers/", headers={"accept": NDJSON})
    chunks: Iterator[bytes] = iter(response.streaming_content)
    had = next(chunks)
    first = {json.loads(line)["id"] for line in had.decode().splitlines()}
    # Sorted by a random key: one of the last is taken back.
    gone = sorted(before)[-1]
    Answer.objects.filter(public_id=gone).update(state="withdrawn")
    found = [json.loads(line)["id"] for line in (had + b"".join(chunks)).decode().splitlines()]
    assert len(found) == len(set(found))
    assert first < set(found) == before - {gone}
