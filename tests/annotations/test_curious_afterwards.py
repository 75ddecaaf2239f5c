"""What becomes of a card that was judged or reported tells a gold answer from a new one no more than the card did."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from annotations import selectors
from annotations.actions import report_card, settle_due, submit_label, undo
from annotations.closing import CLOSES_AT
from annotations.models import Assignment, Check
from probes.models import Answer

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def texts_of(page: str) -> list[str]:
    """What stands on a page, without what tells one card from another: its number, its address, its time."""
    main = page[page.index("<main") : page.index("</main>")]
    same = re.sub(r"(datetime|value)=\"[^\"]*\"", "", main)
    bare = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|Answer number \d|past-\d", "…", same)
    return [line.strip() for line in re.sub(r"<time[^>]*>[^<]*</time>", "", bare).splitlines() if line.strip()]


def close_all(three: dict[str, uuid.UUID]) -> None:
    Answer.objects.filter(assignments__pk=three["real"]).update(state="settled", closed_at=timezone.now())
    Check.objects.update(closes_at=timezone.now())


def report_all(three: dict[str, uuid.UUID]) -> None:
    for pk in three.values():
        report_card(by=Check.objects.all()[0].person, card_id=pk, kind="broken", note="See line 1.")


def make_due(three: dict[str, uuid.UUID]) -> None:
    """Their time comes; what waits for a reviewer does not close."""
    Answer.objects.filter(assignments__pk=three["real"]).update(settles_at=timezone.now())
    Check.objects.update(closes_at=timezone.now())
    settle_due()


def nothing(three: dict[str, uuid.UUID]) -> None:
    """They stay as they are."""


CLOSED = (409, "This answer has all its labels and is public now, so yours stays as it is.")
WAITS = (410, "This answer was reported, and is put aside until a reviewer has looked. Thank you for reading it.")


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        ([nothing], None),
        ([close_all], CLOSED),
        ([report_all], WAITS),
        ([report_all, make_due], WAITS),
        ([close_all, report_all], CLOSED),
    ],
)
@pytest.mark.parametrize("said", [{"value": "faithful"}, {"reason": "garbled"}])
def test_a_judged_card_is_shown_and_refused_alike(
    signed_in: Client,
    labeller: User,
    three: dict[str, uuid.UUID],
    said: dict[str, str],
    steps: list[Callable[[dict[str, uuid.UUID]], None]],
    refusal: tuple[int, str] | None,
):
    for pk in three.values():
        assert signed_in.post(f"/label/{pk}/", {**said, "key": str(uuid.uuid4())}, headers=JSON).status_code == 200
    for step in steps:
        step(three)

    seen = {past.id: (past.editable, past.why_not) for past in selectors.history(by=labeller)}
    assert [seen[pk] for pk in three.values()] == [(refusal is None, refusal[1] if refusal else "")] * 3
    page = signed_in.get("/label/history/").content.decode()
    rows = page[page.index('<ol class="past"') : page.index("</ol>")].split("<article")[1:4]
    assert len(rows) == 3 and len({tuple(texts_of(f"<main{row}</main>")) for row in rows}) == 1
    pages = [signed_in.get(f"/label/{pk}/change/") for pk in three.values()]
    assert [one.status_code for one in pages] == [200] * 3
    assert len({tuple(texts_of(one.content.decode())) for one in pages}) == 1

    for path, sent in (("", {"value": "evasive", "again": "1"}), ("undo/", {}), ("", said)):
        told = [signed_in.post(f"/label/{pk}/{path}", sent, headers=JSON) for pk in three.values()]
        assert len({one.status_code for one in told}) == 1
        if refusal and sent is not said:
            assert [(one.status_code, one.json()["detail"]) for one in told] == [refusal] * 3


@pytest.mark.parametrize("judged", [True, False])
def test_reports_are_answered_and_exported_alike(
    signed_in: Client, labeller: User, three: dict[str, uuid.UUID], judged: bool
):
    if judged:
        for pk in three.values():
            signed_in.post(f"/label/{pk}/", {"value": "faithful", "key": str(uuid.uuid4())}, headers=JSON)
    told: dict[str, list[tuple[int, str]]] = {}
    for name, pk in three.items():
        told[name] = []
        for kind in ("rude", "broken", "illegal"):
            response = signed_in.post(f"/label/{pk}/report/", {"kind": kind, "note": "Line 1."}, headers=JSON)
            told[name].append((response.status_code, response.content.decode().replace(str(pk), "…")))
        response = signed_in.post(f"/label/{pk}/", {"value": "evasive", "again": "1"}, headers=JSON)
        told[name].append((response.status_code, response.content.decode()))

    assert told["gold"] == told["repeat"] == told["real"]
    assert [status for status, _ in told["real"]] == [422, 200, 200, 410]
    body = b"".join(signed_in.get("/label/me/export/").streaming_content)  # type: ignore[arg-type]
    reports = [{**each, "created_at": ""} for each in json.loads(body)["reports"]]
    assert len(reports) == 3 and reports == [reports[0]] * 3
    assert (reports[0]["kind"], reports[0]["note"], reports[0]["status"]) == ("broken", "Line 1.", "open")


def test_a_check_closes_when_it_is_drawn_to(labeller: User, three: dict[str, uuid.UUID]):
    submit_label(by=labeller, assignment_id=three["gold"], value="faithful")
    first = Check.objects.get(pk=three["gold"])
    assert first.closed_at and first.closes_at
    assert first.closed_at + timedelta(minutes=1) <= first.closes_at < first.closed_at + timedelta(days=367)

    submit_label(by=labeller, assignment_id=three["gold"], value="evasive", again=True)
    assert Check.objects.get(pk=three["gold"]).closes_at == first.closes_at
    undo(by=labeller, assignment_id=three["gold"])
    assert Check.objects.get(pk=three["gold"]).closes_at is None
    submit_label(by=labeller, assignment_id=three["gold"], value="faithful")
    assert Check.objects.get(pk=three["gold"]).closes_at not in {None, first.closes_at}


def test_checks_close_as_fast_as_the_cards_around_them(labeller: User, make_answer: Callable, lease: Callable):
    now = timezone.now()
    values = {"at": now, "person": labeller.pk, "settling": 10}

    def median() -> timedelta:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {CLOSES_AT} FROM generate_series(1, 1)", values)
            drawn = [cursor.fetchone()[0]]
            for _ in range(400):
                cursor.execute(f"SELECT {CLOSES_AT}", values)
                drawn.append(cursor.fetchone()[0])
        return sorted(drawn)[200] - now - timedelta(minutes=10)

    assert timedelta(hours=12) < median() < timedelta(hours=22)  # a day, times log 2
    for number in range(23):
        answer = make_answer(f"Answer number {number}.")
        submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="faithful")
    Assignment.objects.update(closed_at=now - timedelta(hours=2))
    Answer.objects.update(state="settled", closed_at=now - timedelta(hours=1))
    assert timedelta(minutes=55) < median() < timedelta(minutes=110)  # 47 hours over 24, times log 2
    Answer.objects.update(state="open", closed_at=None)
    assert timedelta(hours=35) < median() < timedelta(hours=65)  # 70 hours, times log 2


def test_what_was_said_is_listed_alike(signed_in: Client, labeller: User, three: dict[str, uuid.UUID]):
    for pk in three.values():
        signed_in.post(f"/label/{pk}/", {"value": "faithful", "key": str(uuid.uuid4())}, headers=JSON)
    Check.objects.update(closed_at=timezone.now() - timedelta(seconds=1))

    page = signed_in.get("/label/history/").content.decode()
    for number in (1, 2, 3):
        assert f"Answer number {number}." in page or "/label/history/" in page
    assert not {"gold", "repeat", "check_"} & set(page.lower().replace('"', " ").split())
    assert Assignment.objects.filter(person=labeller, status="labelled").count() == 2
