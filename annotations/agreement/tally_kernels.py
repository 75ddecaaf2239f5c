"""Compiled loops over labels and tables of counts. Whole numbers only, so the order of the rows changes nothing."""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

# Items with as many labels or more are not summed here.
SIZES = 1024


@numba.njit(cache=True, nogil=True)
def sum_rows(
    rows: npt.NDArray[np.integer[Any]], often: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], int, int]:
    """By number of labels (the first axis): items, agreeing ordered pairs, labels by class; the largest number of
    labels, and the items in all. The largest is -1 where a number is none of a table's. One `often` stands for all.
    """
    classes = rows.shape[1]
    sums = np.zeros((SIZES, classes + 2), dtype=np.int64)
    largest = 0
    items = 0
    same = often.shape[0] == 1
    for row in range(rows.shape[0]):
        size = 0
        agreeing = 0
        for column in range(classes):
            count = int(rows[row, column])
            if count < 0 or count >= SIZES:
                return sums, -1, 0
            size += count
            agreeing += count * (count - 1)
        if size >= SIZES:
            return sums, -1, 0
        times = often[0] if same else often[row]
        items += times
        largest = max(largest, size)
        sums[size, 0] += times
        sums[size, 1] += times * agreeing
        for column in range(classes):
            sums[size, column + 2] += times * int(rows[row, column])
    return sums, largest, items


@numba.njit(cache=True, nogil=True)
def count_cells(
    items: npt.NDArray[np.integer[Any]], labels: npt.NDArray[np.integer[Any]], counts: npt.NDArray[np.int32]
) -> None:
    """Counts labels, in any order, into `counts` of shape (items, classes). The codes are known to be within it."""
    for number in range(items.shape[0]):
        counts[items[number], labels[number]] += 1
