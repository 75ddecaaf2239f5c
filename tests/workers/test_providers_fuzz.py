"""Whatever comes over the wire: no error escapes, and nothing is a success by accident."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from workers.providers.chat_rules import CHAT_RULES
from workers.providers.openai_chat import classify
from workers.providers.results import DELIVERIES
from workers.providers.text import is_blank, split_reasoning, storable

KNOWN_ENDS = ["stop", "length", "content_filter", "sensitive", "error", "tool_calls", "STOP", "", "vanished", None, 7]
STOPS = ("stop", "eos", "eos_token", "end_turn", "stop_sequence", "normal", "completed", "complete")
NAMES = [
    "choices", "message", "content", "finish_reason", "native_finish_reason", "error", "code", "type", "metadata",
    "raw", "refusal", "reasoning_content", "reasoning", "usage", "completion_tokens", "base_resp", "status_code",
    "flag", "ban_round", "need_clear_history", "model", "provider", "text", "detail", "object",
]  # fmt: skip
WORDS = [
    "stop",
    "data_inspection_failed",
    "insufficient_quota",
    "429",
    "<think>",
    "</think>",
    "◁think▷",
    "{",
    '{"code": 1}',
]

texts = st.text() | st.sampled_from(WORDS) | st.text(st.characters(categories=["Cs", "Cc", "Zs", "Lo"]))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=6),
    max_leaves=30,
)
messages = st.fixed_dictionaries(
    {}, optional={"content": anything, "refusal": anything, "reasoning_content": anything, "reasoning": anything}
)
choices = st.fixed_dictionaries(
    {},
    optional={
        "message": messages | anything,
        "finish_reason": st.sampled_from(KNOWN_ENDS) | anything,
        "native_finish_reason": st.sampled_from(KNOWN_ENDS) | anything,
        "error": anything,
        "flag": anything,
    },
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(choices, max_size=2) | anything,
        "error": anything,
        "usage": anything,
        "model": anything,
        "provider": anything,
        "base_resp": anything,
        "code": anything,
        "message": anything,
        "detail": anything,
        "need_clear_history": anything,
    },
)
statuses = (
    st.none() | st.sampled_from([200, 204, 301, 400, 401, 402, 403, 404, 409, 429, 500, 502, 529]) | st.integers()
)
RULES = {rule.id: rule for rule in CHAT_RULES}


def check(status, body):
    outcome = classify(status, body, {"retry-after": "1"})
    assert outcome.delivery in DELIVERIES
    rule = RULES[outcome.rule]
    assert (outcome.retry, outcome.quarantined) == (rule.retry, rule.quarantined)
    if outcome.delivery == "delivered":
        assert not is_blank(outcome.text)
        assert rule.id in ("answer", "refusal_field")
        assert status is None or status < 300
        assert outcome.finish_reason.lower() in STOPS
    else:
        assert outcome.error
    # Everything but the two texts goes to the database as it is.
    for text in (
        outcome.error,
        outcome.finish_reason,
        outcome.served_model,
        outcome.served_by,
        outcome.served_fingerprint,
    ):
        assert storable(text) == (text, False)
        assert len(text) <= 300
    json.dumps(outcome.usage, allow_nan=False).encode()
    assert storable(outcome.text)[0].encode("utf-8") is not None
    assert outcome.raw == body


@settings(max_examples=200, deadline=None)
@given(statuses, bodies)
def test_shapes_nearly_right(status, body):
    check(status, json.dumps(body).encode())


@settings(max_examples=200, deadline=None)
@given(statuses, anything)
def test_any_json(status, body):
    check(status, json.dumps(body).encode())


@settings(max_examples=200, deadline=None)
@given(statuses, st.binary(max_size=200))
def test_any_bytes(status, body):
    check(status, body)


@settings(max_examples=200, deadline=None)
@given(bodies, st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_a_body_spoilt_on_the_way(body, place, spoilt):
    whole = json.dumps(body).encode()
    check(200, whole[:place] + spoilt + whole[place:])


@settings(max_examples=300, deadline=None)
@given(st.lists(texts, max_size=6).map("".join))
def test_splitting_reasoning_loses_nothing_but_marks(text):
    answer, reasoning = split_reasoning(text)
    assert answer in text
    assert all(part in text for part in reasoning.split("\n\n"))
    if not reasoning and "<" not in text and "◁" not in text and "[" not in text:
        assert answer == text


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_storable_is_storable_and_only_then_flagged(text):
    escaped, changed = storable(text)
    assert escaped.encode("utf-8").find(b"\x00") == -1
    assert changed is (escaped != text)
    assert storable(escaped) == (escaped, False)
