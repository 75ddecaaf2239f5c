"""Writes a table as Parquet, NDJSON and CSV at once, from rows that stream by: memory holds one row group at most.

The three hold the same values. Equal rows give equal bytes: the row groups are counted in rows, not in what happened to
arrive together, and nothing of the clock, the machine or a hash seed goes in. (Parquet's bytes are equal within one
version of pyarrow, which is pinned and named in the manifest.)
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from releases.schema import Table
from releases.sealed import SealedFile, Written

ROW_GROUP = 20_000
BATCH = 2_000
TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "strings": pa.list_(pa.string()),
    "json": pa.string(),
}
Rows = list[tuple[Any, ...]]


class Format(Protocol):
    """One file in the making. `append` is given at most BATCH rows."""

    def append(self, rows: Rows) -> None: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


class Parquet:
    media_type = "application/vnd.apache.parquet"

    def __init__(self, table: Table, file: SealedFile) -> None:
        fields = [pa.field(column.name, TYPES[column.type], column.nullable) for column in table.columns]
        self.schema = pa.schema(fields)
        self.writer = pq.ParquetWriter(
            file,
            self.schema,
            compression="zstd",
            compression_level=6,
            data_page_version="2.0",
            write_page_index=True,
            use_content_defined_chunking=True,
        )
        self.waiting: list[pa.RecordBatch] = []

    def append(self, rows: Rows) -> None:
        columns = zip(*rows, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, self.schema, strict=True)]
        self.waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        if sum(batch.num_rows for batch in self.waiting) >= ROW_GROUP:
            self.write_group()

    def write_group(self) -> None:
        group = pa.Table.from_batches(self.waiting, self.schema).combine_chunks()
        self.writer.write_table(group, row_group_size=ROW_GROUP)
        self.waiting.clear()

    def finish(self) -> None:
        if self.waiting:
            self.write_group()
        self.writer.close()

    def abandon(self) -> None:
        """Keeps pyarrow from writing the footer of a file that is given up."""
        self.writer.is_open = False


class Ndjson:
    """One JSON object a line. What some languages take for a line's end inside a text is written as an escape."""

    media_type = "application/x-ndjson"
    LINE_ENDS = str.maketrans({"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})

    def __init__(self, table: Table, file: SealedFile) -> None:
        self.names = table.names
        self.file = file

    def append(self, rows: Rows) -> None:
        lines = (
            json.dumps(dict(zip(self.names, row, strict=True)), ensure_ascii=False, default=moment) for row in rows
        )
        self.file.write("".join(line.translate(self.LINE_ENDS) + "\n" for line in lines).encode())

    def finish(self) -> None:
        """Nothing is held back."""

    def abandon(self) -> None:
        """Nothing is held back."""


class Csv:
    """RFC 4180 in UTF-8: CRLF, every text in quotes, a missing value as an empty cell without them.

    A spreadsheet takes a cell that begins with = + - or @ for a formula, even behind white space. Such a text gets an
    apostrophe in front, and so does one that begins with an apostrophe: take one off to have the text back.
    """

    media_type = "text/csv; charset=utf-8"

    def __init__(self, table: Table, file: SealedFile) -> None:
        self.file = file
        self.write_lines([",".join(table.names)])

    def append(self, rows: Rows) -> None:
        self.write_lines([",".join(map(cell, row)) for row in rows])

    def write_lines(self, lines: list[str]) -> None:
        self.file.write("".join(line + "\r\n" for line in lines).encode())

    def finish(self) -> None:
        """Nothing is held back."""

    def abandon(self) -> None:
        """Nothing is held back."""


FORMULA = frozenset("=+-@＝＋－＠")


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + without_formula(value).replace('"', '""') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return '"' + json.dumps(value, ensure_ascii=False).replace('"', '""') + '"'
    if isinstance(value, date):
        return moment(value)
    return repr(value)


def without_formula(text: str) -> str:
    first = next((char for char in text if char.isprintable() and not char.isspace()), "")
    return f"'{text}" if first in FORMULA or text[:1] in {"'", "\t", "\r", "\n"} else text


def moment(value: Any) -> str:
    """ISO 8601: a day as 2026-11-22, a moment in UTC with microseconds and Z."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a release")


FORMATS: dict[str, type[Parquet] | type[Ndjson] | type[Csv]] = {
    "data/{}.parquet": Parquet,
    "ndjson/{}.ndjson": Ndjson,
    "csv/{}.csv": Csv,
}


def write_table(table: Table, rows: Iterable[tuple[Any, ...]], folder: Path) -> list[Written]:
    """Writes one table in every format under `folder`, reading its rows once.

    Raises:
        OSError: it cannot be written, such as on a full disk.
        ValueError, pyarrow.ArrowException: a row that does not fit the schema.
    """
    count = 0
    with ExitStack() as stack:
        files = {
            path.format(table.name): stack.enter_context(SealedFile(folder / path.format(table.name)))
            for path in FORMATS
        }
        writers: list[Format] = [form(table, file) for form, file in zip(FORMATS.values(), files.values(), strict=True)]
        try:
            for batch in batches(rows):
                count += len(batch)
                for writer in writers:
                    writer.append(batch)
            for writer in writers:
                writer.finish()
        except BaseException:
            for writer in writers:
                writer.abandon()
            raise
    return [
        Written(path, file.digest.hexdigest(), file.length, form.media_type, count)
        for (path, file), form in zip(files.items(), FORMATS.values(), strict=True)
    ]


def batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[Rows]:
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch
