"""Whether the tables are as in every release: columns, order, keys, references, and one content in all formats."""

import hashlib
import json
from itertools import zip_longest
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from candor_verify.findings import Findings, shown
from candor_verify.folder import MANIFEST, Folder, Table
from candor_verify.reading import TYPES, Place, Unreadable, as_cell, csv_rows, ndjson_rows, rows
from candor_verify.shapes import SHAPES, Reference

# Columns with the SHA-256 of what another one of the same row says, in UTF-8.
HASHED = {"answers": ("sha256", "text")}


def check_tables(folder: Folder, findings: Findings) -> set[str]:
    """Each table by itself; returns those that can be counted with: whole files of the right columns."""
    sound = set()
    for table in folder.tables.values():
        try:
            if check_columns(folder, table, findings):
                check_rows(folder, table, findings)
                sound.add(table.name)
        except Unreadable as error:
            findings.differs(error.file, error.what, row=error.row)
    findings.checked.append(
        f"{len(folder.tables)} tables: columns, keys, order, words, sums of texts, and one content in three formats"
    )
    return sound


def check_columns(folder: Folder, table: Table, findings: Findings) -> bool:
    """Whether each Parquet file has the table's columns, in order, of their types."""
    parts = folder.parts(table.name)
    if not parts:
        findings.differs(f"data/{table.name}/", "has no Parquet file")
        return False
    right = True
    for path in parts:
        try:
            schema = pq.read_schema(folder.path / path)
        except (pa.ArrowException, OSError) as error:
            raise Unreadable(path, f"cannot be read: {str(error).splitlines()[0]}") from None
        if schema.names != table.names:
            findings.differs(
                path, f"has the columns {', '.join(schema.names)}; every release has {', '.join(table.names)}"
            )
            right = False
            continue
        for column in table.columns:
            found = schema.field(column.name)
            if not found.type.equals(TYPES.get(column.type, pa.null())):
                findings.differs(path, f"is {found.type}, not {column.type}", column=column.name)
                right = False
    return right


def check_rows(folder: Folder, table: Table, findings: Findings) -> None:
    """Keys, order, missing values, numbers and words; and each row beside its line of NDJSON and of CSV."""
    key = [table.names.index(name) for name in table.key]
    digest = hashlib.sha256()
    beside = zip_longest(rows(folder, table), ndjson_rows(folder, table, digest.update), csv_rows(folder, table))
    before: tuple[Any, ...] | None = None
    count = 0
    for number, (found, line, cells) in enumerate(beside, 1):
        if found is None or line is None or cells is None:
            for path, there in ((f"data/{table.name}/", found), (table.ndjson, line), (table.csv, cells)):
                if there is None:
                    findings.differs(path, "is missing; another format has it", row=number)
            count += found is not None
            continue
        count += 1
        place, row = found
        said = tuple(row[column] for column in key)
        if before is not None and not _after(before, said):
            what = f"{shown(said)} stands there {'twice' if before == said else 'out of order'}"
            findings.differs(place.file, what, row=place.row, column=", ".join(table.key))
        before = said
        check_values(table, place, row, findings)
        check_formats(table, place, number, (row, line, cells), findings)
    if count != table.rows:
        findings.differs(MANIFEST, f"says {table.rows} rows of {table.name}; there are {count}")
    if digest.hexdigest() != table.digest:
        findings.differs(table.ndjson, f"has not the digest that {MANIFEST} says")


def check_formats(
    table: Table, place: Place, number: int, said: tuple[list[Any], list[Any], list[str]], findings: Findings
) -> None:
    """One row as Parquet, NDJSON and CSV have it."""
    row, line, cells = said
    if row != line:
        for column, value, other in zip(table.names, row, line, strict=True):
            if value != other:
                what = f"says {shown(other)}; {place.file} has {shown(value)}"
                findings.differs(table.ndjson, what, row=number, column=column)
    if list(map(as_cell, row)) != cells:
        for column, value, cell in zip(table.names, row, cells, strict=True):
            if as_cell(value) != cell and not _same_list(value, cell):
                what = f"says {shown(cell)}; {place.file} has {shown(value)}"
                findings.differs(table.csv, what, row=number, column=column)


def check_values(table: Table, place: Place, row: list[Any], findings: Findings) -> None:
    """Nothing is missing where nothing may be, no number of things is below zero, a column of words holds these words,
    and a sum is that of its text.
    """
    for column, value in zip(table.columns, row, strict=True):
        if value is None:
            if not column.nullable:
                findings.differs(place.file, "a value is missing", row=place.row, column=column.name)
        elif column.type == "integer" and value < 0:
            findings.differs(place.file, f"{shown(value)} is below zero", row=place.row, column=column.name)
        elif column.words:
            for said in value if isinstance(value, list) else [value]:
                if said not in column.words:
                    findings.differs(place.file, f"{shown(said)} is no word of it", row=place.row, column=column.name)
    if table.name in HASHED:
        said, text = (row[table.names.index(name)] for name in HASHED[table.name])
        if text is not None and said != (found := hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()):
            what = f"says {shown(said)}; the text has {found[:16]}…"
            findings.differs(place.file, what, row=place.row, column=HASHED[table.name][0])


def _after(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    try:
        return before < now
    except TypeError:
        return False  # a missing value in a key


def _same_list(value: Any, cell: str) -> bool:
    if not isinstance(value, list):
        return False
    try:
        return bool(json.loads(cell) == value)
    except ValueError:
        return False


def check_references(folder: Folder, sound: set[str], findings: Findings) -> None:
    """Whether what a row names is there."""
    number = 0
    for shape in SHAPES:
        for reference in shape.references:
            if lacking := sorted({shape.name, reference.table} - sound):
                said = f"{', '.join(reference.columns)} of {shape.name} in {reference.table}"
                findings.unchecked.append(f"the references {said}: {', '.join(lacking)} cannot be read")
            else:
                check_reference(folder, folder.tables[shape.name], reference, findings)
                number += 1
    findings.checked.append(f"{number} references between tables")


def check_reference(folder: Folder, table: Table, reference: Reference, findings: Findings) -> None:
    target = folder.tables[reference.table]
    there = {tuple(row) for _, row in rows(folder, target, reference.target_columns)}
    for place, row in rows(folder, table, reference.columns):
        if None not in row and tuple(row) not in there:
            named = shown(row[0] if len(row) == 1 else row)
            what = f"{named} is no {', '.join(reference.target_columns)} of {reference.table}"
            findings.differs(place.file, what, row=place.row, column=", ".join(reference.columns))
