"""A label counts once, closes its lease, and closes the answer when there are enough."""

import uuid
from dataclasses import replace

import pytest

from annotations.actions import assign_next, pass_on, refresh_stale, submit_label
from annotations.choices import GUIDELINE, Reason
from annotations.models import Agreement, Assignment, CannotJudge, Consensus, Label, Stale
from annotations.rules import Standing, standing
from core.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from core.models import Event
from probes.models import Answer

pytestmark = pytest.mark.django_db


def nothing_written():
    return not (Label.objects.exists() or CannotJudge.objects.exists() or Stale.objects.exists()) and not (
        Event.objects.filter(verb__in=["label", "pass_on", "undo"]).exists()
    )


def test_three_labels_settle_an_answer(make_answer, person):
    answer = make_answer()
    for name, value in (("one", "evasive"), ("two", "evasive"), ("three", "evasive")):
        reader = person(name)
        (assignment,) = assign_next(by=reader)
        submit_label(by=reader, assignment_id=assignment.id, value=value)
    answer.refresh_from_db()
    assert (answer.state, answer.counted, answer.leased, answer.wanted) == ("settled", 3, 0, 3)
    assert refresh_stale(limit=10) == 1
    consensus = Consensus.objects.get(answer=answer)
    assert (consensus.censored, consensus.evasive, consensus.faithful, consensus.value) == (0, 3, 0, "evasive")
    assert Agreement.objects.get(slice="all", scale="labels").labels == 3


def test_a_label_keeps_what_it_was_given_under(make_answer, labeller, prompt):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="evasive", note="about a park", took_ms=1500)
    label = Label.objects.get()
    assert (label.answer, label.person, label.assignment_id) == (answer, labeller, held.id)
    assert (label.value, label.note, label.took_ms, label.facets) == ("evasive", "about a park", 1500, [])
    assert (label.guideline, label.key_points, label.status) == (GUIDELINE, prompt.key_points, "current")
    lease = Assignment.objects.get(pk=held.id)
    assert (lease.status, lease.closed_at is not None) == ("labelled", True)
    event = Event.objects.get(verb="label")
    assert (event.actor, event.noun, event.key, event.data) == (labeller.pk, "label", label.pk, {})


@pytest.mark.parametrize("reason", Reason.values)
def test_who_cannot_judge_says_why(make_answer, labeller, reason):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    passed = pass_on(by=labeller, assignment_id=held.id, reason=reason, note="half of it")
    lease = Assignment.objects.get(pk=held.id)
    answer.refresh_from_db()
    assert (passed.reason, passed.note, passed.status, lease.status) == (reason, "half of it", "current", "passed")
    assert (answer.state, answer.counted, answer.leased) == ("open", 0, 0)


@pytest.mark.parametrize(
    ("letters", "state", "wanted", "counted"),
    [
        ("C", "open", 3, 1),
        ("CC", "open", 3, 2),
        ("CCC", "settled", 3, 3),
        ("CCE", "open", 4, 3),
        ("CEF", "open", 4, 3),
        ("CCEC", "open", 5, 4),
        ("CCECC", "settled", 5, 5),
        ("CCEE", "open", 5, 4),
        ("CCEEC", "open", 6, 5),
        ("CCEECC", "open", 7, 6),
        ("CCEECCC", "settled", 7, 7),
        ("CEFCCC", "settled", 6, 6),
        ("CEFFCCE", "contested", 7, 7),
        ("CEFFCCC", "contested", 7, 7),
        ("---", "unjudgeable", 3, 0),
        ("CC---", "unjudgeable", 3, 2),
        ("--CCC", "settled", 3, 3),
    ],
)
def test_what_the_votes_make_of_an_answer(make_answer, judge, letters, state, wanted, counted):
    answer = make_answer()
    judge(answer, letters)
    assert (answer.state, answer.wanted, answer.counted, answer.leased) == (state, wanted, counted, 0)
    assert (answer.closed_at is not None) == (state != "open")
    assert Stale.objects.filter(answer=answer).exists() == (state != "open")


def settings_of(settings, **changes):
    settings.ENV = replace(settings.ENV, **changes)


def test_wanted_follows_what_the_site_has_set(settings):
    assert standing([4, 3, 0], wanted=7, cannot_judge=2) == Standing("contested", 7)
    assert standing([5, 2, 0], wanted=7, cannot_judge=2) == Standing("settled", 7)
    assert standing([3, 0, 0], wanted=3, cannot_judge=3) == Standing("unjudgeable", 3)
    settings_of(settings, labels_at_most=5)
    assert standing([3, 2, 0], wanted=5, cannot_judge=0) == Standing("contested", 5)


@pytest.mark.parametrize(
    ("first", "votes", "found"),
    [(1, [0, 1, 0], "settled"), (2, [1, 1, 0], "open"), (2, [2, 0, 0], "settled"), (2, [3, 1, 0], "settled")],
)
def test_a_site_that_wants_fewer_labels_is_content_with_a_smaller_lead(settings, first, votes, found):
    settings_of(settings, labels_wanted=first)
    assert standing(votes, wanted=max(first, sum(votes)), cannot_judge=0).state == found


def test_a_label_that_leads_and_is_not_the_most_of_all_settles_nothing(settings):
    settings_of(settings, labels_at_most=20)
    assert standing([6, 3, 3], wanted=12, cannot_judge=0) == Standing("open", 13)
    assert standing([7, 3, 3], wanted=13, cannot_judge=0) == Standing("settled", 13)


def test_the_same_label_again_changes_nothing(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    first = submit_label(by=labeller, assignment_id=held.id, value="evasive")
    assert submit_label(by=labeller, assignment_id=held.id, value="evasive") == first
    answer.refresh_from_db()
    assert (answer.counted, answer.leased, Label.objects.count()) == (1, 0, 1)
    assert Event.objects.filter(verb="label").count() == 1


def test_another_verdict_on_what_is_judged_is_refused(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="evasive")
    with pytest.raises(Conflict, match="judged this answer already"):
        submit_label(by=labeller, assignment_id=held.id, value="faithful")
    with pytest.raises(Conflict):
        pass_on(by=labeller, assignment_id=held.id, reason="garbled")
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (1, 0)
    assert (Label.objects.get().value, CannotJudge.objects.count()) == ("evasive", 0)


def test_the_same_pass_again_changes_nothing_and_another_is_refused(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    first = pass_on(by=labeller, assignment_id=held.id, reason="garbled")
    assert pass_on(by=labeller, assignment_id=held.id, reason="garbled") == first
    with pytest.raises(Conflict):
        pass_on(by=labeller, assignment_id=held.id, reason="language")
    with pytest.raises(Conflict):
        submit_label(by=labeller, assignment_id=held.id, value="evasive")
    answer.refresh_from_db()
    assert (answer.leased, CannotJudge.objects.count(), Label.objects.count()) == (0, 1, 0)


@pytest.mark.parametrize("value", ["rude", "", "CENSORED", "cannot_judge", "censored ", "x" * 10_000, "\x00"])
def test_a_value_that_is_no_label(make_answer, labeller, value):
    make_answer()
    [held] = assign_next(by=labeller)
    with pytest.raises(Invalid) as caught:
        submit_label(by=labeller, assignment_id=held.id, value=value)
    assert set(caught.value.fields) == {"value"}
    assert nothing_written()


@pytest.mark.parametrize("reason", ["", "bored", "GARBLED", "censored"])
def test_a_reason_that_is_none(make_answer, labeller, reason):
    make_answer()
    [held] = assign_next(by=labeller)
    with pytest.raises(Invalid) as caught:
        pass_on(by=labeller, assignment_id=held.id, reason=reason)
    assert set(caught.value.fields) == {"reason"}
    assert nothing_written()


@pytest.mark.parametrize("note", ["x" * 1001, "a\x00b", "half a pair \ud800"])
def test_a_note_that_cannot_be_kept(make_answer, labeller, note):
    make_answer()
    [held] = assign_next(by=labeller)
    with pytest.raises(Invalid) as caught:
        submit_label(by=labeller, assignment_id=held.id, value="evasive", note=note)
    assert set(caught.value.fields) == {"note"}
    with pytest.raises(Invalid) as caught:
        pass_on(by=labeller, assignment_id=held.id, reason="garbled", note=note)
    assert set(caught.value.fields) == {"note"}
    assert nothing_written()


def test_a_note_of_a_thousand_characters_is_kept(make_answer, labeller):
    make_answer()
    [held] = assign_next(by=labeller)
    assert submit_label(by=labeller, assignment_id=held.id, value="evasive", note="文" * 1000).note == "文" * 1000


def test_somebody_elses_assignment(make_answer, labeller, person):
    make_answer()
    [held] = assign_next(by=labeller)
    with pytest.raises(Forbidden):
        submit_label(by=person("other"), assignment_id=held.id, value="evasive")
    with pytest.raises(Forbidden):
        pass_on(by=person("third"), assignment_id=held.id, reason="garbled")
    assert nothing_written()
    assert Assignment.objects.get(pk=held.id).status == "leased"


def test_an_assignment_that_never_was(labeller):
    with pytest.raises(NotFound):
        submit_label(by=labeller, assignment_id=uuid.uuid4(), value="evasive")
    with pytest.raises(NotFound):
        pass_on(by=labeller, assignment_id=uuid.uuid4(), reason="garbled")


def test_a_label_on_what_went_to_the_reviewers_meanwhile(make_answer, person, judge, lease):
    answer = make_answer()
    slow = person("slow")
    held = lease(slow, answer)
    judge(answer, "---")
    assert (answer.state, answer.leased) == ("unjudgeable", 1)
    with pytest.raises(Gone):
        submit_label(by=slow, assignment_id=held.id, value="evasive")
    answer.refresh_from_db()
    assert (answer.state, answer.counted, answer.leased) == ("unjudgeable", 0, 1)
    assert list(assign_next(by=slow)) == []


def test_a_label_on_a_withdrawn_answer(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    Answer.objects.filter(pk=answer.pk).update(state="withdrawn", closed_at=answer.created_at)
    with pytest.raises(Gone):
        submit_label(by=labeller, assignment_id=held.id, value="evasive")
    with pytest.raises(Gone):
        pass_on(by=labeller, assignment_id=held.id, reason="garbled")
    answer.refresh_from_db()
    assert (answer.state, answer.counted) == ("withdrawn", 0)
    assert nothing_written()


def test_a_verdict_is_three_statements(make_answer, labeller, django_assert_num_queries):
    """The answer is locked, all that matters is looked at, and everything is written at once."""
    for number in range(3):
        make_answer(f"Answer {number}.")
    first, second, third = (held.id for held in assign_next(by=labeller, limit=3))
    within_a_savepoint = 3 + 2
    with django_assert_num_queries(within_a_savepoint):
        submit_label(by=labeller, assignment_id=first, value="evasive", key=uuid.uuid4())
    with django_assert_num_queries(within_a_savepoint):
        pass_on(by=labeller, assignment_id=second, reason="garbled", key=uuid.uuid4())
    Assignment.objects.filter(pk=third).update(status="expired", closed_at="2026-01-01T00:00Z")
    Answer.objects.filter(assignments=third).update(leased=0)
    with django_assert_num_queries(within_a_savepoint):
        submit_label(by=labeller, assignment_id=third, value="evasive")
