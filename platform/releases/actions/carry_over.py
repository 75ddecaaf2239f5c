"""An edition of a release that was written in another layout: with other tables or columns than there are today.

Only tables that lose something are written, in the columns they had. Figures are computed again where this version of
the site can; where it cannot, the rows of all of them go, since each rests on all labels, and withdrawn.json says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from releases.actions.describing import Described
from releases.actions.folders import Workshop
from releases.documents import Tombstone
from releases.documents.carried import Carried, carry_documents, stays
from releases.figures import RESTS_ON, can_compute, compute_figures
from releases.files.sealed import Written
from releases.files.signing import say_if_signed_before, sign
from releases.models import Release, ReleaseFile
from releases.naming import table_of
from releases.privacy.take_out import link
from releases.tables.layout import Layout
from releases.tables.spool import Spool
from releases.tables.writing import write_table

FORMS = ("data/", "ndjson/", "csv/")


def fill_in_figures(own: Layout, raw: Spool, spool: Spool, taken: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Adds the tables that are computed to `spool`, where rows were taken out; returns how many rows of which of them
    had to go.
    """
    rests = any(name in RESTS_ON for counts in taken for name in counts)
    if rests and can_compute(own):
        compute_figures(spool)
        return {}
    for table in own.computed:
        if rests:
            spool.write(table.name, ())
        else:
            link(raw, spool, table.name)
    lost = {table.name: raw.count(table.name) for table in own.computed if rests}
    return {name: rows for name, rows in lost.items() if rows}


def without_figures(told: Sequence[Tombstone], lost: Mapping[str, int]) -> list[Tombstone]:
    """The same orders, of which the first that figures rested on says that these went."""
    found = list(told)
    for place, one in enumerate(found):
        if lost and one.rows.keys() & RESTS_ON.keys():
            found[place] = replace(one, rows={**one.rows, **lost}, without_figures=True)
            break
    return found


def carry_over(
    release: Release,
    place: Workshop,
    own: Layout,
    raw: Spool,
    spool: Spool,
    *,
    number: int,
    withdrawn: Sequence[Tombstone],
) -> Described:
    """Writes the files of the edition that are new; all others are those that are there.

    Raises:
        OSError: files cannot be read or written.
    """
    live = {file.path: file for file in release.files.filter(withdrawn_at=None)}
    changed = [table for table in own.tables if not equal_rows(raw, spool, table.name)]
    written = [file for table in changed for file in write_table(table, spool, place.files) if file.path in live]
    old = {path for path in live if path.startswith(FORMS) and table_of(path) in {table.name for table in changed}}
    known = {path for path in live if path.startswith(FORMS) and table_of(path) in own.names}
    kept = [taken_over(live[path]) for path in sorted(live) if stays(path) or path in known - old]
    rows = {name: spool.count(name) for name in own.names}
    carried = Carried(release.version, number, withdrawn, written, kept, rows, withheld(spool, own))
    files = [*written, *kept, *carry_documents(carried, live, place.files)]
    if (signature := sign(place.files)) is not None:
        files.append(signature)
    else:
        say_if_signed_before(release, number=number)
    counts = {
        "tables": rows,
        "left_out": release.counts.get("left_out", {}),
        "bytes": sum(file.bytes for file in files),
    }
    return Described(files, counts)


def equal_rows(one: Spool, other: Spool, table: str) -> bool:
    pairs = zip_longest(one.batches(table), other.batches(table))
    return all(a is not None and b is not None and a.equals(b) for a, b in pairs)


def taken_over(file: ReleaseFile) -> Written:
    return Written(file.path, file.sha256, file.bytes, file.media_type, file.rows)


def withheld(spool: Spool, own: Layout) -> dict[str, dict[str, int]]:
    """Languages that are not told of people, where the release tells any."""
    if not any("languages" in table.names for table in own.tables if table.name == "labellers"):
        return {}
    hidden = sum(batch.column(0).null_count for batch in spool.batches("labellers", ["languages"]))
    return {"labellers": {"languages": hidden}}
