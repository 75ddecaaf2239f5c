"""Paging without gaps or doubles, bounded, with the same number of queries for one row and for three."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from annotations.models import Agreement
from probes.actions import add_endpoint, add_llm
from probes.models import Answer
from prompts.models import Prompt, Topic
from releases.models import Release
from tests.api.conftest import Caller


def walk(nobody: Caller, path: str, key: str, between: Callable[[int], object] = lambda page: None) -> list[Any]:
    """Follows next to the end; `between` is called after each page."""
    found: list[Any] = []
    following: str | None = path
    page = 0
    while following:
        response = nobody.get(following)
        body = response.json()
        found += [row[key] for row in body["results"]]
        following = body["next"]
        assert response.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
        between(page)
        page += 1
    return found


def topics(*slugs: str) -> None:
    rows = (Topic(slug=slug, name_en=slug, name_fr=slug, name_zh_hans=slug) for slug in slugs)
    Topic.objects.bulk_create(rows, ignore_conflicts=True)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 200])
def test_each_row_once(nobody: Caller, size: int) -> None:
    slugs = [f"topic-{n}" for n in range(7)]
    topics(*reversed(slugs))
    assert walk(nobody, f"topics/?page_size={size}", "slug") == slugs


def test_rows_that_come_and_go_while_paging(nobody: Caller) -> None:
    topics(*(f"t{n:03}" for n in range(100)))

    def change(page: int) -> None:
        Topic.objects.filter(slug__in=[f"t{page * 10 + 1:03}", f"t{page * 10 + 15:03}"]).delete()
        topics(f"t{page * 10:03}x", f"t{min(99, page * 10 + 20):03}y")

    found = walk(nobody, "topics/?page_size=10", "slug", change)
    assert len(found) == len(set(found))
    survived = set(Topic.objects.values_list("slug", flat=True)) & {f"t{n:03}" for n in range(100)}
    assert survived <= set(found)


def test_next_keeps_the_filters(nobody: Caller, make_prompt: Callable[..., Prompt]) -> None:
    for word in ("first", "second", "third"):
        make_prompt(f"What was the {word} thing that happened?")
    make_prompt("Que s’est-il passé ensuite ?", language="fr")
    rows = walk(nobody, "prompts/?language=en&page_size=1", "language")
    assert rows == ["en", "en", "en"]


def test_answers_in_the_order_of_their_random_ids(
    nobody: Caller, make_answer: Callable[..., Answer], close: Callable[..., Answer]
) -> None:
    ids = {str(close(make_answer(f"It was number {n}.")).public_id) for n in range(3)}
    assert walk(nobody, "answers/?page_size=1", "id") == sorted(ids)


def test_releases_newest_first(nobody: Caller) -> None:
    now = timezone.now()
    for n in range(3):
        Release.objects.create(version=f"2026.11.{n}", status="published", cutoff=now, published_at=now)
    assert walk(nobody, "releases/?page_size=2", "version") == ["2026.11.2", "2026.11.1", "2026.11.0"]


def test_a_page_holds_fifty_unless_told(nobody: Caller) -> None:
    topics(*(f"t{n:03}" for n in range(201)))
    assert len(nobody.get("topics/").json()["results"]) == 50
    body = nobody.get("topics/?page_size=200").json()
    assert len(body["results"]) == 200
    assert body["next"] == "http://testserver/api/v1/topics/?cursor=t199&page_size=200"


def queries(who: Caller, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as context:
        response = who.get(path)
    assert response.status_code == 200
    return len(context)


def test_no_list_asks_more_for_three_rows_than_for_one(
    nobody: Caller,
    make_prompt: Callable[..., Prompt],
    make_answer: Callable[..., Answer],
    close: Callable[..., Answer],
) -> None:
    paths = ["prompts/", "topics/", "models/", "answers/", "answers/?model=model-a", "agreement/", "releases/"]

    def add(n: int) -> None:
        topics(f"more-{n}")
        llm = add_llm(by=None, slug=f"model-{n}", name=f"Model {n}", maker="Maker", maker_country="US")
        ends = [
            add_endpoint(by=None, llm=llm, slug=f"end-{n}-{m}", kind="host", base_url="https://x.example") for m in "ab"
        ]
        prompt = make_prompt(f"What happened in the year {1900 + n} over there?")
        make_answer(f"Nothing in {n}.", prompt=prompt, endpoint=ends[0])
        close(make_answer(f"Nothing in {n}.", prompt=prompt, endpoint=ends[1]))
        Release.objects.create(
            version=f"2026.11.{n}", status="published", cutoff=timezone.now(), published_at=timezone.now()
        )

    add(1)
    close(make_answer("It was a massacre."))
    one = {path: queries(nobody, path) for path in paths}
    assert Agreement.objects.count() > 3
    add(2)
    add(3)
    three = {path: queries(nobody, path) for path in paths}
    assert one == three
    # Answers, their questions, who gave them, and what reviewers decided.
    assert max(three.values()) <= 4


def test_no_detail_asks_more_for_three_than_for_one(nobody: Caller, make_prompt: Callable[..., Prompt]) -> None:
    prompt = make_prompt()
    twin = make_prompt("What happened at Gwangju in May 1980?", state="KR")
    twin.family.twin = prompt.family
    twin.family.save()
    one = queries(nobody, f"prompts/{prompt.pk}/")
    for language, text in (("fr", "Que s’est-il passé ?"), ("de", "Was ist dort geschehen?")):
        make_prompt(text, language=language, translates=prompt)
    for n in range(2):
        more = make_prompt(f"What happened in {1950 + n} in that place?", state="US")
        more.family.twin = prompt.family
        more.family.save()
    assert queries(nobody, f"prompts/{prompt.pk}/") == one


def test_assignments_ask_no_more_for_three_than_for_one(
    caller: Callable[..., Caller], labeller: User, make_answer: Callable[..., Answer]
) -> None:
    for n in range(3):
        make_answer(f"It was number {n}.")
    program = caller(labeller)
    program.get("assignments/")
    one = queries(program, "assignments/?ahead=1")
    program.get("assignments/?ahead=3")
    assert queries(program, "assignments/?ahead=3") == one


def test_near_asks_no_more_for_three_than_for_one(
    caller: Callable[..., Caller], author: User, make_prompt: Callable[..., Prompt]
) -> None:
    program = caller(author)
    program.get("near/?text=warm&language=en")
    path = "near/?text=What+happened+in+that+place+in+1950&language=en"
    make_prompt("What happened in that place in 1950?")
    one = queries(program, path)
    for n in (1, 2):
        make_prompt(f"What happened in that place in 195{n}?")
    assert len(program.get(path).json()["results"]) == 3
    assert queries(program, path) == one
