"""The protocol of chat completions: write the request, send it, read what comes, decide.

`ask` never raises: whatever happens becomes an Outcome with the rule that decided it. `classify`
is the half of it that needs no network, so that a stored response can be decided again.
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
from workers.providers.addresses import AddressRefused, check_address
from workers.providers.body import MAX_BODY_BYTES, BodyPacked, BodyTooBig, read_capped
from workers.providers.chat_response import Reading, read_body
from workers.providers.chat_rules import CHAT_RULES
from workers.providers.headers import keep_headers, retry_after_s
from workers.providers.keys import blank_key, blank_key_text, usable_key
from workers.providers.results import Call, Outcome, Sent
from workers.providers.rules import Facts, Rule, decide
from workers.providers.text import one_line

PATH = "/chat/completions"
# What a call says by itself; parameters never replace these.
_OWN_FIELDS = frozenset({"model", "messages", "stream"})
# A provider's own words about a key may quote part of it, so they are never repeated.
_SILENT = frozenset({"key_refused", "key_refused_text"})


@dataclass(slots=True)
class _Received:
    """What has come so far; filled as it comes, so that an error leaves what there is."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


async def ask(client: httpx.AsyncClient, call: Call) -> Outcome:
    """Put one prompt to one model. Never raises, except asyncio.CancelledError when it is cancelled."""
    begun = time.perf_counter()
    try:
        key = usable_key(call.api_key)
        request = _request(client, call, key)
    except (AddressRefused, httpx.InvalidURL) as error:
        return _not_done("address_refused", "not_sent", str(error))
    except (ValueError, TypeError, RecursionError) as error:
        return _not_done("call_invalid", "not_sent", str(error))
    received = _Received()
    try:
        async with asyncio.timeout(call.timeout_s):
            await _exchange(client, request, received)
    except Exception as error:
        outcome = _broken(error, call.timeout_s)
        if received.status is not None and received.status >= 300:
            # The status was there before the body broke, and says enough.
            outcome = replace(_decided(received, key), sent=outcome.sent)
    else:
        outcome = _decided(received, key)
    return replace(
        outcome,
        latency_ms=round((time.perf_counter() - begun) * 1000),
        http_status=received.status,
        raw=blank_key(bytes(received.body), key),
        raw_headers={name: blank_key_text(value, key) for name, value in keep_headers(received.headers).items()},
        text=blank_key_text(outcome.text, key),
        reasoning=blank_key_text(outcome.reasoning, key),
        error=blank_key_text(outcome.error, key),
    )


def classify(status: int | None, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Decide what a complete response is. `status` is None where only the body was kept. Never raises."""
    reading = read_body(body)
    facts = reading.facts(status)
    rule = decide(facts, CHAT_RULES)
    return Outcome(
        delivery=rule.deliver(facts),
        rule=rule.id,
        text=reading.answer,
        reasoning=reading.reasoning,
        finish_reason=reading.finish_reason,
        http_status=status,
        usage=reading.usage,
        served_model=reading.served_model,
        served_fingerprint=reading.served_fingerprint,
        served_by=reading.served_by,
        raw=body,
        raw_headers=keep_headers(headers),
        error=_error(rule, status, reading),
        retry=rule.retry,
        retry_at_most=rule.retry_at_most,
        sent="answered",
        retry_after_s=retry_after_s(headers),
        quarantined=rule.quarantined,
    )


def address(base_url: str, allow_private: bool) -> httpx.URL:
    """The address a call goes to: the endpoint's own plus the path, a query string kept.

    Raises AddressRefused or httpx.InvalidURL.
    """
    base_url = base_url.strip()
    check_address(base_url, allow_private)
    url = httpx.URL(base_url)
    path = url.path.rstrip("/")
    return url.copy_with(path=path if path.endswith(PATH) else path + PATH, fragment=None)


def request_body(call: Call) -> bytes:
    """The JSON of the request. Raises ValueError or TypeError for parameters that are no JSON."""
    body: dict[str, Any] = {name: value for name, value in call.params.items() if name not in _OWN_FIELDS}
    messages = [{"role": "user", "content": call.prompt}]
    if call.system is not None:
        messages.insert(0, {"role": "system", "content": call.system})
    return json.dumps({"model": call.model, "messages": messages, **body}, allow_nan=False).encode("ascii")


def _request(client: httpx.AsyncClient, call: Call, key: str | None) -> httpx.Request:
    headers = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    return client.build_request(
        "POST",
        address(call.base_url, call.allow_private),
        content=request_body(call),
        headers=headers,
        timeout=transport.timeouts(call.timeout_s),
        extensions={"allow_private": call.allow_private},
    )


async def _exchange(client: httpx.AsyncClient, request: httpx.Request, received: _Received) -> None:
    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        received.status = response.status_code
        received.headers = response.headers
        await read_capped(response, received.body)
    finally:
        await response.aclose()


def _decided(received: _Received, key: str | None) -> Outcome:
    try:
        return classify(received.status, blank_key(bytes(received.body), key), received.headers)
    except Exception as error:
        # What came over the wire never makes a call raise, even where our reading of it has a mistake.
        return _not_done("unexpected", "answered", type(error).__name__)


def _broken(error: Exception, timeout_s: float) -> Outcome:
    """The outcome of an exchange that ended in an error."""
    if isinstance(error, BodyTooBig):
        return _not_done("too_big", "answered", f"The limit is {MAX_BODY_BYTES // 2**20} MB.")
    if isinstance(error, BodyPacked):
        return _not_done("encoding", "answered", f"The packing is {error}.")
    word = transport.failure(error)
    says = f"The limit is {timeout_s:g} s." if word == "timed_out" else transport.describe(error)
    if word == "unexpected":
        says = f"{type(error).__name__}: {says}"
    return _not_done(word, transport.sent_state(error), says)


def _not_done(word: str, sent: Sent, says: str) -> Outcome:
    """The outcome of a call that brought no complete response."""
    rule = decide(Facts(net=word), CHAT_RULES)
    return Outcome(
        delivery=rule.delivery,
        rule=rule.id,
        error=one_line(f"{rule.about} {says}".strip()),
        retry=rule.retry,
        retry_at_most=rule.retry_at_most,
        sent=sent,
        quarantined=rule.quarantined,
    )


def _error(rule: Rule, status: int | None, reading: Reading) -> str:
    """One clear line for whoever looks after the endpoint; empty for a delivered answer."""
    if rule.delivery == "delivered":
        return ""
    parts = [f"HTTP {status}:" if status is not None and status >= 300 else "", rule.about]
    if rule.quarantined and reading.has_message:
        parts.append(f"finish_reason is {reading.finish_reason or 'missing'}.")
    if rule.id not in _SILENT:
        said = list(dict.fromkeys(reading.messages))
        parts.append("It says: " + " | ".join(said) if said else "")
    return one_line(" ".join(part for part in parts if part))
