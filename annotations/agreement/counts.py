"""From labels to counts: one row an item, one column a class, and equal rows folded into one.

Nominal agreement depends on nothing else. With three classes and at most seven labels an item there are 120 possible
rows, so a table of a million answers folds into a handful of rows, and what comes after costs nearly nothing.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .codes import Column, encode
from .compiled import can_compile

CountMatrix = npt.NDArray[np.int64]
IntVector = npt.NDArray[np.int64]

_LARGEST_COUNT = 2**31 - 1
_FEW_KEYS = 100_000
# From so many rows on, loading the compiled loops pays.
COMPILED_FROM = 50_000


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
    items: Column,
    values: Column,
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
    item_ids, item_codes = encode(items)
    found, class_codes = encode(values)
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
        class_codes = np.array([place[value] for value in found], dtype=np.int32)[class_codes]
    width = len(columns)
    cells = np.bincount(item_codes.astype(np.int64) * width + class_codes, minlength=len(item_ids) * width)
    return LabelCounts(item_ids, columns, cells.reshape(len(item_ids), width).astype(np.int64))


def count_codes(
    items: npt.NDArray[np.integer[Any]], labels: npt.NDArray[np.integer[Any]], *, classes: int
) -> npt.NDArray[np.integer[Any]]:
    """The same for columns that are codes already: items 0, 1, 2, ..., labels 0 to classes - 1. Row i is item i.

    ValueError if the columns differ in length, or a code is out of range.
    """
    if items.ndim != 1 or items.shape != labels.shape or {items.dtype.kind, labels.dtype.kind} - set("iu"):
        raise ValueError(f"Two columns of whole numbers of one length, not {items.shape} and {labels.shape}.")
    many = int(items.max(initial=-1)) + 1
    if len(items) and (items.min() < 0 or labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"Items are numbered from 0 on, classes from 0 to {classes - 1}.")
    if len(items) >= COMPILED_FROM and can_compile():
        from .tally_kernels import count_cells

        counts = np.zeros((many, classes), dtype=np.int32)
        count_cells(items, labels, counts)
        return counts
    cells = np.bincount(items.astype(np.int64) * classes + labels, minlength=many * classes)
    return cells.reshape(many, classes)


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
    elif math.prod(bases) <= max(len(rows), _FEW_KEYS):
        # So few rows are possible that each has its place in a list.
        if often.max(initial=0) == 1:
            total = np.bincount(keys, minlength=math.prod(bases)).astype(np.int64)
        else:
            total = np.zeros(math.prod(bases), dtype=np.int64)
            np.add.at(total, keys, often)
        found = np.flatnonzero(total)
        return DistinctCounts(_unpack(found, bases), total[found])
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
    often = np.ones(len(rows), dtype=np.int64) if times is None else checked_times(times, len(rows))
    rows = _whole(rows)
    check_sums(float(often.sum(dtype=np.float64)), float(np.einsum("ik->i", rows.astype(np.float64)).max(initial=0)))
    return rows, often


def checked_times(times: npt.ArrayLike, rows: int) -> IntVector:
    """How often each row occurs, as int64. ValueError if these are no such numbers."""
    often = np.asarray(times)
    if often.shape != (rows,):
        raise ValueError(f"{rows} rows of counts want as many multiplicities, not {often.shape}.")
    return _whole(often)


def _whole(array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"Counts are whole numbers, not {array.dtype}.")
    if array.size and (array.min() < 0 or array.max() > _LARGEST_COUNT):
        raise ValueError(f"Counts lie between 0 and {_LARGEST_COUNT}.")
    return array.astype(np.int64)


def check_sums(items: float, largest: float) -> None:
    """ValueError unless sums of n(n - 1) fit 64 bits, or the arithmetic would no longer be exact."""
    if items * largest**2 >= 2.0**62:
        raise ValueError("The table holds too many labels to be summed exactly.")


def _pack(rows: CountMatrix, bases: list[int]) -> IntVector | None:
    """Each row as one whole number that sorts as the row does, or None where 63 bits do not hold it."""
    if math.prod(bases) >= 2**63:
        return None
    keys = np.zeros(len(rows), dtype=np.int64)
    for column, base in enumerate(bases):
        keys = keys * base + rows[:, column]
    return keys


def _unpack(keys: IntVector, bases: list[int]) -> CountMatrix:
    """The rows that `_pack` made these keys of."""
    rows = np.empty((len(keys), len(bases)), dtype=np.int64)
    for column in range(len(bases) - 1, -1, -1):
        keys, rows[:, column] = np.divmod(keys, bases[column])
    return rows
