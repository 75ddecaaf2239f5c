"""Reading a table: its Parquet files batch by batch, and its lines of NDJSON and CSV, all as the same plain values.

Values are text, whole numbers, numbers, truth values, lists of text, or None. Days and moments are text, as NDJSON has
them, so that the three formats can be compared.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from candor_verify.folder import Folder, Table
from candor_verify.numbers import Batch, Read

ROWS_AT_ONCE = 2_000
LONGEST_CELL = 2**31 - 1
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


class Unreadable(Exception):
    """A file of a release that cannot be read as what it is."""

    def __init__(self, file: str, what: str, row: int | None = None) -> None:
        super().__init__(what)
        self.file, self.what, self.row = file, what, row


@dataclass(frozen=True)
class Place:
    """Where a row of a table stands: the file, and the row in it, from 1."""

    file: str
    row: int


def batches(
    folder: Folder, table: str, columns: Sequence[str] | None = None
) -> Iterator[tuple[str, int, pa.RecordBatch]]:
    """A table's batches of at most ROWS_AT_ONCE rows: the file, the row before the first in that file, the batch.

    Raises:
        Unreadable: a file is damaged, or lacks a column.
    """
    for path in folder.parts(table):
        with readable(path), pq.ParquetFile(folder.path / path) as file:
            before = 0
            for found in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(columns) if columns else None):
                yield path, before, found.select(list(columns)) if columns else found
                before += found.num_rows


@contextmanager
def readable(path: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, KeyError) as error:
        raise Unreadable(path, f"cannot be read: {str(error).splitlines()[0]}") from None


def reader_of(folder: Folder) -> Read:
    """How the library of figures reads these tables."""

    def read(table: str, columns: Sequence[str]) -> Iterator[Batch]:
        for _, _, batch in batches(folder, table, columns):
            yield batch.to_pydict()

    return read


def rows(folder: Folder, table: Table, columns: Sequence[str] | None = None) -> Iterator[tuple[Place, list[Any]]]:
    """A table's rows with where they stand. Raises Unreadable as `batches` does."""
    for path, before, batch in batches(folder, table.name, columns or table.names):
        values = [plain(column) for column in batch.columns]
        for place, row in enumerate(zip(*values, strict=True), before + 1):
            yield Place(path, place), list(row)


def plain(column: pa.Array) -> list[Any]:
    """A column's values as NDJSON has them."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.string())
    if pa.types.is_timestamp(column.type):
        return [text and text.replace(" ", "T") for text in column.cast(pa.string()).to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def ndjson_rows(folder: Folder, table: Table, lines: Callable[[bytes], object]) -> Iterator[list[Any]]:
    """The values of each line of a table's NDJSON, in the order of its columns; `lines` is given its bytes.

    Raises:
        Unreadable: the file is not there, is damaged, or a line is no row of the table.
    """
    path, names = table.ndjson, table.names
    row = 0
    with readable(path), pa.input_stream(str(folder.path / path), compression="zstd") as stream:
        for line in io.BufferedReader(stream):
            lines(line)
            row += 1
            try:
                said = json.loads(line)
                if list(said) != names:
                    raise ValueError("other columns than those of the table")
            except (ValueError, TypeError, RecursionError) as error:
                raise Unreadable(path, f"is no row of {table.name}: {error}", row) from None
            yield list(said.values())


def csv_rows(folder: Folder, table: Table) -> Iterator[list[str]]:
    """The cells of each row of a table's CSV, without the apostrophe that keeps spreadsheets from computing.

    Raises:
        Unreadable: the file is not there, is damaged, or has other columns.
    """
    csv.field_size_limit(LONGEST_CELL)
    path, row = table.csv, 0
    with readable(path), (folder.path / path).open(encoding="utf-8", newline="") as file:
        cells = csv.reader(file, strict=True)
        try:
            if next(cells, None) != table.names:
                raise Unreadable(path, f"has other columns than {table.name}")
            for found in cells:
                row += 1
                if len(found) != len(table.names):
                    raise Unreadable(path, f"has {len(found)} cells, not {len(table.names)}", row)
                yield [cell.removeprefix("'") for cell in found]
        except (csv.Error, UnicodeDecodeError) as error:
            raise Unreadable(path, f"cannot be read: {error}", row + 1) from None


def as_cell(value: Any) -> str:
    """A plain value as a cell of CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
