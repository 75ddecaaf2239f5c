"""Streams and the other protocols, in any shape: no error escapes, and nothing is a success by accident."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.protocol_cases import CASES
from tests.workers.stream_cases import STREAM_CASES
from tests.workers.test_providers_fuzz import anything, statuses, texts
from workers.providers import RULES, WIRES
from workers.providers.reading import Reading
from workers.providers.results import DELIVERIES
from workers.providers.sse import read_stream
from workers.providers.text import is_blank, rejoin, storable

STOPS = {
    "openai_chat": {"stop", "eos", "eos_token", "end_turn", "stop_sequence", "normal", "completed", "complete"},
    "azure": {"stop", "eos", "eos_token", "end_turn", "stop_sequence", "normal", "completed", "complete"},
    "openai_responses": {"completed"},
    "anthropic_messages": {"end_turn", "stop_sequence"},
    "gemini": {"stop"},
}
NAMES = [
    "type", "message", "content", "text", "thinking", "stop_reason", "stop_details", "category", "usage", "delta",
    "content_block", "error", "candidates", "parts", "thought", "finishReason", "promptFeedback", "blockReason",
    "usageMetadata", "details", "retryDelay", "safetyRatings", "response", "output", "status", "incomplete_details",
    "reason", "refusal", "choices", "finish_reason", "model", "code", "output_tokens", "summary",
]  # fmt: skip
WORDS = [
    "message", "message_start", "message_delta", "content_block_start", "content_block_delta", "text", "text_delta",
    "thinking_delta", "end_turn", "max_tokens", "refusal", "STOP", "SAFETY", "OTHER", "completed", "incomplete",
    "failed", "response.output_text.delta", "response.refusal.delta", "response.completed", "response.incomplete",
    "response.failed", "output_text", "reasoning", "error", "stop", "content_filter", "max_output_tokens", "34s",
]  # fmt: skip
told = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)
objects = st.dictionaries(st.sampled_from(NAMES), told, max_size=8)
protocols = st.sampled_from(sorted(WIRES))
names = st.sampled_from(["", *WORDS])


def check(protocol, status, body):
    outcome = WIRES[protocol].classify(status, body, {}, [(5, len(body) // 2), (9, len(body))])
    rule = RULES[outcome.rule]
    assert outcome.delivery in DELIVERIES
    assert (outcome.retry, outcome.quarantined) == (rule.retry, rule.quarantined)
    assert bool(outcome.error) is (outcome.delivery != "delivered")
    if outcome.delivery == "delivered":
        assert rule.id in ("answer", "refusal_field")
        assert not is_blank(outcome.text)
        assert status is None or status < 300
        assert outcome.finish_reason.lower() in STOPS[protocol]
    assert sum(count for _, count in outcome.pieces) in (0, len(outcome.text))
    for text in (outcome.error, outcome.finish_reason, outcome.served_model, outcome.served_by):
        assert storable(text) == (text, False)
        assert len(text) <= 300
    json.dumps(outcome.usage, allow_nan=False).encode()
    storable(outcome.text)[0].encode()
    assert outcome.raw == body
    return outcome


def stream_of(events):
    return b"".join(f"event: {name}\ndata: {json.dumps(event)}\n\n".encode() for name, event in events)


@settings(max_examples=250, deadline=None)
@given(protocols, statuses, objects | anything)
def test_any_body(protocol, status, body):
    check(protocol, status, json.dumps(body).encode())


@settings(max_examples=250, deadline=None)
@given(protocols, statuses, st.lists(st.tuples(names, objects), max_size=6))
def test_any_stream(protocol, status, events):
    check(protocol, status, stream_of(events))


@settings(max_examples=250, deadline=None)
@given(
    protocols,
    st.lists(
        st.sampled_from([b"data:", b"event: ", b"\n", b"\r", b":", b"{", b"}", b"[DONE]", b'"', b"\xff"])
        | st.binary(max_size=4),
        max_size=30,
    ),
)
def test_any_bytes(protocol, pieces):
    check(protocol, 200, b"data: " + b"".join(pieces))


def raw(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


WHOLE = [("openai_chat", case[2]) for case in STREAM_CASES]
WHOLE += [(name, raw(case[2])) for name, cases in CASES.items() for case in cases]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 900), st.integers(0, 40), st.binary(max_size=3))
def test_what_was_spoilt_on_the_way(whole, place, lost, put):
    protocol, body = whole
    check(protocol, 200, body[:place] + put + body[place + lost :])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WHOLE), st.randoms(use_true_random=False))
def test_events_in_any_order(whole, random):
    protocol, body = whole
    events = [event + b"\n\n" for event in body.split(b"\n\n") if event]
    random.shuffle(events)
    check(protocol, 200, b"".join(events))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_events_end_where_they_say(body):
    ends = [event.end for event in read_stream(body, Reading())]
    assert ends == sorted(ends)
    assert all(0 < end <= len(body) for end in ends)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_rejoining_is_done_once(text):
    once = rejoin(text)
    assert len(once) <= len(text)
    assert once == text or any(0xD800 <= ord(character) <= 0xDFFF for character in text)


@given(st.text(), st.integers(0, 40))
def test_a_character_cut_between_bytes_is_made_whole(text, place):
    raw = text.encode()
    halves = (raw[:place].decode("utf-8", "surrogateescape"), raw[place:].decode("utf-8", "surrogateescape"))
    assert rejoin("".join(halves)) == text
