"""What became of each row since the release before: `delta/<table>.ndjson.zst`, one JSON object a line.

    {"op": "add", "row": {...}}                           a row that is new
    {"op": "change", "row": {...}, "columns": [...]}      a row as it is now, and which of its values are others
    {"op": "remove", "key": {...}}                        the key of a row that is gone, and nothing else of it

Take the release before, drop the keys that are removed or changed, put in the rows that are added or changed, sort by
the key: that is the table of this release. A value that is gone is told nowhere, so that what was withdrawn stays so.

Both releases are read side by side in the order of their keys, so memory stays flat. A probe has a number of its own in
each release; it is told by what was asked, of whom, when, and what is left has no number.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from releases.files.sealed import SealedFile, Written
from releases.naming import as_written, in_lines
from releases.schema import TABLES, Table

if TYPE_CHECKING:
    from releases.tables.spool import Spool

Row = tuple[Any, ...]
Line = dict[str, Any]

# Tables whose rows have a new name in each release, and why that must be.
LEFT_OUT = {
    "labels": "A label and the person who gave it have a new name in each release, so there is no key to compare rows "
    "by.",
    "labellers": "People have new names in each release.",
    "gold_labels": "People and gold answers have new names in each release.",
}
# Columns that number rows within one release, and what tells these rows in any.
RENUMBERED = {"probes": (("probe_id",), ("version_id", "endpoint", "round", "sample"))}
LEVEL = 9
MEDIA_TYPE = "application/zstd"


class NotSorted(Exception):
    """A table does not come in the order of its key; it is a fault of who wrote it, and no delta could be right."""


@dataclass(frozen=True)
class Delta:
    """What changed in one table, in rows."""

    table: str
    added: int
    changed: int
    removed: int
    file: Written

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)


def tables_compared() -> list[Table]:
    return [table for table in TABLES if table.name not in LEFT_OUT]


def write_deltas(now: "Spool", before: "Spool", folder: Path) -> list[Delta]:
    """Writes the delta of every table that both have, under folder/delta.

    Raises:
        NotSorted: a table does not come in the order of its key.
        OSError: it cannot be written.
    """
    return [
        write_delta(table, lines(table, now, before), folder)
        for table in tables_compared()
        if now.has(table.name) and before.has(table.name)
    ]


def write_delta(table: Table, found: Iterable[Line], folder: Path) -> Delta:
    import zstandard

    path = f"delta/{table.name}.ndjson.zst"
    (folder / path).unlink(missing_ok=True)
    said: Counter[str] = Counter()
    with SealedFile(folder / path) as file:
        packed = zstandard.ZstdCompressor(level=LEVEL).stream_writer(cast(IO[bytes], file), closefd=False)
        with closing(packed):
            for line in found:
                said[line["op"]] += 1
                packed.write(encoded(line))
    written = Written(path, file.digest.hexdigest(), file.length, MEDIA_TYPE, said.total())
    return Delta(table.name, said["add"], said["change"], said["remove"], written)


def encoded(line: Line) -> bytes:
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=as_written)
    return f"{in_lines(text)}\n".encode()


def lines(table: Table, now: "Spool", before: "Spool") -> Iterator[Line]:
    """The delta of one table, line by line, in the order of its key."""
    numbered, key = RENUMBERED.get(table.name, ((), table.key))
    names = [name for name in table.names if name not in numbered]
    places = [names.index(name) for name in key]
    new, old = now.rows(table.name, names), before.rows(table.name, names)
    for mine, theirs in side_by_side(grouped(new, places, table.name), grouped(old, places, table.name)):
        yield from compared(names, key, places, mine, theirs)


def compared(
    names: Sequence[str], key: Sequence[str], places: Sequence[int], new: list[Row], old: list[Row]
) -> Iterator[Line]:
    """The rows of one key in both releases. There is one of each, but for imports, which may share a key."""
    if len(new) == len(old) == 1:
        other = [name for name, a, b in zip(names, new[0], old[0], strict=True) if a != b]
        if other:
            yield {"op": "change", "row": dict(zip(names, new[0], strict=True)), "columns": other}
        return
    was, is_now = Counter(map(comparable, old)), Counter(map(comparable, new))
    told = dict(zip(key, (next(iter(new or old))[place] for place in places), strict=True))
    if was == is_now:
        return
    # Rows that share a key are told apart by nothing: all of them go, and all come again.
    if old:
        yield {"op": "remove", "key": told}
    for row in new:
        yield {"op": "add", "row": dict(zip(names, row, strict=True))}


def comparable(row: Row) -> Row:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def grouped(rows: Iterable[Row], places: Sequence[int], table: str) -> Iterator[tuple[Row, list[Row]]]:
    """Rows by their key. Raises NotSorted where keys do not rise."""
    last: Row | None = None
    for key, some in groupby(rows, key=lambda row: rank(row, places)):
        if last is not None and key <= last:
            raise NotSorted(f"{table} is not sorted by its key")
        last = key
        yield key, list(some)


def rank(row: Row, places: Sequence[int]) -> Row:
    """The key as it is sorted: a missing value after all others."""
    return tuple((row[place] is None, 0 if row[place] is None else row[place]) for place in places)


def side_by_side(
    new: Iterator[tuple[Row, list[Row]]], old: Iterator[tuple[Row, list[Row]]]
) -> Iterator[tuple[list[Row], list[Row]]]:
    """The rows of each key in either, together; an empty list where one has none."""
    mine, theirs = next(new, None), next(old, None)
    while mine is not None or theirs is not None:
        if theirs is None or (mine is not None and mine[0] < theirs[0]):
            assert mine is not None
            yield mine[1], []
            mine = next(new, None)
        elif mine is None or theirs[0] < mine[0]:
            yield [], theirs[1]
            theirs = next(old, None)
        else:
            yield mine[1], theirs[1]
            mine, theirs = next(new, None), next(old, None)
