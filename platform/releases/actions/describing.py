"""What is said of a release once its tables are written: the documents, and the figures of its page."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pyarrow import ArrowException

from releases.actions.folders import Workshop
from releases.actions.progress import OutOfReach
from releases.documents import Edition, Previous, Tombstone, running_commit, write_documents
from releases.documents import describe as statistics_of
from releases.files.sealed import Written
from releases.files.signing import say_if_signed_before, sign
from releases.home import Home, home_of
from releases.models import Release
from releases.schema import TABLES
from releases.selectors import published as selectors
from releases.tables.layout import OldLayout
from releases.tables.spool import Spool
from releases.tables.thaw import thaw

log = logging.getLogger("candor.releases")


@dataclass(frozen=True)
class Described:
    """All files of a release, and what Release.counts says of them."""

    files: list[Written]
    counts: dict[str, object]


def describe(
    release: Release,
    place: Workshop,
    spool: Spool,
    tables: list[Written],
    *,
    number: int = 0,
    withdrawn: Sequence[Tombstone] = (),
) -> Described:
    """Writes the documents beside the tables, of a release or of an edition of one that is out."""
    left_out = release.counts["left_out"] if number else spool.noted("left_out")
    before = previous(release, place)
    edition = Edition(
        version=release.version,
        number=number,
        cutoff=release.cutoff,
        left_out=left_out,
        withheld=withheld(spool),
        withdrawn=withdrawn,
        files=tables,
        statistics=statistics_of(spool),
        previous=before if isinstance(before, Previous) else None,
        unread=before if isinstance(before, str) else "",
        commit=running_commit(),
        home=home(release, spool),
    )
    files = [*tables, *write_documents(edition, place.files, spool)]
    if (signature := sign(place.files)) is not None:
        files.append(signature)
    else:
        say_if_signed_before(release, number=number)
    return Described(files, counts(spool, files, left_out))


def home(release: Release, spool: Spool) -> Home:
    """As it was noted at the freeze. An edition has no freeze: it says what is set now."""
    return Home.of(spool.noted("home")) if spool.has_note("home") else home_of(release.version)


def withheld(spool: Spool) -> dict[str, dict[str, int]]:
    """Values that are not told because too few people share them, by table and column."""
    hidden = sum(batch.column(0).null_count for batch in spool.batches("labellers", ["languages"]))
    return {"labellers": {"languages": hidden}}


def previous(release: Release, place: Workshop) -> Previous | str | None:
    """The release before as it is out now, read back; None where there is none, or none that can be compared; and the
    version alone of one whose files are lost or damaged.

    Raises:
        OutOfReach: the store does not give it now.
    """
    before = release.previous
    if before is None:
        return None
    spool = Spool(place.previous)
    if not spool.is_whole():
        try:
            thaw(before, spool, [table.name for table in TABLES])
        except OldLayout:
            return None
        except (FileNotFoundError, ArrowException):
            log.exception("release %s is not whole: what changed since is not told", before.version)
            return before.version
        except OSError as error:
            raise OutOfReach(before.version) from error
    return Previous(before.version, selectors.newest_edition(before), before.cutoff, spool)


def counts(spool: Spool, files: list[Written], left_out: object) -> dict[str, object]:
    """What the pages show: rows of each table, what was left out, and bytes in all."""
    return {
        "tables": {table.name: spool.count(table.name) for table in TABLES},
        "left_out": left_out,
        "bytes": sum(file.bytes for file in files),
    }
