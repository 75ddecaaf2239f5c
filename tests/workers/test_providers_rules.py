"""Every rule of the table, by a response that it decides. Responses are as the providers document them."""

import json
from itertools import pairwise

import pytest

from tests.workers.provider_cases import CASES
from tests.workers.provider_end_cases import chat, error
from tests.workers.stream_cases import STREAM_CASES
from workers.providers.chat_rules import CHAT_RULES
from workers.providers.openai_chat import classify
from workers.providers.results import DELIVERIES
from workers.providers.rules import Facts, decide

RETRIED = {"end_trouble", "empty_at_once", "busy", "busy_code", "server_trouble", "server_trouble_code"}
RETRIED |= {"stream_unfinished"}
QUARANTINED = {"end_unknown", "error_unknown", "not_json", "shape_unknown", "forbidden"}
QUARANTINED |= {"stream_unfinished", "stream_garbled", "stream_withdrawn"}


def body_of(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@pytest.mark.parametrize(
    ("status", "body", "rule", "delivery"),
    [case[1:] for case in CASES + STREAM_CASES],
    ids=[case[0] for case in CASES + STREAM_CASES],
)
def test_the_rule_that_decides(status, body, rule, delivery):
    outcome = classify(status, body_of(body), {})
    assert (outcome.rule, outcome.delivery) == (rule, delivery)
    assert outcome.retry == ("retry" if rule in RETRIED else "no")
    assert outcome.quarantined is (rule in QUARANTINED)
    assert outcome.sent == "answered"
    assert bool(outcome.error) is (delivery != "delivered")
    assert "\n" not in outcome.error


def test_every_rule_is_shown():
    shown = {case[3] for case in CASES + STREAM_CASES}
    assert {rule.id for rule in CHAT_RULES if rule.net is None} == shown


def test_the_table_is_sound():
    ids = [rule.id for rule in CHAT_RULES]
    assert len(ids) == len(set(ids))
    for rule in CHAT_RULES:
        assert rule.delivery in DELIVERIES
        assert rule.with_text is None or rule.with_text in DELIVERIES
        assert rule.about.endswith(".")
        # Nothing that nobody knows is a success, and a block is never asked again.
        assert not (rule.quarantined and rule.delivery != "failed")
        assert not (rule.retry == "retry" and rule.delivery not in ("failed", "empty"))
    assert decide(Facts(), CHAT_RULES).id == "shape_unknown"
    for word in ("unexpected", "not_http"):
        assert decide(Facts(net=word, is_error=True, ends=frozenset({"stop"})), CHAT_RULES).net == word


def test_only_a_known_end_with_text_is_delivered():
    delivering = [rule for rule in CHAT_RULES if "delivered" in (rule.delivery, rule.with_text)]
    assert [rule.id for rule in delivering] == ["refusal_field", "answer"]
    for rule in delivering:
        assert rule.has_message is True
        assert rule.has_text is True
        assert rule.only_ends
        assert not any(rule.only_ends & (other.ends or frozenset()) for other in CHAT_RULES)


def test_order_of_the_groups():
    """On the way, then length, blocks, money, what heals, how it ended, the answer."""
    order = ["net_unexpected", "end_length", "block_error_code", "money_402", "busy", "end_filter", "answer"]
    ids = [rule.id for rule in CHAT_RULES]
    assert all(ids.index(first) < ids.index(second) for first, second in pairwise(order))


def test_what_is_read_from_a_full_answer():
    body = {
        "model": "served-model-0324",
        "system_fingerprint": "fp_1",
        "provider": "Upstream",
        "choices": [{"message": {"content": "Yes.", "reasoning": "Hm."}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 4,
            "completion_tokens": 2,
            "cost": 0.5,
            "note": "text",
            "completion_tokens_details": {"reasoning_tokens": 1, "deeper": {"no": 1}},
        },
    }
    outcome = classify(200, body_of(body), {"X-Request-Id": "r1", "Set-Cookie": "secret", "Retry-After": "3"})
    assert (outcome.text, outcome.reasoning) == ("Yes.", "Hm.")
    assert (outcome.served_model, outcome.served_fingerprint, outcome.served_by) == (
        "served-model-0324",
        "fp_1",
        "Upstream",
    )
    assert outcome.usage == {
        "prompt_tokens": 4,
        "completion_tokens": 2,
        "cost": 0.5,
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    assert outcome.raw == body_of(body)
    assert outcome.raw_headers == {"retry-after": "3", "x-request-id": "r1"}


def test_usage_holds_only_what_json_columns_take():
    usage = b'{"a":NaN,"b":Infinity,"c":1e999,"d":true,"e":99999999999999999999,"f":null,"g\\u0000":1}'
    body = b'{"choices":[],"usage":' + usage + b"}"
    assert classify(200, body, {}).usage == {r"g\u0000": 1}


def test_partial_text_is_kept_whatever_happened():
    for body in (chat("It began", "content_filter"), chat("It began", "error"), chat("It began", "vanished")):
        assert classify(200, body_of(body), {}).text == "It began"


def test_empty_is_worth_two_more_tries():
    assert classify(200, body_of(chat("", tokens=1)), {}).retry_at_most == 2
    assert classify(500, b"", {}).retry_at_most is None


def test_a_provider_s_words_about_a_key_are_not_repeated():
    outcome = classify(401, body_of(error("Incorrect API key provided: sk-abc***def")), {})
    assert outcome.error == "HTTP 401: The key is missing or wrong."


def test_broken_characters_are_kept_to_be_shown():
    body = b'{"choices":[{"message":{"content":"a\\u0000b\\ud800c\xffd\ne"},"finish_reason":"stop"}]}'
    outcome = classify(200, body, {})
    assert outcome.delivery == "delivered"
    assert outcome.text == "a\x00b\ud800c\udcffd\ne"


def test_a_byte_order_mark_does_no_harm():
    assert classify(200, b"\xef\xbb\xbf" + body_of(chat("Yes.")), {}).text == "Yes."


def test_deep_and_long_json_is_refused_quietly():
    assert classify(200, b"[" * 200_000, {}).rule == "not_json"
    assert classify(200, b'{"choices": ' + b"9" * 10_000 + b"}", {}).rule == "not_json"
