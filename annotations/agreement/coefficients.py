"""Krippendorff's alpha, Gwet's AC1, percent agreement and the marginals, exactly.

Notation: item i has n_ik labels of class k and m_i labels in all; an item with m_i >= 2 is pairable.
All four need of a table only, for each m that occurs: the number of items, the number of agreeing ordered pairs
(the sum of n_ik (n_ik - 1)), and the labels by class. These are whole numbers and simply add, so the order of the
rows or how a table was split cannot matter; what follows is done in fractions and rounded once, at the end.

Never show alpha alone. Where one class dominates, it is low however often people agree; AC1 and percent agreement
beside it make that visible.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from .counts import count_codes
from .measure import Measure, Reason
from .tally import Tally, sum_columns, tally_counts


@dataclass(frozen=True, slots=True)
class Agreement:
    """All there is to say of one table, without its uncertainty.

    items: items with at least one label; labels: all their labels; pairable_items, pairable_labels: those of items
    with two labels or more, the only ones that can agree; labels_by_class and marginals: over all labels, by column.
    """

    items: int
    labels: int
    pairable_items: int
    pairable_labels: int
    alpha: Measure
    ac1: Measure
    percent: Measure
    labels_by_class: tuple[int, ...]
    marginals: tuple[Measure, ...]


def krippendorff_alpha(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Measure:
    """Krippendorff's alpha for nominal data, missing labels allowed: at most 1, 0 at chance, negative below it.

    Over pairable items only, with n_k their labels of class k and n all their labels:

        D_o = (n - sum_i sum_k n_ik (n_ik - 1) / (m_i - 1)) / n
        D_e = (n^2 - sum_k n_k^2) / (n (n - 1))
        alpha = 1 - D_o / D_e

    counts: whole numbers, shape (items, classes); times: how often each row occurs, shape (items,), once if None.
    Undefined where no item has two labels, and where all of their labels are of one class (D_e = 0).
    ValueError if the table is not one.

    Source: K. Krippendorff, Content Analysis: An Introduction to Its Methodology, 4th ed., 2019; the same, Computing
    Krippendorff's Alpha-Reliability, 2011, section C.
    """
    return _alpha(tally_counts(counts, times))


def gwet_ac1(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Measure:
    """Gwet's AC1: agreement beyond chance, where chance is only expected on the items that are hard to label.

        p_a = percent agreement (see `percent_agreement`)
        pi_k = the mean of n_ik / m_i over the items with at least one label
        p_e = sum_k pi_k (1 - pi_k) / (q - 1),  q the number of columns
        AC1 = (p_a - p_e) / (1 - p_e)

    A column nobody used still counts in q: it was there to be chosen. So, unlike alpha, AC1 is defined where everybody
    used the same one of several classes, and is 1 there. Arguments as for `krippendorff_alpha`.
    Undefined where no item has two labels, or the table has a single column.

    Source: K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high agreement,
    British Journal of Mathematical and Statistical Psychology 61 (2008), 29-48; with missing labels: Handbook of
    Inter-Rater Reliability, 4th ed., 2014.
    """
    return _ac1(tally_counts(counts, times))


def fleiss_kappa(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Measure:
    """Fleiss' kappa, for items with any number of labels: agreement beyond what the classes' shares make by chance.

        p_a = percent agreement (see `percent_agreement`)
        pi_k = the mean of n_ik / m_i over the items with at least one label
        p_e = sum_k pi_k^2
        kappa = (p_a - p_e) / (1 - p_e)

    Here to be compared with what others print; alpha is the same but for a correction for few labels. Arguments as for
    `krippendorff_alpha`. Undefined where no item has two labels, and where all labels are of one class.

    Source: J. L. Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76 (1971),
    378-382; with a varying number of labels: Gwet 2014, as for `gwet_ac1`.
    """
    tally = tally_counts(counts, times)
    observed = _observed(tally)
    if observed is None:
        return Measure(None, Reason.NO_PAIRS)
    expected = sum((share**2 for share in _propensities(tally)), Fraction(0))
    if expected == 1:
        return Measure(None, Reason.ONE_CLASS)
    return Measure(float((observed - expected) / (1 - expected)))


def percent_agreement(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Measure:
    """The share of pairs of labels on the same item that agree, averaged over pairable items, each weighing the same.

        p_a = the mean of sum_k n_ik (n_ik - 1) / (m_i (m_i - 1)) over the items with m_i >= 2

    Arguments as for `krippendorff_alpha`. Undefined where no item has two labels.

    Source: J. L. Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76 (1971),
    378-382; with a varying number of labels: Gwet 2014, as for `gwet_ac1`.
    """
    return _percent(tally_counts(counts, times))


def marginals(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> tuple[Measure, ...]:
    """Each class's share of all labels, those of items with a single label included. Undefined without labels."""
    return _marginals(tally_counts(counts, times).by_class)


def measure_labels(
    items: npt.NDArray[np.integer[Any]], labels: npt.NDArray[np.integer[Any]], *, classes: int
) -> Agreement:
    """All coefficients straight from labels: two columns of codes, items from 0 on and classes below `classes`.

    The rows may be in any order; an item's code nobody used costs a little memory and changes nothing. For ids and
    classes by name see `counts.count_labels`. ValueError if the columns differ in length or a code is out of range.
    """
    return agreement_of(tally_counts(count_codes(items, labels, classes=classes)))


def measure_agreement(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Agreement:
    """All coefficients of a table, and the numbers they rest on. Arguments as for `krippendorff_alpha`."""
    return agreement_of(tally_counts(counts, times))


def agreement_of(tally: Tally) -> Agreement:
    """All coefficients of a table that is summed up already."""
    by_class = tally.by_class
    return Agreement(
        items=sum(group.items for group in tally.groups),
        labels=sum(by_class),
        pairable_items=sum(group.items for group in tally.pairable),
        pairable_labels=sum(group.items * group.size for group in tally.pairable),
        alpha=_alpha(tally),
        ac1=_ac1(tally),
        percent=_percent(tally),
        labels_by_class=by_class,
        marginals=_marginals(by_class),
    )


def _alpha(tally: Tally) -> Measure:
    pairable = tally.pairable
    if not pairable:
        return Measure(None, Reason.NO_PAIRS)
    by_class = sum_columns((group.by_class for group in pairable), tally.classes)
    labels = sum(by_class)
    unlike_pairs = labels**2 - sum(count**2 for count in by_class)
    if unlike_pairs == 0:
        used = sum(count > 0 for count in tally.by_class)
        return Measure(None, Reason.ONE_CLASS if used == 1 else Reason.ONE_CLASS_IN_PAIRS)
    agreeing = sum((Fraction(group.agreeing, group.size - 1) for group in pairable), Fraction(0))
    return Measure(float(1 - (labels - 1) * (labels - agreeing) / unlike_pairs))


def _ac1(tally: Tally) -> Measure:
    observed = _observed(tally)
    if observed is None:
        return Measure(None, Reason.NO_PAIRS)
    if tally.classes < 2:
        return Measure(None, Reason.ONE_CLASS_SCALE)
    expected = sum((share * (1 - share) for share in _propensities(tally)), Fraction(0)) / (tally.classes - 1)
    # expected is at most 1/q, so the divisor is never 0
    return Measure(float((observed - expected) / (1 - expected)))


def _propensities(tally: Tally) -> tuple[Fraction, ...]:
    """The mean of n_ik / m_i by class."""
    items = sum(group.items for group in tally.groups)
    return tuple(
        sum((Fraction(group.by_class[column], group.size) for group in tally.groups), Fraction(0)) / items
        for column in range(tally.classes)
    )


def _percent(tally: Tally) -> Measure:
    observed = _observed(tally)
    return Measure(None, Reason.NO_PAIRS) if observed is None else Measure(float(observed))


def _observed(tally: Tally) -> Fraction | None:
    pairable = tally.pairable
    if not pairable:
        return None
    shares = (Fraction(group.agreeing, group.size * (group.size - 1)) for group in pairable)
    return sum(shares, Fraction(0)) / sum(group.items for group in pairable)


def _marginals(by_class: tuple[int, ...]) -> tuple[Measure, ...]:
    labels = sum(by_class)
    return tuple(Measure(count / labels) if labels else Measure(None, Reason.NO_LABELS) for count in by_class)
