"""Rows as lines of NDJSON and CSV, column by column: a column is turned into text at once, then the rows are joined.

Both say the same values. Equal rows give equal lines.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pyarrow as pa

from releases.naming import in_lines
from releases.schema import Table
from releases.tables.formulas import text_cell

ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True)
class Slice:
    """Some rows of a table: of each column the values, already text where they are no strings. None is missing."""

    table: Table
    columns: Sequence[list[Any]]

    @classmethod
    def of(cls, table: Table, batch: pa.RecordBatch) -> "Slice":
        made = [PLAIN[column.type](values) for column, values in zip(table.columns, batch.columns, strict=True)]
        return cls(table, made)


def strings(values: pa.Array) -> list[Any]:
    found: list[Any] = values.to_pylist()
    return found


def integers(values: pa.Array) -> list[Any]:
    return [None if value is None else str(value) for value in values.to_pylist()]


def numbers(values: pa.Array) -> list[Any]:
    return [None if value is None else number(value) for value in values.to_pylist()]


def number(value: float) -> str:
    """The shortest digits that are read back as the same double. Raises ValueError for what is no number."""
    if not isfinite(value):
        raise ValueError(f"{value} has no place in a release")
    return repr(value)


def booleans(values: pa.Array) -> list[Any]:
    words = {None: None, True: "true", False: "false"}
    return [words[value] for value in values.to_pylist()]


def dates(values: pa.Array) -> list[Any]:
    """ISO 8601: 2026-11-22."""
    return strings(values.cast(pa.string()))


def timestamps(values: pa.Array) -> list[Any]:
    """ISO 8601 in UTC with microseconds and Z."""
    return [moment and moment.replace(" ", "T") for moment in values.cast(pa.string()).to_pylist()]


PLAIN: dict[str, Callable[[pa.Array], list[Any]]] = {
    "string": strings,
    "json": strings,
    "strings": strings,
    "integer": integers,
    "number": numbers,
    "boolean": booleans,
    "date": dates,
    "timestamp": timestamps,
}
# Whose text stands in quotes in JSON, and cannot hold anything to escape.
QUOTED = {"date", "timestamp"}
BARE = {"integer", "number", "boolean"}


class Ndjson:
    """One JSON object a line, keys in the order of the columns, no white space: the canonical form of a table."""

    def __init__(self, table: Table) -> None:
        self.template = "{" + ",".join(f"{json.dumps(name)}:%s".replace("%s", "\0") for name in table.names) + "}\n"
        self.template = self.template.replace("%", "%%").replace("\0", "%s")

    def lines(self, rows: Slice) -> bytes:
        columns = [
            encoded(column.type, values) for column, values in zip(rows.table.columns, rows.columns, strict=True)
        ]
        template = self.template
        text = "".join([template % row for row in zip(*columns, strict=True)])
        return in_lines(text).encode()


def encoded(type: str, values: list[Any]) -> list[str]:
    if type in BARE:
        return ["null" if value is None else value for value in values]
    if type in QUOTED:
        return ["null" if value is None else f'"{value}"' for value in values]
    encode = ENCODE
    return ["null" if value is None else encode(value) for value in values]


class Csv:
    """RFC 4180 in UTF-8: CRLF, every text in quotes, a missing value as an empty cell without them.

    A spreadsheet takes a cell that begins with = + - or @ for a formula, even behind white space. Such a text gets an
    apostrophe in front, and so does one that begins with an apostrophe: take one off to have the text back.
    """

    def __init__(self, table: Table) -> None:
        self.head = (",".join(table.names) + "\r\n").encode()

    def lines(self, rows: Slice) -> bytes:
        columns = [cells(column.type, values) for column, values in zip(rows.table.columns, rows.columns, strict=True)]
        return "".join([",".join(row) + "\r\n" for row in zip(*columns, strict=True)]).encode()


def cells(type: str, values: list[Any]) -> list[str]:
    if type in BARE or type in QUOTED:
        return ["" if value is None else value for value in values]
    if type == "strings":
        values = [None if value is None else ENCODE(value) for value in values]
    return ["" if value is None else text_cell(value) for value in values]
