"""A release that is out, read back from its own Parquet files: what an edition or a delta is made from.

Only the tables that came from the database; what is computed is computed again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from releases.files import store
from releases.models import Release, ReleaseFile
from releases.schema import Table, table_named
from releases.tables.arrow import SLICE, schema_of
from releases.tables.spool import Spool

# Given the name of a table and some of its rows, the rows as they are to be: fewer, or with values emptied.
Keep = Callable[[str, pa.RecordBatch], pa.RecordBatch]


class OldLayout(Exception):
    """The files of that release were written with other tables or columns than there are now."""


def thaw(release: Release, spool: Spool, tables: list[str], keep: Keep | None = None) -> None:
    """Fills the spool with these tables of a release as its live files have them, and seals it.

    `keep` sees each batch on its way.

    Raises:
        OldLayout: the release has other tables or columns.
        OSError: a file is not in the store.
    """
    files = list(release.files.filter(withdrawn_at=None, path__startswith="data/").order_by("path"))
    for name in tables:
        parts = [file for file in files if file.path.startswith(f"data/{name}/")]
        if not parts:
            raise OldLayout(f"{release.version} has no table {name}")
        spool.write_batches(name, kept(name, read(table_named(name), parts), keep))
    spool.seal()


def holds(release: Release, wanted: Mapping[str, frozenset[Any]]) -> bool:
    """Whether a table of a release has one of these values in a column of that name, whatever its layout.

    Also where no table has such a column: then it cannot be said.

    Raises:
        OSError: a file is not in the store.
        ArrowInvalid: a file is no Parquet, or the column is of another kind.
    """
    known: set[str] = set()
    for part in release.files.filter(withdrawn_at=None, path__startswith="data/", path__endswith=".parquet"):
        with store.opened(part.sha256) as file:
            parquet = pq.ParquetFile(file)
            here = [name for name in parquet.schema_arrow.names if name in wanted]
            known.update(here)
            for batch in parquet.iter_batches(batch_size=SLICE, columns=here) if here else ():
                for name, column in zip(here, batch.columns, strict=True):
                    if pc.is_in(column, pa.array(sorted(wanted[name]), type=column.type)).true_count:
                        return True
    return known != wanted.keys()


def read(table: Table, parts: list[ReleaseFile]) -> Iterator[pa.RecordBatch]:
    wanted = schema_of(table)
    for part in parts:
        with store.opened(part.sha256) as file:
            parquet = pq.ParquetFile(file)
            if parquet.schema_arrow.names != wanted.names:
                raise OldLayout(f"{part} has other columns than {table.name} has now")
            for batch in parquet.iter_batches(batch_size=SLICE):
                yield batch.cast(wanted)


def kept(name: str, batches: Iterator[pa.RecordBatch], keep: Keep | None) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch if keep is None else keep(name, batch)
