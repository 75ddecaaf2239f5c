"""How far a judge agrees with people: percent, kappa and AC1 of tables whose values are known, and their intervals."""

import random

import numpy as np
import pytest

from annotations.agreement import (
    Reason,
    cluster_bootstrap_agreement,
    cohen_kappa,
    gwet_ac1,
    measure_judge,
    percent_agreement,
)
from annotations.agreement.rates import clustered_rate

CLASSES = ("censored", "evasive", "faithful")


def rows(table, families):
    """Rows of a table of counts, spread over so many families."""
    said = [
        (people, judge)
        for people, line in zip(CLASSES, table, strict=True)
        for judge, times in zip(CLASSES, line, strict=True)
        for _ in range(times)
    ]
    return [(place % families, people, judge) for place, (people, judge) in enumerate(said)]


def two_labels(said):
    """Each answer as an item with two labels."""
    return [[(name == people) + (name == judge) for name in CLASSES] for _, people, judge in said]


# Cohen's own table of 1960: 200 patients, three classes; kappa .4915 (printed .492).
COHEN = ((88, 14, 18), (10, 40, 10), (2, 6, 12))


def test_cohens_table():
    found = measure_judge(rows(COHEN, 20), CLASSES)
    assert found.confusion == (88, 14, 18, 10, 40, 10, 2, 6, 12)
    assert (found.answers, found.families) == (200, 20)
    assert found.percent[0].value == pytest.approx(0.70)
    assert found.kappa[0].value == pytest.approx((0.70 - 0.41) / 0.59)
    assert found.kappa[0] == cohen_kappa(COHEN)


def test_ac1_and_percent_are_those_of_answers_with_two_labels():
    said = rows(COHEN, 25)
    found = measure_judge(said, CLASSES, replicates=500, seed=3)
    counts, families = two_labels(said), [family for family, _, _ in said]
    assert found.ac1[0] == gwet_ac1(counts)
    assert found.percent[0].value == pytest.approx(percent_agreement(counts).value)
    drawn = cluster_bootstrap_agreement(counts, None, families, replicates=500, seed=3)
    assert found.ac1[1] == drawn.ac1


def test_percents_interval_is_that_of_a_rate():
    said = rows(COHEN, 25)
    part, whole = np.zeros(25, dtype=int), np.zeros(25, dtype=int)
    for family, people, judge in said:
        part[family] += people == judge
        whole[family] += 1
    rate = clustered_rate(part, whole)
    assert measure_judge(said, CLASSES).percent == (rate.value, rate.interval)


def test_intervals_hold_the_value_and_neither_order_nor_names_matter():
    said = rows(COHEN, 25)
    found = measure_judge(said, CLASSES)
    for value, interval in (found.percent, found.kappa, found.ac1):
        assert -1 <= interval.low < value.value < interval.high <= 1
    renamed = [(1_000 - family, people, judge) for family, people, judge in said]
    random.Random(7).shuffle(renamed)
    assert measure_judge(renamed, CLASSES) == found
    assert measure_judge(said, CLASSES, seed=1).kappa[1] != found.kappa[1]


def test_families_count_and_not_answers():
    few = [(family, "evasive" if family % 3 else "faithful", "evasive") for family in range(30)]
    many = [row for row in few for _ in range(20)]
    one, other = measure_judge(many, CLASSES).percent[1], measure_judge(few, CLASSES).percent[1]
    assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_with_few_families_there_is_a_value_and_no_interval():
    found = measure_judge(rows(COHEN, 9), CLASSES)
    assert found.percent[0].value == pytest.approx(0.70)
    assert {interval.reason for _, interval in (found.percent, found.kappa, found.ac1)} == {Reason.TOO_FEW_FAMILIES}


def test_what_cannot_be_said_says_why():
    nothing = measure_judge([], CLASSES)
    assert [value.reason for value, _ in (nothing.percent, nothing.kappa, nothing.ac1)] == [Reason.NOTHING_COUNTED] * 3
    same = measure_judge([(family, "evasive", "evasive") for family in range(30)], CLASSES)
    assert (same.percent[0].value, same.ac1[0].value, same.kappa[0].value) == (1.0, 1.0, None)
    assert (same.kappa[0].reason, same.kappa[1].reason) == (Reason.ONE_CLASS, Reason.ONE_CLASS)
    assert same.ac1[1].reason == Reason.NO_VARIATION
    # Thirty families that agree throughout are no proof that all would.
    assert same.percent[1].high == 1.0
    assert 0.85 < same.percent[1].low < 0.9
    rare = [(family, "evasive", "evasive") for family in range(40)] + [(40, "faithful", "evasive")]
    assert measure_judge(rare, CLASSES).kappa[1].reason == Reason.OFTEN_UNDEFINED


def test_a_label_that_is_none_is_refused():
    with pytest.raises(ValueError, match="a label is one of"):
        measure_judge([(1, "evasive", "")], CLASSES)


# What follows: a family has classes of its own, and a chance of its own that the judge says what people say, RIGHT on
# the whole. The classes of all families together are alike, and so the truth is what it is without families.
RIGHT, RHO, RUNS = 0.8, 0.2, 1000
# The coefficients of 80 % agreement, the rest spread evenly over the two other classes.
PROPENSITY = np.array([0.5, 0.25, 0.25])
TABLE = np.diag(PROPENSITY) * RIGHT + (1 - np.eye(3)) * PROPENSITY[:, None] * (1 - RIGHT) / 2


def true_values():
    judge = TABLE.sum(axis=0)
    chance, mean = (PROPENSITY * judge).sum(), (PROPENSITY + judge) / 2
    expected = (mean * (1 - mean)).sum() / 2
    return {
        "percent": RIGHT,
        "kappa": (RIGHT - chance) / (1 - chance),
        "ac1": (RIGHT - expected) / (1 - expected),
    }


def drawn(rng, families):
    beta = rng.beta(RIGHT * (1 - RHO) / RHO, (1 - RIGHT) * (1 - RHO) / RHO, families)
    for family, (size, right) in enumerate(zip(1 + rng.poisson(4, families), beta, strict=True)):
        people = rng.choice(3, size, p=rng.dirichlet(PROPENSITY * 2.4))
        other = (people + rng.integers(1, 3, size)) % 3
        judge = np.where(rng.random(size) < right, people, other)
        yield from ((family, CLASSES[one], CLASSES[two]) for one, two in zip(people, judge, strict=True))


@pytest.mark.parametrize("families", [10, 20, 40])
def test_a_95_interval_holds_the_truth_as_often_as_it_says(families):
    truth = true_values()
    held = dict.fromkeys(truth, 0)
    for run in range(RUNS):
        rng = np.random.default_rng([21, families, run])
        found = measure_judge(drawn(rng, families), CLASSES, replicates=500, seed=run)
        for name, value in truth.items():
            _, interval = getattr(found, name)
            held[name] += interval.low is not None and interval.low <= value <= interval.high
    assert all(930 <= count <= 970 for count in held.values()), held
