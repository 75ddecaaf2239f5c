"""The files of one table in the making: Parquet in parts, compressed NDJSON, CSV. Memory holds one row group at most.

The three hold the same values. Equal rows give equal bytes: row groups and parts are counted in rows, not in what
happened to arrive together, and nothing of the clock, the machine or a hash seed goes in. (The bytes of Parquet are
equal within one version of pyarrow, those of compressed files within one of zstandard: both are pinned, and named in
the manifest.)
"""

import hashlib
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from releases.described import PARQUET
from releases.files.sealed import SealedFile, Written
from releases.schema import Table
from releases.tables.arrow import ROW_GROUP, schema_of
from releases.tables.lines import Csv, Ndjson, Slice

# Rows of one Parquet file.
PART = 1_000_000
LEVEL = 3


class Form(Protocol):
    """One format of a table in the making."""

    def finish(self) -> list[Written]: ...
    def abandon(self) -> None: ...


class ParquetFiles:
    """data/<table>/part-0000.parquet and on, a new part each PART rows; an empty table has one part without rows."""

    media_type = PARQUET

    def __init__(self, table: Table, folder: Path, part: int = PART) -> None:
        self.table = table
        self.folder = folder
        self.part = part
        self.schema = schema_of(table)
        self.written: list[Written] = []
        self.rows = 0
        self.open_part()

    def open_part(self) -> None:
        self.path = f"data/{self.table.name}/part-{len(self.written):04}.parquet"
        self.rows = 0
        self.file = fresh_file(self.folder / self.path)
        order = pq.SortingColumn.from_ordering(self.schema, [(name, "ascending") for name in self.table.key])
        self.writer = pq.ParquetWriter(
            self.file,
            self.schema,
            compression="zstd",
            compression_level=LEVEL,
            data_page_version="2.0",
            write_page_index=True,
            use_content_defined_chunking=True,
            sorting_columns=order,
        )

    def append(self, batch: pa.RecordBatch) -> None:
        """One row group, of ROW_GROUP rows at most."""
        if self.rows >= self.part:
            self.close_part()
            self.open_part()
        self.writer.write_table(pa.Table.from_batches([batch], self.schema), row_group_size=ROW_GROUP)
        self.rows += batch.num_rows

    def close_part(self) -> None:
        self.writer.close()
        self.file.close()
        digest = self.file.digest.hexdigest()
        self.written.append(Written(self.path, digest, self.file.length, self.media_type, self.rows, self.table.name))

    def finish(self) -> list[Written]:
        self.close_part()
        return self.written

    def abandon(self) -> None:
        """Keeps pyarrow from writing the footer of a file that is given up."""
        self.writer.is_open = False
        self.file.close()


class NdjsonFile:
    """ndjson/<table>.ndjson.zst; `digest` is that of the lines before they are compressed."""

    media_type = "application/zstd"

    def __init__(self, table: Table, folder: Path) -> None:
        self.table = table
        self.path = f"ndjson/{table.name}.ndjson.zst"
        self.form = Ndjson(table)
        self.file = fresh_file(folder / self.path)
        self.compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        self.digest = hashlib.sha256()
        self.rows = 0

    def append(self, rows: Slice) -> None:
        lines = self.form.lines(rows)
        self.digest.update(lines)
        self.file.write(self.compressor.compress(lines))
        self.rows += len(rows.columns[0])

    def finish(self) -> list[Written]:
        self.file.write(self.compressor.flush())
        self.file.close()
        digest = self.file.digest.hexdigest()
        return [Written(self.path, digest, self.file.length, self.media_type, self.rows, self.table.name)]

    def abandon(self) -> None:
        self.file.close()


class CsvFile:
    """csv/<table>.csv"""

    media_type = "text/csv; charset=utf-8"

    def __init__(self, table: Table, folder: Path) -> None:
        self.table = table
        self.path = f"csv/{table.name}.csv"
        self.form = Csv(table)
        self.file = fresh_file(folder / self.path)
        self.file.write(self.form.head)
        self.rows = 0

    def append(self, rows: Slice) -> None:
        self.file.write(self.form.lines(rows))
        self.rows += len(rows.columns[0])

    def finish(self) -> list[Written]:
        self.file.close()
        digest = self.file.digest.hexdigest()
        return [Written(self.path, digest, self.file.length, self.media_type, self.rows, self.table.name)]

    def abandon(self) -> None:
        self.file.close()


def fresh_file(path: Path) -> SealedFile:
    """The file, begun afresh: what a killed build left of it goes."""
    path.unlink(missing_ok=True)
    return SealedFile(path)
