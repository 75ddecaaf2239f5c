"""The one way out: an HTTP client that only connects to addresses it may connect to.

Two connection pools stand behind it, one for public addresses and one for endpoints marked as
local, so that a connection opened under one permission is never used under the other. Each call
says which by the request extension "allow_private". No redirect is followed and nothing is read
from the environment: neither a proxy nor a certificate bundle may change where a call goes.
"""

from __future__ import annotations

import functools
import ipaddress
import socket
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from httpx_aiohttp import AiohttpTransport

from workers.providers.addresses import AddressRefused, check_address, check_ip
from workers.providers.results import Sent

CONNECT_TIMEOUT_S = 10.0
# Resolving, connecting and TLS together. The transport reads it from httpx's "pool" timeout.
REACH_TIMEOUT_S = 20.0
# Shorter than most servers keep an idle connection, so that few requests meet a closing one.
KEEPALIVE_S = 15.0
DNS_CACHE_S = 30


class GuardedResolver(AbstractResolver):
    """Resolves a name once, and refuses it when any of its addresses is not allowed."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for result in found:
            check_ip(ipaddress.ip_address(result["host"]), self._allow_private)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _open_socket(info: tuple[Any, ...], *, allow_private: bool) -> socket.socket:
    """The last look, at the very address the socket is for. IP literals pass by the resolver, but not by here."""
    family, kind, protocol, _, address = info
    check_ip(ipaddress.ip_address(address[0]), allow_private)
    return socket.socket(family=family, type=kind, proto=protocol)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over aiohttp, with the guard on every request. Belongs to one event loop."""

    def __init__(self, *, max_in_flight: int) -> None:
        self._max_in_flight = max_in_flight
        self._ssl = httpx.create_ssl_context(trust_env=False)
        # Python itself looks at SSLKEYLOGFILE, which would have every connection's secrets written down.
        self._ssl.keylog_filename = None  # type: ignore[assignment]
        self._pools = {
            allow_private: AiohttpTransport(
                verify=self._ssl,
                trust_env=False,
                # Called at the first request: a session can only be made inside a running loop.
                client=functools.partial(self._session, allow_private),
            )
            for allow_private in (False, True)
        }

    def _session(self, allow_private: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._max_in_flight,
            limit_per_host=0,
            ssl=self._ssl,
            resolver=GuardedResolver(allow_private=allow_private),
            ttl_dns_cache=DNS_CACHE_S,
            keepalive_timeout=KEEPALIVE_S,
            socket_factory=functools.partial(_open_socket, allow_private=allow_private),
        )
        return aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        allow_private = bool(request.extensions.get("allow_private", False))
        check_address(str(request.url), allow_private)
        response = await self._pools[allow_private].handle_async_request(request)
        # A server's own words beside the status go into httpx's log, and may repeat what they should not.
        response.extensions.pop("reason_phrase", None)
        return response

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()


def client(max_in_flight: int) -> httpx.AsyncClient:
    """A client for at most `max_in_flight` calls at a time, for one event loop; close it with `aclose()`."""
    return httpx.AsyncClient(
        transport=GuardedTransport(max_in_flight=max_in_flight),
        # No call may be answered in the light of an earlier one, so no cookie is taken.
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT_S),
    )


def timeouts(total_s: float) -> httpx.Timeout:
    """The phases of one call that may take `total_s` seconds; the caller bounds the whole of it.

    Those before the request is sent always end first, so that a server that is not reached is told
    from one that does not answer.
    """
    return httpx.Timeout(
        connect=min(CONNECT_TIMEOUT_S, total_s * 0.7),
        pool=min(REACH_TIMEOUT_S, total_s * 0.8),
        read=total_s,
        write=total_s,
    )


# The first line that fits any of the errors in the chain decides. Several of these are the same
# httpx error on the outside: a refused connection and a server that hung up after it had taken the
# request are told apart by the aiohttp error inside.
_FAILURES: tuple[tuple[type[BaseException], str], ...] = (
    (AddressRefused, "address_refused"),
    (aiohttp.InvalidURL, "address_refused"),
    (aiohttp.NonHttpUrlClientError, "address_refused"),
    (httpx.InvalidURL, "address_refused"),
    (httpx.UnsupportedProtocol, "address_refused"),
    (aiohttp.ClientConnectorCertificateError, "certificate"),
    (aiohttp.ServerFingerprintMismatch, "certificate"),
    (aiohttp.ConnectionTimeoutError, "not_connected"),
    (aiohttp.ClientConnectorError, "not_connected"),
    (aiohttp.ClientOSError, "connection_lost"),
    (aiohttp.ClientPayloadError, "connection_lost"),
    (aiohttp.ServerDisconnectedError, "connection_lost"),
    (aiohttp.ClientResponseError, "not_http"),
    (TimeoutError, "timed_out"),
    (httpx.TimeoutException, "timed_out"),
    (aiohttp.ClientError, "connection_lost"),
    (httpx.TransportError, "connection_lost"),
    (OSError, "connection_lost"),
)
_NOTHING_LEFT = frozenset({"address_refused", "certificate", "not_connected"})


def failure(exc: BaseException) -> str:
    """The word by which the table of rules knows how a call failed on its way."""
    causes = _causes(exc)
    for kind, word in _FAILURES:
        if any(isinstance(error, kind) for error in causes):
            return word
    return "unexpected"


def sent_state(exc: BaseException) -> Sent:
    """Whether the request of a failed call may have arrived: "not_sent" only where it surely did not."""
    return "not_sent" if failure(exc) in _NOTHING_LEFT else "maybe_paid"


def describe(exc: BaseException) -> str:
    """What to say of a failed call: the guard's own sentence where it refused, else the error's."""
    refused = next((error for error in _causes(exc) if isinstance(error, AddressRefused)), None)
    if refused is not None:
        return str(refused)
    # A library's error about a URL repeats the whole of it, query string and all.
    return "The address is not a valid URL." if failure(exc) == "address_refused" else str(exc)


def _causes(exc: BaseException) -> list[BaseException]:
    """The error and what caused it, outermost first, with the system error aiohttp keeps beside its own."""
    found: list[BaseException] = []
    queue: list[BaseException | None] = [exc]
    while queue and len(found) < 20:
        error = queue.pop(0)
        if error is None or error in found:
            continue
        found.append(error)
        queue.append(error.__cause__)
        if isinstance(error, aiohttp.ClientConnectorError):
            queue.append(error.os_error)
    return found
