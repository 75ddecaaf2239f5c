"""Nothing that a labeller gets tells a gold answer, or one of their own asked again, from a new one."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import make_token
from accounts.choices import Scope
from accounts.models import User

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


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


def statements(act: Callable[[], object]) -> list[str]:
    """What is asked of the database, savepoints and all, by its first word; a prepared statement may have none."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return ["".join((each["sql"] or "").split()[:1]) for each in queries]


@pytest.fixture
def names_are_read_each_time(monkeypatch: pytest.MonkeyPatch):
    """They are kept for a while, and whoever comes when it is over reads them: so each card has to ask for them."""
    monkeypatch.setattr("probes.selectors.identity.KEPT_FOR", 0.0)


@pytest.mark.usefixtures("names_are_read_each_time")
def test_verdicts_cost_the_same_statements(signed_in: Client, three: dict[str, uuid.UUID]):
    """Time itself cannot be measured on a busy machine; what makes it can be counted."""
    costs: dict[str, list[list[str]]] = {}
    for name, pk in three.items():
        keys = [str(uuid.uuid4()) for _ in range(4)]
        posts = [
            ("", {"value": "faithful", "key": keys[0]}),
            ("", {"value": "faithful", "key": keys[0]}),  # sent again
            ("", {"value": "faithful", "key": keys[1]}),  # the same
            ("", {"value": "evasive", "key": keys[1]}),  # another
            ("", {"value": "evasive", "key": keys[1], "again": "1", "evidence": "[[0, 6]]"}),
            ("", {"reason": "garbled", "key": keys[2], "again": "1"}),
            ("", {"value": "faithful", "key": keys[0]}),  # long on its way
            ("", {"value": "faithful", "key": keys[2]}),  # a key of the other kind
            ("undo/", {}),
            ("undo/", {}),
            ("", {"value": "faithful", "key": keys[1]}),
            ("", {"value": "rude", "key": keys[3]}),
            ("", {"value": "faithful", "key": keys[3]}),
        ]
        costs[name] = [
            statements(lambda path=f"/label/{pk}/{verb}", sent=sent: signed_in.post(path, sent, headers=JSON))
            for verb, sent in posts
        ]

    assert costs["gold"] == costs["real"]
    assert costs["repeat"] == costs["real"]
    assert costs["real"][0].count("SAVEPOINT") == 1  # the verdict's own transaction, within that of this test


@pytest.mark.usefixtures("names_are_read_each_time")
def test_programs_are_answered_alike_at_the_same_cost(labeller: User, three: dict[str, uuid.UUID]):
    token = make_token(by=labeller, name="a program", scopes=[Scope.LABEL])[1]
    client = Client(headers={"authorization": f"Bearer {token}"})
    client.get("/api/v1/assignments/")  # the first use of a token is noted
    told: dict[str, list[tuple[int, object, list[str]]]] = {}
    for name, pk in three.items():
        keys = [str(uuid.uuid4()) for _ in range(3)]
        posts = [
            ("label", {"value": "faithful", "key": keys[0], "note": "First."}),
            ("label", {"value": "evasive", "key": keys[1], "again": True, "facets": ["hedged"], "evidence": [[0, 6]]}),
            ("pass", {"reason": "garbled", "key": keys[2], "again": True}),
            ("label", {"value": "faithful", "key": keys[0]}),  # long on its way: what was kept with it
            ("label", {"value": "faithful", "key": keys[1]}),
            ("pass", {"reason": "garbled", "key": keys[1]}),
            ("undo", {}),
            ("pass", {"reason": "garbled", "key": keys[2]}),
            ("label", {"value": "faithful", "key": keys[1], "note": "x" * 1001}),
        ]
        told[name] = []
        for verb, sent in posts:
            path, answers = f"/api/v1/assignments/{pk}/{verb}", []
            cost = statements(lambda: answers.append(client.post(path, sent, content_type="application/json")))  # noqa: B023
            [response] = answers
            said = {
                field: value
                for field, value in response.json().items()
                if field not in {"id", "assignment", "created_at", "answer", "question", "key_points"}
            }
            told[name].append((response.status_code, said, cost))

    assert told["gold"] == told["real"]
    assert told["repeat"] == told["real"]
    assert [status for status, _, _ in told["real"]] == [200, 200, 200, 200, 200, 409, 200, 200, 422]
    assert [said.get("value") for _, said, _ in told["real"][3:5]] == ["faithful", "evasive"]  # type: ignore[attr-defined]
