"""Reports: what is reported is out of every hand at once, and a reviewer decides whether it comes back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.actions import (
    assign_next,
    recount,
    report_card,
    submit_label,
)
from annotations.actions.report import REPORTS_A_DAY
from annotations.models import Assignment, Check, Gold, Report
from core.errors import Gone, Invalid
from core.models import Event
from tests.annotations.conftest import at_once
from tests.annotations.test_blindness import all_of, told_apart  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def signed_in_as(user):
    client = Client()
    client.force_login(user)
    return client


def address(pk):
    return reverse("annotations:report_card", args=[pk])


@pytest.fixture
def gold_check(labeller):
    """A leased check on a gold answer; with `answer`, one made from an answer of the record."""

    def make(answer=None, slug="a-gold"):
        gold = Gold.objects.create(
            slug=slug, origin="starter", language="en", question="What?", text="That.", value="faithful", why="It is.",
            answer=answer,
        )  # fmt: skip
        return Check.objects.create(
            person=labeller, purpose="gold", gold=gold, expires_at=timezone.now() + timedelta(minutes=30)
        )

    return make


def test_a_report_takes_the_answer_out_of_every_hand(make_answer, labeller, person, lease):
    answer, other = make_answer(), person("other")
    mine, theirs = lease(labeller, answer), lease(other, answer)
    report_card(by=labeller, card_id=mine.pk, kind="illegal", note=" Look at line 1. ")
    answer.refresh_from_db()
    assert (answer.held_at is not None, answer.leased, answer.state) == (True, 0, "open")
    assert set(Assignment.objects.values_list("status", flat=True)) == {"returned"}
    assert Report.objects.values_list("kind", "note", "status").get() == ("illegal", "Look at line 1.", "open")
    assert (assign_next(by=labeller), assign_next(by=person("third"))) == ([], [])
    with pytest.raises(Gone):
        submit_label(by=other, assignment_id=theirs.pk, value="faithful")
    assert recount() == 0


def test_the_deck_reports_by_page_and_by_script(make_answer, labeller):
    client = signed_in_as(labeller)
    make_answer("One."), make_answer("Two.")
    first, second = assign_next(by=labeller, limit=2)
    page = client.post(address(first.id), {"kind": "broken"}, follow=True)
    assert "It is out of the deck until a reviewer has looked." in page.content.decode()
    told = client.post(address(second.id), {"kind": "broken"}, headers=JSON)
    assert (told.status_code, told.json()) == (200, {"id": str(second.id), "today": 0, "total": 0})
    again = client.post(address(second.id), {"kind": "illegal"}, headers=JSON)
    assert (again.status_code, Report.objects.count()) == (200, 2)
    assert client.get(address(first.id)).status_code == 302


def test_bad_reports_are_refused_in_a_sentence(make_answer, labeller, person, lease):
    held = lease(labeller, make_answer())
    client = signed_in_as(labeller)
    sent = [
        ({"kind": "rude"}, 422),
        ({}, 422),
        ({"kind": "broken", "note": "a\0b"}, 422),
        ({"kind": "broken", "note": "a" * 1001}, 422),
    ]
    for fields, status in sent:
        response = client.post(address(held.pk), fields, headers=JSON)
        assert (response.status_code, bool(response.json()["detail"])) == (status, True)
    with pytest.raises(Invalid):
        report_card(by=labeller, card_id=held.pk, kind="broken", note="\ud800")
    assert client.post(address("00000000-0000-4000-8000-000000000000"), {"kind": "broken"}).status_code == 404
    assert signed_in_as(person("other")).post(address(held.pk), {"kind": "broken"}).status_code == 403
    assert Client().post(address(held.pk), {"kind": "broken"}, headers=JSON).status_code == 401
    assert Report.objects.count() == 0
    held.refresh_from_db()
    assert held.status == "leased"


def test_a_check_is_reported_like_any_card(make_answer, labeller, lease, gold_check):
    card, check = lease(labeller, make_answer()), gold_check()
    client = signed_in_as(labeller)
    seen = []
    for pk in (card.pk, check.pk):
        for fields in ({"kind": "rude"}, {"kind": "broken"}, {"kind": "broken"}):
            response = client.post(address(pk), fields, headers=JSON)
            seen.append((response.status_code, response.content.decode().replace(str(pk), "ID")))
    assert seen[:3] == seen[3:]
    check.refresh_from_db()
    assert (check.status, check.closed_at is not None, Report.objects.count()) == ("returned", True, 1)
    assert Event.objects.filter(verb="report", noun="gold", key=check.gold_id).count() == 1


def test_gold_from_the_record_is_reported_as_its_answer(make_answer, judge, gold_check, labeller):
    answer = make_answer()
    judge(answer, "FFF")
    check = gold_check(answer)
    report_card(by=labeller, card_id=check.pk, kind="illegal")
    answer.refresh_from_db()
    assert (Report.objects.get().answer, answer.held_at is not None, answer.state) == (answer, True, "settled")


def test_the_limit_counts_gold_too_and_tells_nothing(make_answer, judge, labeller, lease, gold_check):
    answers = [make_answer(f"This is answer {number}.") for number in range(REPORTS_A_DAY)]
    report_card(by=labeller, card_id=gold_check().pk, kind="broken")
    for answer in answers[:-1]:
        report_card(by=labeller, card_id=lease(labeller, answer).pk, kind="broken")
    late, gold = lease(labeller, answers[-1]), gold_check(slug="another")
    client = signed_in_as(labeller)
    seen = [client.post(address(pk), {"kind": "broken"}, headers=JSON) for pk in (late.pk, gold.pk)]
    assert [one.status_code for one in seen] == [429, 429]
    assert seen[0].content == seen[1].content
    Report.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert client.post(address(late.pk), {"kind": "broken"}, headers=JSON).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_many_reports_at_once_do_not_pass_the_limit(make_answer, labeller, lease):
    answers = [make_answer(f"This is answer {number}.") for number in range(REPORTS_A_DAY + 3)]
    for answer in answers[: REPORTS_A_DAY - 1]:
        report_card(by=labeller, card_id=lease(labeller, answer).pk, kind="broken")
    held = [lease(labeller, answer) for answer in answers[REPORTS_A_DAY - 1 :]]
    made = at_once([lambda pk=one.pk: report_card(by=labeller, card_id=pk, kind="broken") for one in held])
    assert sorted(type(one).__name__ for one in made) == ["NoneType", *["TooMany"] * 3]
    assert Report.objects.count() == REPORTS_A_DAY
    assert recount() == 0


def test_an_open_answer_is_reported_from_the_deck_alone(make_answer, labeller):
    there = reverse("annotations:report_answer", args=[make_answer().public_id])
    assert signed_in_as(labeller).get(there).status_code == 404
    assert signed_in_as(labeller).post(there, {"kind": "broken"}).status_code == 404


def test_a_prompt_that_is_not_ones_to_read_is_not_there(make_prompt, labeller):
    there = reverse("annotations:report_prompt", args=[make_prompt("Who was it, and when?", approved=False).pk])
    assert signed_in_as(labeller).get(there).status_code == 404
    assert signed_in_as(labeller).get(reverse("annotations:report_prompt", args=[2**70])).status_code == 404


def test_the_forms_are_where_people_look_for_them(make_answer, judge, prompt, labeller, client):
    answer = make_answer()
    judge(answer, "FFF")
    places = {
        reverse("observatory:answer", args=[answer.public_id]): reverse(
            "annotations:report_answer", args=[answer.public_id]
        ),
        reverse("prompts:detail", args=[prompt.pk]): reverse("annotations:report_prompt", args=[prompt.pk]),
    }
    mine = signed_in_as(labeller)
    for page, form in places.items():
        assert form in mine.get(page).content.decode()
        assert form not in client.get(page).content.decode()
        assert mine.get(form).status_code == 200
        assert mine.post(form, {"kind": "rude"}).status_code == 422
        assert client.get(form).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_label_and_a_report_at_once_leave_the_counts_right(make_answer, labeller, person, lease):
    for number in range(4):
        answer, other = make_answer(f"This is answer {number}."), person(f"other-{number}")
        mine, theirs = lease(labeller, answer), lease(other, answer)
        made = at_once(
            [
                lambda pk=mine.pk: report_card(by=labeller, card_id=pk, kind="broken"),
                lambda by=other, pk=theirs.pk: submit_label(by=by, assignment_id=pk, value="faithful"),
            ]
        )
        assert made[0] is None
        assert type(made[1]).__name__ in {"Label", "Gone"}
    assert recount() == 0
