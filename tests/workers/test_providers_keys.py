"""A key goes into its header and nowhere else: not into a log, an error, an outcome or the frames of an exception."""

import asyncio
import contextlib
import io
import json
import logging
import traceback

import pytest

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.provider_calls import delta, raw_reply, sse
from workers.providers import PROTOCOLS, WIRES, exchange
from workers.providers.keys import usable_key
from workers.providers.results import Call
from workers.providers.transport import client
from workers.providers.wire import shown

KEY = "sk-Zq8vN3xW7pLr2TfYb6HcJd4GmKs9UaEo1iBwQy"
MODES = [(protocol, stream) for protocol in sorted(PROTOCOLS) for stream in (False, True)]
BEHAVIOURS = [
    *("answer", "echo_key", "status:401", "status:429,after:1", "status:500", "redirect", "close", "cut", "hang"),
    *("html", "invalid_json", "blocked_input", "cut_by_filter", "unfinished", "finish:vanished", "money"),
]


def reply(status, body, *headers):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def everywhere(said):
    """A body that repeats something in every field that is kept, whichever protocol reads it."""
    usage = {said: 1, "completion_tokens": 40, "completion_tokens_details": {said: 2}}
    chat = {"message": {"content": said, "reasoning_content": said}, "finish_reason": said}
    google = {"content": {"parts": [{"text": said}, {"text": said, "thought": True}]}, "finishReason": said}
    return {
        **{"model": said, "modelVersion": said, "system_fingerprint": said, "provider": said, "status": said},
        **{"choices": [chat], "candidates": [google], "stop_reason": said, "usage": usage, "usageMetadata": usage},
        **{"content": [{"type": "text", "text": said}, {"type": "thinking", "thinking": said}], "type": "message"},
        "output": [{"type": "message", "content": [{"type": "output_text", "text": said}]}],
    }


def escaped(value):
    """The same JSON with the key written in escapes, so that its bytes do not have it."""
    return json.dumps(value).replace(KEY, "".join(f"\\u{ord(character):04x}" for character in KEY)).encode()


ECHO = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY, "type": KEY}}
SPLIT = sse(delta("I heard " + KEY[:20]), delta(KEY[20:] + ".", finish="stop", model=KEY))
REPLIES = {
    "a 401 that repeats it": reply("401 Unauthorized", json.dumps(ECHO).encode()),
    "a 401 in escapes": reply("401 Unauthorized", escaped(ECHO)),
    "a 400 that repeats it": reply("400 Bad Request", json.dumps({**ECHO, "detail": KEY}).encode()),
    "a 500 that repeats it": reply("500 Oh", f"<html>{KEY}</html>".encode()),
    "a redirect": reply("302 Found", b"", f"Location: http://127.0.0.1:9/?key={KEY}"),
    "beside the status": reply(f"401 No such key {KEY}", b"{}"),
    "headers": reply("200 OK", b"{}", f"X-Request-Id: {'x' * 270}{KEY}", f"Set-Cookie: {KEY}=[{KEY}]"),
    "every field": raw_reply(json.dumps(everywhere(KEY)).encode(), "Connection: close"),
    "every field in escapes": raw_reply(escaped(everywhere(KEY)), "Connection: close"),
    "a stream": raw_reply(sse(everywhere(KEY)), "Connection: close"),
    "a stream in pieces": raw_reply(SPLIT, "Connection: close"),
    "no HTTP": f"{KEY}\r\n\r\n".encode(),
    "a broken header": f"HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n".encode(),
    "a broken length": f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n".encode(),
    "an odd packing": raw_reply(b"{}", f"Content-Encoding: {KEY}"),
    "half of it": reply("401 No", json.dumps(ECHO).encode())[:-30],
    "hung up": None,
}  # fmt: skip


class Everything(logging.Handler):
    """All that is logged by anybody, formatted with its exceptions and their frames."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.said = []

    def emit(self, record):
        self.said.append(f"{record.name}: {record.getMessage()} {record.args!r}")
        if record.exc_info and record.exc_info[1]:
            self.said.append(frames_of(record.exc_info[1]))


def frames_of(error):
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


@contextlib.contextmanager
def listening():
    """Every logger at its most talkative; gives what they say."""
    handler = Everything()
    loggers = [logging.getLogger(name) for name in (None, "httpx", "httpcore", "asyncio", "aiohttp", "aiohttp.client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield handler.said
    finally:
        handler.said += [out.getvalue(), err.getvalue()]
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def call_to(server, protocol, model="answer", **more):
    base = server.root if protocol in ("azure", "gemini") and hasattr(server, "root") else server.base_url
    return Call(base, model, "p", **{"allow_private": True, "api_key": KEY, "timeout_s": 1.0, **more})


def ask(protocol, call):
    """Ask with asyncio in its most talkative mode, which tells of every callback."""

    async def run():
        asyncio.get_running_loop().slow_callback_duration = 0
        async with client(2) as session:
            return await PROTOCOLS[protocol](session, call)

    return asyncio.run(run(), debug=True)


def everything_about(call, outcome, said):
    told = [
        repr(call),
        str(call),
        repr(outcome),
        str(outcome),
        outcome.raw.decode("latin-1"),
        repr(outcome.raw_headers),
    ]
    told += [outcome.text, outcome.reasoning, json.dumps(outcome.usage), json.dumps(outcome.error), *said]
    return "\n".join(told)


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as running:
        yield running


@pytest.mark.parametrize(("protocol", "stream"), MODES)
def test_the_fake_provider_s_behaviours(provider, protocol, stream):
    with listening() as said:
        # Some never answer; the one that is read below has all the time it wants.
        times = {"echo_key": 30.0}
        calls = [
            call_to(provider, protocol, name, stream=stream, timeout_s=times.get(name, 0.3)) for name in BEHAVIOURS
        ]
        outcomes = [ask(protocol, call) for call in calls]
    assert len({outcome.rule for outcome in outcomes}) > 8
    assert any("httpx: HTTP Request" in line for line in said)
    assert any("asyncio: Executing" in line for line in said)
    for call, outcome in zip(calls, outcomes, strict=True):
        assert KEY not in everything_about(call, outcome, said)
    echoed = outcomes[BEHAVIOURS.index("echo_key")]
    assert b"[key removed]" in echoed.raw
    assert "[key removed]" in echoed.error


@pytest.mark.parametrize(("protocol", "stream"), MODES)
@pytest.mark.parametrize("name", sorted(REPLIES))
def test_a_server_that_repeats_it(protocol, stream, name):
    with listening() as said, RawServer(REPLIES[name]) as server:
        call = call_to(server, protocol, stream=stream)
        outcome = ask(protocol, call)
    assert KEY.encode() in server.requests[0]
    assert KEY not in everything_about(call, outcome, said)
    assert sum(count for _, count in outcome.pieces) in (0, len(outcome.text))


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_a_vendor_s_own_shortening_stays(protocol):
    """The first and last characters are what a maintainer finds the key by, and nobody else can use it."""
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY[:7]}***{KEY[-4:]}"}}).encode()
    with RawServer(reply("401 Unauthorized", body)) as server:
        outcome = ask(protocol, call_to(server, protocol))
    assert (outcome.raw, outcome.rule) == (body, "key_refused")
    assert KEY[:7] not in outcome.error


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_a_cancelled_call(provider, protocol):
    """The only error that leaves a call: what prints its frames prints no header."""

    async def run():
        async with client(1) as session:
            task = asyncio.create_task(PROTOCOLS[protocol](session, call_to(provider, protocol, "hang", timeout_s=9)))
            await asyncio.sleep(0.15)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                return frames_of(error), repr(error), repr(task)

    with listening() as said:
        told = asyncio.run(run(), debug=True)
    assert "exchange.py" in told[0]
    assert KEY not in "\n".join([*told, *said])


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_an_error_while_the_request_is_written(protocol):
    """Where writing fails for a reason nobody foresaw, the error's frames have no key either."""
    written = WIRES[protocol].write(Call("https://example.com", "m", "p", api_key=KEY))
    made = shown(WIRES[protocol], written, "MY_KEY")
    assert KEY not in repr(written) + json.dumps(made)
    call = Call("https://example.com", "m", "p", api_key=KEY, params={"seed": object()})
    with pytest.raises(TypeError) as caught:
        exchange.json_bytes(WIRES[protocol].write(call).body)
    assert KEY not in frames_of(caught.value)


@pytest.mark.parametrize("bad", [KEY + "\nX: 1", KEY + "é", "\x00" + KEY])
def test_a_key_no_header_can_carry(bad):
    def told():
        call = Call("https://example.com", "m", "p", api_key=bad)
        try:
            usable_key(call.api_key)
        except ValueError as error:
            return error.with_traceback(error.__traceback__.tb_next)

    assert KEY not in frames_of(told())
    with listening() as said:
        call = Call("https://example.com", "m", "p", api_key=bad)
        outcome = ask("openai_chat", call)
    assert (outcome.rule, outcome.sent) == ("net_call_invalid", "not_sent")
    assert KEY not in everything_about(call, outcome, said)


def test_white_space_around_it_is_not_sent():
    with RawServer(raw_reply(b"{}")) as server:
        ask("openai_chat", call_to(server, "openai_chat", api_key=f" {KEY}\r\n"))
    assert f"\r\nauthorization: Bearer {KEY}\r\n".encode() in server.requests[0].replace(
        b"Authorization", b"authorization"
    )


WITH_SLASHES = 'sk-proj/Zq8vN3x"W7pLr2Tf\\\\Yb6HcJd4/GmKs9U'
ESCAPES = {
    "PHP": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "all": lambda key: "".join(f"\\u{ord(character):04X}" for character in key),
    "one": lambda key: json.dumps(key)[1:-1].replace("Z", "\\u005a"),
    "twice": lambda key: json.dumps(json.dumps(key)[1:-1].replace("/", "\\/"))[1:-1],
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
@pytest.mark.parametrize("name", sorted(ESCAPES))
def test_a_payload_has_it_in_no_form(protocol, stream, name):
    """What is stored is decided again later, when nobody knows the key any more."""
    said = json.dumps(everywhere("@")).replace("@", ESCAPES[name](WITH_SLASHES))
    body = f"data: {said}\n\n" if stream else said
    with RawServer(raw_reply(body.encode(), "Connection: close")) as server:
        outcome = ask(protocol, call_to(server, protocol, stream=stream, api_key=WITH_SLASHES))
    assert WITH_SLASHES not in json.loads('"' + json.dumps(outcome.text)[1:-1] + '"')
    assert outcome.raw.count(b"[key removed]") == said.count(ESCAPES[name](WITH_SLASHES))
    again = WIRES[protocol].classify(200, outcome.raw, {})
    assert (again.text, again.reasoning) == (outcome.text, outcome.reasoning)
    assert WITH_SLASHES not in repr(again) + again.text + again.reasoning


@pytest.mark.parametrize("place", ["content", "reasoning_content", "refusal"])
@pytest.mark.parametrize("size", [1, 8, 30])
def test_a_payload_has_no_pieces_of_it(place, size):
    cuts = [KEY[start : start + size] for start in range(0, len(KEY), size)]
    body = sse(delta("It is: "), *(delta({place: cut}) for cut in cuts), delta({"content": "Yes."}, finish="stop"))
    with RawServer(raw_reply(body, "Connection: close")) as server:
        outcome = ask("openai_chat", call_to(server, "openai_chat", stream=True))
    assert outcome.raw == b"[key removed] The response repeats the key in pieces, so none of it is kept."
    assert outcome.rule == "answer"
    assert KEY not in outcome.text + outcome.reasoning


def test_when_what_came_where_it_is_taken_out():
    key = usable_key(KEY)
    body = b"one " + KEY.encode() + b" two " + KEY.encode()
    reached = [0, 3, 4, 10, 4 + len(KEY), 6 + len(KEY), len(body) - 1, len(body)]
    blanked, arrivals = key.off_timed(body, list(enumerate(reached)))
    assert blanked == b"one [key removed] two [key removed]"
    assert [length for _, length in arrivals] == [0, 3, 4, 4, 17, 19, 22, 35]
    assert key.off_timed(b"none", [(1, 2)]) == (b"none", [(1, 2)])
