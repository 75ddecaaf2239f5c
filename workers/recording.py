"""Results wait here until the database has taken them: as many as have come in one transaction, so that a busy
process writes a hundred rows with the statements of one.

While the database is away they wait; if it stays away, they are left to the lease, and asked again. A batch that is
refused is tried one by one, so that one bad result never takes others with it.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from probes.actions import Finished, record_results
from workers.database import AWAY, Database, passes

log = logging.getLogger("candor.runner")

BATCH = 100
# Results that come close together are written together.
GATHER_S = 0.05
# While the database is away, results wait here this long before they are left to the lease.
DATABASE_AWAY_S = 120.0

Waiting = tuple[Finished, "asyncio.Future[None]"]


class Recorder:
    """One for each loop. `write` returns when a result is in the database, or raises why it is not."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: list[Waiting] = []
        self.something = asyncio.Event()

    async def write(self, finished: Finished) -> None:
        """Waits until the result is recorded, or was refused because its attempt is over."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((finished, future))
        self.something.set()
        await future

    async def run(self) -> None:
        """Writes what waits, for ever."""
        while True:
            await self.something.wait()
            await asyncio.sleep(GATHER_S)
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            if not self.waiting:
                self.something.clear()
            if batch:
                await self.write_batch(batch)

    async def write_batch(self, batch: Sequence[Waiting]) -> None:
        try:
            await self.patiently([finished for finished, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                tell(batch[0][1], error)
                return
            for one in batch:
                await self.write_batch([one])
        else:
            for _, future in batch:
                tell(future, None)

    async def patiently(self, finished: Sequence[Finished]) -> None:
        """However long the database takes to be there."""
        waited, pause = 0.0, 0.1
        while True:
            try:
                await self.database.run(partial(record_results, finished))
                return
            except AWAY as error:
                if waited > DATABASE_AWAY_S or not passes(error):
                    raise
                await asyncio.sleep(pause)
                waited, pause = waited + pause, min(2.0, pause * 2)


def tell(future: "asyncio.Future[None]", error: Exception | None) -> None:
    """Ends a wait, unless nobody waits any more."""
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
