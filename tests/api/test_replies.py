"""/replies/ and /corrections/: what was published, and nothing of what waits, of who sent it or how to reach them."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from observatory.actions import add_correction, reject_reply, send_reply
from observatory.models import Correction, Reply
from probes.models import LLM, Endpoint
from tests.api.conftest import Caller, is_problem
from tests.api.streaming import cells_of, rows_of


@pytest.fixture
def another(endpoint: Endpoint) -> LLM:
    made = LLM.objects.get(pk=endpoint.llm_id)
    made.pk, made.slug, made.maker = None, "model-b", "Maker B"
    made.save()
    return made


def rows(nobody: Caller, query: str) -> list[dict[str, Any]]:
    response = nobody.get(query)
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_a_reply_as_the_page_shows_it(nobody: Caller, reply: Reply) -> None:
    row = {
        "id": str(reply.public_id),
        "model": "model-a",
        "maker": "Maker A",
        "speaker": "Maker A, press office",
        "proof": "",
        "language": "en",
        "text": "We do not\nfilter this.",
        "response": "We measured it again.",
        "published_on": timezone.now().date().isoformat(),
    }
    assert nobody.get("replies/").json() == {"next": None, "results": [row]}
    assert nobody.get(f"replies/{reply.public_id}/").json() == row


@pytest.mark.parametrize("status", ["waiting", "rejected"])
def test_what_is_not_published_is_not_there(
    nobody: Caller, caller: Callable[..., Caller], endpoint: Endpoint, maintainer: User, labeller: User, status: str
) -> None:
    """Not to its sender and not to maintainers either: they have pages for it."""
    sent = send_reply(by=labeller, llm=endpoint.llm, speaker="A", contact="x", text="No.", language="en")
    if status == "rejected":
        reject_reply(by=maintainer, reply=sent, reason="Not the maker's.")
    for reader in (nobody, caller(labeller), caller(maintainer)):
        assert reader.get("replies/").json() == {"next": None, "results": []}
        is_problem(reader.get(f"replies/{sent.public_id}/"), 404)
        assert rows_of(reader, "replies/") == []
    is_problem(nobody.get(f"replies/{uuid.uuid4()}/"), 404)


def test_nothing_tells_who_sent_or_published_one(nobody: Caller, reply: Reply, labeller: User) -> None:
    Reply.objects.filter(pk=reply.pk).update(sent_by=labeller, contact="cherimoya", reason="durian")
    for path in ("replies/", f"replies/{reply.public_id}/"):
        content = nobody.get(path).content.decode()
        hidden = ("cherimoya", "durian", labeller.username, "sent", "decided", "contact", "reason", "status")
        assert [word for word in hidden if word in content] == []
    fields = is_problem(nobody.get("replies/?fields=contact"), 422)["fields"]
    assert list(fields) == ["fields"]


def test_a_correction_about_a_model_a_release_and_neither(
    nobody: Caller, correction: Correction, maintainer: User, published: Any
) -> None:
    of_release = add_correction(by=maintainer, title="A file", text="It was cut off.", release=published.version)
    neither = add_correction(by=maintainer, title="A word", text="It was wrong.")
    today = timezone.localdate().isoformat()
    shown = [
        {"id": neither.pk, "title": "A word", "text": "It was wrong.", "model": None, "release": ""},
        {"id": of_release.pk, "title": "A file", "text": "It was cut off.", "model": None, "release": "2026.11.0"},
        {
            "id": correction.pk,
            "title": "A wrong number",
            "text": "It was 4 and not 5.",
            "model": "model-a",
            "release": "",
        },
    ]
    found = rows(nobody, "corrections/")
    assert found == [{**row, "written_on": today} for row in shown]
    for row in found:
        assert nobody.get(f"corrections/{row['id']}/").json() == row
    assert maintainer.username not in nobody.get("corrections/").content.decode()
    is_problem(nobody.get("corrections/0/"), 404)


def test_filters(nobody: Caller, reply: Reply, correction: Correction, another: LLM, published: Any) -> None:
    Correction.objects.create(title="A file", text="It was cut off.", release="2026.11.0", written_on="2026-01-31")
    today, yesterday = timezone.now().date(), timezone.now().date() - timedelta(days=1)
    expected = {
        "replies/?model=model-a": 1, "replies/?model=model-b": 0, "replies/?maker=Maker%20A": 1,
        "replies/?maker=Maker%20B": 0, "replies/?language=en": 1, "replies/?language=fr": 0,
        f"replies/?since={today}&until={today}": 1, f"replies/?until={yesterday}": 0,
        "corrections/?model=model-a": 1, "corrections/?model=model-b": 0, "corrections/?release=2026.11.0": 1,
        "corrections/?release=2026.10.0": 0, f"corrections/?since={today}": 1, "corrections/?until=2026-01-31": 1,
        "corrections/?since=2026-01-31&until=2026-01-31": 1, "corrections/?until=2026-01-30": 0,
    }  # fmt: skip
    assert {query: len(rows(nobody, query)) for query in expected} == expected


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("replies/?model=nowhere", "model", "/api/v1/models/ lists them."),
        ("replies/?language=xx", "language", "Use one of: en, fr"),
        ("replies/?since=yesterday", "since", "Use a day such as 2026-11-23."),
        ("replies/?cursor=7", "cursor", "Copy it from next"),
        ("corrections/?release=latest", "release", "Use a version"),
        ("corrections/?until=2026-02-30", "until", "Use a day"),
        ("corrections/?cursor=a", "cursor", "Copy it from next"),
    ],
)
def test_a_value_that_cannot_be_used_says_what_to_use(
    nobody: Caller, endpoint: Endpoint, query: str, field: str, says: str
) -> None:
    assert says in is_problem(nobody.get(query), 422)["fields"][field][0]


@pytest.mark.parametrize("noun", ["replies", "corrections"])
def test_page_after_page_has_each_row_once(nobody: Caller, endpoint: Endpoint, noun: str) -> None:
    now = timezone.now()
    for number in range(5):
        Reply.objects.create(
            llm=endpoint.llm, speaker="A", text=str(number), language="en", status="published", decided_at=now
        )
        Correction.objects.create(title=str(number), text="It was wrong.")
    seen: list[str] = []
    address = f"{noun}/?page_size=2"
    while address:
        body = nobody.get(address).json()
        seen += [row["text" if noun == "replies" else "title"] for row in body["results"]]
        address = body["next"]
    assert sorted(seen) == ["0", "1", "2", "3", "4"]


def test_as_csv_they_are_safe_to_open(nobody: Caller, reply: Reply, correction: Correction) -> None:
    Reply.objects.filter(pk=reply.pk).update(text="=1+1")
    head, line = cells_of(nobody, "replies/")
    assert head[:2] == ["id", "model"]
    assert dict(zip(head, line, strict=True))["text"] == "'=1+1"
    head, line = cells_of(nobody, "corrections/")
    assert dict(zip(head, line, strict=True)) == {
        "id": str(correction.pk), "written_on": correction.written_on.isoformat(), "title": "A wrong number",
        "text": "It was 4 and not 5.", "model": "model-a", "release": "",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_changes_lead_to_them(nobody: Caller, reply: Reply, correction: Correction, maintainer: User) -> None:
    found = {row["noun"]: row["url"] for row in rows(nobody, "changes/")}
    assert nobody.get(found["reply"]).json()["id"] == str(reply.public_id)
    assert nobody.get(found["correction"]).json()["id"] == correction.pk
    reject_reply(by=maintainer, reply=reply, reason="Not the maker's.")
    [gone] = rows(nobody, "changes/?noun=reply")
    assert (gone["verb"], gone["url"]) == ("withdrawn", None)
    is_problem(nobody.get(found["reply"]), 404)
