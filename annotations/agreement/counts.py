"""From labels to counts: one row an item, one column a class, and equal rows folded into one.

Nominal agreement depends on nothing else. With three classes and at most seven labels an item there are 120 possible
rows, so a table of a million answers folds into a handful of rows, and what comes after costs nearly nothing.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

CountMatrix = npt.NDArray[np.int64]
IntVector = npt.NDArray[np.int64]

_LARGEST_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class LabelCounts:
    """What `count_labels` found.

    items: the items' ids, ascending; classes: the classes, in the order of the columns;
    counts: shape (len(items), len(classes)), how many labels of each class each item has.
    """

    items: tuple[Any, ...]
    classes: tuple[Any, ...]
    counts: CountMatrix


@dataclass(frozen=True, slots=True, eq=False)
class DistinctCounts:
    """A table without repetition: `vectors` (n, classes), all different, ascending; `times` (n,): how often each is."""

    vectors: CountMatrix
    times: IntVector


def count_labels(
    items: Sequence[Hashable] | npt.NDArray[Any],
    values: Sequence[Hashable] | npt.NDArray[Any],
    *,
    classes: Sequence[Hashable] | None = None,
) -> LabelCounts:
    """Count labels given as two parallel columns: the item, and the class it was given.

    A missing label is a row left out, never a None. One row is one label: that a person labels an item only once is the
    caller's affair. `classes` fixes the columns and their order; without it they are the values met, ascending. Give it
    wherever the scale is known: Gwet's AC1 depends on how many classes there were to choose from.

    Raises ValueError if the columns differ in length, or a value is missing or not among `classes`.
    """
    if len(items) != len(values):
        raise ValueError(f"{len(items)} items but {len(values)} values: each label is one of both.")
    item_ids, item_codes = _encode(items)
    found, class_codes = _encode(values)
    if classes is None:
        columns = found
    else:
        columns = tuple(classes)
        place = {value: column for column, value in enumerate(columns)}
        if len(place) != len(columns):
            raise ValueError("A class is listed twice.")
        unknown = [value for value in found if value not in place]
        if unknown:
            raise ValueError(f"Not among the classes: {', '.join(map(repr, unknown[:5]))}.")
        class_codes = np.array([place[value] for value in found], dtype=np.int64)[class_codes]
    width = len(columns)
    cells = np.bincount(item_codes * width + class_codes, minlength=len(item_ids) * width)
    return LabelCounts(item_ids, columns, cells.reshape(len(item_ids), width).astype(np.int64))


def compress(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> DistinctCounts:
    """Fold equal rows into one, ascending, so that the order of the items leaves no trace in the result.

    Rows that occur zero times are dropped. Tables of the same classes are merged by concatenating them first.
    """
    rows, often = checked(counts, times)
    rows, often = rows[often > 0], often[often > 0]
    if rows.shape[1] == 0:
        return DistinctCounts(rows[:0], often[:0])
    bases = [int(largest) + 1 for largest in rows.max(axis=0, initial=0)]
    keys = _pack(rows, bases)
    if keys is None:
        vectors, place = np.unique(rows, axis=0, return_inverse=True)
    else:
        _, first, place = np.unique(keys, return_index=True, return_inverse=True)
        vectors = rows[first]
    total = np.zeros(len(vectors), dtype=np.int64)
    np.add.at(total, place.reshape(-1), often)
    return DistinctCounts(vectors, total)


def checked(counts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> tuple[CountMatrix, IntVector]:
    """The table as int64 with one multiplicity a row (1 where none are given). ValueError if it is not such a table."""
    rows = np.asarray(counts)
    if rows.ndim != 2:
        raise ValueError("Counts are a table of two dimensions: items by classes.")
    often = np.ones(len(rows), dtype=np.int64) if times is None else np.asarray(times)
    if often.shape != (len(rows),):
        raise ValueError(f"{len(rows)} rows of counts want as many multiplicities, not {often.shape}.")
    for array in (rows, often):
        if array.size and array.dtype.kind not in "iu":
            raise ValueError(f"Counts are whole numbers, not {array.dtype}.")
        if array.size and (array.min() < 0 or array.max() > _LARGEST_COUNT):
            raise ValueError(f"Counts lie between 0 and {_LARGEST_COUNT}.")
    # Sums of n(n - 1) have to fit 64 bits, or the arithmetic would no longer be exact.
    largest = float(rows.sum(axis=1, dtype=np.float64).max(initial=0))
    if float(often.sum(dtype=np.float64)) * largest**2 >= 2.0**62:
        raise ValueError("The table holds too many labels to be summed exactly.")
    return rows.astype(np.int64), often.astype(np.int64)


def _encode(column: Sequence[Hashable] | npt.NDArray[Any]) -> tuple[tuple[Any, ...], IntVector]:
    """The distinct values ascending, and for each entry the place of its value among them."""
    if isinstance(column, np.ndarray):
        if column.ndim != 1 or column.dtype.kind not in "biuU":
            raise ValueError(f"A column is one-dimensional, of numbers or texts, not {column.dtype} {column.shape}.")
        distinct, codes = np.unique(column, return_inverse=True)
        return tuple(distinct.tolist()), codes.astype(np.int64)
    met = set(column)
    if any(value is None or value != value for value in met):  # noqa: PLR0124 - NaN is what differs from itself
        raise ValueError("A missing label is a row left out, not an empty value.")
    ordered = tuple(sorted(met))  # type: ignore[type-var]  # values that cannot be ordered raise TypeError
    place = {value: code for code, value in enumerate(ordered)}
    return ordered, np.fromiter((place[value] for value in column), dtype=np.int64, count=len(column))


def _pack(rows: CountMatrix, bases: list[int]) -> IntVector | None:
    """Each row as one whole number that sorts as the row does, or None where 63 bits do not hold it."""
    reach = 1
    for base in bases:
        reach *= base
    if reach >= 2**63:
        return None
    keys = np.zeros(len(rows), dtype=np.int64)
    for column, base in enumerate(bases):
        keys = keys * base + rows[:, column]
    return keys
