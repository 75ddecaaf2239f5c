"""Puts one call over any wire: send it, take in what comes with the time of each piece, decide.

`ask` never raises: whatever happens becomes an Outcome with the rule that decided it. A connection
that breaks in mid-stream leaves what had come, and where the stream had said how it ended before the
connection broke, that counts.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from workers.providers import transport
from workers.providers.addresses import AddressRefused
from workers.providers.body import BodyPacked, BodyTooBig, read_body
from workers.providers.headers import keep_headers
from workers.providers.intake import Intake
from workers.providers.keys import IN_PIECES, Key, usable_key
from workers.providers.reading import Reading
from workers.providers.results import Call, Outcome, Sent
from workers.providers.rules import Facts, decide
from workers.providers.text import one_line
from workers.providers.timing import Arrivals, Arriving
from workers.providers.wire import Wire, Written

# How long a server may keep the connection of a stream open after its last line.
GRACE_S = 2.0
# Rules that say a stream did not come to its end: a broken connection explains it better.
_OPEN_ENDED = frozenset({"stream_unfinished", "stream_garbled", "net_unexpected"})
# Long answers are read beside the loop, one at a time in a process, so that neither time nor memory runs away.
_LONG_ANSWERS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="candor-long-answers")


@dataclass(slots=True)
class _Received:
    """What has come so far; filled as it comes, so that an error leaves what there is."""

    begun: float
    intake: Intake
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    arriving: Arriving = field(default_factory=Arriving)
    latency_ms: int = 0

    def milliseconds(self) -> int:
        return round((time.perf_counter() - self.begun) * 1000)

    def take(self, piece: bytes) -> None:
        """Take a piece of the body. Raises BodyTooBig."""
        try:
            self.intake.take(piece)
        finally:
            self.arriving.note(self.milliseconds(), self.intake.length)


async def ask(wire: Wire, client: httpx.AsyncClient, call: Call) -> Outcome:
    """Put one prompt to one model. Never raises, except asyncio.CancelledError when it is cancelled."""
    received = _Received(time.perf_counter(), Intake(stream=call.stream))
    try:
        key = usable_key(call.api_key)
        request = _request(wire, client, call, key)
    except (AddressRefused, httpx.InvalidURL) as error:
        return _not_done(wire, "address_refused", "not_sent", str(error))
    except (ValueError, TypeError, RecursionError) as error:
        return _not_done(wire, "call_invalid", "not_sent", str(error))
    try:
        broken = await _exchanged(wire, client, request, received, call.timeout_s)
        received.latency_ms = received.milliseconds()
        if not received.intake.is_long:
            return _outcome(wire, received, key, broken)
        return await asyncio.get_running_loop().run_in_executor(_LONG_ANSWERS, _outcome, wire, received, key, broken)
    except Exception as error:
        # What came over the wire never makes a call raise, even where we make a mistake with it.
        failed = _not_done(wire, "unexpected", "answered", type(error).__name__)
        return replace(failed, http_status=received.status, latency_ms=received.latency_ms)
    except asyncio.CancelledError as error:
        # The frames it came through hold the headers, and the key with them; a report of it shall not.
        error.__context__ = None
        raise error.with_traceback(None) from None


def _outcome(wire: Wire, received: _Received, key: Key, broken: Outcome | None) -> Outcome:
    """What an exchange comes to: `broken` where it did not end well, unless what had come says more. Never raises."""
    body, arrivals = key.off_timed(received.intake.body(), received.arriving.moments)
    reading: Reading | None = None
    if broken is None or _says_more(received):
        seen, reading = _decided(wire, received, body, arrivals)
        outcome = seen if broken is None else _salvaged(broken, seen, received)
    else:
        outcome = broken
    in_pieces = reading is not None and key.is_in(reading.texts())
    return _without_key(replace(outcome, raw=IN_PIECES.encode() if in_pieces else body), key, received)


def _without_key(outcome: Outcome, key: Key, received: _Received) -> Outcome:
    """The outcome with what is known of its exchange, and the key in none of it, however a server repeated it."""
    text = key.off_text(outcome.text)
    return replace(
        outcome,
        latency_ms=received.latency_ms,
        http_status=received.status,
        raw_headers=keep_headers({name: key.off_text(value) for name, value in received.headers.items()}),
        text=text,
        pieces=outcome.pieces if text == outcome.text else (),
        reasoning=key.off_text(outcome.reasoning),
        finish_reason=key.off_text(outcome.finish_reason),
        usage=key.off_values(outcome.usage),
        served_model=key.off_text(outcome.served_model),
        served_fingerprint=key.off_text(outcome.served_fingerprint),
        served_by=key.off_text(outcome.served_by),
        error=key.off_text(outcome.error),
    )


def json_bytes(body: dict[str, Any]) -> bytes:
    """The JSON of a request. Raises ValueError or TypeError for what is no JSON."""
    return json.dumps(body, allow_nan=False).encode("ascii")


def _request(wire: Wire, client: httpx.AsyncClient, call: Call, key: Key) -> httpx.Request:
    written: Written = wire.write(call)
    headers = {"accept-encoding": "identity", **written.sent_headers()}
    if call.stream and call.allow_private:
        # llama.cpp closes after each stream and, not told to, promises the contrary: the next call would be lost.
        headers["connection"] = "close"
    if key.value is not None:
        name, before = wire.key
        headers[name] = before + key.value
    return client.build_request(
        "POST",
        written.url,
        content=json_bytes(written.body),
        headers=headers,
        timeout=transport.timeouts(call.timeout_s),
        extensions={"allow_private": call.allow_private},
    )


async def _exchanged(
    wire: Wire, client: httpx.AsyncClient, request: httpx.Request, received: _Received, timeout_s: float
) -> Outcome | None:
    """Send a request and take in what comes; None when that went well, else what it comes to by itself."""
    try:
        async with asyncio.timeout(timeout_s) as limit:
            await _exchange(wire, client, request, received, limit)
    except Exception as error:
        return _broken(wire, error, timeout_s)
    return None


async def _exchange(
    wire: Wire,
    client: httpx.AsyncClient,
    request: httpx.Request,
    received: _Received,
    limit: asyncio.Timeout,
) -> None:
    def take(piece: bytes) -> None:
        received.take(piece)
        if wire.last_line in received.intake.end:
            soon = asyncio.get_running_loop().time() + GRACE_S
            limit.reschedule(min(soon, limit.when() or soon))

    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        received.status = response.status_code
        received.headers = response.headers
        await read_body(response, take)
    finally:
        await response.aclose()


def _decided(wire: Wire, received: _Received, body: bytes, arrivals: Arrivals) -> tuple[Outcome, Reading | None]:
    """What the rules say of a body, and what they said it of."""
    try:
        reading = wire.reading(body)
        return wire.decide(reading, received.status, body, received.headers, arrivals), reading
    except Exception as error:
        # The body is kept even where our reading of it has a mistake.
        return _not_done(wire, "unexpected", "answered", type(error).__name__), None


def _says_more(received: _Received) -> bool:
    """Whether what is left of an exchange that broke tells something: by its status, or as the start of a stream."""
    return received.status is not None and (received.status >= 300 or received.intake.is_stream)


def _salvaged(broken: Outcome, seen: Outcome, received: _Received) -> Outcome:
    """A status that says enough, a stream that had said how it ended, or what had come of it beside why it broke."""
    if received.status is not None and received.status >= 300:
        return replace(seen, sent=broken.sent)
    if seen.rule not in _OPEN_ENDED:
        return seen
    return replace(
        broken,
        text=seen.text,
        reasoning=seen.reasoning,
        pieces=seen.pieces,
        usage=seen.usage,
        served_model=seen.served_model,
        served_fingerprint=seen.served_fingerprint,
        served_by=seen.served_by,
    )


def _broken(wire: Wire, error: Exception, timeout_s: float) -> Outcome:
    """The outcome of an exchange that ended in an error."""
    if isinstance(error, BodyTooBig):
        return _not_done(wire, "too_big", "answered", str(error))
    if isinstance(error, BodyPacked):
        return _not_done(wire, "encoding", "answered", f"The packing is {error}.")
    found = transport.failure(error)
    says = f"The limit is {timeout_s:g} s." if found == "timed_out" else transport.describe(error)
    if found == "unexpected":
        says = f"{type(error).__name__}: {says}"
    return _not_done(wire, found, transport.sent_state(error), says)


def _not_done(wire: Wire, found: str, sent: Sent, says: str) -> Outcome:
    """The outcome of a call that brought no complete response."""
    rule = decide(Facts(net=found), wire.rules)
    return Outcome(
        delivery=rule.delivery,
        rule=rule.id,
        error=one_line(f"{rule.about} {says}".strip()),
        retry=rule.retry,
        retry_at_most=rule.retry_at_most,
        sent=sent,
        quarantined=rule.quarantined,
    )
