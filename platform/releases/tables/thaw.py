"""A release that is out, read back from its own Parquet files: what an edition or a delta is made from."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from releases.files import store
from releases.models import Release, ReleaseFile
from releases.schema import Table
from releases.tables.arrow import SLICE, schema_of
from releases.tables.layout import OldLayout
from releases.tables.spool import Spool


def thaw(release: Release, spool: Spool, tables: list[str]) -> None:
    """Fills the spool with these tables of a release as its live files have them, and seals it.

    Raises:
        OldLayout: the release has other tables or columns than the spool.
        OSError: a file is not in the store.
    """
    files = list(release.files.filter(withdrawn_at=None, path__startswith="data/").order_by("path"))
    for name in tables:
        parts = [file for file in files if file.path.startswith(f"data/{name}/")]
        if not parts:
            raise OldLayout(f"{release.version} has no table {name}")
        spool.write_batches(name, read(spool.shape(name), parts))
    spool.seal()


def holds(release: Release, wanted: Mapping[str, frozenset[Any]]) -> bool:
    """Whether a table of a release has one of these values in a column of that name, or a text of them in any column
    of texts, whatever its layout.

    Also where no table has such a column: then it cannot be said.

    Raises:
        OSError: a file is not in the store.
        ArrowInvalid: a file is no Parquet, or the column is of another kind.
    """
    known: set[str] = set()
    texts = frozenset(one for values in wanted.values() for one in values if isinstance(one, str))
    for part in release.files.filter(withdrawn_at=None, path__startswith="data/", path__endswith=".parquet"):
        with store.opened(part.sha256) as file:
            parquet = pq.ParquetFile(file)
            looked_for = {
                field.name: wanted.get(field.name, texts)
                for field in parquet.schema_arrow
                if field.name in wanted or (texts and field.type == pa.string())
            }
            known.update(looked_for.keys() & wanted.keys())
            for batch in parquet.iter_batches(batch_size=SLICE, columns=[*looked_for]) if looked_for else ():
                for name, column in zip(batch.schema.names, batch.columns, strict=True):
                    if pc.is_in(column, pa.array(sorted(looked_for[name]), type=column.type)).true_count:
                        return True
    return known != wanted.keys()


def read(table: Table, parts: list[ReleaseFile]) -> Iterator[pa.RecordBatch]:
    wanted = schema_of(table)
    for part in parts:
        with store.opened(part.sha256) as file:
            parquet = pq.ParquetFile(file)
            if parquet.schema_arrow.names != wanted.names:
                raise OldLayout(f"{part} has other columns than {table.name}")
            for batch in parquet.iter_batches(batch_size=SLICE):
                yield batch.cast(wanted)
