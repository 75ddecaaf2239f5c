"""A lease that ran out while its reader was thinking: the verdict is taken where there is room, or they are thanked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.actions import assign_next, pass_on, renew, submit_label, take_back_expired, undo_last
from annotations.models import Assignment, CannotJudge, Check, Gold, Label
from annotations.selectors import hand
from core.errors import Conflict, Gone
from probes.models import Answer

pytestmark = pytest.mark.django_db


def counts(answer):
    answer.refresh_from_db()
    return (answer.state, answer.counted, answer.leased, answer.wanted)


def runs_out(held, *, swept):
    Assignment.objects.filter(pk=held.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    if swept:
        assert take_back_expired() == 1


@pytest.mark.parametrize("swept", [False, True], ids=["not swept", "swept"])
def test_there_is_room(labeller, held, swept):
    runs_out(held, swept=swept)
    label = submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    held.refresh_from_db()
    assert (label.status, held.status, counts(held.answer)) == ("current", "labelled", ("open", 1, 0, 3))
    assert take_back_expired() == 0


@pytest.mark.parametrize("swept", [False, True], ids=["not swept", "swept"])
def test_there_is_room_for_who_cannot_judge(labeller, held, swept):
    runs_out(held, swept=swept)
    pass_on(by=labeller, assignment_id=held.pk, reason="garbled")
    held.refresh_from_db()
    assert (held.status, counts(held.answer)) == ("passed", ("open", 0, 0, 3))


def test_its_place_is_its_own_until_it_is_swept(labeller, held, person, lease):
    for number in range(2):
        lease(person(f"reader-{number}"), held.answer)
    runs_out(held, swept=False)
    submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    assert counts(held.answer) == ("open", 1, 2, 3)


@pytest.mark.parametrize("letters", ["", "C", "CC"])
def test_the_place_has_gone_to_somebody_else(labeller, held, person, lease, judge, letters):
    runs_out(held, swept=True)
    judge(held.answer, letters)
    for number in range(3 - len(letters)):
        lease(person(f"holder-{number}"), held.answer)
    before = counts(held.answer)
    for send in (
        lambda: submit_label(by=labeller, assignment_id=held.pk, value="evasive"),
        lambda: pass_on(by=labeller, assignment_id=held.pk, reason="garbled"),
    ):
        with pytest.raises(Gone, match="Thank you for reading it"):
            send()
    held.refresh_from_db()
    assert (held.status, counts(held.answer)) == ("expired", before)
    assert not Label.objects.filter(person=labeller).exists() and not CannotJudge.objects.exists()


def test_the_answer_was_closed_meanwhile(labeller, held, judge):
    runs_out(held, swept=True)
    judge(held.answer, "CCC")
    with pytest.raises(Gone, match="has been closed since"):
        submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    assert counts(held.answer) == ("settled", 3, 0, 3)


def test_the_same_answer_came_again_under_another_card(labeller, held, lease):
    runs_out(held, swept=True)
    again = lease(labeller, held.answer)
    label = submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    again.refresh_from_db()
    assert (label.assignment_id, again.status, counts(held.answer)) == (held.pk, "returned", ("open", 1, 0, 3))
    assert hand(by=labeller) == []
    with pytest.raises(Gone):
        submit_label(by=labeller, assignment_id=again.pk, value="evasive")


def test_it_was_judged_under_another_card(labeller, held, lease):
    runs_out(held, swept=True)
    submit_label(by=labeller, assignment_id=lease(labeller, held.answer).pk, value="evasive")
    with pytest.raises(Conflict, match="judged this answer already"):
        submit_label(by=labeller, assignment_id=held.pk, value="faithful")
    assert counts(held.answer) == ("open", 1, 0, 3)
    assert Label.objects.get().value == "evasive"


def test_what_was_given_back_stays_so(labeller, held):
    Assignment.objects.update(status="returned", closed_at=timezone.now())
    Answer.objects.update(leased=0)
    with pytest.raises(Gone, match="taken out of your hands"):
        submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    Answer.objects.update(held_at=timezone.now())
    with pytest.raises(Gone, match="was reported"):
        submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    assert not Label.objects.exists()


def test_renewing_keeps_what_is_in_hand(make_answer, labeller, person):
    for number in range(3):
        make_answer(f"Answer {number}.")
    cards = [card.id for card in assign_next(by=labeller, limit=3)]
    other = assign_next(by=person("other"))
    now = timezone.now()
    Assignment.objects.update(expires_at=now + timedelta(minutes=1))
    Assignment.objects.filter(pk=cards[2]).update(expires_at=now - timedelta(seconds=1))
    Assignment.objects.filter(pk=cards[1]).update(leased_at=now - timedelta(hours=3, minutes=50))
    Assignment.objects.filter(pk=cards[0]).update(
        leased_at=now - timedelta(hours=5), expires_at=now + timedelta(hours=1)
    )
    renewed = renew(by=labeller)
    assert renewed.ids == [cards[0], cards[1]]
    until = dict(Assignment.objects.values_list("pk", "expires_at"))
    assert until[cards[0]] == now + timedelta(hours=1)  # never shorter
    assert until[cards[1]] == renewed.until == now + timedelta(minutes=10)  # four hours in all
    assert until[cards[2]] == now - timedelta(seconds=1)  # ran out
    assert until[other[0].id] == now + timedelta(minutes=1)  # somebody else's


def test_renewing_a_lease_and_a_check_alike(held, labeller):
    gold = Gold.objects.create(
        slug="one", origin="starter", language="en", question="Why?", text="Because.", value="evasive", why="It is."
    )
    soon = timezone.now() + timedelta(minutes=1)
    check = Check.objects.create(person=labeller, purpose="gold", gold=gold, expires_at=soon)
    Assignment.objects.update(expires_at=soon)
    renewed = renew(by=labeller)
    assert renewed.ids == [held.pk, check.pk]
    held.refresh_from_db()
    check.refresh_from_db()
    assert min(held.expires_at, check.expires_at) == renewed.until > timezone.now() + timedelta(minutes=29)


def test_renewing_nothing(labeller):
    renewed = renew(by=labeller)
    assert (renewed.ids, renewed.until) == ([], None)


def test_a_late_label_can_be_taken_back(labeller, held):
    runs_out(held, swept=True)
    submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    assert undo_last(by=labeller) == held.pk
    assert counts(held.answer) == ("open", 0, 1, 3)
