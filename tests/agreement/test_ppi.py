"""PPI++: what the judge adds, and that it adds nothing where it has nothing to say."""

from math import isclose

import numpy as np
import pytest
from scipy.stats import t as student_t

from annotations.agreement import Reason
from annotations.agreement.ppi import ppi_rate
from annotations.agreement.rates import clustered_rate

FAMILIES = 12
# Two labelled answers a family, and four that only the judge read in twenty families more.
CLUSTERS = np.repeat(np.arange(FAMILIES), 2)
PEOPLE = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0])
JUDGE = np.array([0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0])
ONLY = np.tile([1, 0, 0, 1, 0, 1, 1, 1], 10)
CLUSTERS_ONLY = np.repeat(np.arange(20, 40), 4)


def people_alone():
    return clustered_rate(np.bincount(CLUSTERS, weights=PEOPLE).astype(int), np.bincount(CLUSTERS))


def test_each_step_by_hand():
    found = ppi_rate(PEOPLE, JUDGE, CLUSTERS, ONLY, CLUSTERS_ONLY)
    y, f, u = PEOPLE.mean(), JUDGE.mean(), ONLY.mean()
    a = [sum(PEOPLE[g == CLUSTERS] - y) / 24 for g in range(40)]
    b = [sum(JUDGE[g == CLUSTERS] - f) / 24 - sum(ONLY[g == CLUSTERS_ONLY] - u) / 80 for g in range(40)]
    weight = sum(p * q for p, q in zip(a, b, strict=True)) / sum(q * q for q in b)
    theta = y - weight * (f - u)
    rest = sum((p - weight * q) ** 2 for p, q in zip(a, b, strict=True))
    trials = theta * (1 - theta) / (12 / 10 * (rest + (weight / 24) ** 2))
    t2 = float(student_t.ppf(0.975, 10)) ** 2
    reach = (t2 * (theta * (1 - theta) / trials + t2 / (4 * trials**2))) ** 0.5
    assert 0 < weight < 1
    assert isclose(found.weight, weight, rel_tol=1e-12)
    assert isclose(found.value.value, theta, rel_tol=1e-12)
    assert isclose(found.interval.low, (theta + t2 / (2 * trials) - reach) / (1 + t2 / trials), rel_tol=1e-12)
    assert isclose(found.interval.high, (theta + t2 / (2 * trials) + reach) / (1 + t2 / trials), rel_tol=1e-12)
    assert found.clusters == 12


@pytest.mark.parametrize(
    ("judge", "only"),
    [
        (np.zeros(24), np.zeros(80)),  # says the same of everything
        (1 - PEOPLE, 1 - ONLY),  # says the opposite, and is not turned round
    ],
)
def test_a_judge_of_no_use_gets_no_weight(judge, only):
    found = ppi_rate(PEOPLE, judge, CLUSTERS, only, CLUSTERS_ONLY)
    alone = people_alone()
    assert (found.value, found.interval, found.weight) == (alone.value, alone.interval, 0.0)


def test_without_answers_of_its_own_it_adds_nothing():
    found = ppi_rate(PEOPLE, JUDGE, CLUSTERS, [], np.array([], dtype=int))
    assert (found.interval, found.weight) == (people_alone().interval, 0.0)


def test_the_order_of_the_answers_changes_no_bit():
    straight = ppi_rate(PEOPLE, JUDGE, CLUSTERS, ONLY, CLUSTERS_ONLY)
    order, other = np.random.default_rng(3).permutation(24), np.random.default_rng(4).permutation(80)
    assert ppi_rate(PEOPLE[order], JUDGE[order], CLUSTERS[order], ONLY[other], CLUSTERS_ONLY[other]) == straight


def test_what_is_undefined_says_why():
    found = ppi_rate([], [], np.array([], dtype=int), ONLY, CLUSTERS_ONLY)
    assert (found.value.reason, found.interval.reason) == (Reason.NOTHING_COUNTED,) * 2
    few = ppi_rate(PEOPLE[:6], JUDGE[:6], CLUSTERS[:6], ONLY, CLUSTERS_ONLY)
    assert few.interval.reason == Reason.TOO_FEW_FAMILIES


def test_columns_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="same length"):
        ppi_rate(PEOPLE, JUDGE[:-1], CLUSTERS, ONLY, CLUSTERS_ONLY)
    with pytest.raises(ValueError, match="0 or 1"):
        ppi_rate(PEOPLE * 2, JUDGE, CLUSTERS, ONLY, CLUSTERS_ONLY)
    with pytest.raises(ValueError, match="whole numbers"):
        ppi_rate(PEOPLE, JUDGE, CLUSTERS / 2, ONLY, CLUSTERS_ONLY)


def test_the_level_holds_without_a_judge_too():
    alone = ppi_rate(PEOPLE, JUDGE, CLUSTERS, [], np.array([], dtype=int), level=0.5)
    part, whole = np.bincount(CLUSTERS, weights=PEOPLE).astype(int), np.bincount(CLUSTERS)
    assert alone.interval == clustered_rate(part, whole, level=0.5).interval
