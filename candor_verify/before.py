"""Whether the rows of the release before, with the delta, are the rows of this one: `--previous FOLDER`.

A delta has a line for each row that is new, changed or gone. Both releases and
the delta come in the order of their keys, so they are read side by side, a key at a time.
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeVar

import pyarrow as pa

from candor_verify.findings import Findings, shown
from candor_verify.folder import MANIFEST, Folder, Table
from candor_verify.reading import Place, Unreadable, readable, rows
from candor_verify.tables import check_columns

# Names in these are new in each release: there is no key to compare by, and so no delta.
NAMED_ANEW: Final = ("labels", "labellers", "gold_labels")
# Columns that number rows within one release, and what tells these rows in any.
RENUMBERED: Final = {"probes": (("probe_id",), ("version_id", "endpoint", "round", "sample"))}
# What a line may say, and of what.
SAID: Final = (("add", {"op", "row"}), ("change", {"op", "row", "columns"}), ("remove", {"op", "key"}))

Key = tuple[Any, ...]
Values = list[Any]
One = TypeVar("One", "Line", "Found")
Found = tuple[Place, Values]


@dataclass(frozen=True)
class Line:
    """One line of a delta. `values`: the row as it is now, of the columns that are compared; none where it is gone.
    `columns`: which of them are others than before.
    """

    op: str
    place: Place
    key: Key
    values: Values
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One table in both releases: the columns that can be compared, and the key by which they are."""

    table: Table
    names: list[str]
    key: tuple[str, ...]
    before: str

    @classmethod
    def of(cls, table: Table, before: str) -> "Compared":
        numbered, key = RENUMBERED.get(table.name, ((), table.key))
        return cls(table, [name for name in table.names if name not in numbered], key, before)

    def key_of(self, values: Values) -> Key:
        return tuple(values[self.names.index(name)] for name in self.key)

    def named(self, key: Key) -> str:
        return ", ".join(f"{name} {shown(value)}" for name, value in zip(self.key, key, strict=True))


def check_previous(folder: Folder, before: Folder, sound: set[str], findings: Findings) -> None:
    """Table by table: the rows before and the delta make the rows now."""
    if folder.previous != before.label:
        there = f"the release before is {folder.previous}" if folder.previous else "there is no release before it"
        findings.differs(MANIFEST, f"says that {there}; the folder to compare with holds {before.label}")
        return
    number = 0
    for name, table in folder.tables.items():
        if name in NAMED_ANEW:
            continue
        if name not in sound or name not in before.tables:
            findings.unchecked.append(f"the delta of {name}: the table cannot be read in both releases")
            continue
        try:
            if check_columns(before, before.tables[name], findings):
                compared = Compared.of(table, before.label)
                for was, said, now in side_by_side(folder, before, compared):
                    check_key(compared, was, said, now, findings)
                number += 1
        except Unreadable as error:
            findings.differs(error.file, error.what, row=error.row)
    findings.checked.append(f"{number} tables: {before.label} and delta/ make {folder.label}, row by row")
    findings.unchecked += [
        f"what changed in {', '.join(NAMED_ANEW)}: people, labels and gold have new names in each release",
        f"whether {before.label} is what it says: check it by itself",
    ]


def side_by_side(
    folder: Folder, before: Folder, compared: Compared
) -> Iterator[tuple[list[Found], list[Line], list[Found]]]:
    """Of each key the rows before, the lines of the delta, and the rows now. Raises Unreadable as `rows` does."""
    old, new = (
        by_key(rows(one, one.tables[compared.table.name], compared.names), lambda found: compared.key_of(found[1]))
        for one in (before, folder)
    )
    lines = by_key(delta_lines(folder, compared), lambda line: line.key)
    first, second, third = next(old, None), next(lines, None), next(new, None)
    while here := [head[0] for head in (first, second, third) if head is not None]:
        least = min(here)
        was, said, now = [], [], []
        if first is not None and first[0] == least:
            was, first = first[1], next(old, None)
        if second is not None and second[0] == least:
            said, second = second[1], next(lines, None)
        if third is not None and third[0] == least:
            now, third = third[1], next(new, None)
        yield was, said, now


def by_key(found: Iterator[One], key: Callable[[One], Key]) -> Iterator[tuple[Key, list[One]]]:
    """What shares a key, together, as keys are sorted: a missing value after all others.

    Raises:
        Unreadable: they do not come in that order.
    """
    last: Key | None = None
    for at, some in groupby(
        found, key=lambda one: tuple((value is None, 0 if value is None else value) for value in key(one))
    ):
        several = list(some)
        if last is not None and not last < at:
            place = several[0].place if isinstance(several[0], Line) else several[0][0]
            raise Unreadable(place.file, "is not in the order of its key", place.row)
        last = at
        yield at, several


def in_order(value: Any) -> tuple[bool, Any]:
    return (value is None, 0 if value is None else value)


def delta_lines(folder: Folder, compared: Compared) -> Iterator[Line]:
    """The lines of a table's delta.

    Raises:
        Unreadable: it is not there, is damaged, or a line is none of a delta.
    """
    path = compared.table.delta
    if path not in folder.files:
        raise Unreadable(path, "is not there")
    with readable(path), pa.input_stream(str(folder.path / path), compression="zstd") as stream:
        for number, line in enumerate(io.BufferedReader(stream), 1):
            try:
                yield as_line(json.loads(line), Place(path, number), compared)
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
                raise Unreadable(path, f"is no line of a delta: {error}", number) from None


def as_line(said: Any, place: Place, compared: Compared) -> Line:
    op = said["op"]
    if (op, set(said)) not in SAID:
        raise ValueError(f"{shown(said)} says nothing of a row")
    told, names = (said["key"], list(compared.key)) if op == "remove" else (said["row"], compared.names)
    if list(told) != names:
        raise ValueError("other columns than those of the table")
    kinds = {column.name: int if column.type == "integer" else str for column in compared.table.columns}
    for name in compared.key:
        if told[name] is not None and type(told[name]) is not kinds[name]:
            raise ValueError(f"{shown(told[name])} is no {name}")
    key = tuple(told[name] for name in compared.key)
    return Line(op, place, key, [] if op == "remove" else list(told.values()), tuple(said.get("columns", ())))


def check_key(compared: Compared, was: list[Found], said: list[Line], now: list[Found], findings: Findings) -> None:
    """The rows of one key: whether those before, with what the delta says, are those now."""
    expected = applied(compared, [values for _, values in was], said, findings)
    found = list(now)
    for values in list(expected):
        same = next((one for one in found if one[1] == values), None)
        if same is not None:
            found.remove(same)
            expected.remove(values)
    for (place, values), right in zip(found, expected, strict=False):
        for name, value, other in zip(compared.names, values, right, strict=True):
            if value != other:
                what = f"says {shown(value)}; {compared.before} and the delta make it {shown(other)}"
                findings.differs(place.file, what, row=place.row, column=name)
    for place, values in found[len(expected) :]:
        what = f"{compared.named(compared.key_of(values))} is neither in {compared.before} nor in the delta"
        findings.differs(place.file, what, row=place.row)
    for values in expected[len(found) :]:
        what = f"lacks {compared.named(compared.key_of(values))}, which {compared.before} and the delta make"
        findings.differs(f"data/{compared.table.name}/", what)


def applied(compared: Compared, was: list[Values], said: list[Line], findings: Findings) -> list[Values]:
    """The rows of one key after the delta; what it says that cannot be said of those before is told."""
    if not said:
        return was
    first, *more = said
    line = first.place
    if any(one.op != "add" for one in more) or (first.op == "change" and more):
        findings.differs(line.file, "says several things of one row", row=line.row)
    if first.op == "add":
        if was:
            findings.differs(line.file, f"adds a row that is in {compared.before}", row=line.row)
        return [*was, *(one.values for one in said)]
    if not was:
        findings.differs(line.file, f"{first.op}s a row that is not in {compared.before}", row=line.row)
    if first.op == "remove":
        return [one.values for one in more]
    if len(was) == 1:
        other = [name for name, a, b in zip(compared.names, was[0], first.values, strict=True) if a != b]
        if list(first.columns) != other:
            what = f"says that {', '.join(first.columns) or 'nothing'} changed; {', '.join(other) or 'nothing'} did"
            findings.differs(line.file, what, row=line.row)
    return [one.values for one in said]
