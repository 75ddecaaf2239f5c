"""Hostile addresses through the real client and every protocol: nothing connects, and the call was surely not sent."""

import asyncio
import os
import socket
import ssl
import sys
from itertools import product

import pytest

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.provider_addresses import LOCAL, NAMES, NEVER, NUMBERS, TRICKS, WHOLE
from tests.workers.provider_calls import raw_reply
from workers.providers import PROTOCOLS, transport
from workers.providers.results import Call
from workers.providers.transport import client

# What sockets were told to reach while somebody looked; a hook of the interpreter cannot be taken off again.
_LOOKING = []
_REACHING = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def _note(event, arguments):
    if _LOOKING and event in _REACHING:
        address = arguments[1]
        if isinstance(address, tuple):
            _LOOKING[-1].append(address[:2])
            if not address[0].startswith("127."):
                # Nothing of a test leaves the machine, whatever the guard let pass.
                raise OSError("the tests reach nobody")


sys.addaudithook(_note)


@pytest.fixture
def reached():
    """(address, port) of everything that a socket was told to reach, in order."""
    _LOOKING.append([])
    yield _LOOKING[-1]
    _LOOKING.pop()


@pytest.fixture
def resolving(monkeypatch):
    """`to` is what a name resolves to: a list, or a function of the name. `asked` are the names."""

    class Resolving:
        to = ()
        asked = []

    def answer(host, port, *args, **kwargs):
        told.asked.append(host)
        found = told.to(host) if callable(told.to) else told.to
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0))
            if ":" in one
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in found
        ]

    told = Resolving()
    told.asked = []
    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return told


def ask_each(protocol, addresses, **more):
    """One client, one call after the other; gives the outcomes by address."""

    async def run():
        async with client(4) as session:
            return {
                base: await PROTOCOLS[protocol](session, Call(base, "answer", "p", **{"timeout_s": 2.0, **more}))
                for base in addresses
            }

    return asyncio.run(run())


def written(host):
    return f"[{host}]" if ":" in host and "[" not in host and "]" not in host else host


def told(outcomes):
    return {base: (outcome.rule, outcome.delivery, outcome.sent, outcome.raw) for base, outcome in outcomes.items()}


REFUSED = ("net_address_refused", "failed", "not_sent", b"")


def test_there_are_enough_of_them():
    hosts = [*NEVER, *LOCAL, *NUMBERS, *TRICKS, *NAMES, *WHOLE]
    assert len(set(hosts)) == len(hosts) > 200


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_no_packet_leaves(protocol, stream, reached, resolving):
    """Every name resolves to this machine, where somebody listens."""
    resolving.to = ["127.0.0.1"]
    with RawServer(None) as server:
        bases = [f"http://{written(host)}:{server.port}/v1" for host in (*NEVER, *LOCAL, *NUMBERS, *TRICKS, *NAMES)]
        bases += [base.format(port=server.port) for base in WHOLE]
        outcomes = ask_each(protocol, bases, stream=stream)
    assert told(outcomes) == dict.fromkeys(bases, REFUSED)
    assert all(outcome.error for outcome in outcomes.values())
    assert reached == []
    assert server.connections == 0


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_what_stays_refused_where_local_is_allowed(protocol, reached, resolving):
    resolving.to = ["169.254.169.254"]
    with RawServer(None) as server:
        bases = [f"http://{written(host)}:{server.port}/v1" for host in (*NEVER, *NUMBERS, *NAMES)]
        outcomes = ask_each(protocol, bases, allow_private=True)
    assert told(outcomes) == dict.fromkeys(bases, REFUSED)
    assert reached == []
    assert server.connections == 0


@pytest.mark.parametrize("hostile", [*NEVER, *LOCAL])
def test_a_name_that_resolves_there(hostile, reached, resolving):
    """Alone, or beside a public address, first or last."""
    bases = ["http://model.example/v1", "https://model.example/v1"]
    for found in ([hostile], ["93.184.215.14", hostile], [hostile, "2606:4700:4700::1111"]):
        resolving.to = found
        assert told(ask_each("openai_chat", bases)) == dict.fromkeys(bases, REFUSED)
        allowed = ask_each("openai_chat", bases, allow_private=True) if hostile in NEVER else {}
        assert set(told(allowed).values()) <= {REFUSED}
    assert reached == []
    assert set(resolving.asked) == {"model.example"}


def test_what_is_connected_to_is_what_was_looked_at(reached, resolving):
    """The name is public when it is looked at, and this machine from then on."""
    with RawServer(None) as server:
        resolving.to = lambda host: ["93.184.215.14"] if len(resolving.asked) == 1 else ["127.0.0.1"]
        base = f"http://model.example:{server.port}/v1"
        outcomes = [ask_each("openai_chat", [base])[base] for _ in range(2)]
        assert reached == [("93.184.215.14", server.port)]
        assert [outcome.rule for outcome in outcomes] == ["net_not_connected", "net_address_refused"]
        assert {outcome.sent for outcome in outcomes} == {"not_sent"}
        assert server.connections == 0


def test_a_name_that_changes_while_its_answer_is_remembered(reached, resolving, monkeypatch):
    """Whether a client remembers an answer or asks again: never does it connect to what was not looked at."""
    for remembered in (30, 0):
        monkeypatch.setattr(transport, "DNS_CACHE_S", remembered)
        resolving.asked.clear()
        reached.clear()
        resolving.to = lambda host: ["93.184.215.14"] if len(resolving.asked) == 1 else ["127.0.0.1"]
        with RawServer(None) as server:
            bases = [f"http://model.example:{server.port}/v{number}" for number in range(3)]
            outcomes = ask_each("openai_chat", bases)
        assert {address for address, _ in reached} == {"93.184.215.14"}
        assert server.connections == 0
        assert {outcome.sent for outcome in outcomes.values()} == {"not_sent"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_no_redirect_is_followed(protocol, status, reached, resolving):
    resolving.to = ["127.0.0.1"]
    with RawServer(raw_reply(b"{}")) as elsewhere:
        places = [
            elsewhere.base_url,
            "http://1.1.1.1/",
            "https://model.example/",
            "http://169.254.169.254/",
            "//1.1.1.1/",
        ]
        for place, stream in product(places, (False, True)):
            reached.clear()
            moved = (
                f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nRefresh: 0; url={place}\r\nContent-Length: 0\r\n\r\n"
            )
            with RawServer(moved.encode()) as server:
                outcome = ask_each(protocol, [server.base_url], allow_private=True, stream=stream)[server.base_url]
            assert (outcome.rule, outcome.delivery, outcome.http_status) == ("moved", "failed", status)
            assert reached == [("127.0.0.1", server.port)]
            assert len(server.requests) == 1
        assert elsewhere.connections == 0


def set_proxies(monkeypatch, kind, port):
    """A proxy under every name there is for one."""
    for name in ("http", "https", "all", "ws", "ftp"):
        for variable in (f"{name}_proxy", f"{name.upper()}_PROXY"):
            monkeypatch.setitem(os.environ, variable, f"{kind}://127.0.0.1:{port}")
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.setitem(os.environ, variable, "model.example")


@pytest.mark.parametrize("kind", ["http", "https", "socks5", "socks5h"])
@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_no_proxy_from_the_environment(protocol, kind, reached, monkeypatch):
    with RawServer(None) as proxy, RawServer(raw_reply(b"{}")) as server:
        set_proxies(monkeypatch, kind, proxy.port)
        ask_each(protocol, [server.base_url], allow_private=True)
        assert [port for _, port in reached] == [server.port]
        assert proxy.connections == 0
        assert server.requests[0].startswith(b"POST /v1")


def test_no_proxy_for_what_is_encrypted(reached, monkeypatch):
    with RawServer(None) as proxy, RawServer(None) as server:
        set_proxies(monkeypatch, "http", proxy.port)
        ask_each("openai_chat", [server.base_url.replace("http:", "https:")], allow_private=True, timeout_s=0.3)
        assert {port for _, port in reached} == {server.port}
        assert proxy.connections == 0


def test_a_proxy_does_not_open_a_way_past_the_guard(reached, resolving, monkeypatch):
    resolving.to = ["127.0.0.1"]
    with RawServer(None) as proxy:
        set_proxies(monkeypatch, "http", proxy.port)
        bases = ["http://model.example/v1", "https://model.example/v1", "http://169.254.169.254/", "https://127.0.0.1/"]
        assert told(ask_each("openai_chat", bases)) == dict.fromkeys(bases, REFUSED)
    assert reached == []
    assert proxy.connections == 0


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_no_password_from_a_netrc(protocol, monkeypatch, tmp_path):
    for name in (".netrc", "_netrc"):
        (tmp_path / name).write_text(
            "machine 127.0.0.1 login visitor password open-sesame\ndefault login a password b\n"
        )
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with RawServer(raw_reply(b"{}")) as server:
        ask_each(protocol, [server.base_url], allow_private=True)
    assert len(server.requests) == 1
    assert b"authorization" not in server.requests[0].lower()


def test_certificates_and_their_secrets_are_not_told_by_the_environment(monkeypatch, tmp_path):
    def trusted():
        context = transport.GuardedTransport(max_in_flight=1)._ssl
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.keylog_filename is None
        return sorted(certificate["serialNumber"] for certificate in context.get_ca_certs())

    before = trusted()
    assert len(before) > 20
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))
    assert trusted() == before


def test_a_local_model_is_reached_all_the_same(reached, monkeypatch):
    with FakeProvider() as provider:
        set_proxies(monkeypatch, "http", 9)
        outcome = ask_each("openai_chat", [provider.base_url], allow_private=True)[provider.base_url]
    assert outcome.delivery == "delivered"
    assert reached == [("127.0.0.1", provider.port)]
