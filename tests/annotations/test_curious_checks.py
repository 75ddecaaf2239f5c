"""Nothing that a labeller gets tells a gold answer, or one of their own asked again, from a new one."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from annotations.actions import submit_label
from annotations.models import Assignment, Check, Gold
from tests.cast import POINTS

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


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


def shape(value: object) -> object:
    """A JSON value with its kinds in place of its contents."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def test_cards_have_one_shape(signed_in: Client, three: dict[str, uuid.UUID]):
    body = signed_in.get("/label/next/?ahead=3", headers=JSON).json()
    cards = {card["id"]: card for card in body["cards"]}
    shown = {name: cards[str(pk)] for name, pk in three.items()}

    assert [list(card) for card in shown.values()] == [list(shown["real"])] * 3
    assert [shape(card) for card in shown.values()] == [shape(shown["real"])] * 3
    assert shown["gold"]["points"] == shown["repeat"]["points"] == shown["real"]["points"]
    assert {pk.version for pk in three.values()} == {4}


@pytest.mark.parametrize("said", [{"value": "faithful"}, {"reason": "garbled"}, {"value": "rude"}, {}])
def test_verdicts_are_answered_alike(signed_in: Client, three: dict[str, uuid.UUID], said: dict[str, str]):
    answered = {}
    for name, pk in three.items():
        response = signed_in.post(f"/label/{pk}/", {**said, "key": str(uuid.uuid4())}, headers=JSON)
        headers = sorted(header for header in response.headers if header not in {"Date", "Set-Cookie", "Server-Timing"})
        answered[name] = (response.status_code, headers, shape(response.json()))

    assert answered["gold"][:2] == answered["repeat"][:2] == answered["real"][:2]
    assert set(answered["gold"][2]) == set(answered["repeat"][2]) == set(answered["real"][2])


def test_a_verdict_again_another_and_taking_it_back_are_answered_alike(signed_in: Client, three: dict[str, uuid.UUID]):
    steps: dict[str, list[int]] = {}
    for name, pk in three.items():
        key = str(uuid.uuid4())
        sent = [
            {"value": "faithful", "key": key},
            {"value": "faithful", "key": key},
            {"value": "evasive", "key": str(uuid.uuid4())},
        ]
        steps[name] = [signed_in.post(f"/label/{pk}/", each, headers=JSON).status_code for each in sent]
        steps[name] += [signed_in.post(f"/label/{pk}/undo/", headers=JSON).status_code for _ in range(2)]
        steps[name].append(signed_in.post(f"/label/{pk}/", {**sent[2], "again": "1"}, headers=JSON).status_code)
        steps[name].append(signed_in.get(f"/label/{pk}/change/").status_code)

    assert steps["gold"] == steps["repeat"] == steps["real"]


def test_somebody_elses_card_is_refused_alike(client: Client, person: Callable, three: dict[str, uuid.UUID]):
    client.force_login(person("stranger"))
    answers = [client.post(f"/label/{pk}/", {"value": "faithful"}, headers=JSON) for pk in three.values()]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1


def test_judging_costs_about_as_many_statements(signed_in: Client, three: dict[str, uuid.UUID]):
    """Time itself cannot be measured on a busy machine; what makes it can be counted."""
    costs = {}
    for name, pk in three.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            signed_in.post(f"/label/{pk}/", {"value": "faithful", "key": str(uuid.uuid4())}, headers=JSON)
        costs[name] = len([each for each in queries if "SAVEPOINT" not in (each["sql"] or "")])

    assert max(costs.values()) <= 2 * min(costs.values()), costs


def test_what_was_said_is_listed_alike(signed_in: Client, labeller: User, three: dict[str, uuid.UUID]):
    for pk in three.values():
        signed_in.post(f"/label/{pk}/", {"value": "faithful", "key": str(uuid.uuid4())}, headers=JSON)
    Check.objects.update(closed_at=timezone.now() - timedelta(seconds=1))

    page = signed_in.get("/label/history/").content.decode()
    for number in (1, 2, 3):
        assert f"Answer number {number}." in page or "/label/history/" in page
    assert not {"gold", "repeat", "check_"} & set(page.lower().replace('"', " ").split())
    assert Assignment.objects.filter(person=labeller, status="labelled").count() == 2
