"""Rates with clustered intervals, against values worked out by hand."""

from math import isclose

import numpy as np
import pytest
from scipy.stats import t as student_t

from annotations.agreement import Interval, Measure, Reason
from annotations.agreement.rates import LEAST_CLUSTERS, clustered_rate


def test_each_step_by_hand():
    """Ten clusters of three: p = 11/30, and sum (x_g - p w_g)^2 = 20 - 11^2 / 10 = 7.9."""
    found = clustered_rate([1, 0, 2, 1, 0, 1, 3, 0, 1, 2], [3] * 10)
    p, variance, t = 11 / 30, 10 / 9 * (21 - 12.1) / 900, float(student_t.ppf(0.975, 9))
    trials = p * (1 - p) / variance
    middle = (p + t**2 / (2 * trials)) / (1 + t**2 / trials)
    reach = t * (p * (1 - p) / trials + t**2 / (4 * trials**2)) ** 0.5 / (1 + t**2 / trials)
    assert (found.value, found.clusters) == (Measure(11 / 30), 10)
    assert isclose(found.design_effect.value, 30 / trials, rel_tol=1e-12)
    assert isclose(found.interval.low, middle - reach, rel_tol=1e-12)
    assert isclose(found.interval.high, middle + reach, rel_tol=1e-12)


def test_what_is_undefined_says_why():
    nothing = clustered_rate([], [])
    assert nothing.value == Measure(None, Reason.NOTHING_COUNTED)
    assert nothing.interval == Interval(None, None, 0.95, Reason.NOTHING_COUNTED)
    few = clustered_rate([1] * (LEAST_CLUSTERS - 1), [2] * (LEAST_CLUSTERS - 1))
    assert few.value == Measure(0.5)
    assert few.interval == Interval(None, None, 0.95, Reason.TOO_FEW_FAMILIES)
    assert clustered_rate([0, 0], [0, 0]) == nothing


def test_none_at_all_is_no_proof_of_none():
    found = clustered_rate([0] * 12, [3] * 12)
    t2 = float(student_t.ppf(0.975, 11)) ** 2
    assert (found.value.value, found.interval.low) == (0.0, 0.0)
    assert isclose(found.interval.high, t2 / (12 + t2), rel_tol=1e-12)
    assert clustered_rate([3] * 12, [3] * 12).interval.high == 1.0


def test_the_order_of_clusters_and_empty_ones_change_nothing():
    part, whole = np.array([1, 0, 2, 1, 0, 1, 3, 0, 1, 2, 0]), np.array([3, 1, 4, 2, 2, 5, 3, 3, 1, 2, 0])
    straight, turned = clustered_rate(part, whole), clustered_rate(part[::-1], whole[::-1])
    assert straight.clusters == 10
    assert isclose(straight.interval.low, turned.interval.low, rel_tol=1e-14)


@pytest.mark.parametrize(("part", "whole"), [([2], [1]), ([-1], [1]), ([1, 1], [2]), ([0.5], [1.0]), ([[1]], [[2]])])
def test_what_is_no_table_is_refused(part, whole):
    with pytest.raises(ValueError, match=r"columns of the same length|whole numbers"):
        clustered_rate(part, whole)
