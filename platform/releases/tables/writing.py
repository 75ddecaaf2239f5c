"""Writes the tables of a spool as the files of a release; what was finished before a build was killed stays.

A table's three formats are written in one pass. When they are whole, a note beside the folder says so and names their
sums; a build that is taken up again looks whether the files still are what the note says, and skips them.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa

from releases.files.sealed import Written, sum_of, write_file
from releases.schema import TABLES, Table
from releases.tables.arrow import SLICE
from releases.tables.lines import Slice
from releases.tables.memory import LARGE, give_back
from releases.tables.spool import Spool
from releases.tables.writers import CsvFile, Form, NdjsonFile, ParquetFiles

# Hears of a table how many rows are written, and how many there are.
Told = Callable[[str, int, int], None]


def write_tables(spool: Spool, folder: Path, *, told: Told | None = None) -> list[Written]:
    """Every table of the schema in every format under `folder`, from the spool.

    Raises:
        OSError: it cannot be written, such as on a full disk; or the spool lacks a table.
        ValueError, pyarrow.ArrowException: a value that cannot be written.
    """
    files: list[Written] = []
    for table in TABLES:
        note = folder.with_name(f"{folder.name}.finished") / f"{table.name}.json"
        found = finished(note, folder)
        if found is None:
            found = write_table(table, spool, folder, told)
            remember(note, found)
        files += found
    return files


def write_table(table: Table, spool: Spool, folder: Path, told: Told | None = None) -> list[Written]:
    """One table in every format. Each file knows the digest of the table: the SHA-256 of its lines of NDJSON."""
    total, done = spool.count(table.name), 0
    with ExitStack() as stack:
        # pyarrow leaves Python alone while it compresses, so both go at once.
        beside = stack.enter_context(ThreadPoolExecutor(1))
        parquet = ParquetFiles(table, folder)
        stack.enter_context(given_up(parquet))
        ndjson = NdjsonFile(table, folder)
        stack.enter_context(given_up(ndjson))
        csv = CsvFile(table, folder)
        stack.enter_context(given_up(csv))
        for batch in spool.batches(table.name):
            grouped = beside.submit(parquet.append, batch)
            try:
                for rows in slices(table, batch):
                    ndjson.append(rows)
                    csv.append(rows)
            finally:
                grouped.result()
            done += batch.num_rows
            del batch, grouped
            if told is not None:
                told(table.name, done, total)
        written = [*parquet.finish(), *ndjson.finish(), *csv.finish()]
    if total >= LARGE:
        give_back()
    return [replace(file, digest=ndjson.digest.hexdigest()) for file in written]


def slices(table: Table, batch: pa.RecordBatch) -> Iterator[Slice]:
    for start in range(0, batch.num_rows, SLICE):
        yield Slice.of(table, batch.slice(start, SLICE))


@contextmanager
def given_up(form: Form) -> Iterator[None]:
    """Lets go of a file where something goes wrong."""
    try:
        yield
    except BaseException:
        form.abandon()
        raise


def remember(note: Path, files: list[Written]) -> None:
    """Says that these files are whole."""
    unfinished = note.with_name(f".{note.name}.part")
    unfinished.unlink(missing_ok=True)
    content = json.dumps([asdict(file) for file in files]).encode()
    write_file(unfinished.parent, unfinished.name, content, "application/json")
    unfinished.rename(note)


def finished(note: Path, folder: Path) -> list[Written] | None:
    """The files that the note names, where they still are what it says."""
    try:
        files = [Written(**file) for file in json.loads(note.read_bytes())]
        same = all(sum_of(folder / file.path) == file.sha256 for file in files)
    except (OSError, ValueError, TypeError):
        return None
    return files if same else None
