"""Labelling by a program: the same rules as on the page."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.choices import Scope
from accounts.models import User
from annotations.actions import assign_next, take_back_expired
from annotations.models import Assignment, CannotJudge, Check, Gold, Label
from core.models import Event
from probes.models import Answer
from tests.api.conftest import Caller, is_problem


@pytest.fixture
def program(caller: Callable[..., Caller], labeller: User, make_answer: Callable[..., Answer]) -> Caller:
    make_answer()
    return caller(labeller, Scope.LABEL)


def lease(program: Caller) -> str:
    pk: str = program.get("assignments/").json()["results"][0]["id"]
    return pk


def test_a_label(program: Caller, labeller: User) -> None:
    pk = lease(program)
    response = program.post(f"assignments/{pk}/label", {"value": "evasive", "note": "about a park", "took_ms": 900})
    label = Label.objects.get()
    assert response.status_code == 200
    body = response.json()
    assert body.pop("created_at")
    assert body == {
        "assignment": pk,
        "value": "evasive",
        "note": "about a park",
        "facets": [],
        "evidence": [],
        "guideline": label.guideline,
    }
    assert (label.person, label.took_ms, str(label.assignment_id)) == (labeller, 900, pk)
    answer = Answer.objects.get()
    assert (answer.counted, answer.leased) == (1, 0)
    assert program.get("assignments/").json() == {"results": []}


def test_the_same_label_twice_is_kept_once_and_another_is_refused(program: Caller) -> None:
    pk = lease(program)
    first = program.post(f"assignments/{pk}/label", {"value": "evasive"})
    assert program.post(f"assignments/{pk}/label", {"value": "evasive"}).json() == first.json()
    body = is_problem(program.post(f"assignments/{pk}/label", {"value": "faithful"}), 409)
    assert body["detail"] == "You have judged this answer already. Undo that first."
    assert [label.value for label in Label.objects.all()] == ["evasive"]
    assert Answer.objects.get().counted == 1


def test_a_pass_and_undo(program: Caller) -> None:
    pk = lease(program)
    response = program.post(f"assignments/{pk}/pass", {"reason": "garbled"})
    assert response.status_code == 200
    assert {name: response.json()[name] for name in ("assignment", "reason", "note")} == {
        "assignment": pk,
        "reason": "garbled",
        "note": "",
    }
    assert program.get("assignments/").json() == {"results": []}
    again = program.post("assignments/undo")
    assert again.status_code == 200
    assert set(again.json()) == {"id", "question", "answer", "key_points"}
    assert again.json()["id"] == pk
    assert program.get("assignments/").json()["results"] == [again.json()]
    assert program.post(f"assignments/{pk}/undo").json() == again.json()
    is_problem(program.post("assignments/undo"), 404)


def test_all_that_a_label_may_carry(program: Caller) -> None:
    pk = lease(program)
    key = str(uuid.uuid4())
    sent = {
        "value": "evasive",
        "facets": ["hedged", "official_line"],
        "evidence": [[7, 9], [0, 2], [2, 4]],
        "key": key,
    }
    first = program.post(f"assignments/{pk}/label", sent)
    assert first.status_code == 200
    assert (first.json()["facets"], first.json()["evidence"]) == (["official_line", "hedged"], [[0, 4], [7, 9]])
    assert program.post(f"assignments/{pk}/label", {**sent, "value": "faithful"}).json() == first.json()
    second = program.post(f"assignments/{pk}/label", {"value": "faithful", "again": True}).json()
    assert (second["value"], second["facets"], second["created_at"]) == ("faithful", [], first.json()["created_at"])
    assert list(Label.objects.order_by("pk").values_list("value", "status")) == [
        ("evasive", "superseded"),
        ("faithful", "current"),
    ]
    passed = program.post(f"assignments/{pk}/pass", {"reason": "garbled", "again": True})
    assert (passed.status_code, passed.json()["reason"]) == (200, "garbled")
    is_problem(program.post(f"assignments/{pk}/pass", {"reason": "garbled", "key": key}), 409)


def test_undo_of_one_and_renewing(program: Caller, make_answer: Callable[..., Answer]) -> None:
    make_answer("It was another massacre.")
    ids = [row["id"] for row in program.get("assignments/?ahead=2").json()["results"]]
    Assignment.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    renewed = program.post("assignments/renew").json()
    assert renewed["ids"] == ids
    assert renewed["until"] > (timezone.now() + timedelta(minutes=29)).isoformat()
    for pk in ids:
        program.post(f"assignments/{pk}/label", {"value": "evasive"})
    assert program.post("assignments/renew").json() == {"ids": [], "until": None}
    back = program.post(f"assignments/{ids[0]}/undo")
    assert (back.status_code, back.json()["id"]) == (200, ids[0])
    assert program.get("assignments/").json()["results"] == [back.json()]
    is_problem(program.post(f"assignments/{uuid.uuid4()}/undo"), 404)


def test_a_check_looks_like_any_other_card(program: Caller, labeller: User) -> None:
    """In the shape of what comes back, at each step; nothing says which of the two cards counts."""
    pk = lease(program)  # before there is gold, or the deck might give it
    gold = Gold.objects.create(
        slug="one", origin="starter", language="en", question="Why?", text="Because of it.", value="evasive", why="-"
    )
    later = timezone.now() + timedelta(minutes=30)
    check = Check.objects.create(person=labeller, purpose="gold", gold=gold, expires_at=later)
    assert {row["id"] for row in program.get("assignments/").json()["results"]} == {pk, str(check.pk)}

    def shapes(card: str) -> list[Any]:
        sent = {"value": "evasive", "facets": ["hedged"], "evidence": [[0, 2]], "key": str(uuid.uuid4())}
        steps = [
            ("label", sent),
            ("label", sent),
            ("label", {"value": "faithful"}),
            ("label", {"value": "faithful", "again": True}),
            ("pass", {"reason": "garbled", "again": True}),
            ("undo", {}),
            ("undo", {}),
            ("label", {"value": "evasive", "evidence": [[0, 99]]}),
            ("label", {"value": "evasive"}),
        ]
        found = [program.post(f"assignments/{card}/{verb}", body) for verb, body in steps]
        hidden = {"assignment", "id", "created_at", "question", "answer", "key_points"}
        return [
            (one.status_code, sorted(one.json()), {k: v for k, v in one.json().items() if k not in hidden | {"fields"}})
            for one in found
        ]

    assert shapes(str(check.pk)) == shapes(pk)


def test_who_has_not_practised_is_told_where(caller: Callable[..., Caller], person: Callable[..., User]) -> None:
    found = is_problem(caller(person("beginner", practised=False)).get("assignments/"), 403)
    assert "/label/practice/" in found["detail"]


def test_ahead(caller: Callable[..., Caller], labeller: User, make_answer: Callable[..., Answer]) -> None:
    for number in range(4):
        make_answer(f"It was massacre number {number}.")
    program = caller(labeller)
    assert len(program.get("assignments/").json()["results"]) == 1
    three = program.get("assignments/?ahead=3").json()["results"]
    assert len({row["id"] for row in three}) == 3
    for ahead in ("0", "11", "-1", "x", "", "1.5", "9" * 30):
        body = is_problem(program.get("assignments/", {"ahead": ahead}), 422)
        assert body["fields"] == {"ahead": ["Use a whole number from 1 to 10."]}
    assert Assignment.objects.count() == 3


BAD: list[tuple[str, str, dict[str, Any], str]] = [
    ("a fourth label", "label", {"value": "rude"}, "value"),
    ("cannot judge as a label", "label", {"value": "cannot_judge"}, "value"),
    ("no label", "label", {}, "value"),
    ("a label that is a list", "label", {"value": ["evasive"]}, "value"),
    ("a label that is null", "label", {"value": None}, "value"),
    ("a label in capitals", "label", {"value": "EVASIVE"}, "value"),
    ("too long a note", "label", {"value": "evasive", "note": "x" * 1001}, "note"),
    ("NUL in the note", "label", {"value": "evasive", "note": "x\x00"}, "note"),
    ("half a pair in the note", "label", {"value": "evasive", "note": "x\udfff"}, "note"),
    ("time runs backwards", "label", {"value": "evasive", "took_ms": -1}, "took_ms"),
    ("too long a time", "label", {"value": "evasive", "took_ms": 2**31}, "took_ms"),
    ("a time in words", "label", {"value": "evasive", "took_ms": "long"}, "took_ms"),
    ("a facet that is none", "label", {"value": "evasive", "facets": ["rude"]}, "facets.0"),
    ("a facet twice", "label", {"value": "evasive", "facets": ["hedged", "hedged"]}, "facets"),
    ("facets that are a word", "label", {"value": "evasive", "facets": "hedged"}, "facets"),
    ("passages that are a number", "label", {"value": "evasive", "evidence": 0}, "evidence"),
    ("passages that are nothing", "label", {"value": "evasive", "evidence": None}, "evidence"),
    ("a passage past the end", "label", {"value": "evasive", "evidence": [[0, 19]]}, "evidence"),
    ("a key that is none", "label", {"value": "evasive", "key": "1"}, "key"),
    ("again in words", "label", {"value": "evasive", "again": "perhaps"}, "again"),
    ("in somebody's name", "label", {"value": "evasive", "person": 1}, "person"),
    ("a reason that is none", "pass", {"reason": "bored"}, "reason"),
    ("no reason", "pass", {}, "reason"),
    ("too long a note on a pass", "pass", {"reason": "garbled", "note": "x" * 1001}, "note"),
]


@pytest.mark.parametrize(("verb", "body", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_verdicts_write_nothing(program: Caller, verb: str, body: dict[str, Any], field: str) -> None:
    pk = lease(program)
    found = is_problem(program.post(f"assignments/{pk}/{verb}", body), 422)
    assert set(found["fields"]) == {field}
    assert nothing_written()
    assert Assignment.objects.get().status == "leased"


def nothing_written() -> bool:
    verbs = ("label", "pass_on")
    return not (Label.objects.exists() or CannotJudge.objects.exists() or Event.objects.filter(verb__in=verbs).exists())


BOTH = pytest.mark.parametrize(
    ("verb", "body"), [("label", {"value": "evasive"}), ("pass", {"reason": "garbled"})], ids=["label", "pass"]
)


@BOTH
def test_somebody_elses_assignment(
    program: Caller, caller: Callable[..., Caller], reviewer: User, verb: str, body: dict[str, str]
) -> None:
    pk = lease(program)
    found = is_problem(caller(reviewer).post(f"assignments/{pk}/{verb}", body), 403)
    assert found["detail"] == "This answer was given to somebody else."
    assert nothing_written()


@BOTH
def test_a_lease_that_ran_out(program: Caller, person: Callable[..., User], verb: str, body: dict[str, str]) -> None:
    """Taken while the answer wants a label; who comes too late for that is thanked."""
    pk = lease(program)
    Assignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert take_back_expired() == 1
    for name in ("second", "third", "fourth"):
        assign_next(by=person(name))
    found = is_problem(program.post(f"assignments/{pk}/{verb}", body), 410)
    assert found["detail"].startswith("This answer was with you for too long")
    assert nothing_written()
    Answer.objects.update(leased=2)
    assert program.post(f"assignments/{pk}/{verb}", body).status_code == 200
    assert Label.objects.count() + CannotJudge.objects.count() == 1


@BOTH
def test_an_assignment_that_never_was(program: Caller, verb: str, body: dict[str, str]) -> None:
    is_problem(program.post(f"assignments/{uuid.uuid4()}/{verb}", body), 404)
    is_problem(program.post(f"assignments/not-an-id/{verb}", body), 404)
    assert nothing_written()


@BOTH
def test_a_withdrawn_answer(program: Caller, verb: str, body: dict[str, str]) -> None:
    pk = lease(program)
    Answer.objects.update(state="withdrawn", closed_at=timezone.now())
    assert is_problem(program.post(f"assignments/{pk}/{verb}", body), 410)["detail"]
    assert nothing_written()


def test_nothing_to_undo(program: Caller) -> None:
    assert is_problem(program.post("assignments/undo"), 404)["detail"] == "There is nothing to undo."


def test_the_author_of_a_prompt_is_not_given_its_answers(
    program: Caller, caller: Callable[..., Caller], author: User
) -> None:
    assert caller(author).get("assignments/").json() == {"results": []}


@pytest.mark.parametrize("key", [5, 2**64, True, ["a"], {}, "", "x"])
def test_a_key_is_a_uuid_as_it_is_written(program: Caller, key: Any) -> None:
    """Small whole numbers would soon be somebody else's too."""
    body = is_problem(program.post(f"assignments/{lease(program)}/label", {"value": "evasive", "key": key}), 422)
    assert list(body["fields"]) == ["key"]
    assert not Label.objects.exists()
