"""The integrity matrix: what nobody may do to a label, on whatever way, with the right status and nothing changed."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions import make_token
from accounts.choices import Scope
from accounts.models import User
from annotations.actions import assign_next, submit_label
from annotations.models import Assignment, CannotJudge, Label
from core.models import Event
from probes.models import Answer
from tests.annotations.conftest import at_once
from tests.annotations.pages import JSON, address_of

pytestmark = pytest.mark.django_db

API = "/api/v1/assignments/"
WAYS = ("page", "script", "program")


class Way:
    """One way in: `post(card, verb, fields)` and the method of one's choice on the same address."""

    def __init__(self, way: str, user: User) -> None:
        self.way, self.client = way, Client()
        if way == "program":
            token = make_token(by=user, name="a program", scopes=[Scope.LABEL])[1]
            self.headers = {"authorization": f"Bearer {token}"}
        else:
            self.client.force_login(user)
            self.headers = JSON if way == "script" else {}

    def path(self, card: uuid.UUID, verb: str) -> str:
        if self.way == "program":
            return f"{API}{card}/{verb}"
        return reverse("annotations:undo_one", args=[card]) if verb == "undo" else address_of(card)

    def post(self, card: uuid.UUID, verb: str, fields: dict[str, Any] | None = None) -> int:
        kind = {"content_type": "application/json"} if self.way == "program" else {}
        return self.client.post(self.path(card, verb), fields or {}, headers=self.headers, **kind).status_code

    def use(self, method: str, path: str) -> int:
        return self.client.generic(method, path, headers=self.headers).status_code

    @property
    def taken(self) -> int:
        return 302 if self.way == "page" else 200


@pytest.fixture(params=WAYS)
def way_of(request: pytest.FixtureRequest) -> Callable[[User], Way]:
    return partial(Way, request.param)


def rows() -> list[Any]:
    """All that a verdict could change."""
    return [list(model.objects.order_by("pk").values()) for model in (Label, CannotJudge, Assignment, Answer)] + [
        list(Event.objects.filter(noun__in=["label", "cannotjudge"]).order_by("pk").values())
    ]


@pytest.fixture
def label(held: Assignment, labeller: User) -> Label:
    kept = submit_label(by=labeller, assignment_id=held.pk, value="evasive", note="the park", key=uuid.uuid4())
    assert isinstance(kept, Label)
    return kept


def test_three_different_labels_on_one_answer(way_of, held, labeller):
    mine = way_of(labeller)
    assert mine.post(held.pk, "label", {"value": "evasive"}) == mine.taken
    before = rows()
    for value in ("faithful", "censored"):
        assert mine.post(held.pk, "label", {"value": value}) == 409
    assert mine.post(held.pk, "label", {"value": "evasive"}) == mine.taken
    assert rows() == before


@pytest.mark.parametrize("value", ["rude", "", "CENSORED", "cannot_judge", "1", "censored,evasive", "x" * 10_000])
def test_a_value_outside_the_schema(way_of, held, labeller, value):
    before = rows()
    assert way_of(labeller).post(held.pk, "label", {"value": value}) == 422
    assert rows() == before


def test_a_card_of_somebody_else(way_of, held, person):
    """Posting it in one's own session, as a label, a pass or an undo."""
    before = rows()
    forger = way_of(person("forger"))
    for verb, fields in (("label", {"value": "faithful"}), ("pass", {"reason": "garbled"}), ("undo", {})):
        assert forger.post(held.pk, verb, fields) == 403
    assert rows() == before


def test_a_label_of_somebody_else(way_of, label, person):
    """Neither changed, nor taken back, nor overwritten with its own key."""
    before = rows()
    forger = way_of(person("forger"))
    again = {"value": "faithful", "again": True, "key": str(label.key)}
    assert forger.post(label.assignment_id, "label", again) == 403
    assert forger.post(label.assignment_id, "label", {"value": "evasive"}) == 403
    assert forger.post(label.assignment_id, "pass", {"reason": "garbled", "again": True}) == 403
    assert forger.post(label.assignment_id, "undo") == 403
    assert rows() == before


def test_a_label_of_somebody_else_is_read_by_nobody(way_of, label, person, settings):
    forger = way_of(person("forger"))
    for path in (
        forger.path(label.assignment_id, "label"),
        reverse("annotations:change", args=[label.assignment_id]),
        reverse("annotations:history"),
        reverse("annotations:cards"),
        API,
        f"/api/v1/labels/{label.pk}/",
        f"/api/v1/answers/{label.answer.public_id}/",
    ):
        response = forger.client.get(path, headers=forger.headers, follow=True)
        assert "the park" not in response.content.decode()
        assert response.status_code in {200, 401, 403, 404, 405}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_label_is_edited_or_deleted_by_its_address(way_of, label, labeller, person, method):
    before = rows()
    for user in (labeller, person("forger")):
        way = way_of(user)
        assert way.use(method, way.path(label.assignment_id, "label")) == 405
        assert way.use(method, f"/api/v1/labels/{label.pk}/") == 404
    assert rows() == before


@pytest.mark.parametrize("field", ["person", "person_id", "labeller", "user", "by", "answer", "status", "created_at"])
def test_fields_that_would_speak_for_somebody_else(way_of, held, labeller, person, field):
    """A program is told that there is no such field. A form's is not looked at, and the label is the sender's own."""
    mine, other = way_of(labeller), person("other")
    before = rows()
    status = mine.post(held.pk, "label", {"value": "evasive", field: other.pk})
    if mine.way == "program":
        assert (status, rows()) == (422, before)
        return
    kept = Label.objects.get()
    assert (status, kept.person, kept.answer_id, kept.status) == (mine.taken, labeller, held.answer_id, "current")


def test_in_the_session_of_nobody(held):
    before = rows()
    nobody = Client()
    assert nobody.post(address_of(held.pk), {"value": "evasive"}).status_code == 302
    assert nobody.post(address_of(held.pk), {"value": "evasive"}, headers=JSON).status_code == 401
    for headers in ({}, {"authorization": "Bearer forged"}):
        sent = nobody.post(f"{API}{held.pk}/label", {"value": "evasive"}, "application/json", headers=headers)
        assert sent.status_code == 401
    assert rows() == before


def test_a_token_without_the_scope(held, labeller):
    before = rows()
    token = make_token(by=labeller, name="a program", scopes=[Scope.SUBMIT])[1]
    headers = {"authorization": f"Bearer {token}"}
    for path in (f"{API}{held.pk}/label", f"{API}{held.pk}/pass", f"{API}{held.pk}/undo", f"{API}undo", f"{API}renew"):
        assert Client().post(path, {"value": "evasive"}, "application/json", headers=headers).status_code == 403
    assert rows() == before


def test_an_answer_that_was_not_leased(way_of, make_answer, labeller):
    """Its public id and its number are no card's; neither is an id that never was."""
    answer = make_answer()
    before = rows()
    mine = way_of(labeller)
    for card in (answer.public_id, uuid.uuid4(), uuid.UUID(int=answer.pk)):
        for verb, fields in (("label", {"value": "faithful"}), ("pass", {"reason": "garbled"}), ("undo", {})):
            assert mine.post(card, verb, fields) == 404
    assert rows() == before


def test_who_has_not_practised(way_of, make_answer, person):
    make_answer()
    before = rows()
    beginner = way_of(person("beginner", practised=False))
    response = beginner.client.get(
        API if beginner.way == "program" else reverse("annotations:cards"), headers=beginner.headers
    )
    if beginner.way == "page":
        assert (response.status_code, rows()) == (403, before)
        return
    assert (response.status_code, rows()) == (403, before)
    assert reverse("annotations:practice") in response.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_one_label_sent_fifty_times_at_once_is_one_row(make_answer, labeller):
    """Through the page, with one key, as a page does that is not sure that it was heard."""
    make_answer()
    [card] = assign_next(by=labeller)
    sent = {"value": "evasive", "key": str(uuid.uuid4())}
    ways = [Way("script", labeller) for _ in range(50)]
    statuses = at_once([partial(way.post, card.id, "label", sent) for way in ways])
    assert statuses == [200] * 50
    assert (Label.objects.count(), Event.objects.filter(verb="label").count()) == (1, 1)
    answer = Answer.objects.get()
    assert (answer.counted, answer.leased) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_say_two_things_keep_one(make_answer, labeller):
    make_answer()
    [card] = assign_next(by=labeller)
    tabs = [Way("script", labeller) for _ in range(2)]
    statuses = at_once(
        [
            partial(tab.post, card.id, "label", {"value": value, "key": str(uuid.uuid4())})
            for tab, value in zip(tabs, ("evasive", "faithful"), strict=True)
        ]
    )
    assert sorted(statuses) == [200, 409]
    assert Label.objects.filter(status="current").count() == 1


def test_undo_and_redo(way_of, held, labeller):
    mine = way_of(labeller)
    for value in ("evasive", "faithful", "evasive"):
        assert mine.post(held.pk, "label", {"value": value}) == mine.taken
        for _ in range(2):
            assert mine.post(held.pk, "undo") == mine.taken
    answer = Answer.objects.get()
    assert (answer.counted, answer.leased) == (0, 1)
    assert list(Label.objects.order_by("pk").values_list("value", "status")) == [
        ("evasive", "superseded"),
        ("faithful", "superseded"),
        ("evasive", "superseded"),
    ]


def test_there_is_no_admin(maintainer):
    """Nobody gets at the rows through Django's admin: there is none."""
    way = Way("page", maintainer)
    for path in ("/admin/", "/admin/login/", "/admin/annotations/label/"):
        assert way.use("GET", path) == 404
    assert not apps.is_installed("django.contrib.admin")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE annotations_label SET value = 'faithful'",
        "UPDATE annotations_label SET facets = '{hedged}'",
        "UPDATE annotations_label SET evidence = '{{0,1}}'",
        "UPDATE annotations_label SET guideline = '9'",
        "UPDATE annotations_label SET answer_id = answer_id + 1",
        "UPDATE annotations_label SET created_at = created_at - interval '1 day'",
        "DELETE FROM annotations_label",
        "TRUNCATE annotations_label",
    ],
)
def test_the_database_refuses_what_would_rewrite_a_label(label, statement):
    before = rows()
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert rows() == before
