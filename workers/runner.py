"""The probing loop: one thread with one asyncio loop in each worker process keeps many calls in the air.

Celery's `pump` only wakes it. It claims from PostgreSQL, asks, records, and claims again until an endpoint has nothing
due. No transaction is open while a model is thinking. Database work happens in one other thread, because Django's
connections belong to threads. A call in flight keeps its lease by a heartbeat; when the process stops, what is in
flight is cancelled and given back.

Whatever goes wrong with one endpoint is logged and left until the next pump; it never stops the others. If the loop
itself ends all the same, the next pump starts another.
"""

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import httpx
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from probes.actions import Claim, Result, claim, give_back, record_result, renew
from probes.choices import EndpointStatus
from probes.models import Endpoint
from workers.providers import PROTOCOLS, RULES
from workers.providers.results import Call, Outcome
from workers.providers.text import storable
from workers.providers.transport import client

log = logging.getLogger("candor.runner")
# Rules that blame the endpoint and not the question: money, key, unknown model, address.
PAUSING = frozenset(rule.id for rule in RULES.values() if rule.pauses)
T = TypeVar("T")

HEARTBEAT_S = 8.0
STOP_WITHIN_S = 3.0
# While the database is away, results wait here this long before they are left to the lease.
DATABASE_AWAY_S = 120.0


class Runner:
    """One for each process. `wake` and `stop` may be called from any thread; the rest belongs to the loop."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.awake: set[int] = set()
        self.held: dict[asyncio.Task[None], tuple[int, Claim]] = {}
        self.database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="candor-database")
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, name="candor-runner", daemon=True)
        self.something = asyncio.Event()
        self.stopping = False
        self.thread.start()

    def wake(self, endpoint_id: int) -> None:
        """There is work for this endpoint."""
        # A loop that has just ended refuses the call; the next pump finds another runner.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.rouse, endpoint_id)

    def rouse(self, endpoint_id: int) -> None:
        self.awake.add(endpoint_id)
        self.something.set()

    def stop(self) -> None:
        """Cancels what is in flight, gives it back, and returns when that is done or STOP_WITHIN_S are over."""
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
            self.database.submit(close_connection)
            self.database.shutdown()
            self.loop.close()

    async def main(self) -> None:
        async with client(self.capacity) as http:
            heartbeat = asyncio.create_task(self.keep_leases())
            while not self.stopping:
                await self.fill(http)
                self.something.clear()
                if not self.stopping:
                    await self.something.wait()
            heartbeat.cancel()
            await self.let_go()

    async def fill(self, http: httpx.AsyncClient) -> None:
        """Claims for every endpoint that is awake, in turn, until the air is full or nothing is due."""
        for endpoint_id in list(self.awake):
            room = self.capacity - len(self.held)
            if room < 1 or self.stopping:
                return
            try:
                endpoint, claims = await self.in_database(partial(take, endpoint_id, room))
            except Exception as error:
                # Whatever it is: the next pump comes within two seconds, and nothing was lost.
                away = isinstance(error, OperationalError | InterfaceError)
                log.warning("endpoint %s was not looked at: %s", endpoint_id, first_line(error), exc_info=not away)
                self.awake.discard(endpoint_id)
                continue
            if not claims:
                self.awake.discard(endpoint_id)
            for one in claims:
                task = asyncio.create_task(self.put(http, endpoint, one))
                self.held[task] = (endpoint_id, one)
                task.add_done_callback(self.done)

    def done(self, task: asyncio.Task[None]) -> None:
        endpoint_id, _ = self.held.pop(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a probe was left to its lease: %r", error, exc_info=error)
        self.rouse(endpoint_id)

    async def put(self, http: httpx.AsyncClient, endpoint: Endpoint, one: Claim) -> None:
        """Asks one question and records what came, however long the database takes to be there."""
        call = call_of(endpoint, one)
        outcome = await PROTOCOLS[endpoint.protocol](http, call)
        result = result_of(call, outcome)
        waited, pause = 0.0, 0.1
        while True:
            try:
                await self.in_database(partial(record_result, probe_id=one.probe, attempt=one.attempt, result=result))
                return
            except (OperationalError, InterfaceError):
                if waited > DATABASE_AWAY_S:
                    raise
                await asyncio.sleep(pause)
                waited, pause = waited + pause, min(2.0, pause * 2)

    async def keep_leases(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if held := [one for _, one in self.held.values()]:
                try:
                    await self.in_database(partial(renew, held=held))
                except Exception as error:
                    # The next beat tries again, well before the leases run out.
                    away = isinstance(error, OperationalError | InterfaceError)
                    log.warning("leases were not renewed: %s", first_line(error), exc_info=not away)

    async def let_go(self) -> None:
        held = [one for _, one in self.held.values()]
        tasks = list(self.held)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if held:
            try:
                await self.in_database(partial(give_back, held=held, perhaps_paid=True))
            except Exception as error:
                log.warning("%s probes were left to their leases: %s", len(held), first_line(error))

    async def in_database(self, work: Callable[[], T]) -> T:
        return await self.loop.run_in_executor(self.database, partial(with_connection, work))


def with_connection(work: Callable[[], T]) -> T:
    """Runs in the database thread; a connection that broke is dropped, so that the next use opens a new one."""
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def close_connection() -> None:
    connection.close()


def take(endpoint_id: int, room: int) -> tuple[Endpoint, list[Claim]]:
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    if endpoint.status != EndpointStatus.ACTIVE or endpoint.protocol not in PROTOCOLS:
        return endpoint, []
    return endpoint, claim(endpoint=endpoint_id, limit=room)


def call_of(endpoint: Endpoint, one: Claim) -> Call:
    """The call a claim stands for. The key is read from the environment at the last moment and kept nowhere."""
    return Call(
        base_url=endpoint.base_url,
        model=endpoint.served_name,
        prompt=one.text,
        params=dict(endpoint.params),
        api_key=os.environ.get(endpoint.key_variable) if endpoint.key_variable else None,
        timeout_s=float(endpoint.timeout_s),
        allow_private=endpoint.allow_private,
    )


def result_of(call: Call, outcome: Outcome) -> Result:
    """An outcome in the words of the tables, with texts PostgreSQL can hold."""
    text, escaped = storable(outcome.text)
    reasoning, _ = storable(outcome.reasoning)
    request: dict[str, Any] = {"model": call.model, "system": call.system, **call.params}
    return Result(
        delivery=outcome.delivery,
        rule=outcome.rule,
        text=text,
        escaped=escaped,
        reasoning=reasoning,
        finish_reason=outcome.finish_reason,
        http_status=outcome.http_status,
        latency_ms=outcome.latency_ms,
        usage=outcome.usage,
        served_by=outcome.served_by or outcome.served_model,
        fingerprint=outcome.served_fingerprint,
        error=outcome.error,
        heals=outcome.retry == "retry",
        retries_at_most=outcome.retry_at_most,
        pauses=outcome.rule in PAUSING,
        retry_after_s=outcome.retry_after_s,
        perhaps_paid=outcome.sent == "maybe_paid",
        quarantined=outcome.quarantined,
        request=request,
        raw=outcome.raw,
    )


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


_runner: Runner | None = None
_lock = threading.Lock()


def runner() -> Runner:
    """This process's runner, started on first use (after the fork, never before), and anew where its loop has ended."""
    global _runner  # noqa: PLW0603 -- one for each process is the point
    with _lock:
        if _runner is None or _runner.is_over():
            _runner = Runner(settings.ENV.probes_in_flight)
        return _runner


def stop() -> None:
    """Stops this process's runner, if it has one."""
    if _runner is not None:
        _runner.stop()
