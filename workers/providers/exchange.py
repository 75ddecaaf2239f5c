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
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from workers.providers import transport
from workers.providers.addresses import AddressRefused
from workers.providers.body import MAX_BODY_BYTES, MAX_STREAM_BYTES, BodyPacked, BodyTooBig, read_capped
from workers.providers.headers import keep_headers
from workers.providers.keys import Key, usable_key
from workers.providers.results import Call, Outcome, Sent
from workers.providers.rules import Facts, decide
from workers.providers.sse import is_stream
from workers.providers.text import one_line
from workers.providers.wire import Wire, Written

# How long a server may keep the connection of a stream open after its last line.
GRACE_S = 2.0
# Rules that say a stream did not come to its end: a broken connection explains it better.
_OPEN_ENDED = frozenset({"stream_unfinished", "stream_garbled", "net_unexpected"})


@dataclass(slots=True)
class _Received:
    """What has come so far; filled as it comes, so that an error leaves what there is."""

    begun: float
    most: int
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    arrivals: list[tuple[int, int]] = field(default_factory=list)

    def milliseconds(self) -> int:
        return round((time.perf_counter() - self.begun) * 1000)

    def note_arrival(self) -> None:
        now = self.milliseconds()
        if self.arrivals and self.arrivals[-1][0] == now:
            self.arrivals.pop()
        self.arrivals.append((now, len(self.body)))


async def ask(wire: Wire, client: httpx.AsyncClient, call: Call) -> Outcome:
    """Put one prompt to one model. Never raises, except asyncio.CancelledError when it is cancelled."""
    received = _Received(time.perf_counter(), MAX_STREAM_BYTES if call.stream else MAX_BODY_BYTES)
    try:
        key = usable_key(call.api_key)
        request = _request(wire, client, call, key)
    except (AddressRefused, httpx.InvalidURL) as error:
        return _not_done(wire, "address_refused", "not_sent", str(error))
    except (ValueError, TypeError, RecursionError) as error:
        return _not_done(wire, "call_invalid", "not_sent", str(error))
    try:
        async with asyncio.timeout(call.timeout_s) as limit:
            await _exchange(wire, client, request, received, limit)
    except Exception as error:
        outcome = _salvaged(wire, _broken(wire, error, call.timeout_s, received.most), received, key)
    except asyncio.CancelledError as error:
        # The frames it came through hold the headers, and the key with them; a report of it shall not.
        error.__context__ = None
        raise error.with_traceback(None) from None
    else:
        outcome = _decided(wire, received, key)
    return _without_key(outcome, key, received)


def _without_key(outcome: Outcome, key: Key, received: _Received) -> Outcome:
    """The outcome with what is known of its exchange, and the key in none of it, however a server repeated it."""
    text = key.off_text(outcome.text)
    return replace(
        outcome,
        latency_ms=received.milliseconds(),
        http_status=received.status,
        raw=key.off(bytes(received.body)),
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


async def _exchange(
    wire: Wire,
    client: httpx.AsyncClient,
    request: httpx.Request,
    received: _Received,
    limit: asyncio.Timeout,
) -> None:
    def arrived() -> None:
        received.note_arrival()
        if wire.last_line in received.body[-200:]:
            soon = asyncio.get_running_loop().time() + GRACE_S
            limit.reschedule(min(soon, limit.when() or soon))

    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        received.status = response.status_code
        received.headers = response.headers
        await read_capped(response, received.body, received.most, arrived)
    finally:
        await response.aclose()


def _decided(wire: Wire, received: _Received, key: Key) -> Outcome:
    body = bytes(received.body)
    blanked = key.off(body)
    arrivals = received.arrivals
    if blanked != body:
        arrivals = [(moment, len(key.off(body[:length]))) for moment, length in arrivals]
    try:
        return wire.classify(received.status, blanked, received.headers, arrivals)
    except Exception as error:
        # What came over the wire never makes a call raise, even where our reading of it has a mistake.
        return _not_done(wire, "unexpected", "answered", type(error).__name__)


def _salvaged(wire: Wire, broken: Outcome, received: _Received, key: Key) -> Outcome:
    """What is left of an exchange that broke: a status that says enough, or the beginning of a stream."""
    if received.status is None:
        return broken
    if received.status >= 300:
        return replace(_decided(wire, received, key), sent=broken.sent)
    if not is_stream(received.body):
        return broken
    seen = _decided(wire, received, key)
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


def _broken(wire: Wire, error: Exception, timeout_s: float, most: int) -> Outcome:
    """The outcome of an exchange that ended in an error."""
    if isinstance(error, BodyTooBig):
        return _not_done(wire, "too_big", "answered", f"The limit is {most // 2**20} MB.")
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
