"""A release in the making, as a folder of Arrow files: what was read from the database once and is not read again.

Each table is one file, whole or not there: it is written under another name, brought to the disk, and then renamed. The
tables that come from the database are sealed together; from then on a worker that takes over a killed build finds them
and goes on, and the tables that are computed from them are added one by one.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from releases.files.sealed import sync
from releases.schema import TABLES, Table
from releases.tables.arrow import ROW_GROUP, SLICE, Row, batches_of, checked, regrouped, schema_of
from releases.tables.memory import LARGE, give_back


class Spool:
    """Tables by name, in the columns of `releases.schema` and sorted by their keys, in batches of 20,000 rows; of a
    release of another layout in the columns of that.

    Reading gives OSError where a table is not there.
    """

    def __init__(self, folder: Path, tables: Sequence[Table] = TABLES) -> None:
        self.folder = folder
        self.tables = tables

    def shape(self, table: str) -> Table:
        """The columns and key of a table. Raises KeyError where there is none of that name."""
        return {one.name: one for one in self.tables}[table]

    def write(self, table: str, rows: Iterable[Row], *, told: Callable[[int], None] | None = None) -> int:
        """Writes a table whole from rows (tuples in the order of its columns) and says how many there were.

        `told` hears the number of rows written so far, from time to time.

        Raises:
            KeyError: no such table in this layout.
            ValueError, TypeError, pyarrow.ArrowException: a row that does not fit it.
        """
        return self.write_batches(table, batches_of(self.shape(table), rows), told=told)

    def write_batches(
        self, table: str, batches: Iterable[pa.RecordBatch], *, told: Callable[[int], None] | None = None
    ) -> int:
        """The same from record batches of the table's schema, of any length."""
        shape = self.shape(table)
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{table}.arrow.part"
        count = 0
        with unfinished.open("wb") as file:
            with pa.ipc.new_file(file, schema_of(shape)) as writer:
                for batch in regrouped(batches):
                    writer.write_batch(checked(shape, batch))
                    count += batch.num_rows
                    # Long texts are 10 MB a batch and more: it does not stay beside the next.
                    del batch
                    if told is not None:
                        told(count)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.path(table))
        if count >= LARGE:
            give_back()
        return count

    def batches(self, table: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The table's record batches in order; with `columns` those alone, which reads no others into memory."""
        fields = [self.shape(table).names.index(name) for name in columns] if columns is not None else None
        # Not mapped into memory: what was read is let go of, and the process stays small.
        with pa.OSFile(str(self.path(table))) as file:
            options = pa.ipc.IpcReadOptions(included_fields=sorted(fields) if fields is not None else None)
            reader = pa.ipc.open_file(file, options=options)
            for number in range(reader.num_record_batches):
                # Held by whoever asked for it, and not beside the next.
                yield reader.get_batch(number) if columns is None else reader.get_batch(number).select(columns)

    def rows(self, table: str, columns: list[str] | None = None) -> Iterator[Row]:
        """The table's rows as tuples in order; with `columns` those alone."""
        for batch in self.batches(table, columns):
            for start in range(0, batch.num_rows, SLICE):
                part = batch.slice(start, SLICE)
                yield from zip(*(values.to_pylist() for values in part.columns), strict=True)

    def count(self, table: str) -> int:
        """How many rows the table has."""
        with pa.OSFile(str(self.path(table))) as file:
            reader = pa.ipc.open_file(file)
            last = reader.num_record_batches - 1
            return last * ROW_GROUP + int(reader.get_batch(last).num_rows) if last >= 0 else 0

    def has(self, table: str) -> bool:
        return self.path(table).exists()

    def seal(self) -> None:
        """Says that every table that comes from the database is here."""
        self.note("whole", sorted(path.stem for path in self.folder.glob("*.arrow")))

    def is_whole(self) -> bool:
        """Whether it was sealed."""
        return (self.folder / "whole.json").exists()

    def note(self, name: str, value: Any) -> None:
        """Keeps something that is no table, such as what was left out. JSON."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.json.part"
        with unfinished.open("w") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / f"{name}.json")
        sync(self.folder)

    def noted(self, name: str) -> Any:
        """What was kept under that name. Raises OSError where nothing was."""
        return json.loads((self.folder / f"{name}.json").read_text())

    def has_note(self, name: str) -> bool:
        return (self.folder / f"{name}.json").exists()

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.arrow"
