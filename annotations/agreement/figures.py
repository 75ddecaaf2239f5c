"""All that is said of one slice: the coefficients, what they rest on, and intervals by whole prompt families.

The site's pages, crossed slices and the command that recomputes a figure from a release all come through here, so that
the same labels give the same numbers to the last digit wherever they are counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .clusters import cluster_bootstrap_agreement
from .coefficients import Agreement, measure_agreement
from .counts import CountMatrix, compress
from .intervals import AgreementIntervals
from .measure import Measure
from .specific import specific_agreement

COEFFICIENTS: Final = ("alpha", "ac1", "percent")
REPLICATES: Final = 1000
SEED: Final = 0
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One slice on one scale.

    measured: the coefficients and counts; specific: specific agreement by class; families: how many prompt families
    the items are of; intervals: of the coefficients, resampling those families.
    """

    measured: Agreement
    specific: tuple[Measure, ...]
    families: int
    intervals: AgreementIntervals

    @property
    def why(self) -> dict[str, str]:
        """By coefficient, why it or its interval is missing, where one of them is."""
        both = {name: (getattr(self.measured, name), getattr(self.intervals, name)) for name in COEFFICIENTS}
        missing = {name: value.reason or interval.reason for name, (value, interval) in both.items()}
        return {name: str(reason) for name, reason in missing.items() if reason}


def measure_figure(counts: npt.ArrayLike, times: npt.ArrayLike, families: npt.ArrayLike) -> Figure:
    """Everything about one slice.

    counts: labels by class, shape (rows, classes); times: how many items each row stands for, shape (rows,); families:
    the prompt family each row's items are of, by number or by name, shape (rows,). The order of the rows, how they are
    split and what the families are called change nothing. ValueError if the table is not one.
    """
    table = compress(counts, times)
    return Figure(
        measured=measure_agreement(table.vectors, table.times),
        specific=specific_agreement(table.vectors, table.times),
        families=len(np.unique(np.asarray(families))),
        intervals=cluster_bootstrap_agreement(counts, times, families, level=LEVEL, replicates=REPLICATES, seed=SEED),
    )


def three_labels(counts: CountMatrix) -> CountMatrix:
    """Counts of censored, evasive, faithful as they are."""
    return counts


def suppressed_or_not(counts: CountMatrix) -> CountMatrix:
    """Counts of censored, evasive, faithful on the simpler scale: what is not faithful is suppressed."""
    return np.column_stack([counts[:, 0] + counts[:, 1], counts[:, 2]])


# By the name a scale has in the record.
SCALES: Final[Mapping[str, Callable[[CountMatrix], CountMatrix]]] = {
    "labels": three_labels,
    "suppressed": suppressed_or_not,
}
