"""What one wire protocol is: how a request is written, how a response is read, and which rules decide.

The rest is the same for all of them and stands in `exchange`. `classify` needs no network, so that a
stored response can be decided again from its bytes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from workers.providers.addresses import AddressRefused, check_address
from workers.providers.body import BodyTooBig
from workers.providers.dialects import SERVED_BY_HEADERS
from workers.providers.headers import keep_headers, retry_after_s
from workers.providers.reading import Reading
from workers.providers.results import Call, Outcome
from workers.providers.rules import Rule, decide
from workers.providers.text import one_line
from workers.providers.timing import Arrivals, pieces

# A provider's own words about a key may quote part of it, so they are never repeated.
_SILENT = frozenset({"key_refused", "key_refused_text"})
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Written:
    """A request as it goes out, without the key: enough to repeat the call by hand."""

    url: httpx.URL
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    stream: bool = False

    def sent_headers(self) -> dict[str, str]:
        """The headers that say what is sent and what is wanted back; no key among them."""
        return {
            "content-type": "application/json",
            "accept": "text/event-stream" if self.stream else "application/json",
            **self.headers,
        }


@dataclass(frozen=True, slots=True)
class Wire:
    """One protocol. `key` is the header the key goes into and what stands before it there.

    `write` raises AddressRefused, httpx.InvalidURL, or ValueError and TypeError for a call that
    cannot be written. `last_line` begins the last line of a stream; what comes after it says nothing.
    """

    name: str
    rules: tuple[Rule, ...]
    write: Callable[[Call], Written]
    read: Callable[[bytes], Reading]
    key: tuple[str, str] = ("authorization", "Bearer ")
    last_line: bytes = b"\n\n\n"

    def classify(self, status: int | None, body: bytes, headers: Mapping[str, str], arrivals: Arrivals = ()) -> Outcome:
        """Decide what a complete response is. `status` is None where only the body was kept. Never raises.

        `arrivals` say when the bytes came; without them an outcome has no `pieces`.
        """
        return self.decide(self.reading(body), status, body, headers, arrivals)

    def reading(self, body: bytes) -> Reading:
        """What a body holds; of one that is larger than we take, only that. Never raises."""
        try:
            return self.read(body)
        except BodyTooBig as error:
            return Reading(too_big=str(error))

    def decide(
        self, reading: Reading, status: int | None, body: bytes, headers: Mapping[str, str], arrivals: Arrivals = ()
    ) -> Outcome:
        """The same from a body that has been read. Never raises."""
        facts = reading.facts(status)
        rule = decide(facts, self.rules)
        text = reading.answer
        kept = keep_headers(headers)
        asked_back = retry_after_s(headers)
        return Outcome(
            delivery=rule.deliver(facts),
            rule=rule.id,
            text=text,
            reasoning=reading.reasoning,
            pieces=pieces(reading.answered, arrivals, len(text)),
            finish_reason=reading.finish_reason,
            http_status=status,
            usage=reading.usage,
            served_model=reading.served_model,
            served_fingerprint=reading.served_fingerprint,
            served_by=reading.served_by or next((kept[name] for name in SERVED_BY_HEADERS if name in kept), ""),
            raw=body,
            raw_headers=kept,
            error=_error(rule, status, reading),
            retry=rule.retry,
            retry_at_most=rule.retry_at_most,
            sent="answered",
            retry_after_s=asked_back if asked_back is not None else reading.retry_after_s,
            quarantined=rule.quarantined,
        )


def shown(wire: Wire, written: Written, key_name: str = "") -> dict[str, Any]:
    """A request as it may be stored and shown: {"protocol", "url", "headers", "body"}, all of it JSON.

    Where the key goes stands `$` and the name of the variable it is read from, as a shell would take it;
    `$API_KEY` where the key has another kind of name, such as a file's. An empty name means that no key is sent.
    """
    headers = written.sent_headers()
    if key_name:
        name, before = wire.key
        headers[name] = f"{before}${key_name if _VARIABLE.fullmatch(key_name) else 'API_KEY'}"
    return {"protocol": wire.name, "url": str(written.url), "headers": headers, "body": written.body}


@functools.lru_cache(maxsize=256)
def address(base_url: str, allow_private: bool, path: str, *, alone: str = "") -> httpx.URL:
    """The address a call goes to: the endpoint's own plus the path, a query string kept.

    `alone` is put in front of the path where the endpoint's address has none. Raises AddressRefused
    or httpx.InvalidURL.
    """
    base_url = base_url.strip()
    check_address(base_url, allow_private)
    url = httpx.URL(base_url)
    try:
        # httpx reads a name's international form only here.
        _ = url.host
    except ValueError:
        raise AddressRefused("The address has a host name that cannot be read.") from None
    before = url.path.rstrip("/") or alone
    return url.copy_with(path=before if before.endswith(path) else before + path, fragment=None)


def _error(rule: Rule, status: int | None, reading: Reading) -> str:
    """One clear line for whoever looks after the endpoint; empty for a delivered answer."""
    if rule.delivery == "delivered":
        return ""
    parts = [f"HTTP {status}:" if status is not None and status >= 300 else "", rule.about, reading.too_big]
    if rule.quarantined and reading.has_message:
        parts.append(f"finish_reason is {reading.finish_reason or 'missing'}.")
    if rule.id not in _SILENT:
        said = list(dict.fromkeys(reading.messages))
        parts.append("It says: " + " | ".join(said) if said else "")
    return one_line(" ".join(part for part in parts if part))
