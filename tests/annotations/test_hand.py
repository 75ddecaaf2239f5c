"""What a person holds: assignments and checks alike, masked, in one order, and nothing that tells the two apart."""

import dataclasses
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from annotations import selectors
from annotations.actions import assign_next, judge_and_next, submit_label
from annotations.cards import card
from annotations.models import Assignment, Check, DeckSettings, Gold, Labeller
from core.errors import Forbidden
from probes.models import Answer
from probes.selectors.identity import KEPT

pytestmark = pytest.mark.django_db

POINTS = [{"text": "A dam broke.", "source": "The county's report", "url": "", "essential": True}]


@pytest.fixture
def gold(db):
    def make(number=1, language="en"):
        return Gold.objects.create(
            slug=f"gold-{number}",
            origin="starter",
            language=language,
            question=f"What happened at dam {number}?",
            text=f"Dam {number} broke.",
            points=POINTS,
            value="faithful",
            why="The core is there.",
        )

    return make


@pytest.fixture
def shares(db):
    def put(gold=0.0, repeat=0.0):
        DeckSettings.objects.update_or_create(pk=1, defaults={"gold_share": gold, "repeat_share": repeat})

    return put


def hold(person, gold, at=None):
    at = at or timezone.now()
    return Check.objects.create(
        person=person, purpose="gold", gold=gold, leased_at=at, expires_at=timezone.now() + timedelta(minutes=30)
    )


def test_a_check_looks_like_any_other_card(make_answer, labeller, gold, shares):
    shares()
    make_answer()
    [held] = assign_next(by=labeller)
    check = hold(labeller, gold())
    first, second = map(card, selectors.hand(by=labeller))
    assert (first["id"], second["id"]) == (str(held.id), str(check.pk))
    assert list(first) == list(second)
    assert [type(value) for value in first.values()] == [type(value) for value in second.values()]
    assert {name for point in first["points"] for name in point} == {name for point in POINTS for name in point}
    assert (second["question"], second["text"], second["points"]) == ("What happened at dam 1?", "Dam 1 broke.", POINTS)


def test_what_is_held_stands_in_the_order_it_was_given(make_answer, labeller, gold, shares):
    shares()
    make_answer()
    [held] = assign_next(by=labeller)
    at = Assignment.objects.get(pk=held.id).leased_at
    before = hold(labeller, gold(1), at - timedelta(seconds=1))
    after = hold(labeller, gold(2), at + timedelta(seconds=1))
    assert [one.id for one in selectors.hand(by=labeller)] == [before.pk, held.id, after.pk]


def test_checks_take_places_like_answers(five, labeller, gold, shares):
    shares()
    hold(labeller, gold())
    assert [one.kind for one in assign_next(by=labeller, limit=3)] == ["check", "assignment", "assignment"]


def test_what_was_drawn_together_was_given_at_one_moment(five, labeller, gold, shares):
    """Or a check, which another statement leases, would always stand behind the answers it came with."""
    shares(gold=0.5)
    for number in range(20):
        gold(number)
    cards = assign_next(by=labeller, limit=5)
    moments = {
        *Assignment.objects.values_list("leased_at", flat=True),
        *Check.objects.values_list("leased_at", flat=True),
    }
    assert (len(cards), len(moments)) == (5, 1)
    assert [one.id for one in cards] == sorted(one.id for one in cards)


def test_who_is_given_no_answer_is_given_no_check(labeller, gold, shares):
    shares(gold=0.5)
    for number in range(20):
        gold(number)
    assert [assign_next(by=labeller, limit=5) for _ in range(10)] == [[]] * 10
    assert Check.objects.count() == 0


def test_gold_comes_in_its_share(make_answer, labeller, gold, shares):
    shares(gold=0.3)
    for number in range(60):
        gold(number)
        make_answer(f"Answer {number}.")
    kinds = []
    for _ in range(40):
        [held] = assign_next(by=labeller)
        kinds.append(held.kind)
        Assignment.objects.filter(pk=held.id).update(status="returned")
        Check.objects.filter(pk=held.id).update(status="returned")
    # Of forty at 30 %: outside 2 to 24 in less than one run of a hundred thousand.
    assert 2 <= kinds.count("check") <= 24


@pytest.mark.parametrize("held_at", ["answer", "prompt"])
def test_what_was_reported_is_neither_shown_nor_given(make_answer, prompt, labeller, person, held_at):
    answer = make_answer()
    assert len(assign_next(by=labeller)) == 1
    row = answer if held_at == "answer" else prompt
    type(row).objects.filter(pk=row.pk).update(held_at=timezone.now())
    assert selectors.hand(by=labeller) == []
    assert assign_next(by=person("other")) == []
    type(row).objects.filter(pk=row.pk).update(held_at=None)
    assert len(selectors.hand(by=labeller)) == 1
    assert len(assign_next(by=person("third"))) == 1


def test_an_answer_that_has_its_labels_and_settles_is_not_given(make_answer, labeller):
    answer = make_answer()
    Answer.objects.filter(pk=answer.pk).update(settles_at=timezone.now() + timedelta(minutes=5))
    assert assign_next(by=labeller) == []


def test_who_has_not_practised_is_told_to(make_answer, person):
    make_answer()
    with pytest.raises(Forbidden, match="practice"):
        assign_next(by=person("new", practised=False))
    assert Assignment.objects.count() == 0


def test_who_is_in_quarantine_is_told_so(make_answer, labeller):
    make_answer()
    Labeller.objects.update(standing="quarantined", standing_reason="Gold.")
    with pytest.raises(Forbidden, match="set aside"):
        assign_next(by=labeller)
    assert Assignment.objects.count() == 0


def test_who_is_slowed_holds_one_card(five, labeller, shares):
    shares()
    Labeller.objects.update(standing="slowed", standing_reason="Gold.")
    assert len(assign_next(by=labeller, limit=5)) == 1


def test_two_answers_to_one_question_are_not_in_hand_at_once(make_answer, make_prompt, labeller, shares):
    shares()
    asked = [make_prompt(f"What happened in the year {year}, and where?") for year in (1901, 1950, 1988)]
    for one in asked:
        for number in range(3):
            make_answer(f"Answer {number}.", prompt=one)
    held = assign_next(by=labeller, limit=3)
    assert len({one.question for one in held}) == 3
    assert len(assign_next(by=labeller, limit=5)) == 5


def test_a_name_that_gives_the_author_away_is_masked(make_answer, labeller):
    KEPT.until = 0.0  # the names that another test may have read
    answer = make_answer("I am Model A, made by Maker A. It was a massacre.")
    Answer.objects.filter(pk=answer.pk).update(identity_leaked=True)
    [held] = assign_next(by=labeller)
    assert "Model A" not in held.text
    assert held.text.endswith("It was a massacre.")
    assert selectors.held_of(by=labeller, ids=[held.id]) == {held.id: held}


def test_cards_of_any_status_are_found_and_only_ones_own(make_answer, labeller, person, gold):
    make_answer()
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="evasive")
    check = hold(person("other"), gold())
    found = selectors.held_of(by=labeller, ids=[held.id, check.pk])
    assert {pk: dataclasses.replace(one, expires_at=held.expires_at) for pk, one in found.items()} == {held.id: held}
    assert selectors.hand(by=labeller) == []


def test_one_call_saves_a_label_and_brings_the_next(five, labeller, shares):
    shares()
    first, *rest = assign_next(by=labeller, limit=3)
    served = judge_and_next(by=labeller, assignment_id=first.id, ahead=3, value="evasive")
    assert ([one.id for one in served.cards[:2]], len(served.cards)) == ([one.id for one in rest], 3)
    assert (served.today, served.total) == (1, 1)
    # The same again changes nothing and gives the same.
    assert judge_and_next(by=labeller, assignment_id=first.id, ahead=3, value="evasive") == served


def test_a_check_counts_as_work_like_any_label(labeller: User, gold, make_answer, shares):
    shares()
    make_answer()
    check = hold(labeller, gold())
    served = judge_and_next(by=labeller, assignment_id=check.pk, ahead=1, value="faithful")
    assert (served.today, served.total) == (1, 1)
    served = judge_and_next(by=labeller, assignment_id=served.cards[0].id, ahead=1, reason="garbled")
    assert (served.today, served.total) == (1, 1)


def test_who_may_no_longer_be_given_answers_has_their_verdict_taken(make_answer, labeller):
    make_answer()
    [held] = assign_next(by=labeller)
    Labeller.objects.update(practised_at=None)
    assert judge_and_next(by=labeller, assignment_id=held.id, ahead=5, value="evasive").cards == []
    assert Answer.objects.get().counted == 1
