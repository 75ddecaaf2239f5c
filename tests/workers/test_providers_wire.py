"""`ask` over a real connection to a server that behaves and misbehaves as it is told."""

import asyncio
import gzip
import json
import socket
import time

import httpx
import pytest

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.provider_calls import ANSWER, ask_all, call_to, raw_reply
from workers.providers import PROTOCOLS
from workers.providers.results import Call
from workers.providers.transport import client


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as running:
        yield running


def test_an_answer(provider):
    (outcome,) = ask_all(call_to(provider, prompt="What is a fjord, really?"))
    assert (outcome.delivery, outcome.rule, outcome.http_status) == ("delivered", "answer", 200)
    assert outcome.text.endswith("number 1: the question has 24 characters.")
    assert json.loads(outcome.raw)["choices"][0]["message"]["content"] == outcome.text
    assert (outcome.served_model, outcome.served_fingerprint) == ("answer", "fp_fake")
    assert outcome.usage["completion_tokens"] == len(outcome.text.split())
    assert (outcome.sent, outcome.retry, outcome.error) == ("answered", "no", "")
    assert provider.asked("What is a fjord, really?") == 1


def test_many_at_once_each_asked_once(provider):
    calls = [call_to(provider, "answer,delay:100", f"Question {number} of many") for number in range(40)]
    begun = time.monotonic()
    outcomes = ask_all(*calls, max_in_flight=40)
    assert time.monotonic() - begun < 3
    assert {outcome.delivery for outcome in outcomes} == {"delivered"}
    assert len({outcome.text for outcome in outcomes}) == 40
    assert all(100 <= outcome.latency_ms < 3000 for outcome in outcomes)
    assert [provider.asked(call.prompt) for call in calls] == [1] * 40


@pytest.mark.parametrize(
    ("model", "rule", "delivery"),
    [
        ("refusal", "refusal_field", "delivered"),
        ("content_filter", "end_filter", "blocked_output"),
        ("cut_by_filter", "end_filter", "cut_by_filter"),
        ("choice_error", "block_output_named", "cut_by_filter"),
        ("blocked_input", "block_error_code", "blocked_input"),
        ("money", "money_spent", "failed"),
        ("status:402", "money_402", "failed"),
        ("status:503", "server_trouble", "failed"),
        ("unknown_error", "error_unknown", "failed"),
        ("finish:vanished", "end_unknown", "failed"),
        ("length", "end_length", "truncated"),
        ("empty", "empty_at_once", "empty"),
        ("empty_reasoning", "empty_after_reasoning", "truncated"),
        ("think_unclosed", "empty_after_reasoning", "truncated"),
        ("invalid_json", "not_json", "failed"),
        ("html", "not_json", "failed"),
        ("nothing", "not_json", "failed"),
        ("list", "shape_unknown", "failed"),
        ("null", "shape_unknown", "failed"),
        ("number", "shape_unknown", "failed"),
        ("empty_object", "shape_unknown", "failed"),
        ("no_choices", "shape_unknown", "failed"),
        ("odd_choices", "shape_unknown", "failed"),
        ("huge:9", "net_too_big", "failed"),
        ("redirect", "moved", "failed"),
    ],
)
def test_what_providers_do(provider, model, rule, delivery):
    (outcome,) = ask_all(call_to(provider, model))
    assert (outcome.rule, outcome.delivery, outcome.sent) == (rule, delivery, "answered")


@pytest.mark.parametrize("model", ["reasoning", "think", "kimi_think", "parts"])
def test_reasoning_is_kept_apart(provider, model):
    (outcome,) = ask_all(call_to(provider, model))
    assert outcome.delivery == "delivered"
    assert outcome.reasoning == "Let me think."
    assert outcome.text.startswith("Answer ")
    assert "think" not in outcome.text


@pytest.mark.parametrize(("model", "character"), [("nul", "\x00"), ("surrogate", "\ud800"), ("invalid_utf8", "\udcff")])
def test_characters_a_database_refuses_arrive(provider, model, character):
    (outcome,) = ask_all(call_to(provider, model))
    assert outcome.delivery == "delivered"
    assert f"nu{character}mber" in outcome.text


def test_a_429_says_when_to_come_again_and_heals(provider):
    call = call_to(provider, "status:429,after:2,times:1", "Once too many")
    first, second = ask_all(call)[0], ask_all(call)[0]
    assert (first.rule, first.retry, first.retry_after_s, first.http_status) == ("busy", "retry", 2.0, 429)
    assert second.delivery == "delivered"
    assert provider.asked("Once too many") == 2


@pytest.mark.parametrize(
    ("model", "rule"),
    [
        ("close", "net_connection_lost"),
        ("cut", "net_connection_lost"),
        ("hang", "net_timed_out"),
        ("drip", "net_timed_out"),
    ],
)
def test_what_may_have_been_paid_for(provider, model, rule):
    (outcome,) = ask_all(call_to(provider, model, timeout_s=0.4))
    assert (outcome.rule, outcome.delivery, outcome.retry, outcome.sent) == (rule, "failed", "retry", "maybe_paid")
    assert outcome.latency_ms < 2000
    # What had come is kept.
    assert bool(outcome.raw) is (model in ("cut", "drip"))


def test_a_refused_connection_was_surely_not_sent():
    with RawServer() as server:
        gone = server.base_url
    (outcome,) = ask_all(Call(gone, "m", "p", allow_private=True))
    assert (outcome.rule, outcome.retry, outcome.sent) == ("net_not_connected", "retry", "not_sent")


def test_a_name_that_does_not_resolve_was_surely_not_sent(monkeypatch):
    def answer(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    (outcome,) = ask_all(Call("http://nowhere.invalid/v1", "m", "p"))
    assert (outcome.rule, outcome.sent) == ("net_not_connected", "not_sent")


def test_a_server_that_speaks_no_tls():
    """It waits for the end of a request while we wait for its half of the handshake."""
    with RawServer(None) as server:
        url = server.base_url.replace("http:", "https:")
        (outcome,) = ask_all(Call(url, "m", "p", allow_private=True, timeout_s=0.5))
    assert (outcome.rule, outcome.sent) == ("net_not_connected", "not_sent")
    assert server.requests == []


def test_a_server_that_hangs_up_after_the_request():
    with RawServer(None) as server:
        (outcome,) = ask_all(call_to(server))
    assert (outcome.rule, outcome.sent) == ("net_connection_lost", "maybe_paid")
    assert len(server.requests) == 1


def test_what_is_not_http():
    with RawServer(b"SSH-2.0-OpenSSH_9.9\r\n\r\n") as server:
        (outcome,) = ask_all(call_to(server))
    assert (outcome.rule, outcome.sent, outcome.quarantined) == ("net_not_http", "maybe_paid", True)


@pytest.mark.parametrize("packing", ["gzip", "deflate", "GZIP"])
def test_a_packed_answer_is_unpacked(packing):
    with RawServer(raw_reply(gzip.compress(ANSWER), f"Content-Encoding: {packing}")) as server:
        (outcome,) = ask_all(call_to(server))
    assert (outcome.delivery, outcome.text, outcome.raw) == ("delivered", "Yes.", ANSWER)


def test_a_packed_bomb_is_refused():
    bomb = gzip.compress(bytes(64 * 2**20))
    with RawServer(raw_reply(bomb, "Content-Encoding: gzip")) as server:
        (outcome,) = ask_all(call_to(server))
    assert (outcome.rule, outcome.sent) == ("net_too_big", "answered")
    assert len(outcome.raw) == 4 * 2**20


SPOILT = gzip.compress(ANSWER)[:20] + b"spoilt" * 9


@pytest.mark.parametrize("body", [b"not gzip at all", SPOILT], ids=["none", "spoilt"])
def test_broken_packing(body):
    with RawServer(raw_reply(body, "Content-Encoding: gzip")) as server:
        (outcome,) = ask_all(call_to(server))
    assert (outcome.rule, outcome.quarantined) == ("net_encoding", True)


def test_packing_nobody_asked_for():
    with RawServer(raw_reply(b"...", "Content-Encoding: br")) as server:
        (outcome,) = ask_all(call_to(server))
    assert outcome.rule == "net_encoding"
    assert b"accept-encoding: identity" in server.requests[0].lower()


def test_an_error_whose_body_broke_is_still_that_error():
    reply = b"HTTP/1.1 429 Too Many\r\nRetry-After: 4\r\nContent-Length: 999\r\n\r\n{"
    with RawServer(reply) as server:
        (outcome,) = ask_all(call_to(server))
    assert (outcome.rule, outcome.retry_after_s, outcome.http_status) == ("busy", 4.0, 429)


def test_an_unforeseen_error_does_not_escape():
    def break_down(request):
        raise RuntimeError("nobody foresaw this")

    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(break_down)) as session:
            return await PROTOCOLS["openai_chat"](session, Call("http://127.0.0.1:1/v1", "m", "p", allow_private=True))

    outcome = asyncio.run(run())
    assert (outcome.rule, outcome.quarantined, outcome.sent) == ("net_unexpected", True, "maybe_paid")
    assert outcome.error.endswith("RuntimeError: nobody foresaw this")


def test_a_cancelled_call_stays_cancelled_and_frees_its_connection(provider):
    async def run():
        async with client(1) as session:
            task = asyncio.create_task(PROTOCOLS["openai_chat"](session, call_to(provider, "hang", "Cancelled one")))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await PROTOCOLS["openai_chat"](session, call_to(provider, prompt="After a cancelled one"))

    assert asyncio.run(run()).delivery == "delivered"
