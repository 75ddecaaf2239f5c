"""Two kinds of slices crossed, as a map: a row for each slice of the one, a column for each of the other."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.choices import Scale, Slice
from annotations.models import Agreement
from annotations.selectors import PAIRS_AT_MOST, crossed_table
from observatory.selectors.keys import names_of
from observatory.selectors.slices import Coefficient, Line, line_of

COLUMNS_AT_MOST = 12
# Where the next darker shade begins: the less people agree, the darker. Chance is taken out of alpha and AC1.
SHADES: Mapping[str, Sequence[float]] = {
    "alpha": (0.2, 0.333, 0.5, 0.667, 0.8, 0.9),
    "ac1": (0.2, 0.333, 0.5, 0.667, 0.8, 0.9),
    "percent": (0.6, 0.7, 0.75, 0.8, 0.9, 0.95),
}
DARKEST = 6


@dataclass(frozen=True)
class Cell:
    """One pair; `line` is None where no answer is in both slices, or it is not among the pairs that were measured."""

    line: Line | None
    measure: Coefficient | None
    shade: int


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Crossing:
    """`pairs`: every pair that was measured, most answers first. `rows`: the map, with the names of its `columns`; some
    pairs are in columns that it has no room for (`columns_left`). `full`: there may be more pairs than were measured.
    """

    pairs: Sequence[Line]
    columns: Sequence[str]
    rows: Sequence[Row]
    columns_left: int
    full: bool


def crossing(by: Slice, other: Slice, scale: Scale, *, show: str) -> Crossing:
    """Both kinds crossed; `show` is the coefficient on the map.

    Raises:
        Invalid: the two cannot be crossed.
        Busy: other slices are being crossed, or there are too many answers.
    """
    found = crossed_table(by, other, PAIRS_AT_MOST, scale=scale)
    named = [(row, row.key, row.crossed_with[1]) for row in found if row.crossed_with]
    names, others = names_of(by, [key for _, key, _ in named]), names_of(other, [key for _, _, key in named])
    lines = {(key, at): pair(row, names[key], others[at]) for row, key, at in named}
    rows, columns = Counter[str](), Counter[str]()
    for row, key, at in named:
        rows[key] += row.answers
        columns[at] += row.answers
    shown = [at for at, _ in ordered(columns)][:COLUMNS_AT_MOST]
    return Crossing(
        pairs=list(lines.values()),
        columns=[others[at] for at in shown],
        rows=[Row(names[key], [cell(lines.get((key, at)), show) for at in shown]) for key, _ in ordered(rows)],
        columns_left=len(columns) - len(shown),
        full=len(found) == PAIRS_AT_MOST,
    )


def ordered(answers: Counter[str]) -> list[tuple[str, int]]:
    """Most answers first."""
    return sorted(answers.items(), key=lambda one: (-one[1], one[0]))


def pair(row: Agreement, name: str, with_name: str) -> Line:
    return line_of(row, name, votes=row.marginals, with_name=with_name)


def cell(line: Line | None, show: str) -> Cell:
    if line is None:
        return Cell(None, None, 0)
    measure: Coefficient = getattr(line, show)
    darker = bisect_right(SHADES[show], measure.value) if measure.value is not None else DARKEST
    return Cell(line, measure, DARKEST - darker)
