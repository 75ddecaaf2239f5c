"""McNemar's exact test and Newcombe's interval, against published tables and another library."""

import pytest
from scipy.stats import binomtest

from annotations.agreement import Interval, Measure, Reason
from annotations.agreement.mcnemar import mcnemar


def test_newcombes_own_example():
    """Table III of Newcombe 1998: 36, 12, 2 and 0 pairs give .2000, .0569 to .3404 by method 10."""
    found = mcnemar(36, 12, 2, 0)
    assert found.difference == Measure(0.2)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.0569, 0.3404)


def test_approval_asked_twice():
    """Agresti, Categorical Data Analysis, table 10.1: 794 and 570 alike, 150 and 86 not; McNemar's z^2 is 17.36."""
    found = mcnemar(794, 150, 86, 570)
    assert found.difference == Measure(0.04)
    assert f"{found.p.value:.3e}" == "3.716e-05"


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 1), (5, 5), (2, 12), (86, 150), (900, 1100), (3000, 2000)])
def test_p_is_the_exact_binomial(only_a, only_b):
    expected = binomtest(only_a, only_a + only_b).pvalue
    assert mcnemar(3, only_a, only_b, 4).p.value == pytest.approx(expected, rel=1e-9)


def test_sides_exchanged_turn_the_sign():
    one, other = mcnemar(10, 9, 4, 20), mcnemar(10, 4, 9, 20)
    assert one.p == other.p
    assert (one.difference.value, one.interval.low) == (-other.difference.value, -other.interval.high)


def test_what_is_undefined_says_why():
    nothing = mcnemar(0, 0, 0, 0)
    assert (nothing.difference, nothing.p) == (Measure(None, Reason.NOTHING_COUNTED),) * 2
    assert nothing.interval == Interval(None, None, 0.95, Reason.NOTHING_COUNTED)
    alike = mcnemar(4, 0, 0, 3)
    assert (alike.difference, alike.p) == (Measure(0.0), Measure(None, Reason.NO_PAIR_DIFFERS))


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="no negative"):
        mcnemar(1, -1, 0, 0)
