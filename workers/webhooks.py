"""Sends what webhooks are to be told: through the one guarded way out, to public addresses alone.

An address comes from whoever made the webhook, so nothing is ever sent into our own network, no redirect is followed,
and what a receiver answers is not read beyond its status. Strangers' servers may be slow: a thread of its own waits for
them, and no task of the queue, so that probing and the sweep never do.
"""

import asyncio
import logging
import threading
from datetime import UTC, datetime

import httpx
from django.db import connection

from releases.actions.webhooks import Dispatch, claim_deliveries, record_delivery
from releases.rules.webhooks import signed_headers
from workers.database import Database, first_line
from workers.providers import transport

log = logging.getLogger("candor.webhooks")

AT_ONCE = 20
# What is not told by then is told again once its claim has run out.
STOP_WITHIN_S = 1.0
TIMEOUT_S = 15.0
# Of what keeps a call from being made, this alone is sure to be so the next time.
NEVER = frozenset({"address_refused"})


class Telling:
    """One for each process. `wake` and `stop` may be called from any thread."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()

    def wake(self) -> None:
        """Something may be due: begins, unless it is at it already, and returns at once."""
        with self.lock:
            if not self.stopping.is_set() and (self.thread is None or not self.thread.is_alive()):
                self.thread = threading.Thread(target=self.run, name="candor-webhooks", daemon=True)
                self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(STOP_WITHIN_S)

    def run(self) -> None:
        """Tells until nothing is due. A thread's connection ends with it."""
        try:
            while not self.stopping.is_set() and deliver_due():
                pass
        except Exception as error:
            log.warning("webhooks were not told: %s", first_line(error), exc_info=True)
        finally:
            connection.close()


def deliver_due(*, limit: int = AT_ONCE, allow_private: bool = False) -> int:
    """Sends what is due, and writes down how it went; how many were tried. `allow_private` is for tests alone."""
    taken = claim_deliveries(limit=limit)
    if taken:
        asyncio.run(deliver(taken, allow_private))
    return len(taken)


async def deliver(taken: list[Dispatch], allow_private: bool) -> None:
    """Each attempt ends in the database on its own, whatever becomes of the others."""
    database, room = Database(), asyncio.Semaphore(AT_ONCE)
    try:
        async with transport.client(AT_ONCE) as http:
            await asyncio.gather(*(one(database, http, room, dispatch, allow_private) for dispatch in taken))
    finally:
        database.close()


async def one(
    database: Database, http: httpx.AsyncClient, room: asyncio.Semaphore, dispatch: Dispatch, allow_private: bool
) -> None:
    status, error, found = None, "", ""
    async with room:
        try:
            status = await post(http, dispatch, allow_private)
        except Exception as problem:
            found = transport.failure(problem)
            error = "The address is not a public one." if found in NEVER else transport.describe(problem)
            error = f"{found}: {error}".strip(": ")
    if status is not None and not 200 <= status < 300:
        error = f"HTTP {status}"
    await database.run(lambda: record_delivery(dispatch=dispatch, status=status, error=error, for_good=found in NEVER))


async def post(http: httpx.AsyncClient, dispatch: Dispatch, allow_private: bool) -> int:
    """One attempt; the status it was answered with. Signed anew each time: receivers refuse old signatures."""
    headers = signed_headers(dispatch.secret, dispatch.message_id, datetime.now(UTC), dispatch.body)
    request = http.build_request(
        "POST",
        dispatch.url,
        content=dispatch.body.encode(),
        headers={**headers, "content-type": "application/json", "user-agent": "Candor-Webhooks/1"},
        timeout=transport.timeouts(TIMEOUT_S),
        extensions={"allow_private": allow_private},
    )
    async with asyncio.timeout(TIMEOUT_S):
        response = await http.send(request, stream=True, follow_redirects=False)
        await response.aclose()
    return response.status_code
