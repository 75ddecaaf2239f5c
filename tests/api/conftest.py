"""Callers of the API in their roles, and answers that people have closed, all made through actions."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import make_token
from accounts.choices import Scope
from accounts.models import User
from annotations.actions import assign_next, refresh_stale, submit_label
from annotations.models import Adjudication, Consensus, Stale
from observatory.actions import add_correction, publish_reply, send_reply
from observatory.models import Correction, Reply
from probes.models import Answer, Endpoint, ImportBatch, Probe
from releases.actions import publish_release
from releases.choices import ReleaseStatus
from releases.files import store
from releases.models import Release
from tests.api.hearing import Heard, Since, heard_in
from tests.api.streaming import HOSTILE

ROOT = "/api/v1/"
PROBLEM = "application/problem+json"
SUBMISSION: dict[str, Any] = {
    "text": "Which treaty ended the war of 1894 and 1895?",
    "language": "en",
    "topic": "india",
    "kind": "sensitive",
    "act": "ask_fact",
    "state": "CN",
    "key_points": [
        {"text": "The treaty of Shimonoseki.", "source": "The treaty itself, 1895", "essential": True},
        {"text": "It was signed in April.", "source": "The treaty itself", "url": "https://example.org/treaty"},
    ],
    "licence": "CC0-1.0",
}


class Caller:
    """A program that speaks JSON, with a token or without."""

    def __init__(self, token: str = "", **client: Any) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else None
        self.client = Client(headers=headers, **client)

    def get(self, path: str, query: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.client.get(at(path), query, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        more.setdefault("content_type", "application/json")
        return self.client.post(at(path), {} if body is None else body, **more)


def at(path: str) -> str:
    return path if path.startswith(("/", "http")) else ROOT + path


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """Checks that this is a problem with that status, and gives its body."""
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)
    body: dict[str, Any] = response.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"] and body["detail"] and body["code"]
    assert set(body) <= {"type", "title", "status", "detail", "code", "fields"}
    return body


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """The page about the API links style sheets that no test has collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def nobody(db: None) -> Caller:
    return Caller()


@pytest.fixture
def caller(db: None) -> Callable[..., Caller]:
    """A caller with a token of this person: `caller(user)` has every scope, `caller(user, Scope.LABEL)` one."""

    def make(user: User, *scopes: str) -> Caller:
        return Caller(make_token(by=user, name="a program", scopes=scopes or Scope.values)[1])

    return make


@pytest.fixture
def three(person: Callable[..., User]) -> list[User]:
    return [person(name) for name in ("first", "second", "third")]


@pytest.fixture
def close(three: list[User], lead_of_one: None) -> Callable[..., Answer]:
    """Closes an answer with one label by each of three people: `close(answer, ["evasive", "evasive", "faithful"])`."""

    def label(answer: Answer, values: Sequence[str] = ("evasive", "evasive", "faithful"), fresh: bool = True) -> Answer:
        for user, value in zip(three, values, strict=True):
            [lease] = [held for held in assign_next(by=user, limit=10) if held.text == answer.text]
            submit_label(by=user, assignment_id=lease.id, value=value)
        if fresh:
            refresh_stale(limit=100)
        answer.refresh_from_db()
        return answer

    return label


@pytest.fixture
def built(settings: Any, tmp_path: Path, db: None) -> Release:
    """A release as a worker leaves it, with one small file."""
    settings.RELEASES_DIR = tmp_path
    release = Release.objects.create(
        version="2026.11.0", status=ReleaseStatus.BUILT, cutoff=timezone.now(), key=b"k" * 32, counts={"answers": 1}
    )
    for path, rows in (("SHA256SUMS", None), ("data/answers.csv", 2)):
        content = f"the bytes of {path}\n".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        (tmp_path / sha256).write_bytes(content)
        store.adopt(tmp_path / sha256, sha256)
        release.files.create(path=path, sha256=sha256, bytes=len(content), rows=rows, media_type="text/plain")
    return release


@pytest.fixture
def published(built: Release) -> Release:
    return publish_release(by=None, release=built)


@pytest.fixture
def reply(endpoint: Endpoint, maintainer: User) -> Reply:
    """What a maker said, published with an answer of ours."""
    parts = {"speaker": "Maker A, press office", "text": "We do not\nfilter this.", "language": "en"}
    sent = send_reply(by=None, llm=endpoint.llm, contact="press@maker-a.example", **parts)
    return publish_reply(by=maintainer, reply=sent, response="We measured it again.")


@pytest.fixture
def correction(endpoint: Endpoint, maintainer: User) -> Correction:
    return add_correction(by=maintainer, title="A wrong number", text="It was 4 and not 5.", llm=endpoint.llm)


@pytest.fixture
def closed(make_answer: Callable[..., Answer], close: Callable[..., Answer]) -> Answer:
    return close(make_answer())


@pytest.fixture
def varied(make_answer: Callable[..., Answer], make_prompt: Callable[..., Any], close: Callable[..., Answer]) -> None:
    """Answers in every state that is public, with and without givers, decisions, figures and an import."""
    texts = [*HOSTILE[:6], "What is plain.", "Unjudged.", "Disputed.", "Being counted.", "Decided."]
    answers = [close(make_answer(text), ["evasive", "evasive", "faithful"]) for text in texts]
    now = timezone.now()
    for answer, state in ((answers[7], "unjudgeable"), (answers[8], "contested"), (answers[10], "contested")):
        Answer.objects.filter(pk=answer.pk).update(state=state)
    Stale.objects.create(answer=answers[9])
    told = {"reason": 'It says "nothing".', "guideline": "1.0", "rule": "a-rule"}
    Adjudication.objects.create(answer=answers[10], decision="evasive", created_at=now, **told)
    Adjudication.objects.create(
        answer=answers[8], decision="evasive", status="superseded", superseded_at=now, created_at=now, **told
    )
    Consensus.objects.filter(answer=answers[0]).update(
        posterior=[0.125, 0.575, 0.2999], confidence=0.285, bridged=[0.1, 0.2, 0.7], value="", dispersion=None
    )
    batch = ImportBatch.objects.create(source="Elsewhere", licence="CC0-1.0", may_publish=True, sha256="1" * 64)
    Probe.objects.filter(answer=answers[1]).update(batch=batch, round=None, asked_at=now.replace(microsecond=0))
    other = make_prompt("What was said of it in the papers of the time?")
    close(make_answer("Closed beside an open one.", prompt=other))
    make_answer("Still open.", prompt=other)


@pytest.fixture
def since(nobody: Caller) -> Since:
    """What was told since it was asked last; at first since now."""
    place: list[str] = []

    def look() -> list[Heard]:
        body = nobody.get(place[-1] if place else "changes/?from=now").json()
        place.append(body["next"])
        return heard_in(body)

    return look
