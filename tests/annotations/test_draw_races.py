"""What may happen between what a person is offered and what they are given of it: nothing is given that they may not
have, nothing twice, and no deck is empty while there is work.
"""

from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from annotations.actions import (
    assign,
    assign_next,
    report_prompt,
    submit_label,
    take_back_expired,
    undo,
    undo_last,
    weigh,
)
from annotations.models import Assignment, Label
from probes.models import Answer
from tests.annotations.conftest import at_once
from tests.annotations.crowd import CAREFUL, fitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("only_by_need")]


@pytest.fixture
def between(monkeypatch) -> Callable:
    """`between(act)`: somebody does this, in a connection of their own, when the next offers have been read."""
    offered, waiting = assign.offered, []

    def read(*given, **named):
        found = offered(*given, **named)
        if waiting:
            at_once([waiting.pop()])
        return found

    monkeypatch.setattr(assign, "offered", read)
    return waiting.append


@pytest.fixture
def ran_out(make_answer, labeller):
    """A card whose lease ran out and was taken back."""
    make_answer()
    [held] = assign_next(by=labeller)
    Assignment.objects.update(expires_at=timezone.now())
    take_back_expired()
    return held


def five(make_answer):
    for number in range(5):
        make_answer(f"Answer {number}.")


def test_a_question_that_is_reported_is_not_given(make_answer, labeller, person, prompt, between):
    make_answer()
    between(partial(report_prompt, by=person("other"), prompt=prompt, kind="broken"))
    assert assign_next(by=labeller) == []
    assert not Assignment.objects.exists()


def test_what_they_label_late_is_not_given_again(ran_out, labeller, between):
    between(partial(submit_label, by=labeller, assignment_id=ran_out.id, value="censored"))
    assert assign_next(by=labeller) == []
    assert list(Label.objects.values_list("value", "status")) == [("censored", "current")]
    assert not Assignment.objects.filter(status="leased").exists()


def test_what_they_take_back_is_in_hand_once(make_answer, labeller, between):
    make_answer()
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="censored")
    between(partial(undo, by=labeller, assignment_id=held.id))
    assert [card.id for card in assign_next(by=labeller)] == [held.id]
    assert Assignment.objects.filter(status="leased").count() == 1


@pytest.mark.parametrize("way", ["runs out", "is judged"])
def test_who_held_all_they_may_is_given_the_next_at_once(make_answer, labeller, between, way):
    five(make_answer)
    [held] = assign_next(by=labeller)
    between(
        partial(submit_label, by=labeller, assignment_id=held.id, value="censored")
        if way == "is judged"
        else lambda: Assignment.objects.update(expires_at=timezone.now())
    )
    [another] = assign_next(by=labeller)
    assert another.text != held.text


def test_nobody_holds_more_than_they_may(make_answer, labeller, between):
    five(make_answer)
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="censored")
    between(partial(undo_last, by=labeller))
    assert len(assign_next(by=labeller, limit=2)) == 2


def test_what_others_take_is_made_up_for(make_answer, judge, labeller, person, between):
    """Both want the same: of what is in doubt the answers on which such a label is worth most."""
    for number in range(10):
        judge(make_answer(f"Answer {number}."), "CFCF")
    Answer.objects.update(wanted=5)
    other = person("other")
    readers = [label.person for label in Label.objects.select_related("person")]
    fitted(skills={**dict.fromkeys(readers, CAREFUL), labeller: CAREFUL, other: CAREFUL})
    weigh()
    between(partial(assign_next, by=other, limit=5))
    assert len(assign_next(by=labeller, limit=5)) == 5
    assert other.assignments.count() == 5
    assert not Answer.objects.exclude(leased=1).exists()
