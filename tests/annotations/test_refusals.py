"""What the deck refuses, with a clear sentence and the right status, and nothing half-written."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.actions import assign_next, take_back_expired
from annotations.models import Assignment, CannotJudge, Label
from core.models import Event
from probes.models import Answer
from tests.annotations.pages import JSON, address_of, deck

pytestmark = pytest.mark.django_db


def writes_nothing():
    verbs = ("label", "pass_on", "undo")
    return not (Label.objects.exists() or CannotJudge.objects.exists() or Event.objects.filter(verb__in=verbs).exists())


@pytest.mark.parametrize(
    ("method", "name"), [("get", "deck"), ("get", "cards"), ("post", "judge"), ("get", "judge"), ("post", "undo")]
)
def test_who_is_not_signed_in(client, held, method, name):
    path = reverse(f"annotations:{name}", args=[held.pk] if name == "judge" else [])
    page = getattr(client, method)(path, {"value": "evasive"})
    assert page.status_code == 302
    assert page.url.startswith(f"{reverse('account_login')}?next={deck()}")
    program = getattr(client, method)(path, {"value": "evasive"}, headers=JSON)
    assert program.status_code == 401
    assert program["Content-Type"] == "application/json"
    assert program.json()["detail"]
    assert writes_nothing()


BAD = [
    ("a fourth label", {"value": "rude"}, 422, "value"),
    ("cannot judge as a label", {"value": "cannot_judge"}, 422, "value"),
    ("no label and no reason", {}, 422, "value"),
    ("a label in capitals", {"value": "EVASIVE"}, 422, "value"),
    ("a label as long as a page", {"value": "x" * 5000}, 422, "value"),
    ("NUL as a label", {"value": "\x00"}, 422, "value"),
    ("a reason that is none", {"reason": "bored"}, 422, "reason"),
    ("too long a note", {"value": "evasive", "note": "x" * 1001}, 422, "note"),
    ("too long a note on a pass", {"reason": "garbled", "note": "x" * 1001}, 422, "note"),
    ("NUL in the note", {"value": "evasive", "note": "a\x00b"}, 422, "note"),
    ("time runs backwards", {"value": "evasive", "took_ms": "-1"}, 422, "took_ms"),
    ("a time in words", {"value": "evasive", "took_ms": "long"}, 422, "took_ms"),
    ("half a millisecond", {"value": "evasive", "took_ms": "1.5"}, 422, "took_ms"),
    ("too long a time", {"value": "evasive", "took_ms": "9" * 30}, 422, "took_ms"),
    ("a facet that is none", {"value": "evasive", "facets": ["hedged", "rude"]}, 422, "facets"),
    ("a facet twice", {"value": "evasive", "facets": ["hedged", "hedged"]}, 422, "facets"),
    ("a key that is none", {"value": "evasive", "key": "1"}, 422, "key"),
    ("passages that are no JSON", {"value": "evasive", "evidence": "[[0,"}, 422, "evidence"),
    ("passages within passages for ever", {"value": "evasive", "evidence": "[" * 999}, 422, "evidence"),
    ("a passage of the wrong kind", {"value": "evasive", "evidence": "{}"}, 422, "evidence"),
    ("a passage past the end", {"value": "evasive", "evidence": "[[0,19]]"}, 422, "evidence"),
]


@pytest.mark.parametrize(("sent", "status", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_verdicts_write_nothing(signed_in, held, sent, status, field):
    program = signed_in.post(address_of(held.pk), sent, headers=JSON)
    assert program.status_code == status
    assert set(program.json()["fields"]) == {field}
    assert program.json()["detail"]
    page = signed_in.post(address_of(held.pk), sent)
    assert (page.status_code, page["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert writes_nothing()
    held.refresh_from_db()
    held.answer.refresh_from_db()
    assert (held.status, held.answer.counted, held.answer.leased) == ("leased", 0, 1)


def refusals(client, path, sent, status):
    """Sends it as a page and as a script; the sentence that both are told."""
    program = client.post(path, sent, headers=JSON)
    page = client.post(path, sent)
    assert (program.status_code, page.status_code) == (status, status)
    told = program.json()["detail"]
    assert told and told in page.content.decode()
    return told


VERDICTS = pytest.mark.parametrize("sent", [{"value": "evasive"}, {"reason": "garbled"}], ids=["label", "pass"])


@VERDICTS
def test_somebody_elses_assignment(client, held, person, sent):
    client.force_login(person("other"))
    assert refusals(client, address_of(held.pk), sent, 403) == "This answer was given to somebody else."
    assert writes_nothing()


@VERDICTS
def test_an_assignment_that_never_was(signed_in, sent):
    refusals(signed_in, address_of(uuid.uuid4()), sent, 404)
    assert signed_in.post(f"{deck()}not-an-id/", sent).status_code == 404
    assert writes_nothing()


@VERDICTS
def test_an_assignment_that_ran_out_and_whose_place_is_gone(signed_in, held, person, lease, sent):
    Assignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert take_back_expired() == 1
    for number in range(3):
        lease(person(f"reader-{number}"), held.answer)
    told = refusals(signed_in, address_of(held.pk), sent, 410)
    assert told == "This answer was with you for too long and went to somebody else. Thank you for reading it."
    assert writes_nothing()


@VERDICTS
def test_a_withdrawn_answer(signed_in, held, sent):
    Answer.objects.update(state="withdrawn", closed_at=timezone.now())
    refusals(signed_in, address_of(held.pk), sent, 410)
    assert writes_nothing()


def test_a_second_verdict_that_differs_and_one_that_does_not(signed_in, held):
    path = address_of(held.pk)
    assert signed_in.post(path, {"value": "evasive"}, headers=JSON).json() == {"today": 1, "total": 1}
    assert signed_in.post(path, {"value": "evasive"}, headers=JSON).json() == {"today": 1, "total": 1}
    refusals(signed_in, path, {"value": "faithful"}, 409)
    refusals(signed_in, path, {"reason": "garbled"}, 409)
    assert [label.value for label in Label.objects.all()] == ["evasive"]
    assert not CannotJudge.objects.exists()


def test_nothing_to_undo(signed_in):
    assert refusals(signed_in, reverse("annotations:undo"), {}, 404) == "There is nothing to undo."


def test_undo_where_the_place_is_gone(signed_in, held, person):
    signed_in.post(address_of(held.pk), {"reason": "garbled"})
    for number in range(3):
        assign_next(by=person(f"reader-{number}"))
    refusals(signed_in, reverse("annotations:undo"), {}, 409)
    assert CannotJudge.objects.get().status == "current"


@pytest.mark.parametrize("ahead", ["x", "-1", "1.5", "", "9" * 30, "٣", "1e1"])
def test_a_number_ahead_that_is_none(signed_in, held, ahead):
    response = signed_in.get(reverse("annotations:cards"), {"ahead": ahead}, headers=JSON)
    assert response.status_code == 422
    assert set(response.json()["fields"]) == {"ahead"}


def test_the_wrong_method(signed_in, held):
    assert signed_in.get(reverse("annotations:undo")).status_code == 405
    assert signed_in.post(deck()).status_code == 405
    assert signed_in.put(address_of(held.pk)).status_code == 405
    assert signed_in.delete(address_of(held.pk)).status_code == 405
    assert writes_nothing()


def test_a_form_from_elsewhere_is_refused(labeller, held):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(labeller)
    assert strict.post(address_of(held.pk), {"value": "evasive"}).status_code == 403
    assert writes_nothing()
