"""The judging loop: machine judges are put answers, many at a time, beside the probing loop and by the same rules.

For each judge that has work it takes permits of its endpoint (workers.limits), claims as many answers from PostgreSQL,
asks, and has what came written down. A judge that is due for its test is put the canaries first. No transaction is open
while a model is thinking. The thread begins when it is woken and ends when nothing is due; what a killed process held
runs out with its claims.
"""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from functools import partial

import httpx

from annotations.actions.judges import take_test
from annotations.actions.machine_verdicts import (
    Claim,
    claim_verdicts,
    give_back_verdicts,
    queue_verdicts,
    record_verdict,
)
from annotations.models import Judge
from annotations.selectors.judges import judges_with_work
from workers.database import Database, first_line
from workers.desks import Desk
from workers.judge_calls import ASK_AGAIN_S, Line
from workers.judge_test import put_canaries
from workers.providers.transport import client

log = logging.getLogger("candor.judging")

STOP_WITHIN_S = 4.0
# Whether to stop is looked at this often.
LOOK_S = 0.5
CLAIMS_AT_MOST = 25
# No judge keeps the others out for longer than this.
TURN_S = 60.0


class Judging:
    """One for each process. `wake` and `stop` may be called from any thread."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()

    def wake(self) -> None:
        """There may be work: begins, unless it is at it already."""
        with self.lock:
            if not self.stopping.is_set() and (self.thread is None or not self.thread.is_alive()):
                self.thread = threading.Thread(target=self.run, name="candor-judging", daemon=True)
                self.thread.start()

    def stop(self) -> None:
        """Cancels what is in the air, gives it back, and returns within STOP_WITHIN_S."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(STOP_WITHIN_S)

    def run(self) -> None:
        try:
            work_off(self.capacity, self.stopping)
        except Exception as error:
            log.warning("the judging loop ended: %s", first_line(error), exc_info=True)


def work_off(capacity: int, stopping: threading.Event) -> None:
    """Has every judge do what is due, until there is nothing more or it is told to stop."""
    database = Database()
    try:
        asyncio.run(Session(database, capacity, stopping).work())
    finally:
        database.close()


class Session:
    """One stretch of work, in one event loop."""

    def __init__(self, database: Database, capacity: int, stopping: threading.Event) -> None:
        self.database, self.capacity, self.stopping = database, capacity, stopping
        self.line = Line(database)
        self.air: dict[asyncio.Task[None], Claim] = {}

    async def work(self) -> None:
        beat = asyncio.create_task(self.line.keep_permits())
        # Judges that this stretch is through with; the next one looks at them again.
        over: set[int] = set()
        try:
            async with client(self.capacity) as http:
                while judges := [pk for pk in await self.database.run(judges_with_work) if pk not in over]:
                    for judge in judges:
                        if not await self.turn(http, judge):
                            over.add(judge)
                        if self.stopping.is_set():
                            return
        finally:
            beat.cancel()
            await self.let_go()
            await self.line.limits.close()

    async def turn(self, http: httpx.AsyncClient, pk: int) -> bool:
        """Tests a judge if that is due, and has it read what is due; whether there is more, beyond its turn."""
        judge = await self.database.run(lambda: Judge.objects.select_related("endpoint").get(pk=pk))
        loop = asyncio.get_running_loop()
        until, look_at = loop.time() + TURN_S, 0.0
        desk = await self.line.desks.at(judge.endpoint_id)
        if desk is not None and await self.database.run(partial(take_test, judge=pk)):
            await self.until_told(put_canaries(self.line, http, desk, judge))
        more = True
        while desk is not None and not self.stopping.is_set() and loop.time() < until:
            if loop.time() >= look_at:
                more, wait_s = await self.put_out(http, desk, judge)
                look_at = loop.time() + wait_s
            if not more and not self.air:
                return False
            if await self.a_moment(look_at - loop.time()):
                # A place is free, and what came may have to be asked again.
                more, look_at = True, 0.0
            desk = await self.line.desks.at(judge.endpoint_id)
        while self.air and not self.stopping.is_set():
            await self.a_moment(LOOK_S)
        return desk is not None

    async def a_moment(self, seconds: float) -> bool:
        """Until a call comes down, and not for long; whether one did."""
        wait_s = max(0.01, min(seconds, LOOK_S))
        if not self.air:
            await asyncio.sleep(wait_s)
            return False
        came, _ = await asyncio.wait(self.air, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        return bool(came)

    async def until_told(self, work: Coroutine[object, object, object]) -> None:
        """Does something long, and breaks it off where it is told to stop."""
        task = asyncio.create_task(work)
        while not task.done():
            await asyncio.wait([task], timeout=LOOK_S)
            if self.stopping.is_set():
                task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def put_out(self, http: httpx.AsyncClient, desk: Desk, judge: Judge) -> tuple[bool, float]:
        """Claims and asks what the limits allow; whether more may be due, and when to look again, in seconds."""
        wanted = min(CLAIMS_AT_MOST, self.capacity - len(self.air))
        if wanted < 1:
            return True, 0.05
        grant = await self.line.permits(desk, wanted)
        claims: list[Claim] = []
        if grant.permits:
            try:
                claims = await self.database.run(partial(self.claim, desk, judge, len(grant.permits)))
            finally:
                await self.line.unused(desk, grant.permits[len(claims) :])
        if claims and asyncio.get_running_loop().time() > grant.begin_by:
            # The database took so long that the permits are no good.
            await self.line.unused(desk, grant.permits[: len(claims)])
            await self.database.run(partial(give_back_verdicts, held=claims, perhaps_paid=False))
            return True, 0.05
        for claim, permit in zip(claims, grant.permits, strict=False):
            task = asyncio.create_task(self.put(http, desk, claim, permit))
            self.air[task] = claim
            task.add_done_callback(self.done)
        if len(claims) < len(grant.permits):
            # Nothing more is due, or the budget is used up.
            return False, LOOK_S
        if grant.why:
            return True, min(max(grant.wait_s, 0.05), ASK_AGAIN_S)
        return bool(claims), 0.05

    def claim(self, desk: Desk, judge: Judge, limit: int) -> list[Claim]:
        """What is due; where nothing is, what can be put before it now."""
        claims = claim_verdicts(judge=judge.pk, limit=limit, price=desk.price)
        if not claims and queue_verdicts(judge=judge):
            claims = claim_verdicts(judge=judge.pk, limit=limit, price=desk.price)
        return claims

    async def put(self, http: httpx.AsyncClient, desk: Desk, claim: Claim, permit: str) -> None:
        """Asks about one answer and has what came written down."""
        result = await self.line.ask(http, desk, claim.message, permit)
        await self.database.run(partial(record_verdict, claim=claim, result=result))

    def done(self, task: asyncio.Task[None]) -> None:
        claim = self.air.pop(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("verdict %s was left to its claim: %r", claim.verdict, error, exc_info=error)

    async def let_go(self) -> None:
        """What is in the air is cancelled and given back."""
        flights = dict(self.air)
        for task in flights:
            task.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        if flights:
            await self.database.run(partial(give_back_verdicts, held=list(flights.values()), perhaps_paid=True))
