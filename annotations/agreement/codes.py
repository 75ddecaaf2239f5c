"""Ids as codes: the distinct values of a column ascending, and for each entry the place of its value among them."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Column = Sequence[Hashable] | npt.NDArray[Any]
Codes = npt.NDArray[np.int32]

_SPREAD = 8  # ids up to so many times their number are looked up in a table, without sorting


def encode(column: Column) -> tuple[tuple[Any, ...], Codes]:
    """The distinct ids ascending, and for each entry the place of its id among them.

    Raises ValueError if the column is an array of neither numbers nor texts, or a value is missing; TypeError if the
    values cannot be ordered.
    """
    if isinstance(column, np.ndarray):
        if column.ndim != 1 or column.dtype.kind not in "biuU":
            raise ValueError(f"A column is one-dimensional, of numbers or texts, not {column.dtype} {column.shape}.")
        return _encode_numbers(column) if column.dtype.kind in "iu" and len(column) else _encode_any(column)
    met = set(column)
    if any(value is None or value != value for value in met):  # noqa: PLR0124 - NaN is what differs from itself
        raise ValueError("A missing label is a row left out, not an empty value.")
    ordered = tuple(sorted(met))  # type: ignore[type-var]  # values that cannot be ordered raise TypeError
    place = {value: code for code, value in enumerate(ordered)}
    return ordered, np.fromiter((place[value] for value in column), dtype=np.int32, count=len(column))


def _encode_numbers(column: npt.NDArray[np.integer[Any]]) -> tuple[tuple[Any, ...], Codes]:
    low, high = int(column.min()), int(column.max())
    if high - low >= _SPREAD * len(column) + 1000 or high >= 2**63:
        return _encode_any(column)
    # In the column's own type where the span fits it: a copy of eight bytes a label would be larger than all else.
    if high - low > np.iinfo(column.dtype).max:
        column = column.astype(np.int64)
    offset = column if low == 0 else column - column.dtype.type(low)
    met = np.zeros(high - low + 1, dtype=np.bool_)
    met[offset] = True
    places = np.cumsum(met, dtype=np.int32) - np.int32(1)
    return tuple((np.flatnonzero(met) + low).tolist()), places[offset]


def _encode_any(column: npt.NDArray[Any]) -> tuple[tuple[Any, ...], Codes]:
    distinct, codes = np.unique(column, return_inverse=True)
    return tuple(distinct.tolist()), codes.astype(np.int32)
