"""Fitting the crowd: learned from labels that the site's own actions keep, and written whole or not at all."""

import random
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from annotations.actions import fit_crowd, fit_if_grown, refresh_stale, settle_due, submit_label
from annotations.agreement import matching
from annotations.agreement.calibration import Calibration
from annotations.models import Consensus, Fit, Gold, Label, Progress, Skill
from annotations.selectors.crowd import crowd
from annotations.selectors.said import all_labels, asked_of_gold
from annotations.selectors.weighed import weigh_answers
from probes.models import Answer
from releases.actions import leave
from tests.annotations.crowd import CAREFUL, check_of, fitted
from tests.cast import PASSWORD

VALUES = ("censored", "evasive", "faithful")
FIT = sys.modules["annotations.actions.fit"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd_of_ten(make_answer, person, lease):
    """Sixty answers, each labelled by four of ten people through the actions; the last person says the same of all.
    All are closed.
    """
    lot = random.Random(5)
    people = [person(f"reader-{number}") for number in range(10)]
    truths = {make_answer(f"Answer {number}."): number % 3 for number in range(60)}
    Answer.objects.update(wanted=4)
    for answer, truth in truths.items():
        for reader in (*lot.sample(people[:9], 3), people[9]):
            right = lot.random() < 0.85
            said = 2 if reader == people[9] else truth if right else lot.choice([0, 1, 2])
            submit_label(by=reader, assignment_id=lease(reader, answer).pk, value=VALUES[said])
    settle_due()
    Answer.objects.filter(state="open").update(state="contested", settles_at=None, closed_at=timezone.now())
    return people, truths


def ask_gold(people, *, answers=80, right=0.9):
    """Gold answers and what these people first said of them."""
    lot = random.Random(7)
    for number in range(answers):
        truth = VALUES[number % 3]
        gold = Gold.objects.create(
            slug=f"gold-{number}", origin="file", language="en", question="?", text=f"{number}", value=truth, why="…"
        )
        for person in people:
            said = truth if lot.random() < right else VALUES[(number + 1) % 3]
            check_of(person, gold=gold, purpose="gold", value=said, right=said == truth)


def test_a_spammer_is_found_out_and_a_newcomer_is_the_pooled_prior(crowd_of_ten, person, make_answer, lease):
    people, truths = crowd_of_ten
    fit = fit_crowd()
    assert (fit.labels, fit.people, fit.answers) == (240, 10, 60)
    assert set(Skill.objects.values_list("person", flat=True)) == {one.pk for one in people}
    assert Skill.objects.get(person=people[9]).labels == 60
    scales = weigh_answers(answer.pk for answer in truths)

    def chance(reader, truth, said):
        """Of somebody calling an answer this, whose truth is that."""
        return scales.fit.matrix(Skill.objects.get(person=reader).counts)[truth][said]

    # Whatever the answer is, the spammer says the same; all others say what is true.
    for truth in (0, 1):
        assert chance(people[9], truth, 2) > 0.9
        assert min(chance(reader, truth, truth) for reader in people[:9]) > 0.6
    newcomer = person("newcomer")
    answer = make_answer("New.")
    submit_label(by=newcomer, assignment_id=lease(newcomer, answer).pk, value="censored")
    assert scales.fit.matrix(None) == scales.fit.pooled
    pooled = weigh_answers([answer.pk]).of(answer.pk).posterior
    weights = [prior * row[0] for prior, row in zip(scales.fit.prior, scales.fit.pooled, strict=True)]
    assert pooled == pytest.approx([weight / sum(weights) for weight in weights])
    # The spammer is half of those who are wrong: who said it tells more of them right than more than half of the votes.
    found = {answer: scales.of(answer.pk) for answer in truths}
    right = sum(one.posterior.index(max(one.posterior)) == truths[answer] for answer, one in found.items())
    by_votes = sum(2 * one.votes[truths[answer]] > 4 for answer, one in found.items())
    assert (right, len(found)) == (58, 60)
    assert right > by_votes


def test_who_is_right_as_often_as_all_together_is_ahead_and_the_spammer_is_not(crowd_of_ten, monkeypatch):
    monkeypatch.setattr(matching, "KNOWN_FROM", 13)  # labels are few here
    people, _truths = crowd_of_ten
    fit_crowd()
    scales = weigh_answers([])

    def right(matrix):
        return sum(share * matrix[k][k] for k, share in enumerate(scales.fit.prior))

    skills = Skill.objects.in_bulk([one.pk for one in people])
    expected = {pk: right(scales.fit.matrix(skill.counts)) >= right(scales.fit.pooled) for pk, skill in skills.items()}
    assert {pk: skill.ahead for pk, skill in skills.items()} == expected
    assert (sum(expected.values()), skills[people[9].pk].ahead) == (8, False)


def test_the_posterior_of_an_answer_is_that_of_the_fit(crowd_of_ten):
    _people, truths = crowd_of_ten
    said = all_labels()
    learned = FIT.learn(said)
    FIT.write(learned, FIT.newest_label())
    scales = weigh_answers(answer.pk for answer in truths)
    assert learned.fitted.items == tuple(sorted(answer.pk for answer in truths))
    for answer, expected in zip(learned.fitted.items, learned.fitted.posterior.tolist(), strict=True):
        assert scales.of(answer).posterior == pytest.approx(expected, abs=1e-6)


def test_with_few_labels_or_few_people_there_is_none(crowd_of_ten, monkeypatch):
    monkeypatch.setattr(FIT, "LEAST_PEOPLE", 11)
    assert (fit_crowd(), Fit.objects.count(), Skill.objects.count()) == (None, 0, 0)
    monkeypatch.setattr(FIT, "LEAST_PEOPLE", 10)
    monkeypatch.setattr(FIT, "LEAST_LABELS", 241)
    assert (fit_crowd(), Fit.objects.count()) == (None, 0)
    assert Progress.objects.get().fitted_at_label == Label.objects.latest("pk").pk
    assert crowd() is None
    monkeypatch.setattr(FIT, "LEAST_LABELS", 240)
    assert fit_crowd() == Fit.objects.get()


def test_it_is_calibrated_on_gold(crowd_of_ten):
    people, _truths = crowd_of_ten
    ask_gold(people[:9])
    fit = fit_crowd()
    calibration = Calibration.from_dict(fit.calibration)
    assert (calibration.gold, fit.measured["gold"], fit.measured["calibrated"]) == (80, 80, True)
    assert fit.measured["right"] >= 0.95
    shown = crowd()
    # All answers are closed, so what is told is what is in force.
    told = fit.published
    assert [told[name] for name in ("answers", "labels", "people", "prior", "pooled", "calibration", "measured")] == [
        *(fit.answers, fit.labels, fit.people, fit.prior, fit.pooled, fit.calibration, fit.measured)
    ]
    assert shown.error.right == fit.measured["right"]
    assert {row.labels for row in shown.calibration} == set(calibration.chances)
    [first] = [row for row in shown.confusion if (row.truth, row.said) == ("censored", "censored")]
    assert first.share == fit.pooled[0]
    assert shown.oneself is None


def test_gold_of_the_record_calibrates_nothing(crowd_of_ten):
    """The fit has learned from its labels. Whatever it is called, its answer counts as any other in what is told."""
    people, truths = crowd_of_ten
    before = fit_crowd()
    ask_gold(people[:9])
    made = Gold.objects.filter(slug__in=[f"gold-{number}" for number in range(30)])
    for gold, answer in zip(made, truths, strict=False):
        Gold.objects.filter(pk=gold.pk).update(origin="answer", answer=answer)
    fit = fit_crowd()
    assert len(asked_of_gold().truths) == 50
    assert (fit.measured["gold"], fit.calibration, fit.prior, fit.pooled) == (50, {}, before.prior, before.pooled)
    assert fit.published == {**before.published, "measured": fit.measured}


def test_what_is_told_is_learned_from_closed_answers_alone(crowd_of_ten, make_answer, lease, person):
    people, truths = crowd_of_ten
    ask_gold(people[:9])
    before = fit_crowd()
    told = crowd()
    answer = make_answer("Open.")
    for reader, said in zip(people[:2], ("evasive", "censored"), strict=True):
        submit_label(by=reader, assignment_id=lease(reader, answer).pk, value=said)
        fit = fit_crowd()
        # It does decide, and nobody can see it.
        assert (fit.labels, fit.answers, fit.prior == before.prior) == (before.labels + 1, 61, False)
        for name in ("published", "strength", "strengths", "themselves", "pairs"):
            assert getattr(fit, name) == getattr(before, name), name
        assert replace(crowd(), fitted_at=told.fitted_at) == told
        before.labels = fit.labels
    # Closed answers are weighed by what is told, with everybody's skill there; open ones by all that is known.
    only_open = person("somebody")
    submit_label(by=only_open, assignment_id=lease(only_open, answer).pk, value="faithful")
    fit_crowd()
    assert Skill.objects.get(person=only_open).published is None
    assert None not in set(Skill.objects.exclude(person=only_open).values_list("published__0", flat=True))
    first = next(iter(truths)).pk
    outside, inside = weigh_answers([first], publicly=True), weigh_answers([first])
    assert outside.fit.prior == tuple(told.prior.values())
    assert outside.of(first).posterior != inside.of(first).posterior
    Answer.objects.filter(pk=next(iter(truths)).pk).update(state="open", closed_at=None)
    assert fit_crowd().published["answers"] == 59


def test_without_gold_it_says_so(crowd_of_ten):
    fit = fit_crowd()
    assert fit.calibration == {}
    assert (fit.measured["gold"], fit.measured["calibrated"]) == (0, False)
    assert crowd().calibration == []


def test_pairs_of_people(crowd_of_ten, monkeypatch):
    monkeypatch.setattr(FIT, "IN_COMMON", 5)
    fit = fit_crowd()
    assert fit.pairs["pairs"] > 20
    assert fit.pairs["low"] <= fit.pairs["median"] <= fit.pairs["high"]
    assert fit.pairs["people"] == 10
    assert (crowd().pairs.pairs, crowd().pairs.people) == (fit.pairs["pairs"], 10)
    Fit.objects.update(pairs={**fit.pairs, "people": 4})
    assert crowd().pairs is None


def test_a_new_fit_replaces_the_skills_and_the_last_thirty_are_kept(crowd_of_ten, person, monkeypatch):
    monkeypatch.setattr(FIT, "KEPT", 3)
    for age in range(1, 5):
        old = fitted(skills={person(f"gone-{age}"): CAREFUL}, fitted_at=timezone.now() - timedelta(days=10 - age))
    refresh_stale(limit=100)
    assert set(Consensus.objects.values_list("fit", flat=True)) == {old.pk}
    fit = fit_crowd()
    assert Fit.objects.count() == 3
    assert set(Skill.objects.values_list("fit", flat=True)) == {fit.pk}
    assert Skill.objects.count() == 10
    progress = Progress.objects.get()
    assert (progress.fit, progress.answer) == (fit, 0)


def test_it_is_due_when_labels_have_grown_by_a_tenth(crowd_of_ten, monkeypatch):
    monkeypatch.setattr(FIT, "LEAST_NEW", 10)
    assert fit_if_grown().labels == 240
    assert fit_if_grown() is None
    newest = Label.objects.latest("pk").pk
    Progress.objects.update(fitted_at_label=newest - 23)
    assert fit_if_grown() is None
    Progress.objects.update(fitted_at_label=newest - 24)
    assert fit_if_grown().labels == 240
    assert Fit.objects.count() == 2


def test_whether_it_is_due_is_cheap(crowd_of_ten, django_assert_num_queries):
    fit_crowd()
    with django_assert_num_queries(3):
        assert fit_if_grown() is None


def test_the_same_labels_give_the_same_fit(crowd_of_ten):
    first, second = fit_crowd(), fit_crowd()
    for name in ("strength", "strengths", "prior", "pooled", "iterations", "log_likelihood", "calibration", "pairs"):
        assert getattr(first, name) == getattr(second, name)


@pytest.mark.parametrize(("labels", "chosen"), [(100, 100), (400_000, 100_000)])
def test_the_strength_is_chosen_with_whole_answers(labels, chosen):
    import numpy as np

    answers, people, values = np.arange(labels) // 4, np.arange(labels) % 50, (np.arange(labels) % 3).astype(np.int8)
    said = FIT.Said(answers, people, values, np.ones(labels, dtype=np.bool_))
    some = FIT.sample(said)
    assert len(some.values) == pytest.approx(chosen, rel=0.02)
    _ids, counts = np.unique(some.answers, return_counts=True)
    assert set(counts.tolist()) == {4}


def test_nobody_who_left_has_a_skill(crowd_of_ten):
    people, _truths = crowd_of_ten
    leave(by=people[0], typed=PASSWORD)
    fit = fit_crowd()
    assert fit.people == 9
    assert set(Skill.objects.values_list("person", flat=True)) == {one.pk for one in people[1:]}
    assert User.objects.filter(pk=people[0].pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM annotations_label WHERE status = 'current'")
        assert cursor.fetchone() == (fit.labels,)
