"""What a release adds up to, counted from its frozen tables: the figures its card, datasheet and changelog speak of.

One pass over each table, batch by batch, a few columns at a time: memory holds the distinct values, not the rows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from releases.schema import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

    from releases.tables.spool import Spool

# Columns whose values are counted; each has few.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "prompts": ("language", "topic", "topic_name", "kind", "act", "state", "status", "starter"),
    "key_points": ("essential",),
    "llms": ("maker", "maker_country", "open_weights"),
    "endpoints": ("kind", "protocol"),
    "probes": ("endpoint", "delivery", "import_source", "import_licence", "quarantined"),
    "answers": ("language", "state", "labels", "cannot_judge", "escaped"),
    "labels": ("label", "guideline", "counted"),
    "consensus": ("label",),
    "adjudications": ("decision",),
}
# Columns of which the earliest and the latest value are told.
SPANS: Mapping[str, tuple[str, ...]] = {
    "probes": ("asked_at", "finished_at"),
    "answers": ("closed_on",),
    "labels": ("given_on",),
    "prompts": ("written_on",),
}


@dataclass(frozen=True)
class Spread:
    """How long or how many: the middle one, the one that 95 of 100 stay below, and the largest."""

    middle: int
    most: int
    largest: int


@dataclass(frozen=True)
class Statistics:
    """Counts of one release. Ties are sorted by name, so equal tables give equal statistics."""

    # Of each table.
    rows: Mapping[str, int]
    # By (table, column): how many rows have each value; the most frequent first, missing values left out.
    counts: Mapping[tuple[str, str], Mapping[Any, int]]
    # By (table, column): the first and the last value.
    spans: Mapping[tuple[str, str], tuple[date | datetime, date | datetime]]
    families: int
    # Characters of an answer, and labels of one person; None where there is none.
    answer_length: Spread | None
    labels_a_person: Spread | None
    people: int
    nameless_labels: int
    # Answers to texts none of whose probes is out yet.
    answers_without_probe: int
    # The rows of the small tables that documents speak of one by one.
    llms: tuple[Mapping[str, Any], ...]
    agreement: Mapping[str, Any] | None
    rules: Mapping[str, Any] | None

    def of(self, table: str, column: str) -> Mapping[Any, int]:
        return self.counts.get((table, column), {})

    def span(self, table: str, column: str) -> tuple[date | datetime, date | datetime] | None:
        return self.spans.get((table, column))


def describe(spool: "Spool") -> Statistics:
    """Counts a frozen release, table by table. Raises what the spool raises where a table cannot be read."""
    here = [table.name for table in TABLES if spool.has(table.name)]
    counts: dict[tuple[str, str], Counter[Any]] = {}
    spans: dict[tuple[str, str], tuple[Any, Any]] = {}
    for name in here:
        for batch in spool.batches(name, list(dict.fromkeys((*COUNTED.get(name, ()), *SPANS.get(name, ()))))):
            for column in COUNTED.get(name, ()):
                counts.setdefault((name, column), Counter()).update(counted(batch, column))
            for column in SPANS.get(name, ()):
                widen(spans, (name, column), batch)
    people = frequency(spool, "labels", "labeller") if "labels" in here else Counter()
    nameless = people.pop(None, 0)
    return Statistics(
        rows={name: spool.count(name) for name in here},
        counts={place: ordered(found) for place, found in counts.items()},
        spans=spans,
        families=len(frequency(spool, "prompts", "family")) if "prompts" in here else 0,
        answer_length=spread(lengths(spool)) if "answers" in here else None,
        labels_a_person=spread(Counter(people.values())),
        people=len(people),
        nameless_labels=nameless,
        answers_without_probe=without_probe(spool) if {"answers", "probes"} <= set(here) else 0,
        llms=tuple(rows(spool, "llms")),
        agreement=overall(spool),
        rules=next(iter(rows(spool, "rules")), None),
    )


def frequency(spool: "Spool", table: str, column: str) -> Counter[Any]:
    """How often each value occurs in a column, the missing one as None."""
    found: Counter[Any] = Counter()
    for batch in spool.batches(table, [column]):
        found.update(batch_counts(batch.column(0)))
    return found


def lengths(spool: "Spool") -> Counter[int]:
    """How many answers have how many characters."""
    import pyarrow.compute as pc

    found: Counter[int] = Counter()
    for batch in spool.batches("answers", ["text"]):
        found.update(batch_counts(pc.utf8_length(batch.column(0))))
    return found


def counted(batch: "pa.RecordBatch", column: str) -> dict[Any, int]:
    """How often each value occurs in a batch, but for the missing one."""
    found = batch_counts(batch.column(column))
    found.pop(None, None)
    return found


def batch_counts(values: "pa.Array") -> dict[Any, int]:
    import pyarrow.compute as pc

    return {pair["values"]: pair["counts"] for pair in pc.value_counts(values).to_pylist()}


def widen(spans: dict[tuple[str, str], tuple[Any, Any]], place: tuple[str, str], batch: "pa.RecordBatch") -> None:
    import pyarrow.compute as pc

    found = pc.min_max(batch.column(place[1])).as_py()
    if found["min"] is not None:
        low, high = spans.get(place, (found["min"], found["max"]))
        spans[place] = (min(low, found["min"]), max(high, found["max"]))


def ordered(found: Counter[Any]) -> dict[Any, int]:
    """The most frequent first, equal ones by name."""
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], str(pair[0]))))


def spread(sizes: Counter[int]) -> Spread | None:
    """From how often each size occurs."""
    if not sizes:
        return None
    whole = sizes.total()
    # Of an even number the lower one: no size is told that nobody has.
    return Spread(ranked(sizes, (whole + 1) // 2), ranked(sizes, -(-whole * 95 // 100)), max(sizes))


def ranked(sizes: Counter[int], place: int) -> int:
    """The size at that place from below, counted from 1."""
    for size, number in sorted(sizes.items()):
        place -= number
        if place <= 0:
            return size
    raise ValueError("there are fewer sizes than that")


def without_probe(spool: "Spool") -> int:
    """A question's probes are out all together or not at all, so texts are looked at, not answers one by one."""
    told = set(frequency(spool, "probes", "version_id"))
    return sum(n for version, n in frequency(spool, "answers", "version_id").items() if version not in told)


def rows(spool: "Spool", table: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a small table by column. None where the release has no such table."""
    if spool.has(table):
        for batch in spool.batches(table):
            yield from batch.to_pylist()


def overall(spool: "Spool") -> Mapping[str, Any] | None:
    """How far people agree over every answer, on the scale of the three labels."""
    for row in rows(spool, "agreement"):
        if row["slice"] == "all" and row["scale"] == "labels":
            return row
    return None
