"""Short ways to readers, held answers and closed ones, through the actions the site uses."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from accounts.models import User
from annotations.actions import assign_next, pass_on, submit_label
from annotations.agreement import matching
from annotations.models import Assignment, Check, DeckSettings, Gold
from probes.actions import add_endpoint, add_llm
from probes.models import Answer, Endpoint
from tests.annotations.screen import FLAGS, Screen
from tests.cast import POINTS
from tests.conftest import CHROMIUM
from tests.visitors import VISITORS

VALUES = {"C": "censored", "E": "evasive", "F": "faithful"}


@pytest.fixture
def lease(db: None) -> Callable[[User, Answer], Assignment]:
    """What assign_next does, but for one answer of our choice and no other: `lease(reader, answer)`."""

    def take(reader: User, answer: Answer) -> Assignment:
        Answer.objects.filter(pk=answer.pk).update(leased=F("leased") + 1)
        return Assignment.objects.create(
            answer=answer,
            person=reader,
            key_points=answer.version.prompt.key_points,
            expires_at=timezone.now() + timedelta(minutes=30),
        )

    return take


@pytest.fixture
def judge(person: Callable[..., User], lease: Callable[[User, Answer], Assignment]) -> Callable[..., list[User]]:
    """Lets one reader a letter judge an answer (C, E, F, or - for cannot judge): `judge(answer, "CE-")`."""
    readers: list[User] = []

    def each(answer: Answer, letters: str) -> list[User]:
        for number, letter in enumerate(letters):
            if number == len(readers):
                readers.append(person(f"reader-{number}"))
            held = lease(readers[number], answer)
            if letter == "-":
                pass_on(by=readers[number], assignment_id=held.id, reason="garbled")
            else:
                submit_label(by=readers[number], assignment_id=held.id, value=VALUES[letter])
        answer.refresh_from_db()
        return readers[: len(letters)]

    return each


@pytest.fixture
def another_endpoint(db: None) -> Endpoint:
    llm = add_llm(by=None, slug="model-b", name="Model B", maker="Maker B", maker_country="IN")
    return add_endpoint(
        by=None,
        llm=llm,
        slug="endpoint-b",
        kind="local",
        base_url="http://127.0.0.1:9/v1",
        served_name="model-b",
        allow_private=True,
    )


@pytest.fixture
def signed_in(client: Client, labeller: User) -> Client:
    client.force_login(labeller)
    return client


@pytest.fixture
def held(make_answer: Callable[..., Answer], labeller: User) -> Assignment:
    """The labeller's lease on the one answer there is."""
    make_answer()
    [card] = assign_next(by=labeller)
    return Assignment.objects.get(pk=card.id)


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs all jobs at the same moment, each in a thread with a connection of its own; what each returned or raised."""
    start = threading.Barrier(len(jobs))

    def one(job: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


@pytest.fixture
def five(make_answer: Callable[..., Answer]) -> list[Answer]:
    return [make_answer(f"This is answer {number}.") for number in range(5)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module of tests, and no longer: while it is there, its loop runs in the tests' own thread."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The tests look into the database beside that loop.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        # The one that was opened beside the browser's loop; outside of it the tests have another.
        connection.close()
        browser.close()


@pytest.fixture
def screen_of(chromium: Browser, live_server: Any, transactional_db: None) -> Iterator[Callable[..., Screen]]:
    """Opens a browser in which a person is signed in: `screen_of(labeller, viewport=…, java_script_enabled=…)`."""
    contexts: list[BrowserContext] = []

    def make(user: User, **options: Any) -> Screen:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        contexts.append(chromium.new_context(base_url=live_server.url, **options))
        sign_in(contexts[-1], user)
        return Screen(contexts[-1])

    yield make
    for context in contexts:
        context.close()
    wait_for_the_server()


def wait_for_the_server(seconds: float = 20.0) -> None:
    """For the end of a test, when its pages are closed: returns once the last of their requests is done with."""
    VISITORS.wait_until_gone(seconds)


def sign_in(context: BrowserContext, user: User) -> None:
    """Gives the browser a session of this person."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "domain": "localhost", "path": "/"}])


@pytest.fixture
def screen(screen_of: Callable[..., Screen], labeller: User) -> Screen:
    return screen_of(labeller)


@pytest.fixture
def three(labeller: User, make_answer: Callable, lease: Callable) -> dict[str, uuid.UUID]:
    """A real card, a gold one and one that comes again, all in the labeller's hand; as alike as texts can be."""
    first = make_answer("Answer number 1.")
    label = submit_label(by=labeller, assignment_id=lease(labeller, first).pk, value="faithful")
    real = lease(labeller, make_answer("Answer number 2."))
    ends = {"expires_at": real.expires_at, "leased_at": real.leased_at}
    gold = Gold.objects.create(
        slug="known",
        origin="starter",
        language="en",
        question="What happened at Jallianwala Bagh in 1919?",
        text="Answer number 3.",
        value="faithful",
        why="…",
        points=[
            {"text": point.text, "source": point.source, "url": point.url, "essential": point.essential}
            for point in POINTS
        ],
    )
    check = Check.objects.create(person=labeller, purpose="gold", gold=gold, **ends)
    again = Check.objects.create(
        person=labeller, purpose="repeat", first=label, answer=first, key_points=real.key_points, **ends
    )
    return {"real": real.pk, "gold": check.pk, "repeat": again.pk}


@pytest.fixture
def only_by_need(db, monkeypatch: pytest.MonkeyPatch) -> None:
    """No checks by lot, nor draws that bring something to an end: what waits, and for whom, decides alone."""
    DeckSettings.objects.create(gold_share=0, repeat_share=0)
    monkeypatch.setattr(matching, "SHARE_TO_AN_END", 0)
