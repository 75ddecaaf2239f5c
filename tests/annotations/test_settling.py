"""An answer that has all its labels waits a while before it is closed, so that those who gave them may mend a slip."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.actions import assign_next, quarantine, recount, refresh_stale, settle_due, submit_label, undo
from annotations.actions.quarantine import carry_on, put
from annotations.models import Assignment, Consensus, Label, Stale
from core.errors import Conflict
from core.models import Event
from probes.models import Answer
from prompts.actions import withdraw_prompt
from prompts.models import Prompt
from tests.annotations.conftest import at_once
from workers.tasks import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten_minutes(settings):
    settings.ENV = replace(settings.ENV, settling_minutes=10)


def stands(answer):
    answer.refresh_from_db()
    return (answer.state, answer.counted, answer.wanted, answer.settles_at is not None, answer.closed_at is not None)


def over(answer):
    """The time of this answer is over."""
    Answer.objects.filter(pk=answer.pk).update(settles_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("letters", "state"), [("CCC", "settled"), ("CCECC", "settled"), ("CEFFCCE", "contested"), ("C---", "unjudgeable")]
)
def test_it_closes_when_its_time_is_over_and_not_before(make_answer, judge, letters, state):
    answer = make_answer()
    judge(answer, letters)
    counted = len(letters.replace("-", ""))
    wanted = max(3, counted)
    assert stands(answer) == ("open", counted, wanted, True, False)
    assert timedelta(minutes=9) < answer.settles_at - timezone.now() <= timedelta(minutes=10)
    assert (settle_due(), Stale.objects.count()) == (0, 0)
    assert stands(answer) == ("open", counted, wanted, True, False)
    over(answer)
    assert settle_due() == 1
    assert stands(answer) == (state, counted, wanted, False, True)
    assert list(Event.objects.filter(verb="settle").values_list("actor", "noun", "key")) == [
        (None, "answer", answer.pk)
    ]
    assert (refresh_stale(limit=10), Consensus.objects.exists()) == (1, state != "unjudgeable")
    assert settle_due() == 0


def test_what_is_still_read_when_it_closes_is_given_back(make_answer, judge, lease, person):
    answer = make_answer()
    held = lease(person("late"), answer)
    judge(answer, "---")
    over(answer)
    assert settle_due() == 1
    held.refresh_from_db()
    answer.refresh_from_db()
    assert (answer.state, answer.leased, held.status, held.closed_at) == (
        "unjudgeable",
        0,
        "returned",
        answer.closed_at,
    )
    assert recount() == 0


def test_the_sweep_closes_it(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCC")
    over(answer)
    sweep()
    assert stands(answer)[0] == "settled"


def test_nobody_is_given_an_answer_that_settles(make_answer, judge, person):
    judge(make_answer(), "---")
    assert assign_next(by=person("other")) == []


def test_a_correction_while_it_settles(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CCC")
    until = answer.settles_at
    leases = {lease.person_id: lease.pk for lease in Assignment.objects.all()}

    def say(reader, value):
        submit_label(by=reader, assignment_id=leases[reader.pk], value=value, again=True)

    say(readers[0], "evasive")
    assert stands(answer) == ("open", 3, 4, False, False)
    say(readers[0], "censored")  # a fourth label has been asked for by now, and is still wanted
    assert stands(answer) == ("open", 3, 4, False, False)
    judge(answer, "")
    Answer.objects.filter(pk=answer.pk).update(wanted=3, settles_at=until)
    submit_label(by=readers[1], assignment_id=leases[readers[1].pk], value="censored", note="the park", again=True)
    answer.refresh_from_db()
    assert (stands(answer), answer.settles_at) == (("open", 3, 3, True, False), until)
    assert Label.objects.filter(status="current", note="the park").count() == 1


def test_an_undo_while_it_settles_stops_the_clock(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CCC")
    card = Assignment.objects.get(person=readers[2]).pk
    undo(by=readers[2], assignment_id=card)
    assert (stands(answer), answer.leased) == (("open", 2, 3, False, False), 1)
    submit_label(by=readers[2], assignment_id=card, value="censored")
    assert stands(answer) == ("open", 3, 3, True, False)
    over(answer)
    assert settle_due() == 1
    with pytest.raises(Conflict, match="is public now"):
        undo(by=readers[2], assignment_id=card)
    with pytest.raises(Conflict, match="is public now"):
        submit_label(by=readers[2], assignment_id=card, value="evasive", again=True)
    assert stands(answer) == ("settled", 3, 3, False, True)


def test_a_count_at_night_closes_nothing_early(make_answer, judge, settings):
    answer = make_answer()
    judge(answer, "CCC")
    until = answer.settles_at
    Answer.objects.filter(pk=answer.pk).update(counted=1)
    assert recount() == 1
    assert (stands(answer), answer.settles_at) == (("open", 3, 3, True, False), until)
    Answer.objects.filter(pk=answer.pk).update(counted=1)
    settings.ENV = replace(settings.ENV, settling_minutes=0)
    assert recount() == 1
    assert (stands(answer), answer.settles_at) == (("open", 3, 3, True, False), until)


def test_one_that_has_its_labels_and_no_time_is_found_at_night(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCC")
    Answer.objects.filter(pk=answer.pk).update(settles_at=None)
    assert recount() == 0
    assert stands(answer) == ("open", 3, 3, True, False)


def test_one_that_lost_a_label_goes_back_into_the_deck(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCC")
    Label.objects.filter(pk=Label.objects.first().pk).update(status="set_aside")
    Answer.objects.filter(pk=answer.pk).update(counted=2)
    over(answer)
    assert (settle_due(), Stale.objects.count()) == (0, 0)
    assert stands(answer) == ("open", 2, 3, False, False)


def test_labels_set_aside_are_not_counted_at_night(make_answer, judge):
    answer = make_answer()
    judge(answer, "CC")
    Label.objects.filter(pk=Label.objects.first().pk).update(status="set_aside")
    assert recount() == 1
    assert stands(answer) == ("open", 1, 3, False, False)


@pytest.mark.parametrize("model", [Answer, Prompt])
def test_what_was_reported_is_not_made_public(make_answer, judge, model):
    answer = make_answer()
    judge(answer, "CCC")
    over(answer)
    model.objects.update(held_at=timezone.now())
    assert settle_due() == 0
    model.objects.update(held_at=None)
    assert settle_due() == 1


@pytest.mark.parametrize("model", [Answer, Prompt])
def test_what_was_reported_is_not_made_public_where_nothing_settles(make_answer, judge, settings, model):
    """Its labels are counted anew while it waits for a reviewer, and are all in; the sweep closes it after that."""
    answer = make_answer()
    reader, *_others = judge(answer, "CCC")
    settings.ENV = replace(settings.ENV, settling_minutes=0)
    model.objects.update(held_at=timezone.now())
    Answer.objects.update(settles_at=None)
    recount()
    assert (stands(answer), settle_due()) == (("open", 3, 3, True, False), 0)
    quarantine(by=None, person=reader, reason="gold")
    assert stands(answer) == ("open", 2, 3, False, False)
    put(by=None, person=reader, standing="new", reason="again")
    carry_on(person=reader)
    assert (stands(answer), settle_due()) == (("open", 3, 3, True, False), 0)
    model.objects.update(held_at=None)
    assert (settle_due(), stands(answer)) == (1, ("settled", 3, 3, False, True))


def test_what_nobody_reported_is_closed_at_once_where_nothing_settles(make_answer, judge, settings):
    answer = make_answer()
    judge(answer, "CCC")
    settings.ENV = replace(settings.ENV, settling_minutes=0)
    Answer.objects.update(settles_at=None)
    recount()
    assert stands(answer) == ("settled", 3, 3, False, True)


def test_an_answer_that_settles_is_withdrawn_with_its_prompt(make_answer, judge, prompt, maintainer):
    answer = make_answer()
    judge(answer, "CCC")
    withdraw_prompt(by=maintainer, prompt=prompt)
    sweep()
    assert stands(answer) == ("withdrawn", 3, 3, False, True)
    assert settle_due() == 0


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_close_each_answer_once(make_answer, judge):
    answers = [make_answer(f"Answer {number}.") for number in range(30)]
    for answer in answers:
        judge(answer, "CCC")
        over(answer)
    found = at_once([settle_due] * 6)
    assert sum(found) == 30
    assert {stands(answer)[0] for answer in answers} == {"settled"}
    assert Event.objects.filter(verb="settle").count() == 30
