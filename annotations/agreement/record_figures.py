"""Every figure of a release out of its own tables: the rows of consensus, agreement, rates, comparisons and crowd.

    from annotations.agreement.record_figures import figures_of

    for table, rows in figures_of(read).items():
        for row in rows: ...

Rows are exact; `told` writes one as it is published, and `same` compares what was published with what was computed.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from .record import Read, read_record
from .record_crowd import DIGITS, consensus_rows, crowd_rows, learn
from .record_rates import comparison_rows, count_by_model, rate_rows
from .record_slices import agreement_rows

Row = Mapping[str, Any]
Rows = Callable[[], Iterator[dict[str, Any]]]

# By table, the columns whose numbers are told to DIGITS decimals; and those that hold JSON.
_PRIORS: Final = ("prior_censored", "prior_evasive", "prior_faithful")
_CALLED: Final = tuple(
    f"{truth}_called_{said}"
    for truth in ("censored", "evasive", "faithful")
    for said in ("censored", "evasive", "faithful")
)
ROUNDED: Final[Mapping[str, frozenset[str]]] = {
    "consensus": frozenset({"posterior_censored", "posterior_evasive", "posterior_faithful", "confidence"}),
    "crowd": frozenset({"strengths", *_PRIORS, *_CALLED, "calibration", "measured"}),
}
AS_JSON: Final[Mapping[str, frozenset[str]]] = {
    "agreement": frozenset({"why"}),
    "crowd": frozenset({"strengths", "calibration", "measured"}),
}
# Two numbers that were computed alike differ by no more, beside what rounding makes of them.
TOLERANCE: Final = 1e-9


def figures_of(read: Read) -> dict[str, Rows]:
    """By table, its rows in the order of its key; each is computed when it is asked for.

    Raises:
        KeyError, ValueError: as `read_record`.
    """
    record = read_record(read)
    learned = cache(lambda: learn(record))
    by_model = cache(lambda: count_by_model(record))
    return {
        "crowd": lambda: crowd_rows(learned()),
        "consensus": lambda: consensus_rows(record, learned()),
        "agreement": lambda: agreement_rows(record),
        "rates": lambda: rate_rows(by_model()),
        "comparisons": lambda: comparison_rows(record, by_model()),
    }


def told(table: str, row: Row) -> dict[str, Any]:
    """A row as it is published: rounded where its table says so, and JSON as text."""
    rounded, as_json = ROUNDED.get(table, frozenset()), AS_JSON.get(table, frozenset())
    found = {name: round_within(value) if name in rounded else value for name, value in row.items()}
    return {name: json_text(value) if name in as_json else value for name, value in found.items()}


def round_within(value: Any) -> Any:
    """Every number in it to DIGITS decimals."""
    if isinstance(value, float):
        # Without a minus before a zero.
        return round(value, DIGITS) + 0.0
    if isinstance(value, dict):
        return {name: round_within(one) for name, one in value.items()}
    if isinstance(value, list):
        return [round_within(one) for one in value]
    return value


def json_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def same(table: str, column: str, published: Any, computed: Any) -> bool:
    """Whether a published value is the computed one, which is exact: numbers that were counted equal, others within
    TOLERANCE and what rounding takes.
    """
    if column in AS_JSON.get(table, frozenset()):
        try:
            published = json.loads(published)
        except (TypeError, ValueError):
            return False
    room = TOLERANCE + (0.5 * 10**-DIGITS if column in ROUNDED.get(table, frozenset()) else 0.0)
    return _alike(published, computed, room)


def _alike(one: Any, other: Any, room: float) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[name], other[name], room) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other, [room] * len(one)))
    if isinstance(other, float) and isinstance(one, int | float) and not isinstance(one, bool):
        return math.isclose(one, other, rel_tol=0.0, abs_tol=room)
    return type(one) is type(other) and bool(one == other)
