"""Where calls may go, and what a failed one says about its request."""

import asyncio
import ipaddress
import os
import socket
import ssl

import aiohttp
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from workers.providers import PROTOCOLS
from workers.providers.addresses import AddressRefused, check_address, check_ip
from workers.providers.results import Call
from workers.providers.transport import GuardedResolver, GuardedTransport, client, failure, sent_state

NEVER = [
    "169.254.169.254", "169.254.0.1", "168.63.129.16", "192.0.0.192", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "100.64.0.1", "fe80::1", "ff02::1", "::", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "::127.0.0.1",
    "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b:1::7f00:1",
]  # fmt: skip
LOCAL = [
    "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "172.32.0.1", "11.0.0.1"]
ODD = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.1", "0x7f.0.0.1", "127.0.0.1.", "017700000001", "0"]
TRICKS = ["localhost", "LOCALHOST", "①②⑦.⓪.⓪.①", "127%2e0.0.1", "[::1]%00", "127。0。0。1"]


@pytest.mark.parametrize("address", NEVER)
def test_addresses_nothing_goes_to(address):
    for allow_private in (False, True):
        with pytest.raises(AddressRefused):
            check_ip(ipaddress.ip_address(address), allow_private)


@pytest.mark.parametrize("address", LOCAL)
def test_local_addresses_only_where_allowed(address):
    check_ip(ipaddress.ip_address(address), True)
    with pytest.raises(AddressRefused, match="Mark the endpoint as local"):
        check_ip(ipaddress.ip_address(address), False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address):
    for allow_private in (False, True):
        check_ip(ipaddress.ip_address(address), allow_private)
        host = f"[{address}]" if ":" in address else address
        check_address(f"https://{host}/v1", allow_private)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.com", "must begin with http"),
        ("file:///etc/passwd", "must begin with http"),
        ("example.com/v1", "must begin with http"),
        ("", "must begin with http"),
        ("http://", "no host name"),
        ("http:///v1", "no host name"),
        ("http://user:secret@example.com", "must not hold a user name"),
        ("http://user@example.com", "must not hold a user name"),
        ("http://[::1", "not a valid URL"),
        ("http://example.com:port", "not a valid URL"),
        ("http://example.com:99999", "not a valid URL"),
    ],
)
def test_addresses_that_are_none(url, says):
    with pytest.raises(AddressRefused, match=says) as caught:
        check_address(url, allow_private=True)
    assert "secret" not in str(caught.value)


def ask(base_url, **more):
    async def run():
        async with client(4) as session:
            return await PROTOCOLS["openai_chat"](session, Call(base_url, "answer", "p", **{"timeout_s": 3.0, **more}))

    return asyncio.run(run())


@pytest.mark.parametrize("host", [*NEVER, *LOCAL, *ODD, *TRICKS])
def test_no_packet_leaves_for_a_refused_address(host):
    with RawServer(None) as server:
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        outcome = ask(f"http://{host}:{server.port}/v1")
    assert (outcome.delivery, outcome.rule, outcome.sent) == ("failed", "net_address_refused", "not_sent")
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_a_local_model_is_reached_where_allowed(host):
    with FakeProvider() as provider:
        outcome = ask(f"http://{host}:{provider.port}/v1", allow_private=True)
    assert outcome.delivery == "delivered"


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0.0.0.0"])
def test_odd_ways_to_write_it_stay_refused_where_local_is_allowed(host):
    with RawServer(None) as server:
        outcome = ask(f"http://{host}:{server.port}/v1", allow_private=True)
    assert outcome.rule == "net_address_refused"
    assert server.connections == 0


def resolve_to(monkeypatch, *addresses):
    """Let every name resolve to these."""

    def answer(host, port, *args, **kwargs):
        return [
            (socket.AF_INET6 if ":" in found else socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))
            if ":" not in found
            else (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (found, port, 0, 0))
            for found in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"]],
)
def test_a_name_is_refused_when_any_of_its_addresses_is(monkeypatch, addresses):
    with RawServer(None) as server:
        resolve_to(monkeypatch, *addresses)
        outcome = ask(f"http://model.example:{server.port}/v1")
    assert (outcome.rule, outcome.sent) == ("net_address_refused", "not_sent")
    assert addresses[-1].removeprefix("::ffff:") in outcome.error
    assert server.connections == 0


def test_a_metadata_name_is_refused_even_where_local_is_allowed(monkeypatch):
    resolve_to(monkeypatch, "169.254.169.254")
    assert ask("http://metadata.example/v1", allow_private=True).rule == "net_address_refused"


def test_a_name_is_resolved_once_and_connected_as_resolved(monkeypatch):
    """A second look-up, after the check, could give another address."""
    asked = []
    with FakeProvider() as provider:

        def answer(host, port, *args, **kwargs):
            asked.append(host)
            found = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        outcome = ask(f"http://model.example:{provider.port}/v1", allow_private=True)
    assert outcome.delivery == "delivered"
    assert asked == ["model.example"]


def test_the_resolver_gives_back_what_it_found():
    async def run():
        return await GuardedResolver(allow_private=True).resolve("localhost", 80, socket.AF_INET)

    assert {found["host"] for found in asyncio.run(run())} == {"127.0.0.1"}


def test_a_connection_made_for_local_use_is_not_used_for_public():
    """The pools are apart: a kept-alive connection does not carry its permission along."""

    async def run(base_url):
        async with client(4) as session:
            local = Call(base_url, "answer", "p", allow_private=True)
            public = Call(base_url, "answer", "p", allow_private=False)
            return [(await PROTOCOLS["openai_chat"](session, call)).rule for call in (local, public)]

    with FakeProvider() as provider:
        assert asyncio.run(run(provider.base_url)) == ["answer", "net_address_refused"]


def test_the_guard_holds_for_anything_sent_through_the_client():
    async def run(port):
        async with client(1) as session:
            with pytest.raises(AddressRefused):
                await session.get(f"http://127.0.0.1:{port}/")

    with RawServer(None) as server:
        asyncio.run(run(server.port))
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]"])
def test_the_last_look_is_at_the_socket(host):
    """Past the first look, a literal address still gets no connection."""

    async def run(port):
        transport = GuardedTransport(max_in_flight=1)
        request = httpx.Request("GET", f"http://{host}:{port}/", extensions={"timeout": {}})
        try:
            await transport._pools[False].handle_async_request(request)
        except Exception as error:
            return failure(error), sent_state(error)
        finally:
            await transport.aclose()

    with RawServer(None) as server:
        assert asyncio.run(run(server.port)) == ("address_refused", "not_sent")
    assert server.connections == 0


def test_no_cookie_goes_from_one_call_to_the_next():
    reply = b"HTTP/1.1 200 OK\r\nSet-Cookie: visitor=7; Path=/\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

    async def run(base_url):
        async with client(1) as session:
            for _ in range(2):
                await PROTOCOLS["openai_chat"](session, Call(base_url, "m", "p", allow_private=True))

    with RawServer(reply) as server:
        asyncio.run(run(server.base_url))
    assert len(server.requests) == 2
    assert all(b"cookie" not in request.lower() for request in server.requests)


def test_no_proxy_from_the_environment(monkeypatch):
    with RawServer(None) as proxy, FakeProvider() as provider:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setitem(os.environ, name, f"http://127.0.0.1:{proxy.port}")
        outcome = ask(provider.base_url, allow_private=True)
    assert outcome.delivery == "delivered"
    assert proxy.connections == 0


def test_a_redirect_is_not_followed():
    with RawServer(None) as elsewhere:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.base_url}\r\nContent-Length: 0\r\n\r\n"
        with RawServer(moved.encode()) as server:
            outcome = ask(server.base_url, allow_private=True)
    assert (outcome.rule, outcome.http_status) == ("moved", 307)
    assert elsewhere.connections == 0


PLACE = ConnectionKey("model.example", 443, True, True, None, None, None)


def caused(outer, inner):
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "word", "sent"),
    [
        (
            caused(httpx.ConnectTimeout(""), aiohttp.ClientConnectorError(PLACE, ConnectionRefusedError())),
            "not_connected",
            "not_sent",
        ),
        (
            caused(httpx.ConnectTimeout(""), aiohttp.ClientConnectorDNSError(PLACE, OSError("no name"))),
            "not_connected",
            "not_sent",
        ),
        (caused(httpx.TimeoutException(""), aiohttp.ConnectionTimeoutError()), "not_connected", "not_sent"),
        (
            caused(
                httpx.ConnectTimeout(""),
                aiohttp.ClientConnectorCertificateError(PLACE, ssl.SSLCertVerificationError("self-signed")),
            ),
            "certificate",
            "not_sent",
        ),
        (caused(httpx.ConnectTimeout(""), aiohttp.ServerDisconnectedError()), "connection_lost", "maybe_paid"),
        (caused(httpx.ConnectTimeout(""), aiohttp.ClientOSError(104, "reset")), "connection_lost", "maybe_paid"),
        (caused(httpx.ReadError(""), aiohttp.ClientPayloadError()), "connection_lost", "maybe_paid"),
        (caused(httpx.ReadTimeout(""), aiohttp.SocketTimeoutError()), "timed_out", "maybe_paid"),
        (TimeoutError(), "timed_out", "maybe_paid"),
        (httpx.ConnectTimeout("with no cause to judge by"), "timed_out", "maybe_paid"),
        (AddressRefused("no"), "address_refused", "not_sent"),
        (httpx.UnsupportedProtocol("no"), "address_refused", "not_sent"),
        (ValueError("no idea"), "unexpected", "maybe_paid"),
    ],
)
def test_not_sent_is_said_only_where_it_is_sure(error, word, sent):
    assert (failure(error), sent_state(error)) == (word, sent)


def test_errors_in_a_circle_end():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert failure(first) == "unexpected"
