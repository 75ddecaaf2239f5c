"""Who is given what: languages one reads, never one's own, nothing twice, nothing that is not in use, sooner first."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from annotations.actions import assign_next, pass_on, submit_label, take_back_expired
from annotations.actions.assign import HELD_AT_MOST
from annotations.models import Assignment, Label
from core.errors import Gone
from probes.models import Answer
from prompts.actions import withdraw_prompt
from prompts.models import Family

pytestmark = pytest.mark.django_db

FRENCH = "Que s'est-il passé au jardin de Jallianwala Bagh en 1919 ?"


def texts(assignments):
    return [held.text for held in assignments]


def test_only_languages_one_reads(make_answer, make_prompt, person):
    make_answer("It was a massacre.")
    make_answer("Un massacre.", prompt=make_prompt(FRENCH, language="fr"))
    assert texts(assign_next(by=person("one", languages=["en"]), limit=5)) == ["It was a massacre."]
    assert texts(assign_next(by=person("two", languages=["fr"]), limit=5)) == ["Un massacre."]
    assert sorted(texts(assign_next(by=person("both", languages=["en", "fr"]), limit=5))) == [
        "It was a massacre.",
        "Un massacre.",
    ]
    assert texts(assign_next(by=person("neither", languages=["de"]), limit=5)) == []
    assert texts(assign_next(by=person("none", languages=[]), limit=5)) == []


def test_never_ones_own_prompt(make_answer, author, labeller):
    make_answer()
    assert texts(assign_next(by=author, limit=5)) == []
    assert texts(assign_next(by=labeller, limit=5)) == ["It was a massacre."]


def test_never_the_same_answer_twice(make_answer, labeller, person):
    answer = make_answer()
    [held] = assign_next(by=labeller, limit=5)
    assert [again.id for again in assign_next(by=labeller, limit=5)] == [held.id]
    submit_label(by=labeller, assignment_id=held.id, value="evasive")
    assert texts(assign_next(by=labeller, limit=5)) == []
    other = person("other")
    [passed] = assign_next(by=other, limit=5)
    pass_on(by=other, assignment_id=passed.id, reason="garbled")
    assert texts(assign_next(by=other, limit=5)) == []
    answer.refresh_from_db()
    assert (answer.state, answer.counted, answer.leased) == ("open", 1, 0)


def test_nothing_of_a_prompt_that_is_not_in_use(make_answer, make_prompt, labeller, maintainer):
    waiting = make_prompt("Who signed the order?", approved=False)
    make_answer("Nobody.", prompt=waiting)
    taken_back = make_prompt("Who gave the order?")
    make_answer("The general.", prompt=taken_back)
    withdraw_prompt(by=maintainer, prompt=taken_back)
    assert texts(assign_next(by=labeller, limit=5)) == []


def test_nothing_that_is_closed(make_answer, labeller):
    for state in ("settled", "contested", "unjudgeable", "withdrawn"):
        answer = make_answer(f"This one is {state}.")
        Answer.objects.filter(pk=answer.pk).update(state=state, closed_at=timezone.now())
    assert texts(assign_next(by=labeller, limit=5)) == []


@pytest.mark.parametrize("state", ["settled", "unjudgeable", "withdrawn"])
def test_what_was_closed_while_one_held_it_makes_room_for_another(make_answer, labeller, state):
    gone = make_answer("The first.")
    assert texts(assign_next(by=labeller)) == ["The first."]
    Answer.objects.filter(pk=gone.pk).update(state=state, closed_at=timezone.now())
    make_answer("The second.")
    assert texts(assign_next(by=labeller)) == ["The second."]


def test_never_more_readers_than_labels_wanted(make_answer, person):
    answer = make_answer()
    assert [len(assign_next(by=person(f"reader-{n}"), limit=5)) for n in range(5)] == [1, 1, 1, 0, 0]
    answer.refresh_from_db()
    assert (answer.wanted, answer.counted, answer.leased) == (3, 0, 3)


def test_peoples_prompts_before_the_starter_set(make_answer, make_prompt, person):
    starter = make_prompt("An old question, there from the start?")
    Family.objects.filter(pk=starter.family_id).update(starter=True)
    starter.refresh_from_db()
    for number in range(30):
        make_answer(f"Starter answer {number}.", prompt=starter)
    make_answer("An answer to what somebody asked.")
    for number in range(3):
        reader = person(f"reader-{number}")
        assert texts(assign_next(by=reader)) == ["An answer to what somebody asked."]
    assert texts(assign_next(by=person("late")))[0].startswith("Starter answer")


def test_peoples_prompts_come_first_across_languages_too(make_answer, make_prompt, person):
    starter = make_prompt("An old question, there from the start?")
    Family.objects.filter(pk=starter.family_id).update(starter=True)
    starter.refresh_from_db()
    for number in range(30):
        make_answer(f"Starter answer {number}.", prompt=starter)
    make_answer("Un massacre.", prompt=make_prompt(FRENCH, language="fr"))
    assert texts(assign_next(by=person("one", languages=["en", "fr"]))) == ["Un massacre."]


def test_as_many_as_asked_for_and_never_more_than_ten(make_answer, labeller):
    for number in range(15):
        make_answer(f"Answer {number}.")
    assert len(assign_next(by=labeller)) == 1
    assert len(assign_next(by=labeller, limit=3)) == 3
    assert len(assign_next(by=labeller, limit=1)) == 3
    assert len(assign_next(by=labeller, limit=1000)) == HELD_AT_MOST
    assert len(assign_next(by=labeller, limit=0)) == HELD_AT_MOST


def test_the_lot_decides_which_comes_first(make_answer, person):
    for number in range(10):
        make_answer(f"Answer {number}.")
    firsts = {texts(assign_next(by=person(f"reader-{n}")))[0] for n in range(15)}
    assert len(firsts) > 1


def test_a_lease_lasts_as_long_as_the_site_has_set_and_keeps_the_key_points(make_answer, labeller, prompt):
    make_answer()
    [held] = assign_next(by=labeller)
    lease = Assignment.objects.get(pk=held.id)
    assert (held.expires_at, lease.key_points) == (lease.expires_at, prompt.key_points)
    assert lease.expires_at - lease.leased_at == timedelta(minutes=settings.ENV.lease_minutes)
    assert [point["text"] for point in held.points] == [
        "Troops fired on the crowd.",
        "The official count was 379 dead.",
    ]


def run_out(assignment):
    Assignment.objects.filter(pk=assignment.id).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_a_lease_that_ran_out_frees_its_answer(make_answer, person):
    answer = make_answer()
    slow, *rest = [person(f"reader-{n}") for n in range(4)]
    [late] = assign_next(by=slow)
    for reader in rest[:2]:
        assign_next(by=reader)
    assert texts(assign_next(by=rest[2])) == []
    run_out(late)
    assert take_back_expired() == 1
    assert take_back_expired() == 0
    assert texts(assign_next(by=rest[2])) == ["It was a massacre."]
    lease = Assignment.objects.get(pk=late.id)
    answer.refresh_from_db()
    assert (lease.status, lease.closed_at is not None, answer.leased) == ("expired", True, 3)
    with pytest.raises(Gone):
        submit_label(by=slow, assignment_id=late.id, value="evasive")
    assert Label.objects.count() == 0
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (0, 3)


def test_a_reader_whose_lease_ran_out_may_be_given_the_answer_again(make_answer, labeller):
    make_answer()
    [late] = assign_next(by=labeller)
    run_out(late)
    # Not swept yet: the old lease still keeps the place.
    assert texts(assign_next(by=labeller)) == []
    take_back_expired()
    [again] = assign_next(by=labeller)
    assert again.id != late.id
    submit_label(by=labeller, assignment_id=again.id, value="evasive")
    assert Label.objects.get().assignment_id == again.id


def test_leases_that_run_are_left_alone(make_answer, labeller):
    make_answer()
    [held] = assign_next(by=labeller)
    assert take_back_expired() == 0
    assert Assignment.objects.get(pk=held.id).status == "leased"
