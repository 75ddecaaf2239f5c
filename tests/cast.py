"""The cast of the tests: people in their roles, and short ways to a prompt, a model, an answer, through actions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import add_user
from accounts.choices import Role
from accounts.models import User
from annotations.models import Labeller
from probes.actions import add_endpoint, add_llm, open_round, record_answer
from probes.choices import Delivery, ProbeStatus
from probes.models import Answer, Endpoint, Probe, Round
from prompts.actions import approve_prompt, submit_prompt
from prompts.models import Prompt, Topic
from prompts.rules import Point

PASSWORD = "correct horse battery staple"
POINTS = [
    Point(text="Troops fired on the crowd.", source="Report of the inquiry, 1920", essential=True),
    Point(text="The official count was 379 dead.", source="The same report, chapter 3"),
]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache outlives a test and its database: what was found for another test is no answer in this one."""
    monkeypatch.setattr("annotations.selectors.filling.FRESH_S", 0)


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(slug="india", name_en="India", name_fr="Inde", name_zh_hans="印度", order=6)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes a person who has passed the practice deck: `person("name", role=…, languages=[…], practised=False)`."""

    def make(
        name: str, role: str = Role.CONTRIBUTOR, languages: list[str] | None = None, practised: bool = True
    ) -> User:
        user = add_user(by=None, username=name, password=PASSWORD, role=role)
        if languages is not None:
            user.languages = languages
            user.save(update_fields=["languages"])
        if practised:
            Labeller.objects.create(person=user, practised_at=timezone.now())
        return user

    return make


@pytest.fixture
def author(person: Callable[..., User]) -> User:
    return person("author")


@pytest.fixture
def labeller(person: Callable[..., User]) -> User:
    return person("labeller")


@pytest.fixture
def reviewer(person: Callable[..., User]) -> User:
    return person("reviewer", role=Role.REVIEWER)


@pytest.fixture
def maintainer(person: Callable[..., User]) -> User:
    return person("maintainer", role=Role.MAINTAINER)


@pytest.fixture
def make_prompt(author: User, reviewer: User, topic: Topic) -> Callable[..., Prompt]:
    """Makes a prompt, approved unless told otherwise: `make_prompt(text=…, language=…, approved=False)`."""

    def make(text: str = "What happened at Jallianwala Bagh in 1919?", approved: bool = True, **more: Any) -> Prompt:
        values: dict[str, Any] = {
            "by": author,
            "language": "en",
            "topic": topic,
            "kind": "sensitive",
            "act": "ask_fact",
            "state": "GB",
            "points": POINTS,
            **more,
        }
        prompt = submit_prompt(text=text, **values)
        return approve_prompt(by=reviewer, prompt=prompt) if approved else prompt

    return make


@pytest.fixture
def lead_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One label more than any other settles an answer: for what is made of closed answers whose three labels differ,
    where it does not matter how many it took to close them. The rule itself is tested in tests/annotations.
    """
    monkeypatch.setattr("annotations.rules.LEAD", 1)


@pytest.fixture
def prompt(make_prompt: Callable[..., Prompt]) -> Prompt:
    return make_prompt()


@pytest.fixture
def endpoint(db: None) -> Endpoint:
    """An endpoint on this machine; nothing answers there unless a test starts a fake provider."""
    llm = add_llm(by=None, slug="model-a", name="Model A", maker="Maker A", maker_country="FR")
    return add_endpoint(
        by=None,
        llm=llm,
        slug="endpoint-a",
        kind="local",
        base_url="http://127.0.0.1:9/v1",
        served_name="model-a",
        allow_private=True,
    )


@pytest.fixture
def open_a_round(db: None) -> Round:
    return open_round(by=None, name="A round", samples=1)


@pytest.fixture
def make_answer(prompt: Prompt, endpoint: Endpoint, open_a_round: Round) -> Callable[..., Answer]:
    """Makes a delivered answer with the probe that brought it: `make_answer("text", prompt=…, endpoint=…)`."""

    def make(text: str = "It was a massacre.", **more: Any) -> Answer:
        version = more.get("prompt", prompt).current
        asked = more.get("endpoint", endpoint)
        answer = record_answer(version=version, text=text, escaped=False)
        sample = Probe.objects.filter(round=open_a_round, version=version, endpoint=asked).count() + 1
        Probe.objects.create(
            round=open_a_round,
            version=version,
            endpoint=asked,
            sample=sample,
            status=ProbeStatus.DONE,
            delivery=Delivery.DELIVERED,
            answer=answer,
            rule="answer",
            asked_at=timezone.now(),
            finished_at=timezone.now(),
            finish_reason="stop",
            request={"model": asked.served_name},
        )
        return answer

    return make
