"""The figures of a release, computed from its own frozen tables alone and by the library that checks them later.

For the worker that may import numpy and pyarrow. The same tables give the same bytes, whatever the number of threads.
"""

from collections.abc import Iterator, Sequence

from annotations.agreement.compiled import by_numpy
from annotations.agreement.record import Batch
from annotations.agreement.record_figures import figures_of, told
from releases.schema import table_named
from releases.tables.arrow import SLICE
from releases.tables.spool import Spool

# In this order: what the crowd's fit has learned, each consensus needs.
NAMES = ("crowd", "consensus", "agreement", "rates", "comparisons")


def compute_figures(spool: Spool, *, afresh: bool = False) -> None:
    """Adds consensus, agreement, rates, comparisons and crowd to the tables of a release.

    Tables that are there already are left as they are, so that a build that was killed goes on; all are computed anew
    where `afresh`.

    Raises:
        KeyError, ValueError: the tables are not those of a release.
        OSError: one is not there, or the new ones cannot be written.
    """
    wanted = [name for name in NAMES if afresh or not spool.has(name)]
    if not wanted:
        return

    def read(table: str, columns: Sequence[str]) -> Iterator[Batch]:
        for batch in spool.batches(table, list(columns)):
            for start in range(0, batch.num_rows, SLICE):
                yield batch.slice(start, SLICE).to_pydict()

    with by_numpy():
        figures = figures_of(read)
        for name in wanted:
            names = table_named(name).names
            rows = (told(name, row) for row in figures[name]())
            spool.write(name, (tuple(row[column] for column in names) for row in rows))
