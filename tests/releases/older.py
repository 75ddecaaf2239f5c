"""A release as it would be had it been written when tables had other columns: hand-made, and adopted into the store."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from releases.files import store
from releases.files.sealed import Written, write_file
from releases.models import Release
from releases.schema import Column, Table
from releases.tables.layout import layout_of
from releases.tables.spool import Spool
from releases.tables.thaw import thaw
from releases.tables.writing import write_table
from tests.releases.taking import live, text_of

# A table as it is now, and as it was then.
Shaping = Callable[[Table], Table]
EMPTY = {"string": "then", "integer": 7, "boolean": True, "number": 0.5}


def without(*names: str) -> Shaping:
    return lambda table: replace(table, columns=tuple(one for one in table.columns if one.name not in names))


def with_one_more(name: str, kind: str = "string") -> Shaping:
    return lambda table: replace(table, columns=(*table.columns, Column(name, kind, "As it was then.", ())))


def backwards(table: Table) -> Table:
    return replace(table, columns=table.columns[::-1])


def called(old: str, new: str) -> Shaping:
    """With a column of another name."""

    def shape(table: Table) -> Table:
        key = tuple(new if name == old else name for name in table.key)
        return replace(
            table, key=key, columns=tuple(replace(one, name=new) if one.name == old else one for one in table.columns)
        )

    return shape


def written_before(
    release: Release,
    folder: Path,
    shapings: Mapping[str, Shaping],
    *,
    renamed: Mapping[str, str] | None = None,
    **said: Any,
) -> None:
    """Makes of a built release one of another layout: its tables get these shapes, its manifest these words. `renamed`
    says what columns are called in the table as it is now.
    """
    own = layout_of(release)
    now = Spool(folder / "now")
    thaw(release, now, own.names)
    shaped = [shapings.get(table.name, lambda one: one)(table) for table in own.tables]
    then = Spool(folder / "then", shaped)
    written: list[Written] = []
    for table in shaped:
        if table.name in shapings:
            then.write_batches(table.name, reshaped(now, table, renamed or {}))
            written += write_table(table, then, folder / "files")
    manifest = json.loads(text_of(live(release)["manifest.json"])) | said
    manifest["tables"] = [described(old, table) for old, table in zip(manifest["tables"], shaped, strict=True)]
    by_path = {file.path: file for file in written}
    for file in manifest["files"]:
        if (new := by_path.get(file["path"])) is not None:
            file |= {"sha256": new.sha256, "bytes": new.bytes, "rows": new.rows}
    written.append(write_file(folder / "files", "manifest.json", json.dumps(manifest).encode(), "application/json"))
    sums = {path: file.sha256 for path, file in live(release).items() if path != "SHA256SUMS"}
    sums |= {file.path: file.sha256 for file in written}
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(sums.items())).encode()
    written.append(write_file(folder / "files", "SHA256SUMS", lines, "text/plain"))
    for file in written:
        store.adopt(folder / "files" / file.path, file.sha256)
        release.files.filter(path=file.path).update(sha256=file.sha256, bytes=file.bytes, rows=file.rows)


def reshaped(now: Spool, table: Table, renamed: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    """The rows of today in the columns of then; a column that is not there today has one value."""
    from releases.tables.arrow import schema_of

    schema = schema_of(table)
    for batch in now.batches(table.name):
        arrays = []
        for column, field in zip(table.columns, schema, strict=True):
            name = renamed.get(column.name, column.name)
            there = name in batch.schema.names
            arrays.append(batch.column(name) if there else pa.array([EMPTY[column.type]] * batch.num_rows, field.type))
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def described(said: dict[str, Any], table: Table) -> dict[str, Any]:
    columns = [{"name": one.name, "type": one.type, "nullable": one.nullable, "unit": None, "meaning": one.meaning}
               for one in table.columns]  # fmt: skip
    return said | {"key": list(table.key), "columns": columns}
