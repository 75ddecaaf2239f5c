"""What a slice is measured from: how many answers of each prompt family have which votes, as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.utils import timezone

from annotations.agreement.figures import COEFFICIENTS, SCALES, measure_figure
from annotations.choices import Scale, Slice
from annotations.models import Agreement

Whole = npt.NDArray[np.int64]

# PostgreSQL's binary COPY writes each row as the number of its columns and then, for each column, its length in bytes
# and its value. None of these is ever null, so all rows are of one length, and numpy reads them as they are; psycopg's
# own decoding would take longer than all the arithmetic behind it.
COLUMNS = ("family", "censored", "evasive", "faithful", "times")
ROW = np.dtype(
    [("columns", ">i2"), *(pair for name in COLUMNS for pair in ((f"{name} in bytes", ">i4"), (name, ">i8")))]
)
HEADER = 19
TRAILER = 2

CELLS = """
SELECT family_id, censored::bigint, evasive::bigint, faithful::bigint, times::bigint FROM annotations_cell
WHERE slice = %s AND key = %s
"""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """`votes`, shape (rows, 3): censored, evasive, faithful; `times` and `families`, shape (rows,)."""

    votes: Whole
    times: Whole
    families: Whole


def read(statement: str, params: Sequence[Any]) -> Cells:
    """The rows of a query that gives the columns above, all of them bigint."""
    whole = connection.ops.compose_sql(f"COPY ({statement}) TO STDOUT (FORMAT binary)", params)  # type: ignore[attr-defined]
    with connection.cursor() as cursor, cursor.copy(whole) as copy:
        raw = b"".join(bytes(part) for part in copy)
    return cells_from(np.frombuffer(raw[HEADER:-TRAILER], dtype=ROW))


def cells_from(rows: npt.NDArray[np.void]) -> Cells:
    votes = np.column_stack([rows[name] for name in ("censored", "evasive", "faithful")]).astype(np.int64)
    return Cells(votes, rows["times"].astype(np.int64), rows["family"].astype(np.int64))


def cells_of(kind: Slice, key: str) -> Cells:
    """The cells of one slice."""
    return read(CELLS, [kind, key])


def measured(kind: Slice, key: str, cells: Cells, scales: Iterable[Scale]) -> list[Agreement]:
    """What these cells say on each scale, as rows that are not saved; none of a slice that has no answer."""
    return [row_of(kind, key, cells, scale) for scale in scales] if len(cells.times) else []


def row_of(kind: Slice, key: str, cells: Cells, scale: Scale) -> Agreement:
    figure = measure_figure(SCALES[scale](cells.votes), cells.times, cells.families)
    row = Agreement(
        slice=kind,
        key=key,
        scale=scale,
        answers=figure.measured.items,
        labels=figure.measured.labels,
        families=figure.families,
        marginals=list(figure.measured.labels_by_class),
        specific=[measure.value for measure in figure.specific],
        why=figure.why,
        computed_at=timezone.now(),
    )
    for name in COEFFICIENTS:
        interval = getattr(figure.intervals, name)
        setattr(row, name, getattr(figure.measured, name).value)
        setattr(row, f"{name}_low", interval.low)
        setattr(row, f"{name}_high", interval.high)
    return row
