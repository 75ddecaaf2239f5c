"""What cannot be computed is None with its reason; bad tables are refused."""

import numpy as np
import pytest

from annotations.agreement import (
    Interval,
    Measure,
    Reason,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    marginals,
    measure_agreement,
    percent_agreement,
)


@pytest.mark.parametrize(
    "counts", [np.zeros((0, 3), dtype=int), [[0, 0, 0]], [[1, 0, 0], [0, 1, 0]]], ids=["empty", "no label", "singles"]
)
def test_without_two_labels_on_an_answer_nothing_can_agree(counts):
    undefined = Measure(None, "no answer has two labels")
    found = measure_agreement(counts)
    assert (found.alpha, found.ac1, found.percent) == (undefined, undefined, undefined)
    assert (found.pairable_items, found.pairable_labels) == (0, 0)


def test_alpha_wants_two_classes():
    found = measure_agreement([[3, 0, 0], [2, 0, 0]])
    assert found.alpha == Measure(None, "only one class was used")
    assert found.percent == Measure(1.0)
    assert found.ac1 == Measure(1.0)  # the other two classes could have been chosen


def test_a_second_class_on_single_labels_does_not_help_alpha():
    found = krippendorff_alpha([[3, 0], [2, 0], [0, 1]])
    assert found == Measure(None, "only one class was used on answers with two labels or more")


def test_ac1_wants_a_choice():
    assert gwet_ac1([[3], [2]]) == Measure(None, "there is only one class to choose from")
    assert percent_agreement([[3], [2]]) == Measure(1.0)


def test_fleiss_kappa_wants_pairs_and_two_classes():
    assert fleiss_kappa([[1, 0], [0, 1]]) == Measure(None, "no answer has two labels")
    assert fleiss_kappa([[3, 0], [2, 0]]) == Measure(None, "only one class was used")


def test_marginals_without_labels():
    assert marginals([[0, 0]]) == (Measure(None, "there are no labels"),) * 2
    assert marginals([[3, 1], [0, 0]]) == (Measure(0.75), Measure(0.25))
    assert measure_agreement([[0, 0]]).marginals == (Measure(None, "there are no labels"),) * 2


def test_single_labels_enter_marginals_and_chance_only():
    pairs = [[2, 0], [1, 1], [0, 2]]
    with_single = [*pairs, [1, 0]]
    assert krippendorff_alpha(with_single) == krippendorff_alpha(pairs)
    assert percent_agreement(with_single) == percent_agreement(pairs)
    # pi = (2.5, 1.5) / 4, so p_e = 2 * 0.625 * 0.375 = 0.46875; p_a = 2/3
    assert gwet_ac1(with_single).value == pytest.approx((2 / 3 - 0.46875) / (1 - 0.46875), abs=1e-15)


@pytest.mark.parametrize(
    ("counts", "times", "complaint"),
    [
        ([1, 2, 3], None, "two dimensions"),
        ([[1.0, 2.0]], None, "whole numbers"),
        ([[True, False]], None, "whole numbers"),
        ([[1, -1]], None, "between 0 and"),
        ([[2**40, 1]], None, "between 0 and"),
        ([[1, 1]], [-1], "between 0 and"),
        ([[1, 1]], [0.5], "whole numbers"),
        ([[1, 1]], [1, 2], "as many multiplicities"),
        ([[2**31 - 1, 2**31 - 1]], [10], "too many labels"),
    ],
)
def test_what_is_no_table_is_refused(counts, times, complaint):
    with pytest.raises(ValueError, match=complaint):
        measure_agreement(counts, times)


def test_a_measure_is_a_value_or_a_reason():
    for value, reason in [(None, ""), (0.5, Reason.NO_PAIRS), (float("nan"), ""), (float("inf"), "")]:
        with pytest.raises(ValueError, match="measure"):
            Measure(value, reason)


def test_an_interval_is_two_ends_or_a_reason():
    for low, high, reason in [
        (None, None, ""),
        (None, 1.0, Reason.NO_PAIRS),
        (0.0, 1.0, Reason.NO_PAIRS),
        (1.0, 0.0, ""),
        (float("nan"), 1.0, ""),
    ]:
        with pytest.raises(ValueError, match="interval"):
            Interval(low, high, 0.95, reason)
    with pytest.raises(ValueError, match="confidence level"):
        Interval(0.0, 1.0, 95)
