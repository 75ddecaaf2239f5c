"""Reading the database once, at one moment, into the spool; after that a build does not look at it again.

One repeatable-read transaction reads every table of the record and writes which name each label and each person has in
this release. The spool is sealed when that is committed: a worker that finds no seal begins the reading afresh.
"""

from functools import partial
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction
from psycopg.errors import SerializationFailure

from releases.actions.folders import Workshop
from releases.actions.progress import Overtaken, Progress
from releases.choices import Stage
from releases.home import home_of
from releases.models import Release

if TYPE_CHECKING:
    from releases.rows import Cut
    from releases.tables.spool import Spool


def freeze(release: Release, place: Workshop, progress: Progress) -> None:
    """Fills and seals the spool of a release, unless it is whole already. Opens its own transaction.

    Raises:
        DatabaseError: it cannot be read.
        Overtaken: something was taken out while it was read.
        OSError: it cannot be written, such as on a full disk.
    """
    from releases.rows import Cut
    from releases.tables.spool import Spool

    spool = Spool(place.spool)
    if release.stage != Stage.WAITING and spool.is_whole():
        return
    place.clear()
    progress.begin()
    assert release.key is not None
    cut = Cut(release.cutoff, bytes(release.key))
    try:
        read(cut, release, spool, progress)
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure):
            # A label or a person that was read went before its name could be written.
            raise Overtaken from error
        raise
    spool.seal()


def read(cut: "Cut", release: Release, spool: "Spool", progress: Progress) -> None:
    from releases.privacy.pseudonyms import keep_names
    from releases.rows import ROWS, left_out, totals

    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        progress.expect(totals(cut))
        for table, rows in ROWS.items():
            spool.write(table, rows(cut), told=partial(progress.told, table))
        spool.note("left_out", left_out(cut))
        spool.note("home", home_of(release.version).as_dict())
        keep_names(release, cut)
