"""Two sides of the same thing compared: a prompt and its twin, or one prompt in two languages."""

from dataclasses import dataclass
from math import sqrt

from .intervals import wilson_interval
from .measure import Interval, Measure, Reason, check_level


@dataclass(frozen=True, slots=True)
class PairedTest:
    """difference: share on side a less share on side b, -1 to 1, with its interval.

    p: the chance of so uneven a split, or a more uneven one, if there were no difference.
    """

    difference: Measure
    interval: Interval
    p: Measure


def mcnemar(both: int, only_a: int, only_b: int, neither: int, *, level: float = 0.95) -> PairedTest:
    """McNemar's exact test for pairs, and Newcombe's interval for the difference.

    Pairs that are alike on both sides say nothing of a difference. Of those that are not, as many should fall on either
    side, so with m = only_a + only_b

        p = 2 * sum_{k <= min(only_a, only_b)} C(m, k) / 2^m, at most 1

    The difference is (only_a - only_b) / n. Its interval squares and adds Wilson's intervals of the two shares, less
    what their correlation phi takes away.

    Each pair is independent of the others: one pair for each family of prompts. Undefined without pairs; p alone, where
    no pair differs. ValueError if a count is negative.

    Source: Q. McNemar, Psychometrika 12 (1947), 153-157; R. G. Newcombe, Improved confidence intervals for the
    difference between binomial proportions based on paired data, Statistics in Medicine 17 (1998), 2635, method 10.
    """
    check_level(level)
    if min(both, only_a, only_b, neither) < 0:
        raise ValueError("There are no negative numbers of pairs.")
    pairs, unlike = both + only_a + only_b + neither, only_a + only_b
    if pairs == 0:
        nothing = Measure(None, Reason.NOTHING_COUNTED)
        return PairedTest(nothing, Interval(None, None, level, Reason.NOTHING_COUNTED), nothing)
    difference = (only_a - only_b) / pairs
    below, above = _newcombe(both, only_a, only_b, neither, level=level)
    return PairedTest(
        Measure(difference),
        Interval(max(-1.0, difference - below), min(1.0, difference + above), level),
        Measure(_exact(min(only_a, only_b), unlike)) if unlike else Measure(None, Reason.NO_PAIR_DIFFERS),
    )


def _exact(fewer: int, unlike: int) -> float:
    """In whole numbers until the one division, so that no digit of a small p is lost."""
    tail, term = 0, 1
    for k in range(fewer + 1):
        tail += term
        term = term * (unlike - k) // (k + 1)
    return min(1.0, 2 * tail / (1 << unlike))


def _newcombe(both: int, only_a: int, only_b: int, neither: int, *, level: float) -> tuple[float, float]:
    """How far the interval reaches below and above the difference."""
    pairs = both + only_a + only_b + neither
    a, b = both + only_a, both + only_b
    of_a, of_b = wilson_interval(a, pairs, level=level), wilson_interval(b, pairs, level=level)
    if of_a.low is None or of_a.high is None or of_b.low is None or of_b.high is None:
        raise AssertionError("shares of pairs have intervals")
    phi = _phi(both, only_a, only_b, neither)
    share_a, share_b = a / pairs, b / pairs
    down_a, up_a, down_b, up_b = share_a - of_a.low, of_a.high - share_a, share_b - of_b.low, of_b.high - share_b
    below = sqrt(max(0.0, down_a**2 - 2 * phi * down_a * up_b + up_b**2))
    above = sqrt(max(0.0, down_b**2 - 2 * phi * down_b * up_a + up_a**2))
    return below, above


def _phi(both: int, only_a: int, only_b: int, neither: int) -> float:
    """The correlation of the two sides, with Newcombe's correction where it is positive; 0 where a margin is empty."""
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if margins == 0:
        return 0.0
    cross: float = both * neither - only_a * only_b
    if cross > 0:
        cross = max(0.0, cross - (both + only_a + only_b + neither) / 2)
    return cross / sqrt(margins)
