"""Before an answer closes its labels are weighed by who gave them: where they are not enough, one more is wanted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from annotations.actions import recount, settle_due, submit_label, take_back_expired, weigh
from annotations.models import Assignment, Labeller
from probes.models import Answer
from tests.annotations.crowd import CAREFUL, NEVER_SURE, SPAMMER, THREE_TOO_FEW, TRUSTING, fitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten_minutes(settings):
    settings.ENV = replace(settings.ENV, settling_minutes=10)


def stands(answer):
    answer.refresh_from_db()
    return (answer.state, answer.counted, answer.leased, answer.wanted, answer.settles_at is not None)


def over(answer):
    Answer.objects.filter(pk=answer.pk).update(settles_at=timezone.now() - timedelta(seconds=1))


def closed(answer):
    over(answer)
    return settle_due(), stands(answer)


def test_without_a_calibration_votes_alone_decide(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CCC")
    fitted(skills=dict.fromkeys(readers, SPAMMER))
    assert closed(answer) == (1, ("settled", 3, 0, 3, False))


def test_labels_that_make_sure_settle(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CCC")
    fitted(calibration=TRUSTING, skills=dict.fromkeys(readers, CAREFUL))
    assert closed(answer) == (1, ("settled", 3, 0, 3, False))


def test_one_more_is_wanted_of_those_that_do_not(make_answer, judge):
    """Three who say faithful whatever they read say nothing."""
    answer = make_answer()
    readers = judge(answer, "FFF")
    fitted(calibration=TRUSTING, skills=dict.fromkeys(readers, SPAMMER))
    assert closed(answer) == (0, ("open", 3, 0, 4, False))
    assert settle_due() == 0
    assert recount() == 0


def test_as_many_as_there_may_be_then_it_is_contested(make_answer, judge):
    answer = make_answer()
    fitted(calibration=NEVER_SURE)
    judge(answer, "FFF")
    for labels in range(3, 7):
        assert closed(answer) == (0, ("open", labels, 0, labels + 1, False))
        extend(answer, labels)
    assert closed(answer) == (1, ("contested", 7, 0, 7, False))


def extend(answer, number):
    """One more label that says the same, by somebody new."""
    reader = User.objects.create(username=f"extra-{answer.pk}-{number}")
    Labeller.objects.create(person=reader, practised_at=timezone.now())
    Answer.objects.filter(pk=answer.pk).update(leased=1)
    held = Assignment.objects.create(answer=answer, person=reader, expires_at=timezone.now() + timedelta(minutes=30))
    submit_label(by=reader, assignment_id=held.pk, value="faithful")


def test_three_can_be_too_few_and_five_enough(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCC")
    fitted(calibration=THREE_TOO_FEW)
    assert closed(answer) == (0, ("open", 3, 0, 4, False))


def test_a_majority_is_needed_however_sure_the_labellers_are(make_answer, judge):
    """Two careful people against two others: sure by the model, and nobody's word by the votes."""
    answer = make_answer()
    Answer.objects.filter(pk=answer.pk).update(wanted=4)
    readers = judge(answer, "CCFF")
    fitted(calibration=TRUSTING, skills={**dict.fromkeys(readers[:2], CAREFUL), **dict.fromkeys(readers[2:], SPAMMER)})
    Answer.objects.filter(pk=answer.pk).update(wanted=4)
    assert closed(answer) == (0, ("open", 4, 0, 5, False))


def test_three_who_could_not_judge_close_it_whatever_the_fit_says(make_answer, judge):
    answer = make_answer()
    judge(answer, "C---")
    fitted(calibration=NEVER_SURE)
    assert closed(answer) == (1, ("unjudgeable", 1, 0, 3, False))


def test_who_had_it_before_them_when_it_began_to_settle_is_waited_for(make_answer, judge, lease, person):
    answer = make_answer()
    Answer.objects.filter(pk=answer.pk).update(wanted=5)
    readers = judge(answer, "CCC")
    held = lease(person("late"), answer)
    fitted(calibration=TRUSTING, skills=dict.fromkeys(readers, CAREFUL))
    assert weigh() == 1
    assert stands(answer) == ("open", 3, 1, 4, True)
    over(answer)
    assert settle_due() == 0
    answer.refresh_from_db()
    assert (stands(answer), answer.settles_at) == (("open", 3, 1, 4, True), held.expires_at)
    submit_label(by=held.person, assignment_id=held.pk, value="censored")
    assert stands(answer) == ("open", 4, 0, 4, True)
    assert closed(answer) == (1, ("settled", 4, 0, 4, False))


def test_a_lease_that_runs_out_leaves_it_to_settle(make_answer, judge, lease, person):
    answer = make_answer()
    Answer.objects.filter(pk=answer.pk).update(wanted=5)
    readers = judge(answer, "CCC")
    held = lease(person("late"), answer)
    fitted(calibration=TRUSTING, skills=dict.fromkeys(readers, CAREFUL))
    weigh()
    Assignment.objects.filter(pk=held.pk).update(expires_at=timezone.now())
    assert take_back_expired() == 1
    assert stands(answer) == ("open", 3, 0, 4, True)
    assert closed(answer) == (1, ("settled", 3, 0, 4, False))
    assert recount() == 0
