"""A table of counts summed up: for each number of labels an item has, a few whole numbers. Coefficients need no more.

Whole numbers simply add, so neither the order of the rows nor how a table was split can matter. Large tables are summed
by compiled loops (`tally_kernels`), which are imported only then; small ones by numpy. Both give the same numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .compiled import can_compile
from .counts import COMPILED_FROM, CountMatrix, IntVector, check_sums, checked, checked_times

_FEW_SIZES = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """The items that have the same number of labels, summed up.

    size: that number; items: how many there are; agreeing: the sum of n_ik (n_ik - 1), the ordered pairs of labels that
    agree; by_class: their labels by column.
    """

    size: int
    items: int
    agreeing: int
    by_class: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A table summed up by number of labels, ascending; items without labels are left out."""

    classes: int
    groups: tuple[Group, ...]

    @property
    def pairable(self) -> tuple[Group, ...]:
        """The items with two labels or more."""
        return tuple(group for group in self.groups if group.size >= 2)

    @property
    def by_class(self) -> tuple[int, ...]:
        """All labels by column."""
        return sum_columns((group.by_class for group in self.groups), self.classes)


def tally_counts(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Tally:
    """Sums up a table: counts of shape (items, classes); times: how often each row occurs, once if None.

    ValueError if the table is not one, or holds too many labels for 64 bits.
    """
    rows = np.asarray(counts)
    if rows.ndim == 2 and len(rows) >= COMPILED_FROM and rows.dtype.kind in "iu" and can_compile():
        summed = _compiled(rows, times)
        if summed is not None:
            return summed
    return _by_numpy(*checked(rows, times))


def tally_votes(times: Mapping[tuple[int, ...], int], classes: int) -> Tally:
    """Sums up distinct rows and how often each occurs, in plain Python."""
    sums: dict[int, list[int]] = {}
    for row, often in times.items():
        group = sums.setdefault(sum(row), [0] * (classes + 2))
        group[0] += often
        group[1] += often * sum(count * (count - 1) for count in row)
        for column, count in enumerate(row, 2):
            group[column] += often * count
    return _grouped(classes, ((size, *sums[size]) for size in sorted(sums)))


def sum_columns(rows: Iterable[tuple[int, ...]], width: int) -> tuple[int, ...]:
    """Column by column, also of no rows at all."""
    totals = [0] * width
    for row in rows:
        totals = [total + count for total, count in zip(totals, row, strict=True)]
    return tuple(totals)


def _by_numpy(rows: CountMatrix, often: IntVector) -> Tally:
    sizes = np.einsum("ik->i", rows)
    largest = int(sizes.max(initial=0))
    columns = [often, np.einsum("ik,ik->i", rows, rows - 1) * often, *(rows.T * often)]
    if largest <= _FEW_SIZES and float(often.sum()) * max(1, largest) ** 2 < 2.0**53:
        # In floating point, but of whole numbers that it holds exactly.
        parts = [np.bincount(sizes, weights=column, minlength=largest + 1) for column in columns]
        met, sums = np.arange(largest + 1), np.column_stack(parts).astype(np.int64)
    else:
        met, place = np.unique(sizes, return_inverse=True)
        sums = np.zeros((len(met), rows.shape[1] + 2), dtype=np.int64)
        np.add.at(sums, place, np.column_stack(columns))
    return _grouped(rows.shape[1], zip(met.tolist(), *sums.T.tolist(), strict=True))


def _compiled(rows: npt.NDArray[Any], times: npt.ArrayLike | None) -> Tally | None:
    """The same in one go over the table as it lies; None where the numbers are out of what the loop is made for."""
    from .tally_kernels import SIZES, sum_rows

    often = np.ones(1, dtype=np.int64) if times is None else checked_times(times, len(rows))
    sums, largest, items = sum_rows(np.ascontiguousarray(rows), often)
    if not 0 <= largest < SIZES:
        return None
    check_sums(float(items), float(largest))
    return _grouped(rows.shape[1], ((size, *row) for size, row in enumerate(sums.tolist())))


def _grouped(classes: int, rows: Iterable[tuple[int, ...]]) -> Tally:
    """From rows of (size, items, agreeing, labels by class)."""
    groups = (
        Group(size, items, agreeing, tuple(by_class)) for size, items, agreeing, *by_class in rows if size and items
    )
    return Tally(classes, tuple(groups))
