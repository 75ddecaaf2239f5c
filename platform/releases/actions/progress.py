"""How far a build is, for the page: written over a connection of its own, since a reading transaction shows nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import connection

from releases.choices import Stage
from releases.models import Release

EVERY_S = 1.0
# The tables that take their time; of the others nobody wants to know.
LONG = ("probes", "answers", "labels", "consensus")
# Attempts are counted afresh where a stage is new.
BEGIN = """
UPDATE releases_release SET stage = 'freezing', progress = '{}',
    attempts = CASE stage WHEN 'freezing' THEN attempts ELSE 1 END
WHERE id = %(release)s AND status = 'building'
"""
SAY = """
UPDATE releases_release SET stage = %(stage)s, progress = %(progress)s,
    attempts = CASE stage WHEN %(stage)s THEN attempts ELSE 1 END
WHERE id = %(release)s AND status = 'building' AND stage <> 'waiting'
"""


class Overtaken(Exception):
    """The release waits again, to be read afresh, or was discarded: what was read is not to be published any more."""


class OutOfReach(Exception):
    """The release before, of this version, cannot be read from the store at this moment: to be tried again."""


class Progress:
    """Says on the release's row which stage it is at, and of each long table the rows done and the rows there are.

    An order to take something out sets the row back to WAITING, at any moment, and a maintainer may discard it. Whoever
    builds it hears of that by Overtaken, when the next stage begins at the latest.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.tables: dict[str, list[int]] = {}
        self.said_at = 0.0
        self.line = connection.copy()

    def begin(self) -> None:
        """The database is about to be read: the one stage that follows on WAITING."""
        self.release.stage = Stage.FREEZING
        self.run(BEGIN, {"release": self.release.pk})

    def enter(self, stage: Stage) -> None:
        """Begins a later stage; nothing is counted of it yet.

        A worker that takes over a killed build goes through what is finished already, and the row stays at the stage
        where that build came to its end.
        """
        self.release.stage = max(Stage(self.release.stage), stage, key=list(Stage).index)
        self.tables = {}
        self.say()

    def expect(self, totals: dict[str, int]) -> None:
        """How many rows each table will have, as far as that is known before they are read."""
        self.tables = {table: [0, total] for table, total in totals.items()}
        self.say()

    def told(self, table: str, done: int, total: int | None = None) -> None:
        """Rows of one table so far. Reaches the row once a second at most."""
        if table not in LONG:
            return
        known = self.tables.get(table, [0, 0])[1]
        self.tables[table] = [done, max(done, known if total is None else total)]
        if monotonic() - self.said_at >= EVERY_S:
            self.say()

    def say(self) -> None:
        self.run(SAY, {"stage": self.release.stage, "progress": json.dumps(self.tables), "release": self.release.pk})
        self.said_at = monotonic()

    def run(self, statement: str, values: dict[str, str | int]) -> None:
        with self.line.cursor() as cursor:
            cursor.execute(statement, values)
            if cursor.rowcount != 1:
                raise Overtaken


@contextmanager
def progress_of(release: Release) -> Iterator[Progress]:
    progress = Progress(release)
    try:
        yield progress
    finally:
        progress.line.close()
