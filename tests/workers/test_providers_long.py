"""Long and endless responses: bounded in memory, read beside the loop, and the same however the network cuts them."""

import asyncio
import dataclasses
import gzip
import json
import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_provider.raw import RawServer
from tests.workers.provider_calls import ask_chunked, call_to, delta, raw_reply, sse
from workers.providers import PROTOCOLS, WIRES, intake
from workers.providers import sse as events
from workers.providers.body import MAX_BODY_BYTES, BodyTooBig
from workers.providers.intake import EXACT_BYTES, Intake
from workers.providers.openai_chat import classify
from workers.providers.timing import MOST_ARRIVALS, Arriving
from workers.providers.transport import client

MB = 2**20
LETTER = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
END = sse(delta(".", "stop"))
LINES = [b"\n", b"\r\n", b": ping\n", b": ping\r\n", b":\n", b"data: {}\n", b"id: 7\r\n", b"data: [DONE]\n", b"\r"]


def taken(body, size=16 * 1024):
    """An intake that a body has gone into by pieces of this size."""
    found = Intake(stream=True)
    for start in range(0, len(body), size):
        found.take(body[start : start + size])
    return found


@pytest.mark.parametrize("junk", [b"\n", b"\r\n", b": ping\n\n", b": ping\n"], ids=repr)
def test_signs_of_life_are_not_kept(junk):
    found = taken(LETTER + junk * (16 * MB // len(junk)) + END)
    assert found.length < EXACT_BYTES + 1000
    outcome = classify(200, found.body(), {})
    assert (outcome.rule, outcome.text) == ("answer", "a.")


def test_what_is_no_sign_of_life_is_kept_as_it_came():
    body = LETTER * (MB // len(LETTER)) + b"id: 7\nevent: x\nretry: 5\n" + LETTER.replace(b"\n", b"\r\n") * 9 + END
    assert taken(body).body() == body
    assert taken(body[:-1]).body() == body[:-1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=40), st.lists(st.integers(0, 400), max_size=10))
def test_what_is_kept_does_not_depend_on_the_cuts(lines, places):
    begin, rest = LETTER * (EXACT_BYTES // len(LETTER) + 1), b"".join(lines)
    cuts = sorted({0, len(begin) - 40, *(len(begin) - 40 + place for place in places)})
    body = begin + rest
    whole, cut = Intake(stream=True), Intake(stream=True)
    whole.take(body)
    for start, end in pairwise([*(place for place in cuts if place < len(body)), len(body)]):
        cut.take(body[start:end])
    assert cut.body() == whole.body()
    assert dataclasses.replace(classify(200, whole.body(), {}), raw=body) == classify(200, body, {})


@pytest.mark.parametrize(
    "body",
    [
        b"data: {}\n\n" * 30_000,
        LETTER.replace(b"a", b"a" * 400) * 12_000,
        b"data:{\n" * (9 * MB // 7),
        b"data: {}\n\n\r" + b"\r" * MB,
        b"data: " + b"a" * 5 * MB,
        b"data: {}\n\n" + sse(delta("a" * 3 * MB, "stop")),
        b"data: [" + b"[]," * MB + b"[]]\n\n",
    ],
    ids=["empty events", "letters", "one event", "carriage returns", "a line", "a text", "values"],
)
def test_floods_are_too_big_and_take_little_memory(body, monkeypatch):
    monkeypatch.setattr(intake, "MAX_STREAM_BYTES", 4 * MB)
    monkeypatch.setattr(intake, "MAX_LINES", 300_000)
    monkeypatch.setattr(events, "MAX_EVENTS", 20_000)
    tracemalloc.start()
    try:
        outcome = ask_chunked("openai_chat", [body[start : start + MB] for start in range(0, len(body), MB)])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (outcome.rule, outcome.delivery) == ("net_too_big", "failed")
    assert outcome.error.startswith("The response is larger than we take. The limit is ")
    # The pieces of the test itself; a line, what is read of it, and its text; what is kept.
    assert peak < len(body) + 30 * MB


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_a_stored_response_that_is_too_big_is_told_to_be(protocol):
    for body in (b"data: {}\n\n" * (events.MAX_EVENTS + 1), b"[" + b"[]," * events.MAX_VALUES + b"[]]"):
        outcome = WIRES[protocol].classify(200, body, {})
        assert (outcome.rule, outcome.text, outcome.quarantined) == ("net_too_big", "", False)


def test_errors_without_end_are_told_once():
    body = sse(*({"error": {"code": f"odd {number}", "message": f"No {number}"}} for number in range(5000)))
    reading = WIRES["openai_chat"].reading(body)
    assert len(reading.codes) + len(reading.messages) <= 400
    assert classify(200, body, {}).rule == "error_unknown"


def test_a_whole_that_is_repeated_without_end_is_compared_in_time():
    whole = {"choices": [{"message": {"content": "b"}}]}
    begun = time.perf_counter()
    outcome = classify(200, LETTER * 20_000 + sse(whole) * 20_000 + END, {})
    assert outcome.rule == "stream_withdrawn"
    assert time.perf_counter() - begun < 10


def test_a_whole_body_has_a_smaller_limit():
    found = Intake(stream=False)
    found.take(b"{" + b" " * (MAX_BODY_BYTES - 1))
    with pytest.raises(BodyTooBig, match="The limit is 4 MB"):
        found.take(b"}")
    assert found.length == MAX_BODY_BYTES


def test_the_wire_has_a_limit_beside_what_is_kept(monkeypatch):
    monkeypatch.setattr(intake, "MAX_WIRE_BYTES", MB)
    with pytest.raises(BodyTooBig, match="The limit is 1 MB"):
        taken(LETTER + b"\n" * 2 * MB)


def test_long_answers_leave_the_loop_to_others():
    """Three streams of 7 MB at once, one of them packed: everybody else has a turn all the while."""
    body = LETTER * (7 * MB // len(LETTER)) + END
    plain, packed = raw_reply(body), raw_reply(gzip.compress(body, 1), "Content-Encoding: gzip")

    async def run(servers):
        gaps, over = [], asyncio.Event()

        async def beat():
            last = time.perf_counter()
            while not over.is_set():
                await asyncio.sleep(0.005)
                last, before = time.perf_counter(), last
                gaps.append(last - before)

        beating = asyncio.create_task(beat())
        calls = [call_to(server, stream=True, timeout_s=60.0) for server in servers]
        async with client(3) as session:
            outcomes = await asyncio.gather(*(PROTOCOLS["openai_chat"](session, call) for call in calls))
        over.set()
        await beating
        return outcomes, max(gaps)

    with RawServer(plain) as one, RawServer(plain) as two, RawServer(packed) as three:
        outcomes, worst = asyncio.run(run([one, two, three]))
    assert [(outcome.rule, len(outcome.text)) for outcome in outcomes] == [("answer", len(body) // len(LETTER) - 1)] * 3
    assert [outcome.raw == body for outcome in outcomes] == [True] * 3
    assert worst < 1.0


def test_moments_are_bounded():
    arriving = Arriving()
    for moment in range(50_000):
        arriving.note(moment, moment * 3)
    moments = arriving.moments
    assert MOST_ARRIVALS / 2 <= len(moments) <= MOST_ARRIVALS
    assert moments[-1] == (49_999, 149_997)
    assert moments == sorted(moments)
    assert max(after - before for (before, _), (after, _) in pairwise(moments)) <= 32


def test_a_few_moments_are_kept_as_they_are():
    arriving = Arriving()
    for moment, reached in ((5, 10), (5, 20), (6, 30), (90, 31)):
        arriving.note(moment, reached)
    assert arriving.moments == [(5, 20), (6, 30), (90, 31)]


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1e400", "9" * 20, "1e300"])
def test_counts_no_column_holds(protocol, number):
    body = '{"choices":[{"message":{"content":"Yes."},"finish_reason":"stop"}],"model":"m","type":"message",'
    body += '"content":[{"type":"text","text":"Yes."}],"stop_reason":"end_turn","status":"completed",'
    body += '"output":[{"type":"message","status":"completed","content":[{"type":"output_text","text":"Yes."}]}],'
    body += '"candidates":[{"content":{"parts":[{"text":"Yes."}]},"finishReason":"STOP"}],'
    body += (
        f'"usage":{{"prompt_tokens":{number},"completion_tokens":4}},"usageMetadata":{{"totalTokenCount":{number}}}}}'
    )
    outcome = WIRES[protocol].classify(200, body.encode(), {})
    assert (outcome.rule, outcome.text) == ("answer", "Yes.")
    assert json.loads(json.dumps(outcome.usage)) == ({} if protocol == "gemini" else {"completion_tokens": 4})
