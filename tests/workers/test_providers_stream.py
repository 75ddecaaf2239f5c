"""Streams: read the same however they are cut, timed, and never a success by accident."""

import json
from itertools import pairwise

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.provider_calls import ask_all, ask_chunked, call_to, delta, raw_reply, sse, timeless
from tests.workers.stream_cases import BEGUN, STREAM_CASES, USAGE, WITHHELD
from workers.providers.openai_chat import classify

LOST = httpx.ReadError("the connection broke")
BODIES = {case[0]: case[2] for case in STREAM_CASES}
FULL = sse(
    b": hello\n\n",
    delta({"role": "assistant", "reasoning_content": "Let me "}, model="served-1", system_fingerprint="fp"),
    delta({"reasoning_content": "think."}),
    delta("Ein Fjörd"),
    delta(" ist 峡湾 😀."),
    delta(finish="stop"),
    USAGE,
)


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as running:
        yield running


def test_a_stream_cut_anywhere_is_read_the_same():
    whole = timeless(ask_chunked("openai_chat", [FULL]))
    assert (whole.delivery, whole.text, whole.reasoning) == ("delivered", "Ein Fjörd ist 峡湾 😀.", "Let me think.")
    assert (whole.served_model, whole.served_fingerprint, whole.usage) == ("served-1", "fp", {"completion_tokens": 40})
    assert whole.raw == FULL
    for place in range(len(FULL) + 1):
        assert timeless(ask_chunked("openai_chat", [FULL[:place], FULL[place:]])) == whole
    assert timeless(ask_chunked("openai_chat", [bytes([byte]) for byte in FULL])) == whole


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(BODIES)), st.lists(st.integers(0, 900), max_size=8), st.sampled_from([b"\n", b"\r\n", b"\r"])
)
def test_any_stream_cut_anywhere_is_read_the_same(name, places, line_end):
    body = BODIES[name].replace(b"\n", line_end)
    cuts = [0, *sorted(places), len(body)]
    chunks = [body[start:end] for start, end in pairwise(cuts)]
    outcome = timeless(ask_chunked("openai_chat", chunks))
    assert outcome == timeless(ask_chunked("openai_chat", [body]))
    assert outcome.raw == body


def test_a_stream_that_stops_anywhere_is_no_success_until_it_said_how_it_ended():
    says_end = FULL.index(b'"stop"') + len(b'"stop"')
    for place in range(1, len(FULL)):
        for end, sent in (([FULL[:place]], "answered"), ([FULL[:place], LOST], "maybe_paid")):
            outcome = ask_chunked("openai_chat", end)
            if outcome.delivery == "delivered":
                assert place > says_end
                assert (outcome.text, outcome.sent) == ("Ein Fjörd ist 峡湾 😀.", "answered")
            else:
                assert (outcome.delivery, outcome.retry, outcome.sent) == ("failed", "retry", sent)
                assert "Ein Fjörd ist 峡湾 😀.".startswith(outcome.text)


def test_what_came_before_the_connection_broke_is_kept():
    (opening, first, *_) = BEGUN
    outcome = ask_chunked("openai_chat", [sse(opening, first, done=False), LOST])
    assert (outcome.rule, outcome.text, outcome.sent) == ("net_connection_lost", "It beg", "maybe_paid")
    assert sum(count for _, count in outcome.pieces) == 6


@pytest.mark.parametrize(
    ("last", "rule", "delivery"),
    [
        (WITHHELD, "block_output_named", "cut_by_filter"),
        (delta(finish="content_filter"), "end_filter", "cut_by_filter"),
        (delta(finish="stop"), "answer", "delivered"),
        (delta(finish="length"), "end_length", "truncated"),
    ],
)
def test_a_stream_that_had_said_how_it_ended_counts_though_the_connection_broke(last, rule, delivery):
    outcome = ask_chunked("openai_chat", [sse(*BEGUN, last, done=False), LOST])
    assert (outcome.rule, outcome.delivery, outcome.text) == (rule, delivery, "It began")
    assert (outcome.sent, outcome.retry) == ("answered", "no")


@pytest.mark.parametrize(
    "pieces",
    [
        [{"reasoning_content": "Let me "}, {"reasoning_content": "think."}, {"content": "Yes."}],
        [{"reasoning": "Let me "}, {"reasoning": "think."}, {"content": "Yes."}],
        [{"thinking": "Let me think."}, {"content": "Yes."}],
        [
            {"reasoning": "Let me think.", "reasoning_details": [{"type": "reasoning.text", "text": "Let me think."}]},
            {"content": "Yes."},
        ],
        [
            {"reasoning_details": [{"text": "Let me "}]},
            {"reasoning_details": [{"text": "think."}]},
            {"content": "Yes."},
        ],
        [{"content": "<th"}, {"content": "ink>Let me think.</thi"}, {"content": "nk>\n\nYe"}, {"content": "s."}],
        [{"content": "◁thi"}, {"content": "nk▷Let me think.◁/think▷"}, {"content": "Yes."}],
        [
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]}]},
            {"content": "Yes."},
        ],
    ],
)
def test_reasoning_is_kept_apart(pieces):
    outcome = ask_chunked("openai_chat", [sse(*(delta(piece) for piece in pieces), delta(finish="stop"))])
    assert (outcome.delivery, outcome.text, outcome.reasoning) == ("delivered", "Yes.", "Let me think.")
    assert sum(count for _, count in outcome.pieces) == 4


def test_characters_cut_in_two_are_put_together():
    cut = "峡".encode()
    body = b"".join(
        (
            b'data: {"choices":[{"delta":{"content":"' + cut[:1] + b'"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"' + cut[1:] + b'\\ud83d"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"\\ude00"},"finish_reason":"stop"}]}\n\n',
        )
    )
    outcome = ask_chunked("openai_chat", [body])
    assert (outcome.delivery, outcome.text) == ("delivered", "峡😀")
    assert sum(count for _, count in outcome.pieces) == 2


def test_times_of_pieces_over_the_wire(provider):
    call = call_to(provider, "answer,gap:30", "When does it come?", stream=True)
    (outcome,) = ask_all(call)
    assert (outcome.delivery, outcome.rule) == ("delivered", "answer")
    times = [moment for moment, _ in outcome.pieces]
    assert sum(count for _, count in outcome.pieces) == len(outcome.text)
    assert times == sorted(times)
    assert len(times) >= 3
    assert 30 <= times[0] < times[-1] <= outcome.latency_ms
    assert b"text" not in outcome.raw[:6]
    assert outcome.raw.startswith(b"data:")


@pytest.mark.parametrize(
    ("model", "rule", "delivery"),
    [
        ("answer", "answer", "delivered"),
        ("refusal", "refusal_field", "delivered"),
        ("content_filter", "end_filter", "blocked_output"),
        ("cut_by_filter", "end_filter", "cut_by_filter"),
        ("choice_error", "block_output_named", "cut_by_filter"),
        ("blocked_input", "block_error_code", "blocked_input"),
        ("money", "money_spent", "failed"),
        ("status:503", "server_trouble", "failed"),
        ("finish:vanished", "end_unknown", "failed"),
        ("unfinished", "stream_unfinished", "failed"),
        ("length", "end_length", "truncated"),
        ("empty", "empty_at_once", "empty"),
        ("empty_reasoning", "empty_after_reasoning", "truncated"),
        ("think_unclosed", "empty_after_reasoning", "truncated"),
        ("parts", "answer", "delivered"),
        ("html", "not_json", "failed"),
        ("no_choices", "shape_unknown", "failed"),
        ("hang", "net_timed_out", "failed"),
        ("close", "net_connection_lost", "failed"),
        ("cut", "net_connection_lost", "failed"),
    ],
)
def test_what_providers_do_when_streaming(provider, model, rule, delivery):
    (outcome,) = ask_all(call_to(provider, model, stream=True, timeout_s=1.0))
    assert (outcome.rule, outcome.delivery) == (rule, delivery)
    assert bool(outcome.text) is (
        delivery in ("delivered", "cut_by_filter") or model in ("length", "cut", "unfinished", "finish:vanished")
    )


def test_a_connection_held_open_after_the_last_line_does_not_hold_us(provider):
    (outcome,) = ask_all(call_to(provider, "linger", stream=True, timeout_s=30.0))
    assert (outcome.delivery, outcome.sent) == ("delivered", "answered")
    assert 1900 <= outcome.latency_ms < 8000


def test_a_local_server_is_told_to_close_after_a_stream():
    """llama.cpp closes it anyway, and unless it was told to, promises the contrary: the next call would be lost."""
    for stream, told in ((True, b"close"), (False, b"keep-alive")):
        with RawServer(raw_reply(sse(*BEGUN, delta(finish="stop")))) as server:
            (outcome,) = ask_all(call_to(server, stream=stream))
        assert outcome.delivery == "delivered"
        assert b"\r\nconnection: " + told in server.requests[0].lower()


def test_a_server_that_does_not_stream_is_understood_all_the_same():
    body = json.dumps({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}).encode()
    outcome = ask_chunked("openai_chat", [body])
    assert (outcome.delivery, outcome.text, outcome.pieces) == ("delivered", "Yes.", ())


def test_a_stored_stream_is_decided_again_from_its_bytes_alone():
    for _, status, body, rule, delivery in STREAM_CASES:
        outcome = classify(status, body, {})
        assert (outcome.rule, outcome.delivery, outcome.pieces) == (rule, delivery, ())
