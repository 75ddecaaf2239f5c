"""Reports of gold that is none of the record: decided like any other, and nothing tells it from one."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from annotations.actions import (
    decide_about_answer,
    decide_about_gold,
    report_card,
    submit_label,
)
from annotations.models import Check, Gold
from annotations.selectors import history
from annotations.selectors.mine_exported import reports
from core.errors import Conflict, Forbidden
from core.models import Event
from probes.models import Answer
from tests.annotations.gold import make_gold_answer
from tests.annotations.test_blindness import told_apart
from tests.annotations.test_reports_decided import JSON, WHY, looker, reported, signed_in_as

pytestmark = pytest.mark.django_db
__all__ = ["looker", "reported", "told_apart"]


@pytest.fixture
def reported_gold(labeller, make_gold_check):
    """Gold that is none of the record, reported by its reader."""
    card = make_gold_check(labeller)
    report_card(by=labeller, card_id=card.pk, kind="personal_data", note="A telephone number.")
    card.refresh_from_db()
    return card


@pytest.fixture
def make_gold_check():
    def make(reader, number=1):
        gold = Gold.objects.filter(slug=f"gold-{number}").first() or make_gold_answer(number)
        return Check.objects.create(
            person=reader, purpose="gold", gold=gold, expires_at=timezone.now() + timedelta(minutes=30)
        )

    return make


def sent_to(page):
    return re.findall(r'action="(/label/reports/answer/[0-9a-f-]{36}/)"', page)


def test_gold_looks_like_any_answer_to_reviewers_and_is_closed(
    reported_gold, reported, make_gold_check, person, looker, maintainer
):
    another = person("other")
    other = make_gold_check(another)
    report_card(by=another, card_id=other.pk, kind="illegal")
    client, here = signed_in_as(looker), reverse("annotations:reports")
    page = client.get(here).content.decode()
    of_gold, of_record = sorted(sent_to(page), key=lambda address: str(reported.public_id) in address)
    assert (of_record, page.count("An answer · ")) == (
        reverse("annotations:decide_about_answer", args=[reported.public_id]),
        2,
    )
    assert [word for word in ("gold", "Gold", str(reported_gold.pk), str(other.pk)) if word in page] == []
    assert "reported 2 times" in page and "I cannot talk about that. (1)" in page
    told = [
        (client.post(to, sent, follow=True).status_code, client.get(here).context["page"].paginator.count)
        for to in (of_gold, of_record)
        for sent in ({"decision": "uphold"}, {**WHY, "decision": "perhaps"}, {**WHY, "decision": "dismiss"})
    ]
    assert told == [(422, 2), (422, 2), (200, 1), (422, 1), (422, 1), (200, 0)]
    assert client.post(of_gold, {**WHY, "decision": "uphold"}).status_code == 409
    cards = Check.objects.values_list("report_status", "report_decision_note")
    assert (list(cards), Gold.objects.get().status) == ([("dismissed", WHY["reason"])] * 2, "active")
    assert list(Event.objects.filter(verb="dismiss").values_list("noun", "actor").order_by("noun")) == [
        ("answer", looker.pk),
        ("gold", looker.pk),
    ]


@pytest.mark.parametrize("upheld", [True, False])
def test_what_its_reader_sees_of_a_decision_is_that_of_any_card(
    make_answer, lease, labeller, make_gold_check, looker, upheld
):
    """In their last ten, where they correct it, and in the file they take with them."""
    real, gold = lease(labeller, make_answer()).pk, make_gold_check(labeller).pk
    client = signed_in_as(labeller)
    seen = {real: [], gold: []}

    def look():
        for pk in (real, gold):
            why = {one.id: one.why_not for one in history(by=labeller)}[pk]
            kept = list(reports(labeller))[0 if pk == real else 1 :][:1]
            said = [(one["status"], one["decision_note"], one["decided_at"] is None) for one in kept]
            again = client.post(f"/label/{pk}/", {"value": "faithful", "again": "1"}, headers=JSON)
            seen[pk].append((why, said, again.status_code, again.json().get("detail")))

    for pk in (real, gold):
        submit_label(by=labeller, assignment_id=pk, value="evasive")
        report_card(by=labeller, card_id=pk, kind="broken")
    look()
    decide_about_answer(by=looker, answer=Answer.objects.get(), upheld=upheld, **WHY)
    decide_about_gold(by=looker, gold=Gold.objects.get(), upheld=upheld, **WHY)
    look()
    assert seen[gold] == seen[real]
    assert [one[2] for one in seen[real]] == [410, 410 if upheld else 200]
    assert Gold.objects.get().status == ("retired" if upheld else "active")


def test_nobody_decides_on_gold_they_reported_or_wrote(reported_gold, labeller, looker, reviewer, maintainer):
    labeller.role = Role.REVIEWER
    labeller.save()
    gold = reported_gold.gold
    Gold.objects.filter(pk=gold.pk).update(created_by=reviewer)
    for by in (labeller, reviewer):
        with pytest.raises(Forbidden, match="You have a part in this"):
            decide_about_gold(by=by, gold=gold, upheld=True, **WHY)
    decide_about_gold(by=looker, gold=gold, upheld=True, **WHY)
    with pytest.raises(Conflict, match="already decided"):
        decide_about_gold(by=maintainer, gold=gold, upheld=False, **WHY)


def test_a_cards_own_id_is_no_address_of_a_report(reported_gold, lease, labeller, make_answer, looker):
    """Who reviews and labels could otherwise ask whether a card of theirs is gold."""
    card = lease(labeller, make_answer())
    report_card(by=labeller, card_id=card.pk, kind="broken")
    client = signed_in_as(looker)
    addresses = [reverse("annotations:decide_about_answer", args=[pk]) for pk in (card.pk, reported_gold.pk)]
    assert [client.post(to, {**WHY, "decision": "dismiss"}).status_code for to in addresses] == [404, 404]
