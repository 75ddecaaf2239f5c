"""The tables of a release as Arrow has them: the type of each column, and rows that become batches.

A batch holds ROW_GROUP rows, the last one fewer, however the rows arrived: what is written never depends on that.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa

from releases.schema import Table

Row = tuple[Any, ...]
# Rows of a batch of the spool, and of a row group of Parquet.
ROW_GROUP = 20_000
# Rows that are Python objects at a time: these are what memory would go to.
SLICE = 2_000
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


def schema_of(table: Table) -> pa.Schema:
    """The Arrow schema of a table: its published columns in order."""
    return pa.schema([pa.field(column.name, TYPES[column.type], column.nullable) for column in table.columns])


def batches_of(table: Table, rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """The rows as record batches of the table's schema, SLICE rows each.

    Raises:
        ValueError, TypeError, pyarrow.ArrowException: a row that does not fit the schema.
    """
    schema = schema_of(table)
    stream = iter(rows)
    while some := list(islice(stream, SLICE)):
        columns = zip(*some, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def regrouped(batches: Iterable[pa.RecordBatch], size: int = ROW_GROUP) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of exactly `size`, the last one fewer. Holds none of what it has given."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for arrived in batches:
        batch = arrived
        while held + batch.num_rows >= size:
            waiting.append(batch.slice(0, size - held))
            batch = batch.slice(size - held)
            whole, waiting, held = joined(waiting), [], 0
            yield whole
            del whole
        if batch.num_rows:
            waiting.append(batch)
            held += batch.num_rows
    if waiting:
        yield joined(waiting)


def joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def checked(table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, once it is sure that nothing is missing where nothing may be. Raises ValueError."""
    for column, values in zip(table.columns, batch.columns, strict=True):
        if values.null_count and not column.nullable:
            raise ValueError(f"A value of {table.name}.{column.name} is missing")
    return batch
