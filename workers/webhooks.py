"""Sends what webhooks are to be told: through the one guarded way out, to public addresses alone.

An address comes from whoever made the webhook, so nothing is ever sent into our own network, no redirect is followed,
and what a receiver answers is not read beyond its status. Strangers' servers may be slow: a thread of its own waits for
them, and no task of the queue, so that probing and the sweep never do.
"""

import asyncio
import logging
import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
import httpx
from django.conf import settings
from django.db import connection

from releases.actions.webhooks import Dispatch, claim_deliveries, record_delivery
from releases.rules.webhooks import is_literal, is_loopback, signed_headers
from workers.database import Database, first_line
from workers.providers import transport

log = logging.getLogger("candor.webhooks")

AT_ONCE = 20
# What is not told by then is told again once its claim has run out.
STOP_WITHIN_S = 1.0
TIMEOUT_S = 15.0
# What is told of a name that no public server has: whether it leads into our own network is nobody's business.
NO_SERVER = "not_connected: No public server was found under this name."
REFUSED = "address_refused: The address is not a public one."


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
            while not self.stopping.is_set() and deliver_due(allow_private=settings.WEBHOOKS_TO_LOOPBACK):
                pass
        except Exception as error:
            log.warning("webhooks were not told: %s", first_line(error), exc_info=True)
        finally:
            connection.close()


def deliver_due(*, limit: int = AT_ONCE, allow_private: bool = False) -> int:
    """Sends what is due, and writes down how it went; how many were tried. `allow_private`: also to this machine."""
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
    status, error = None, ""
    async with room:
        try:
            status = await post(http, dispatch, allow_private)
        except Exception as problem:
            error = told(problem, urlsplit(dispatch.url).hostname or "")
    if status is not None and not 200 <= status < 300:
        error = f"HTTP {status}"
    # This alone is sure to be so the next time as well: a name may lead elsewhere by then.
    for_good = error == REFUSED
    await database.run(lambda: record_delivery(dispatch=dispatch, status=status, error=error, for_good=for_good))


def told(problem: Exception, host: str) -> str:
    """Why nothing was sent, in words that say the same of a name within our own network as of one that is nowhere."""
    found = transport.failure(problem)
    if found == "address_refused":
        return REFUSED if is_literal(host) else NO_SERVER
    if is_unknown(problem):
        return NO_SERVER
    return f"{found}: {transport.describe(problem)}".strip(": ")


def is_unknown(problem: BaseException | None) -> bool:
    """Whether the name could not be resolved."""
    while problem is not None:
        if isinstance(problem, aiohttp.ClientConnectorDNSError):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


async def post(http: httpx.AsyncClient, dispatch: Dispatch, allow_private: bool) -> int:
    """One attempt; the status it was answered with. Signed anew each time: receivers refuse old signatures."""
    now, host = datetime.now(UTC), urlsplit(dispatch.url).hostname or ""
    headers = signed_headers(dispatch.secret, dispatch.message_id, now, dispatch.body, former=dispatch.former)
    request = http.build_request(
        "POST",
        dispatch.url,
        content=dispatch.body.encode(),
        headers={**headers, "content-type": "application/json", "user-agent": "Candor-Webhooks/1"},
        timeout=transport.timeouts(TIMEOUT_S),
        extensions={"allow_private": allow_private and is_loopback(host)},
    )
    async with asyncio.timeout(TIMEOUT_S):
        response = await http.send(request, stream=True, follow_redirects=False)
        await response.aclose()
    return response.status_code
