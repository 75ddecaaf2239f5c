"""Paging while others write: what is there from the first page to the last comes exactly once, and nothing twice.

A writer on a connection of its own adds and takes away a thousand rows while somebody pages through the list.
"""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from annotations.choices import LabelStatus
from annotations.models import Consensus, Label
from probes.choices import AnswerState, Delivery, ProbeStatus
from probes.models import LLM, Answer, Endpoint, Probe, Round
from prompts.models import Prompt, Topic
from tests.api.conftest import Caller
from tests.api.test_labels import name_of

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 400
WRITES = 1000


@dataclass
class Shelf:
    """A list of the API: how a row gets into it and out of it, and what a row is known by there."""

    path: str
    key: str
    add: Callable[[], Any]
    drop: Callable[[Any], None]


def page_through(nobody: Caller, shelf: Shelf) -> tuple[list[str], list[str]]:
    """What came, page after page, and what was there all the time."""
    chance = random.Random(shelf.path)
    here = [shelf.add() for _ in range(ROWS)]
    stay = set(chance.sample(range(ROWS), ROWS // 2))
    go = [row for place, row in enumerate(here) if place not in stay]
    begun, read_on = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        try:
            for number in range(WRITES):
                if go and chance.random() < 0.5:
                    shelf.drop(go.pop(chance.randrange(len(go))))
                else:
                    go.append(shelf.add())
                begun.set()
                # In step with the pages, so that writes fall between all of them.
                if number % 10 == 9:
                    read_on.release()
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(20)
    found: list[str] = []
    address = f"{shelf.path}?page_size=7&fields={shelf.key}"
    while address:
        read_on.acquire(timeout=0.2)
        body = nobody.get(address).json()
        found += [str(row[shelf.key]) for row in body["results"]]
        address = body["next"]
    writer.join()
    return found, [str(here[place]) for place in sorted(stay)]


def check(nobody: Caller, shelf: Shelf) -> None:
    found, stayed = page_through(nobody, shelf)
    times = Counter(found)
    assert max(times.values()) == 1
    assert [key for key in stayed if times[key] != 1] == []
    assert len(found) > len(stayed)


@pytest.fixture
def name(db: None) -> Callable[[], str]:
    """Names in no order, so that new rows come before and behind wherever the reader is."""
    chance = random.Random(1919)
    return lambda: f"{chance.randrange(16**12):012x}"


def current(prompt: Prompt) -> int:
    assert prompt.current_id is not None
    return prompt.current_id


@pytest.fixture
def new_answer(prompt: Prompt, name: Callable[[], str]) -> Callable[[], Answer]:
    def make() -> Answer:
        return Answer.objects.create(
            version_id=current(prompt),
            text=name(),
            sha256=uuid.uuid4().hex * 2,
            language="en",
            state=AnswerState.SETTLED,
            closed_at=timezone.now(),
        )

    return make


def test_models(nobody: Caller, name: Callable[[], str]) -> None:
    def add() -> str:
        return LLM.objects.create(slug=name(), name="Model", maker="Maker", maker_country="FR").slug

    check(nobody, Shelf("models/", "slug", add, lambda slug: void(LLM.objects.filter(slug=slug).delete())))


def test_topics(nobody: Caller, name: Callable[[], str]) -> None:
    def add() -> str:
        return Topic.objects.create(slug=name(), name_en="T", name_fr="T", name_zh_hans="T").slug

    check(nobody, Shelf("topics/", "slug", add, lambda slug: void(Topic.objects.filter(slug=slug).delete())))


def test_answers(nobody: Caller, new_answer: Callable[[], Answer]) -> None:
    """They come by being closed and go by being opened again."""

    def drop(key: uuid.UUID) -> None:
        Answer.objects.filter(public_id=key).update(state=AnswerState.OPEN, closed_at=None)

    check(nobody, Shelf("answers/", "id", lambda: new_answer().public_id, drop))


def test_consensus(nobody: Caller, new_answer: Callable[[], Answer]) -> None:
    def add() -> uuid.UUID:
        answer = new_answer()
        Consensus.objects.create(answer=answer, faithful=3, value="faithful", share=1.0, dispersion=0.0)
        return answer.public_id

    def drop(key: uuid.UUID) -> None:
        Consensus.objects.filter(answer__public_id=key).delete()

    check(nobody, Shelf("consensus/", "answer", add, drop))


def test_labels(nobody: Caller, new_answer: Callable[[], Answer]) -> None:
    """Ordered by answer and name, some forty to an answer, so that pages break within an answer."""
    answers = [new_answer() for _ in range(10)]
    chance = random.Random(379)

    number: dict[str, int] = {}

    def add() -> str:
        label = Label.objects.create(answer=chance.choice(answers), value="evasive", guideline="1.0")
        key = name_of("label", label.pk)
        number[key] = label.pk
        return key

    def drop(key: str) -> None:
        Label.objects.filter(pk=number[key]).update(status=LabelStatus.SUPERSEDED, superseded_at=timezone.now())

    check(nobody, Shelf("labels/", "id", add, drop))


def test_probes(nobody: Caller, make_prompt: Callable[..., Prompt], endpoint: Endpoint, open_a_round: Round) -> None:
    versions = [current(make_prompt(f"What happened in the year {year}?")) for year in range(1919, 1925)]
    chance = random.Random(379)
    number: dict[str, int] = {}
    samples = iter(range(10_000))

    def add() -> str:
        probe = Probe.objects.create(
            round=open_a_round,
            version_id=chance.choice(versions),
            endpoint=endpoint,
            sample=next(samples),
            status=ProbeStatus.DONE,
            delivery=Delivery.BLOCKED_INPUT,
            finished_at=timezone.now(),
        )
        key = name_of("probe", probe.pk)
        number[key] = probe.pk
        return key

    check(nobody, Shelf("probes/", "id", add, lambda key: void(Probe.objects.filter(pk=number[key]).delete())))


def void(_: object) -> None:
    """What a deletion returns is nobody's business."""
