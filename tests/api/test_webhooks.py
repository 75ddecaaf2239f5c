"""Webhooks through the API: one's own alone, the secret told once, by a token with their scope."""

import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.choices import Scope
from accounts.models import User
from releases.models import Webhook, WebhookDelivery
from tests.api.conftest import Caller, is_problem

NEW = {"url": "https://example.org/candor", "events": ["release.published"]}


@pytest.fixture
def program(caller: Callable[..., Caller], labeller: User) -> Caller:
    return caller(labeller, Scope.WEBHOOK)


def test_from_the_first_to_the_last(program: Caller) -> None:
    made = program.post("webhooks/", NEW)
    body = made.json()
    assert made.status_code == 201
    assert body["secret"] == Webhook.objects.get().secret
    assert (body["url"], body["events"], body["disabled_at"]) == (NEW["url"], NEW["events"], None)
    place = f"webhooks/{body['id']}/"
    assert made["Location"].endswith(place)
    assert made["Cache-Control"] == "no-store" and "Access-Control-Allow-Origin" not in made

    [listed] = program.get("webhooks/").json()["results"]
    assert listed == {name: value for name, value in body.items() if name != "secret"}
    tested = program.post(f"{place}test")
    assert (tested.status_code, tested.json()["status"], tested.json()["event"]) == (202, "waiting", "webhook.test")
    assert program.get(place).json() == {**listed, "deliveries": [tested.json()]}

    again = f"{place}deliveries/{tested.json()['id']}/resend"
    is_problem(program.post(again), 409)
    WebhookDelivery.objects.update(status="given_up", attempts=1, done_at=timezone.now())
    resent = program.post(again)
    assert (resent.status_code, resent.json()) == (
        202,
        {**tested.json(), "attempts": 1, "due_at": resent.json()["due_at"]},
    )
    is_problem(program.post(f"{place}deliveries/{uuid.uuid4()}/resend"), 404)

    changed = program.post(f"{place}rotate").json()
    assert changed["secret"] != body["secret"] and changed["secret"] == Webhook.objects.get().secret
    off = program.post(f"{place}disable").json()
    assert off["disabled_at"] and [one["status"] for one in off["deliveries"]] == ["given_up"]
    is_problem(program.post(f"{place}test"), 409)
    assert program.post(f"{place}enable").json()["disabled_at"] is None
    assert program.client.delete(f"/api/v1/{place}").status_code == 204
    is_problem(program.get(place), 404)
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "ftp://example.org/"}, "url"), ({"url": 1}, "url"), ({"url": ""}, "url"), ({"url": None}, "url"),
        ({"events": []}, "events"), ({"events": ["release.started"]}, "events.0"), ({"events": "x"}, "events"),
        ({"url": "https://a:b@example.org/"}, "url"), ({"url": "https://example.org/" + "a" * 500}, "url"),
        ({"events": ["release.published"] * 11}, "events"), ({"url": "http://example.org/"}, "url"),
        ({"url": f"https://{'a' * 64}.example/"}, "url"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(program: Caller, wrong: dict[str, object], field: str) -> None:
    assert list(is_problem(program.post("webhooks/", {**NEW, **wrong}), 422)["fields"]) == [field]
    assert not Webhook.objects.exists()


def test_nobody_else_comes_near_them(program: Caller, caller: Callable[..., Caller], maintainer: User) -> None:
    place = f"webhooks/{program.post('webhooks/', NEW).json()['id']}/"
    stranger = caller(maintainer)
    assert stranger.get("webhooks/").json()["results"] == []
    is_problem(stranger.get(place), 404)
    mine = program.post(f"{place}test").json()["id"]
    for action in ("test", "rotate", "disable", "enable", f"deliveries/{mine}/resend"):
        is_problem(stranger.post(f"{place}{action}"), 404)
    is_problem(stranger.client.delete(f"/api/v1/{place}"), 404)
    assert Webhook.objects.count() == 1


def test_another_scope_is_not_enough(caller: Callable[..., Caller], nobody: Caller, labeller: User) -> None:
    is_problem(caller(labeller, Scope.LABEL).get("webhooks/"), 403)
    is_problem(nobody.get("webhooks/"), 401)
    is_problem(nobody.post("webhooks/", NEW), 401)


def test_tests_are_limited_by_the_hour(program: Caller) -> None:
    place = f"webhooks/{program.post('webhooks/', NEW).json()['id']}/"
    assert [program.post(f"{place}test").status_code for _ in range(10)] == [202] * 10
    is_problem(program.post(f"{place}test"), 429)
