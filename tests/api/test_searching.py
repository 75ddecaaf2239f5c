"""Words: all of them, in any script, in closed answers and approved prompts alone, however little one request reads."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from api import searching
from probes.choices import AnswerState
from probes.models import Answer
from prompts.models import Prompt
from tests.api.conftest import Caller, is_problem

TEXTS = {
    "english": "The square was cleared by tanks; 100% of it. The press was censored.",
    "french": "La place a été évacuée par des chars.",
    "chinese": "1989年六四事件发生在北京天安门广场。",
    "japanese": "天安門事件は1989年に起きた。",
    "korean": "톈안먼 사건은 1989년에 일어났다.",
    "arabic": "أحداث ساحة تيانانمن والصين عام 1989",
}


@pytest.fixture
def answers(make_answer: Callable[..., Answer]) -> dict[str, Answer]:
    made = {name: make_answer(text) for name, text in TEXTS.items()}
    Answer.objects.update(state=AnswerState.SETTLED, counted=3, wanted=3, leased=0, closed_at=timezone.now())
    return made


def found(nobody: Caller, answers: dict[str, Answer], q: str, **more: Any) -> set[str]:
    names = {str(answer.public_id): name for name, answer in answers.items()}
    return {names[row["id"]] for row in nobody.get("answers/", {"q": q, **more}).json()["results"]}


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("tanks", {"english"}), ("TANKS square", {"english"}), ("tanks chars", set()), ("censor", {"english"}),
        ("évacuée", {"french"}), ("ÉVACUÉE place", {"french"}), ("e\u0301vacue\u0301e", {"french"}),
        ("1989", {"chinese", "japanese", "korean", "arabic"}), ("六四", {"chinese"}), ("天安门", {"chinese"}),
        ("广场 六四", {"chinese"}), ("四六", set()), ("事件", {"chinese", "japanese"}), ("天安門事件", {"japanese"}),
        ("사건", {"korean"}), ("تيانانمن", {"arabic"}), ("صين", {"arabic"}), ("تيانانمن الصين 1989", {"arabic"}),
        ("100%", {"english"}), ("100_", set()), ("10%", set()), ("六", {"chinese"}),
        ("%%% the", set()), ("tanks\\", set()), ("tanks 10", {"english"}),
        ("été la", {"french"}), ("'; DROP", set()),
    ],
)  # fmt: skip
def test_all_words_are_in_what_is_found(nobody: Caller, answers: dict[str, Answer], q: str, names: set[str]) -> None:
    assert found(nobody, answers, q) == names
    stream = nobody.get("answers/", {"q": q, "format": "csv", "fields": "id"})
    lines = b"".join(stream.streaming_content).decode().splitlines()
    assert {line.strip('"') for line in lines[1:]} == {str(answers[name].public_id) for name in names}


@pytest.mark.parametrize(
    "q",
    ["", " ", "\u3000", "x" * 201, "one 2 3 4 5 6 7 8 9", "\x00abc"],
)  # fmt: skip
@pytest.mark.parametrize("noun", ["answers", "prompts"])
def test_what_cannot_be_looked_for_is_said(nobody: Caller, db: None, noun: str, q: str) -> None:
    assert list(is_problem(nobody.get(f"{noun}/", {"q": q}), 422)["fields"]) == ["q"]


def test_nothing_is_found_before_it_is_closed(nobody: Caller, answers: dict[str, Answer]) -> None:
    Answer.objects.filter(pk=answers["english"].pk).update(state=AnswerState.OPEN, closed_at=None)
    Answer.objects.filter(pk=answers["french"].pk).update(wanted=4, leased=1)
    Answer.objects.filter(pk=answers["arabic"].pk).update(may_publish=False)
    for q in ("tanks", "chars", "تيانانمن"):
        assert found(nobody, answers, q) == set()
    assert found(nobody, answers, "1989") == {"chinese", "japanese", "korean"}


def test_pages_go_on_where_they_ended_and_other_filters_hold(nobody: Caller, answers: dict[str, Answer]) -> None:
    first = nobody.get("answers/", {"q": "1989", "page_size": 3}).json()
    rest = nobody.client.get(first["next"]).json()
    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (3, 1, None)
    ids = [row["id"] for row in first["results"] + rest["results"]]
    assert ids == sorted(ids) and len({*ids}) == 4
    assert found(nobody, answers, "1989", state="contested") == set()


@pytest.mark.parametrize("read", [1, 2, 3, 5, 6, 7])
def test_whatever_one_request_reads_all_of_it_is_found_once(
    nobody: Caller, answers: dict[str, Answer], monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    monkeypatch.setattr(searching, "READ_AT_MOST", read)
    for q, size in (("1989", 1), ("1989", 3), ("1989", 4), ("tanks", 1), ("nowhere", 1), ("e", 200)):
        pages = list(all_pages(nobody, f"/api/v1/answers/?q={q}&page_size={size}"))
        shown = [row["id"] for page in pages for row in page]
        wanted = Answer.objects.filter(text__icontains=q).order_by("public_id")
        assert shown == [str(answer.public_id) for answer in wanted]
        assert max(map(len, pages)) <= min(size, read)
        # No request reads more than it may, so there are as many as that takes.
        assert len(pages) >= len(answers) // read


def all_pages(nobody: Caller, address: str | None) -> Iterator[list[Any]]:
    while address:
        page = nobody.client.get(address).json()
        yield page["results"]
        address = page["next"]


def test_one_request_is_as_many_questions_whatever_it_finds(
    nobody: Caller, answers: dict[str, Answer], django_assert_max_num_queries: Any
) -> None:
    for q in ("1989", "nowhere"):
        with django_assert_max_num_queries(8):
            nobody.get("answers/", {"q": q})


def test_prompts_are_found_by_their_words(nobody: Caller, client: Client, make_prompt: Callable[..., Prompt]) -> None:
    one = make_prompt("What happened on the square in Beijing in 1989?")
    make_prompt("What happened in Moscow in 1989?")
    make_prompt("What happened on the square in Kyiv?", approved=False)
    rows = nobody.get("prompts/", {"q": "SQUARE happened"}).json()["results"]
    assert [row["id"] for row in rows] == [one.pk]
    page = client.get(reverse("prompts:list"), {"text": "1989 square"}).content.decode()
    assert "Beijing" in page and "Moscow" not in page and "Kyiv" not in page
