"""The figures of a release, computed from its own frozen tables alone and by the library that checks them later.

For the worker that may import numpy and pyarrow. The same tables give the same bytes, whatever the number of threads.
"""

from collections.abc import Iterator, Mapping, Sequence

from annotations.agreement.compiled import by_numpy
from annotations.agreement.record import Batch
from annotations.agreement.record_figures import figures_of, told
from releases.schema import FORMAT, table_named
from releases.tables.arrow import SLICE
from releases.tables.layout import Layout
from releases.tables.memory import LARGE, give_back
from releases.tables.spool import Spool

# In this order: what the crowd's fit has learned, each consensus needs.
NAMES = ("crowd", "consensus", "agreement", "rates", "comparisons")
# What they are computed from.
RESTS_ON: Mapping[str, frozenset[str]] = {
    "prompts": frozenset({"version_id", "family", "kind", "language", "topic", "state", "twin"}),
    "llms": frozenset({"llm", "maker", "maker_country"}),
    "endpoints": frozenset({"endpoint", "llm"}),
    "probes": frozenset({"version_id", "endpoint", "round", "delivery", "answer_id"}),
    "answers": frozenset({"answer_id", "version_id", "language", "state"}),
    "labels": frozenset({"answer_id", "labeller", "label", "guideline", "counted"}),
    "gold_labels": frozenset({"gold_id", "labeller", "label", "right", "right_too"}),
    "rules": frozenset({"labels_at_least", "labels_at_most", "sure"}),
}


def can_compute(layout: Layout) -> bool:
    """Whether figures of that layout can be computed by this version of the site: it has all that they rest on, and
    nothing computed that this version does not know.
    """
    there = {(table.name, column.name, column.type) for table in layout.tables for column in table.columns}
    needed = {
        (name, column.name, column.type)
        for name, columns in RESTS_ON.items()
        for column in table_named(name).columns
        if column.name in columns
    }
    known = {(name, column.name, column.type) for name in NAMES for column in table_named(name).columns}
    computed = {(table.name, column.name, column.type) for table in layout.computed for column in table.columns}
    return layout.format == FORMAT and needed <= there and computed <= known


def compute_figures(spool: Spool, *, afresh: bool = False) -> None:
    """Adds consensus, agreement, rates, comparisons and crowd to the tables of a release.

    Tables that are there already are left as they are, so that a build that was killed goes on; all are computed anew
    where `afresh`.

    Raises:
        KeyError, ValueError: the tables are not those of a release.
        OSError: one is not there, or the new ones cannot be written.
    """
    here = {table.name for table in spool.tables}
    wanted = [name for name in NAMES if name in here and (afresh or not spool.has(name))]
    if not wanted:
        return

    def read(table: str, columns: Sequence[str]) -> Iterator[Batch]:
        for batch in spool.batches(table, list(columns)):
            for start in range(0, batch.num_rows, SLICE):
                yield batch.slice(start, SLICE).to_pydict()
        if spool.count(table) >= LARGE:
            give_back()

    large = spool.count("labels") >= LARGE
    with by_numpy():
        figures = figures_of(read)
        if large:
            give_back()
        for name in wanted:
            names = spool.shape(name).names
            rows = (told(name, row) for row in figures[name]())
            spool.write(name, (tuple(row[column] for column in names) for row in rows))
            if large:
                give_back()
