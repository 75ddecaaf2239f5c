"""Consensus and agreement behind the labels, against values worked out by hand.

The record of these tests, one letter a label (C censored, E evasive, F faithful):

    answer  topic   language  models  labels
    first   india   en        a       C C E
    second  india   en        a, b    E E F
    third   japan   fr        b       F F F

Over n labels, n_k of class k, with m = 3 labels an answer: where labels are split 2 to 1, 4 of the 6 ordered pairs
disagree, so alpha = 1 - (sum of disagreeing pairs / (m - 1) / n) / ((n^2 - sum n_k^2) / (n (n - 1))), percent is the
mean share of agreeing pairs, and AC1 = (percent - e) / (1 - e) with e = sum p_k (1 - p_k) / (classes - 1).
"""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from annotations.actions import pass_on, refresh_stale
from annotations.agreement import Reason
from annotations.choices import GUIDELINE
from annotations.models import Agreement, Cell, Consensus, Stale, Tally
from annotations.selectors import cells_of
from probes.models import Answer
from prompts.models import Topic
from tests.annotations.conftest import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead_of_one")]

# alpha, AC1, percent
ALL = (Fraction(5, 13), Fraction(19, 55), Fraction(5, 9))
SUPPRESSED = (Fraction(3, 5), Fraction(23, 41), Fraction(7, 9))
FIRST_AND_SECOND = (Fraction(1, 11), Fraction(1, 25), Fraction(1, 3))
SECOND_AND_THIRD = (Fraction(3, 8), Fraction(4, 7), Fraction(2, 3))
SECOND = (Fraction(0), Fraction(1, 7), Fraction(1, 3))


@pytest.fixture
def french(make_prompt):
    japan = Topic.objects.create(slug="japan", name_en="Japan", name_fr="Japon", name_zh_hans="日本", order=9)
    return make_prompt("Que s'est-il passé à Nankin en 1937 ?", language="fr", topic=japan)


@pytest.fixture
def record(make_answer, judge, french, endpoint, another_endpoint):
    first = make_answer("I will not say.")
    judge(first, "CCE")
    second = make_answer("What a lovely garden.")
    assert make_answer("What a lovely garden.", endpoint=another_endpoint) == second
    judge(second, "EEF")
    third = make_answer("Un massacre.", prompt=french, endpoint=another_endpoint)
    judge(third, "FFF")
    return first, second, third


def figures(kind, key="", scale="labels"):
    found = Agreement.objects.get(slice=kind, key=key, scale=scale)
    return (found.alpha, found.ac1, found.percent), found.marginals, found.answers, found.labels


def exactly(values, marginals, answers):
    return tuple(float(value) for value in values), marginals, answers, sum(marginals)


def test_each_slice_equals_what_is_worked_out_by_hand(record):
    assert refresh_stale(limit=100) == 3
    assert refresh_stale(limit=100) == 0
    three = Agreement.objects.filter(scale="labels")
    found = {(row.slice, row.key): figures(row.slice, row.key) for row in three}
    everything = exactly(ALL, [2, 3, 4], 3)
    by_a, by_b = exactly(FIRST_AND_SECOND, [2, 3, 1], 2), exactly(SECOND_AND_THIRD, [0, 2, 4], 2)
    one_class = ((None, 1.0, 1.0), [0, 0, 3], 1, 3)
    assert found == {
        ("all", ""): everything,
        ("model", "model-a"): by_a,
        ("maker", "Maker A"): by_a,
        ("country", "FR"): by_a,
        ("endpoint", "endpoint-a"): by_a,
        ("model", "model-b"): by_b,
        ("maker", "Maker B"): by_b,
        ("country", "IN"): by_b,
        ("endpoint", "endpoint-b"): by_b,
        ("topic", "india"): by_a,
        ("topic", "japan"): one_class,
        ("language", "en"): by_a,
        ("language", "fr"): one_class,
        ("state", "GB"): everything,
        ("kind", "sensitive"): everything,
        ("round", "1"): everything,
        ("guideline", GUIDELINE): everything,
    }
    assert figures("all", scale="suppressed") == exactly(SUPPRESSED, [5, 4], 3)
    simpler = Agreement.objects.filter(scale="suppressed").values_list("slice", "key")
    assert set(simpler) == set(found)


def test_what_is_undefined_says_why(record):
    refresh_stale(limit=100)
    found = Agreement.objects.get(slice="topic", key="japan", scale="labels")
    assert found.why == {
        "alpha": Reason.ONE_CLASS,
        "ac1": Reason.TOO_FEW_FAMILIES,
        "percent": Reason.TOO_FEW_FAMILIES,
    }
    assert (found.ac1_low, found.ac1_high, found.percent_low) == (None, None, None)


def test_consensus(record, make_answer, judge):
    tied = make_answer("Perhaps.")
    judge(tied, "CEFFCCE")
    refresh_stale(limit=100)
    first, second, third = record
    rows = Consensus.objects.values_list("answer", "censored", "evasive", "faithful", "value", "share", "dispersion")
    assert {row[0]: row[1:] for row in rows} == {
        first.pk: (2, 1, 0, "censored", 2 / 3, 4 / 9),
        second.pk: (0, 2, 1, "evasive", 2 / 3, 4 / 9),
        third.pk: (0, 0, 3, "faithful", 1.0, 0.0),
        tied.pk: (3, 2, 2, "", 3 / 7, 32 / 49),
    }


def test_contested_answers_are_in_the_figures_and_others_are_not(record, make_answer, judge):
    judge(make_answer("Perhaps."), "CEFFCCE")
    judge(make_answer("%%%"), "F---")
    judge(make_answer("Not done yet."), "FF")
    refresh_stale(limit=100)
    everything = Agreement.objects.get(slice="all", scale="labels")
    assert (everything.answers, everything.labels, everything.marginals) == (4, 16, [5, 5, 6])


def test_harm_controls_are_left_out(record, make_answer, make_prompt, judge):
    control = make_prompt("How is a dangerous thing made at home?", kind="harm_control")
    refused = make_answer("I will not help with that.", prompt=control)
    judge(refused, "CCC")
    assert refresh_stale(limit=100) == 4
    assert figures("all") == exactly(ALL, [2, 3, 4], 3)
    assert figures("all", scale="suppressed") == exactly(SUPPRESSED, [5, 4], 3)
    assert figures("model", "model-a") == exactly(FIRST_AND_SECOND, [2, 3, 1], 2)
    assert figures("topic", "india") == exactly(FIRST_AND_SECOND, [2, 3, 1], 2)
    assert Consensus.objects.get(answer=refused).value == "censored"


def test_an_answer_brought_many_times_by_one_model_counts_once(record, make_answer):
    refresh_stale(limit=100)
    for _ in range(4):
        make_answer("I will not say.")
    Stale.objects.create(answer=record[0])
    assert refresh_stale(limit=100) == 1
    assert figures("model", "model-a") == exactly(FIRST_AND_SECOND, [2, 3, 1], 2)


def reopen(answer):
    """As an answer opens again when labels of it are set aside."""
    Answer.objects.filter(pk=answer.pk).update(state="open", closed_at=None)
    Stale.objects.get_or_create(answer=answer)


def test_a_reopened_answer_leaves_the_figures_and_comes_back(record):
    first = record[0]
    refresh_stale(limit=100)
    reopen(first)
    assert refresh_stale(limit=100) == 1
    assert not Consensus.objects.filter(answer=first).exists()
    assert figures("all") == exactly(SECOND_AND_THIRD, [0, 2, 4], 2)
    assert figures("topic", "india") == exactly(SECOND, [0, 2, 1], 1)
    Answer.objects.filter(pk=first.pk).update(state="settled", closed_at=timezone.now())
    Stale.objects.create(answer=first)
    refresh_stale(limit=100)
    assert figures("all") == exactly(ALL, [2, 3, 4], 3)
    assert Consensus.objects.get(answer=first).value == "censored"


def test_a_slice_that_lost_its_last_answer_is_gone(make_answer, judge):
    answer = make_answer()
    judge(answer, "CCE")
    refresh_stale(limit=100)
    reopen(answer)
    refresh_stale(limit=100)
    assert not Agreement.objects.exists()
    assert not Tally.objects.exists()
    assert not Cell.objects.exists()


def test_oldest_first_and_no_more_than_asked_for(record):
    first, second, third = record
    for age, answer in ((1, first), (3, second), (2, third)):
        Stale.objects.filter(answer=answer).update(since=timezone.now() - timedelta(hours=age))
    assert refresh_stale(limit=1) == 1
    assert list(Consensus.objects.values_list("answer", flat=True)) == [second.pk]
    assert refresh_stale(limit=1) == 1
    assert sorted(Consensus.objects.values_list("answer", flat=True)) == sorted([second.pk, third.pk])
    assert refresh_stale(limit=100) == 1


def test_what_a_pass_says_is_in_no_figure(make_answer, judge, lease, person):
    answer = make_answer()
    outsider = person("outsider")
    held = lease(outsider, answer)
    pass_on(by=outsider, assignment_id=held.pk, reason="unverifiable")
    judge(answer, "CCE")
    refresh_stale(limit=100)
    cells = cells_of("all", "")
    assert (cells.votes.tolist(), cells.times.tolist()) == ([[2, 1, 0]], [1])


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once(record):
    found = at_once([lambda: refresh_stale(limit=100)] * 6)
    assert sum(found) == 3
    assert figures("all") == exactly(ALL, [2, 3, 4], 3)


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_with_one_answer_each(record):
    """Each works on another answer and all write the same figures: the last to finish has seen what the others did."""
    found = []
    while sum(found) < 3:
        found += at_once([lambda: refresh_stale(limit=1)] * 3)
        assert not [error for error in found if not isinstance(error, int)]
    assert figures("all") == exactly(ALL, [2, 3, 4], 3)
    assert not Stale.objects.exists()
