"""Taking rows out of a release that is out already. Works on spools alone; nothing is ever put in.

The release may be of another layout than today’s. Then rows are found by the columns that it has, and where that is not
sure, nothing is made of it: the order waits, and says so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from releases.privacy.remains import TITLE_AT_MOST, Remains
from releases.privacy.removal import GOES, Removal, going, named, values
from releases.schema import TABLES
from releases.tables.layout import RAW, OldLayout, shapes
from releases.tables.spool import Spool

# Columns without which it cannot be told what follows for the rows that stay.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "prompts": ("family", "text"),
    "answers": ("answer_id", "version_id"),
    "labels": ("answer_id", "labeller", "label"),
}


def take_out(raw: Spool, into: Spool, removals: Sequence[Removal]) -> list[dict[str, int]]:
    """Fills and seals `into` with what is left of `raw`; returns for each removal how many rows of which table it took,
    or took a pseudonym or a name from. A row that two of them ask for is the first one's.

    The release may be of another layout than today's: what it has no column for is not mended.

    Raises:
        OldLayout: it lacks a column by which rows have to be found.
    """
    for removal in removals:
        check_found(raw, removal)
    if all(removal == Removal() for removal in removals):
        for table in raw.tables:
            if table.name in RAW:
                link(raw, into, table.name)
        into.seal()
        return [{} for _ in removals]
    removals = [with_answers(raw, removal) for removal in removals]
    taken: list[Counter[str]] = [Counter() for _ in removals]
    left = Remains(raw, removals)
    for table in raw.tables:
        if table.name not in RAW:
            continue
        if table.name not in GOES:
            link(raw, into, table.name)
            continue
        batches = kept(table.name, raw, removals, taken)
        into.write_batches(table.name, left.mended(table.name, batches))
    into.seal()
    if shapes(raw.tables) != shapes(TABLES):
        check_gone(raw, into, removals)
    return [dict(counts) for counts in taken]


def check_found(raw: Spool, removal: Removal) -> None:
    """Raises OldLayout where a table of the release may hold what has to go under a name that nobody knows."""
    if removal == Removal():
        return
    columns = {table.name: {*table.names} for table in raw.tables}
    for table, known in GOES.items():
        looked_for = {column for column, among in known if getattr(removal, among)}
        if table in columns and (missing := looked_for - columns[table]):
            raise OldLayout(f"{table} has no column {min(missing)}")
    for table, needed in NEEDED.items():
        if missing := {*needed} - columns.get(table, set()):
            raise OldLayout(f"{table} has no column {min(missing)}")


def check_gone(raw: Spool, left: Spool, removals: Sequence[Removal]) -> None:
    """Raises OldLayout where a name that had to go still stands in some column of texts, whatever it is called; or a
    text that went, whole or as its beginning, in a column that nobody knows.
    """
    removed = (one.people | one.nameless | one.labels | one.answers | one.families.keys() for one in removals)
    names, texts = frozenset[str]().union(*removed), erased(raw, left, removals)
    known = {table.name: {*table.names} for table in TABLES}
    for table in left.tables:
        columns = [column.name for column in table.columns if column.type == "string"]
        for batch in left.batches(table.name, columns) if columns and left.has(table.name) else ():
            for name, column in zip(columns, batch.columns, strict=True):
                if named(column, names).true_count:
                    raise OldLayout(f"{table.name}.{name} has a name that had to go")
                if name not in known.get(table.name, ()) and named(column, texts).true_count:
                    raise OldLayout(f"{table.name}.{name} has a text that had to go")


def erased(raw: Spool, left: Spool, removals: Sequence[Removal]) -> frozenset[str]:
    """The texts of what goes, and as much of each as a family is named by. Of other rows that have the very same text,
    nothing went, so it may stand wherever it stands.
    """
    found: set[str] = set()
    for table, column, among in (("prompts", "version_id", "versions"), ("answers", "answer_id", "answers")):
        if "text" not in raw.shape(table).names:
            continue
        wanted = frozenset().union(*(getattr(one, among) for one in removals))
        here: set[str] = set()
        for batch in raw.batches(table, [column, "text"]) if wanted else ():
            here.update(batch.column("text").filter(named(batch.column(column), wanted)).drop_null().to_pylist())
        here |= {text[:TITLE_AT_MOST] for text in here}
        for batch in left.batches(table, ["text"]) if here else ():
            others = batch.column("text")
            here.difference_update(others.to_pylist())
            here.difference_update(pc.utf8_slice_codeunits(others, 0, TITLE_AT_MOST).to_pylist())
        found |= here
    return frozenset(found)


def with_answers(raw: Spool, removal: Removal) -> Removal:
    """The same, with the answers to the prompts it takes out."""
    if not removal.versions:
        return removal
    found: set[str] = set(removal.answers)
    for batch in raw.batches("answers", ["answer_id", "version_id"]):
        mine = pc.is_in(batch.column("version_id"), values(batch.column("version_id"), removal.versions))
        found.update(batch.column("answer_id").filter(mine).to_pylist())
    return replace(removal, answers=frozenset(found))


def link(raw: Spool, into: Spool, table: str) -> None:
    """The same file under both spools: nothing of it goes."""
    into.folder.mkdir(parents=True, exist_ok=True)
    into.path(table).unlink(missing_ok=True)
    into.path(table).hardlink_to(raw.path(table))


def kept(
    table: str, raw: Spool, removals: Sequence[Removal], taken: Sequence[Counter[str]]
) -> Iterator[pa.RecordBatch]:
    """The rows of a table that stay, a batch at a time; counts what goes."""
    for batch in raw.batches(table):
        stays = pa.array([True] * batch.num_rows)
        for removal, counts in zip(removals, taken, strict=True):
            goes = pc.and_(going(table, batch, removal), stays)
            counts[table] += goes.true_count
            if table == "labels" and removal.nameless:
                counts[table] += pc.and_(named(batch.column("labeller"), removal.nameless), stays).true_count
            stays = pc.and_(stays, pc.invert(goes))
            if table == "prompts" and removal.families:
                counts[table] += pc.and_(named(batch.column("family"), frozenset(removal.families)), stays).true_count
        yield batch.filter(stays)
    for counts in taken:
        counts += Counter()  # what took nothing is not told
