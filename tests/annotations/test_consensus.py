"""Consensus: the votes of an answer, and what they make probable given who gave them."""

from importlib import import_module

import pytest
from django.utils import timezone

from annotations.actions import quarantine, refresh_stale, reinstate, weigh
from annotations.actions.consensus import refresh_consensus
from annotations.agreement.bridging import bridge
from annotations.choices import Value
from annotations.models import Assignment, Consensus, Label, Skill, Stale
from probes.models import Answer
from releases.actions import leave
from tests.annotations.crowd import CAREFUL, SPAMMER, TRUSTING, fitted, posterior
from tests.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead_of_one")]

C, E, F = range(3)


def found(answer):
    consensus = Consensus.objects.get(answer=answer)
    return (consensus.censored, consensus.evasive, consensus.faithful), consensus.value


def test_without_a_fit_there_are_votes_alone(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCE")
    refresh_stale(limit=10)
    consensus = Consensus.objects.get()
    assert found(answer) == ((2, 1, 0), "censored")
    assert (consensus.share, consensus.dispersion) == (2 / 3, 4 / 9)
    assert (consensus.posterior, consensus.confidence, consensus.fit, consensus.bridged) == (None, None, None, None)


def test_the_posterior_is_bayes_rule_over_who_said_what(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CCF")
    fit = fitted(calibration=TRUSTING, skills={readers[0]: CAREFUL, readers[2]: SPAMMER})
    refresh_stale(limit=10)
    consensus = Consensus.objects.get()
    # The second has no history, and so is what everybody together is.
    expected = posterior((CAREFUL, C), (None, C), (SPAMMER, F))
    assert consensus.posterior == pytest.approx(expected, rel=1e-12)
    assert consensus.confidence == TRUSTING.chance_right(consensus.posterior, 3)
    assert (consensus.fit, found(answer)) == (fit, ((2, 0, 1), "censored"))


def test_a_spammers_label_moves_less_than_a_newcomers(make_answer, judge):
    by_spammer, by_newcomer = make_answer("One."), make_answer("Another.")
    readers = judge(by_spammer, "CCF")
    fitted(skills={readers[0]: CAREFUL, readers[1]: CAREFUL, readers[2]: SPAMMER})
    judge(by_newcomer, "CCF")
    refresh_stale(limit=10)
    with_spammer = Consensus.objects.get(answer=by_spammer).posterior
    Skill.objects.filter(person=readers[2]).delete()
    refresh_consensus([by_newcomer])
    with_newcomer = Consensus.objects.get(answer=by_newcomer).posterior
    assert with_spammer == pytest.approx(posterior((CAREFUL, C), (CAREFUL, C), (SPAMMER, F)))
    assert with_newcomer == pytest.approx(posterior((CAREFUL, C), (CAREFUL, C), (None, F)))
    assert with_spammer[F] < with_newcomer[F]
    assert with_spammer[C] > with_newcomer[C]


def test_without_a_calibration_there_is_no_confidence(make_answer, judge):
    judge(make_answer(), "CCC")
    fitted()
    refresh_stale(limit=10)
    consensus = Consensus.objects.get()
    assert consensus.posterior == pytest.approx(posterior((None, C), (None, C), (None, C)))
    assert consensus.confidence is None


def test_a_batch_takes_as_many_statements_as_one(make_answer, judge, django_assert_num_queries):
    fitted(calibration=TRUSTING)
    answers = [make_answer(f"Answer {number}.") for number in range(6)]
    for answer in answers:
        judge(answer, "CCE")
    opened = make_answer("Open.")
    # Those that are open go, the labels, and the rows; before them once the fit.
    for some, statements in ((answers[:1], 4), (answers, 3)):
        with django_assert_num_queries(statements):
            refresh_consensus([opened, *some])
    assert Consensus.objects.count() == 6


def test_of_an_answer_that_opened_again_there_is_none(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCE")
    refresh_stale(limit=10)
    Answer.objects.update(state="open", closed_at=None)
    answer.refresh_from_db()
    refresh_consensus([answer])
    assert not Consensus.objects.exists()


def test_labels_set_aside_leave_the_posterior_and_come_back(make_answer, judge, maintainer):
    answer = make_answer()
    Answer.objects.filter(pk=answer.pk).update(wanted=4)
    readers = judge(answer, "CCCF")
    fitted(skills={readers[0]: CAREFUL})
    refresh_stale(limit=10)
    whole = posterior((CAREFUL, C), (None, C), (None, C), (None, F))
    assert (found(answer), Consensus.objects.get().posterior) == (((3, 0, 1), "censored"), pytest.approx(whole))
    quarantine(by=maintainer, person=readers[3], reason="Random.")
    refresh_stale(limit=10)
    without = posterior((CAREFUL, C), (None, C), (None, C))
    assert (found(answer), Consensus.objects.get().posterior) == (((3, 0, 0), "censored"), pytest.approx(without))
    reinstate(by=maintainer, person=readers[3], reason="A mistake.")
    refresh_stale(limit=10)
    assert (found(answer), Consensus.objects.get().posterior) == (((3, 0, 1), "censored"), pytest.approx(whole))


def test_whoever_leaves_is_nobody(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CCF")
    fitted(skills={readers[2]: SPAMMER})
    leave(by=readers[2], typed=PASSWORD)
    refresh_stale(limit=10)
    assert not Skill.objects.exists()
    assert Consensus.objects.get().posterior == pytest.approx(posterior((None, C), (None, C), (None, F)))


def test_a_new_fit_comes_to_every_closed_answer(make_answer, judge, monkeypatch):
    monkeypatch.setattr("annotations.actions.consensus.BATCH", 2)
    monkeypatch.setattr(import_module("annotations.actions.weigh"), "SECONDS", -1.0)
    answers = [make_answer(f"Answer {number}.") for number in range(5)]
    for answer in answers:
        readers = judge(answer, "CCF")
    old = fitted()
    refresh_stale(limit=10)
    before = Consensus.objects.values_list("computed_at", flat=True)
    assert set(Consensus.objects.values_list("fit", flat=True)) == {old.pk}
    new = fitted(calibration=TRUSTING, skills={readers[2]: SPAMMER})
    # A batch of two a call, where there is no time for more.
    for renewed in (2, 4, 5):
        weigh()
        assert Consensus.objects.filter(fit=new).count() == renewed
    assert set(Consensus.objects.values_list("fit", flat=True)) == {new.pk}
    expected = posterior((None, C), (None, C), (SPAMMER, F))
    for consensus in Consensus.objects.all():
        assert consensus.posterior == pytest.approx(expected)
        assert consensus.confidence == TRUSTING.chance_right(consensus.posterior, 3)
    # What was counted is not counted again.
    assert list(Consensus.objects.values_list("computed_at", flat=True)) == list(before)


def test_what_was_counted_meanwhile_is_left_alone(make_answer, judge):
    waiting, changed = make_answer("Waiting."), make_answer("Changed.")
    for answer in (waiting, changed):
        judge(answer, "CCF")
    old = fitted()
    refresh_stale(limit=10)
    new = fitted()
    Stale.objects.create(answer=waiting)
    Label.objects.filter(answer=changed, value="faithful").update(status="superseded", superseded_at=timezone.now())
    weigh()
    assert set(Consensus.objects.values_list("fit", flat=True)) == {old.pk}
    refresh_stale(limit=10)
    assert Consensus.objects.get(answer=waiting).fit == new
    assert Assignment.objects.filter(status="leased").count() == 0


def camps(make_answer, person, count, answers):
    """Answers that two camps call differently, four fifths of the people in the first."""
    people = [person(f"camp-{number}") for number in range(count)]
    made = [make_answer(f"Answer {number}.") for number in range(answers)]
    for number, answer in enumerate(made):
        for place, reader in enumerate(people):
            first = place < 0.8 * count
            value = ("censored" if first else "faithful") if number % 2 else ("faithful" if place % 7 else "evasive")
            Label.objects.create(answer=answer, person=reader, value=value, guideline="1.0")
    Answer.objects.update(state="settled", closed_at=timezone.now(), counted=count, wanted=count)
    return made


def test_from_ten_labels_on_camps_are_bridged(make_answer, person):
    """Halfway between the camps, however many are in each: the larger one's word is not the answer's."""
    answers = camps(make_answer, person, 20, 12)
    refresh_consensus(list(Answer.objects.all()))
    divided = Consensus.objects.get(answer=answers[1])
    assert (found(answers[1]), divided.share) == (((16, 0, 4), "censored"), 0.8)
    labels = Label.objects.order_by("answer", "person").values_list("answer", "person", "value")
    items, people, values = zip(*labels, strict=True)
    shares = [bridge(items, people, [float(value == one) for value in values]).items[1] for one in Value.values]
    assert divided.bridged == [share.bridged.value for share in shares]
    assert divided.bridged[C] < 0.6
    assert shares[C].plain.value == 0.8


def test_with_nine_there_is_nothing_to_bridge(make_answer, person, django_assert_num_queries):
    camps(make_answer, person, 9, 12)
    answers = list(Answer.objects.all())
    with django_assert_num_queries(2):  # the labels, and the rows; there is no fit
        refresh_consensus(answers)
    assert set(Consensus.objects.values_list("bridged", flat=True)) == {None}
