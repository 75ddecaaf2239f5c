"""The probing loop: one thread with one asyncio loop in each worker process keeps many calls in the air.

For each endpoint that has work it takes permits (workers.limits: what may be sent now, counted for all processes),
claims as many probes from PostgreSQL, asks, and hands what came to the recorder. No transaction is open while a model
is thinking. Celery's `pump` only wakes it, and it looks for work by itself as well, so that a lost message costs
seconds. Without Valkey nothing new begins, because nobody knows what is allowed; what is in the air is still recorded.

Database work happens in threads of its own, because Django's connections belong to threads. A call in flight keeps its
leases by a heartbeat; when the process stops, what is in flight may end for a moment, is then cancelled and given back.
Whatever goes wrong with one endpoint is logged and left until the next look; it never stops the others. If the loop
itself ends all the same, the next pump starts another.
"""

import asyncio
import contextlib
import logging
import threading
from collections import defaultdict
from functools import partial

import httpx
from django.conf import settings

from probes.actions import Claim, Finished, claim, give_back, renew
from probes.selectors import asked_lately, endpoints_with_work
from workers.asking import call_of, key_for, result_of, settled_of
from workers.database import AWAY, Database, first_line
from workers.desks import Desk, Desks, Flight
from workers.limits import Ended, Grant, Limits, LimitsAway, Settled
from workers.providers import PROTOCOLS
from workers.providers.results import Call, Outcome
from workers.providers.transport import client
from workers.recording import Recorder

log = logging.getLogger("candor.runner")

HEARTBEAT_S = 8.0
# How long calls may still end by themselves when the process stops, and how long all of stopping takes at most.
GRACE_S = 0.8
STOP_WITHIN_S = 4.0
# Places that come free are filled together: one claim for several is cheaper, and this is short beside any answer.
GATHER_S = 0.025
# And not more than this at once: calls that begin together end together, and everybody else waits meanwhile.
CLAIMS_AT_MOST = 25
# The loop looks for work by itself this often.
LOOK_S = 5.0
# Nobody waits longer than this before asking the limits again, whatever they said.
ASK_AGAIN_S = 5.0
# Trouble that passes by itself: after it an endpoint is looked at again this soon.
PASSING = (*AWAY, LimitsAway, TimeoutError)
LOOK_AGAIN_S = 1.0
# Permits this old may have been overtaken by a "slow down" that another process heard.
LONG_AGO_S = 0.03


class Runner:
    """One for each process. `wake` and `stop` may be called from any thread; the rest belongs to the loop."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # Endpoints that may have work, and when to look at each again, by the loop's clock.
        self.awake: dict[int, float] = {}
        # Calls in the air, and of those that have come down what is not recorded yet.
        self.air: dict[asyncio.Task[None], Flight] = {}
        self.down: set[Flight] = set()
        self.landing: set[asyncio.Task[None]] = set()
        self.settled: defaultdict[int, list[Settled]] = defaultdict(list)
        self.database = Database()
        self.loop = asyncio.new_event_loop()
        self.recorder = Recorder(self.database)
        self.desks = Desks(self.database)
        self.limits = Limits(settings.REDIS_LIMITS)
        self.something = asyncio.Event()
        self.stopping = False
        self.thread = threading.Thread(target=self.run, name="candor-runner", daemon=True)
        self.thread.start()

    def wake(self, endpoint_id: int) -> None:
        """There is work for this endpoint."""
        # A loop that has just ended refuses the call; the next pump finds another runner.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.rouse, endpoint_id)

    def rouse(self, endpoint_id: int) -> None:
        self.awake[endpoint_id] = 0.0
        self.something.set()

    def stop(self) -> None:
        """Lets what is in flight end for a moment, gives back the rest, and returns within STOP_WITHIN_S."""
        self.stopping = True
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.something.set)
        self.thread.join(STOP_WITHIN_S)

    def is_over(self) -> bool:
        """Whether the loop has ended without having been told to."""
        return not self.stopping and not self.thread.is_alive()

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self.main())
        except Exception:
            log.exception("the probing loop ended; the next pump starts another, and leases bring back what it held")
        finally:
            self.database.close()
            self.loop.close()

    async def main(self) -> None:
        async with client(self.capacity) as http:
            helpers = [asyncio.create_task(work()) for work in (self.recorder.run, self.keep_leases, self.look)]
            while not self.stopping:
                await self.fill(http)
                await self.pause()
            await self.let_go()
            for helper in helpers:
                helper.cancel()
            await self.limits.close()

    async def pause(self) -> None:
        """Until something happens or an endpoint is to be looked at again."""
        if self.stopping:
            return
        soonest = min(self.awake.values(), default=None) if self.room() else None
        left = None if soonest is None else max(0.0, soonest - self.loop.time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self.something.wait()
        self.something.clear()
        await asyncio.sleep(GATHER_S)

    def room(self) -> int:
        """How many more calls this process takes on. What the database has not taken yet counts from a point on."""
        return self.capacity - len(self.air) - max(0, len(self.down) - self.capacity)

    async def fill(self, http: httpx.AsyncClient) -> None:
        """Puts out what the limits and the queue allow, for each endpoint that is awake in turn."""
        await self.settle()
        ready = [endpoint for endpoint, at in self.awake.items() if at <= self.loop.time()]
        for place, endpoint_id in enumerate(ready):
            # What is left is shared, so that no endpoint with a long queue keeps the others out.
            share = -(-self.room() // (len(ready) - place))
            if share < 1 or self.stopping:
                return
            try:
                await self.put_out(http, endpoint_id, min(share, CLAIMS_AT_MOST))
            except Exception as error:
                # Whatever it is: the next look comes within seconds, and nothing was lost.
                warn(f"endpoint {endpoint_id} was not looked at", error)
                self.awake.pop(endpoint_id, None)
                if isinstance(error, PASSING):
                    self.awake[endpoint_id] = self.loop.time() + LOOK_AGAIN_S

    async def put_out(self, http: httpx.AsyncClient, endpoint_id: int, wanted: int) -> None:
        """Takes permits for at most `wanted` calls, claims as many probes, and asks."""
        desk = await self.desks.at(endpoint_id)
        if desk is None:
            self.awake.pop(endpoint_id, None)
            return
        grant = await self.permits(desk, wanted)
        claims: list[Claim] = []
        if grant.permits:
            work = partial(claim, endpoint=endpoint_id, limit=len(grant.permits), price=desk.price)
            granted = self.loop.time()
            try:
                claims = await self.database.run(work)
            finally:
                unused = grant.permits[len(claims) :]
                self.settled[endpoint_id] += [Settled(permit, Ended.UNSENT) for permit in unused]
            if unused:
                # Nothing more is due, or the budget is used up.
                self.awake.pop(endpoint_id, None)
        if grant.why:
            self.awake[endpoint_id] = self.loop.time() + min(max(grant.wait_s, GATHER_S), ASK_AGAIN_S)
        heard = None
        if claims and self.loop.time() - granted > LONG_AGO_S:
            heard = asyncio.create_task(self.limits.listen(endpoint_id))
        for one, permit in zip(claims, grant.permits, strict=False):
            flight = Flight(desk, one, permit, grant.begin_by)
            task = asyncio.create_task(self.put(http, flight, heard))
            self.air[task] = flight
            task.add_done_callback(self.done)

    async def permits(self, desk: Desk, wanted: int) -> Grant:
        """What the limits allow now; where they know nothing of the last minute, the tables tell them first."""
        endpoint = desk.endpoint.pk
        grant = await self.limits.take(endpoint, desk.allowed, wanted=wanted, tokens_each=desk.tokens_each)
        if grant.why == "cold":
            recent = await self.database.run(partial(asked_lately, endpoint, tokens_each=desk.tokens_each))
            await self.limits.seed(endpoint, recent)
            grant = await self.limits.take(endpoint, desk.allowed, wanted=wanted, tokens_each=desk.tokens_each)
        return grant

    async def put(self, http: httpx.AsyncClient, flight: Flight, heard: asyncio.Task[None] | None) -> None:
        """Asks one question and sees to it that what came is recorded. What was not sent is given back."""
        row, call = flight.desk.endpoint, None
        if heard is not None:
            await asyncio.wait([heard])
        try:
            # Told to wait between the permit and now? Or kept so long by the database that the permit is no good?
            waits = not self.limits.paused_until.get(row.pk, 0.0) <= self.loop.time() <= flight.begin_by
            call = None if waits else call_of(row, flight.claim.text, key=key_for(row))
        except Exception as error:
            warn(f"probe {flight.claim.probe} was not asked", error)
        if call is None:
            await self.database.run(partial(give_back, held=[flight.claim], perhaps_paid=False))
            self.settled[row.pk].append(Settled(flight.permit, Ended.UNSENT))
            return
        outcome = await PROTOCOLS[row.protocol](http, call)
        self.down.add(flight)
        self.landing.add(landing := asyncio.create_task(self.land(flight, call, outcome)))
        landing.add_done_callback(self.landing.discard)

    async def land(self, flight: Flight, call: Call, outcome: Outcome) -> None:
        """Records what came, while the call's place in the air is another's already."""
        settled = settled_of(flight.permit, outcome)
        self.settled[flight.endpoint].append(settled)
        try:
            if settled.ended in {Ended.LIMITED, Ended.REFUSED}:
                await self.settle()
            result = result_of(flight.desk.endpoint, call, outcome)
            await self.recorder.write(Finished(flight.claim.probe, flight.claim.attempt, result))
        except Exception:
            log.exception("probe %s was left to its lease", flight.claim.probe)
        finally:
            self.down.discard(flight)
            if settled.ended is Ended.REFUSED:
                # It kept its place until the endpoint's row says so.
                self.settled[flight.endpoint].append(Settled(flight.permit, Ended.GONE))
            if flight.desk.endpoint.budget is not None:
                # What was put aside for it and not used is free again.
                self.rouse(flight.endpoint)

    def done(self, task: asyncio.Task[None]) -> None:
        """A call has come down."""
        flight = self.air.pop(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a probe was left to its lease: %r", error, exc_info=error)
        self.rouse(flight.endpoint)

    async def settle(self) -> None:
        """Tells the limits how calls ended. What they do not hear of expires there."""
        told, self.settled = self.settled, defaultdict(list)
        for endpoint, ends in told.items():
            try:
                await self.limits.settle(endpoint, self.desks.allowed[endpoint], ends)
            except LimitsAway as error:
                warn(f"the limits did not hear of {len(ends)} calls", error)

    async def look(self) -> None:
        """Finds work by itself."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                for endpoint_id in set(await self.database.run(endpoints_with_work)) - self.awake.keys():
                    self.rouse(endpoint_id)
            except Exception as error:
                warn("no look for work", error)

    async def keep_leases(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            flights = [*self.air.values(), *self.down]
            permits: defaultdict[int, list[str]] = defaultdict(list)
            for flight in self.air.values():
                permits[flight.endpoint].append(flight.permit)
            try:
                if flights:
                    await self.database.run(partial(renew, held=[flight.claim for flight in flights]))
                for endpoint, held in permits.items():
                    await self.limits.renew(endpoint, held)
            except Exception as error:
                # The next beat tries again, well before the leases run out.
                warn("leases were not renewed", error)

    async def let_go(self) -> None:
        """What is in the air may end for a moment; the rest is cancelled and given back."""
        if self.air:
            await asyncio.wait(self.air, timeout=GRACE_S)
        flights = dict(self.air)
        for task in flights:
            task.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        for flight in flights.values():
            self.settled[flight.endpoint].append(Settled(flight.permit, Ended.GONE))
        try:
            if flights:
                work = partial(give_back, held=[flight.claim for flight in flights.values()], perhaps_paid=True)
                await self.database.run(work)
            async with asyncio.timeout(1.0):
                while self.down:
                    await asyncio.sleep(0.02)
            await self.settle()
        except Exception as error:
            warn(f"{len(flights) + len(self.down)} probes were left to their leases", error)


def warn(said: str, error: Exception) -> None:
    """Trouble that passes goes into the log as one line, what nobody has thought of with its traceback."""
    log.warning("%s: %s", said, first_line(error), exc_info=not isinstance(error, PASSING))
