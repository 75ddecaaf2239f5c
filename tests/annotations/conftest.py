"""Short ways to readers, held answers and closed ones, through the actions the site uses."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from annotations.actions import assign_next, pass_on, submit_label
from annotations.models import Assignment
from probes.actions import add_endpoint, add_llm
from probes.models import Answer, Endpoint

VALUES = {"C": "censored", "E": "evasive", "F": "faithful"}


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Pages link their style sheets and scripts by plain names: nothing is collected for a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


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
                pass_on(by=readers[number], assignment_id=held.pk, reason="garbled")
            else:
                submit_label(by=readers[number], assignment_id=held.pk, value=VALUES[letter])
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
    [assignment] = assign_next(by=labeller)
    return assignment


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs all jobs at the same time, each in a thread with a connection of its own; what each returned or raised."""

    def one(job: Callable[[], Any]) -> Any:
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))
