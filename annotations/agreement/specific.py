"""Specific agreement: how far people agree on one class. What alpha says of all classes at once, taken apart."""

import numpy.typing as npt

from .counts import checked
from .measure import Measure, Reason


def specific_agreement(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> tuple[Measure, ...]:
    """Of each class: where somebody says it, how likely another label of the same item is to say it too.

        S_k = sum_i n_ik (n_ik - 1) / sum_i n_ik (m_i - 1)      over the items with m_i >= 2

    With two classes and two labels an item, these are positive and negative agreement. Chance is not taken off: a class
    that is nearly always right has high specific agreement by that alone, a rare one has it only if it is recognised.

    counts: whole numbers, shape (items, classes); times: how often each row occurs, shape (items,), once if None.
    Returns one measure a column. Undefined for a class that nobody used on an item with two labels, and for all of them
    where no item has two labels. ValueError if the table is not one.

    Source: R. L. Spitzer, J. L. Fleiss, A re-analysis of the reliability of psychiatric diagnosis, British Journal of
    Psychiatry 125 (1974), 341-347; D. V. Cicchetti, A. R. Feinstein, High agreement but low kappa: II, Journal of
    Clinical Epidemiology 43 (1990), 551-558; for any number of labels: J. S. Uebersax, A design-independent method for
    measuring the reliability of psychiatric diagnosis, Journal of Psychiatric Research 17 (1982), 335-342.
    """
    rows, often = checked(counts, times)
    sizes = rows.sum(axis=1)
    paired = (sizes >= 2) & (often > 0)
    if not paired.any():
        return (Measure(None, Reason.NO_PAIRS),) * int(rows.shape[1])
    rows, often, others = rows[paired], often[paired], sizes[paired] - 1
    agreeing: list[int] = (often[:, None] * rows * (rows - 1)).sum(axis=0).tolist()
    possible: list[int] = (often[:, None] * rows * others[:, None]).sum(axis=0).tolist()
    return tuple(
        Measure(part / whole) if whole else Measure(None, Reason.CLASS_UNUSED)
        for part, whole in zip(agreeing, possible, strict=True)
    )
