"""Fifty responses as providers and a router really sent them when they blocked, one by one."""

import json
import os
from pathlib import Path

import pytest

from workers.providers.openai_chat import classify

pytestmark = pytest.mark.shared

# By the number of the line, as a person reads them.
FILTERED_IN_THE_MIDDLE = {0, 1, 2, 18, 19, 38}
INPUT_REFUSED = {11, 12, 13, *range(42, 50)}
UNKNOWN_MODEL = {3}
SERVER_FAILED = {37}


def expected(number):
    if number in UNKNOWN_MODEL:
        return "model_unknown", "failed"
    if number in SERVER_FAILED:
        return "server_trouble", "failed"
    if number in INPUT_REFUSED:
        return "block_error_code", "blocked_input"
    if number in FILTERED_IN_THE_MIDDLE:
        return "end_filter", "cut_by_filter"
    return "block_output_named", "cut_by_filter"


def responses():
    path = Path(os.environ["CANDOR_SHARED"]) / "data" / "speechmap" / "provider_block_payloads.jsonl"
    return [json.loads(line)["row"]["response"] for line in path.read_text().splitlines()]


def as_sent(response):
    """The HTTP status these came with: a router answers 200 once a model has begun."""
    return 200 if "choices" in response else int(response["error"]["code"] or 400)


@pytest.mark.parametrize("number", range(50))
def test_each_recorded_response(number):
    response = responses()[number]
    body = json.dumps(response).encode()
    for status in (None, as_sent(response)):
        outcome = classify(status, body, {})
        assert (outcome.rule, outcome.delivery) == expected(number)
        assert outcome.retry == ("retry" if number in SERVER_FAILED else "no")
        assert not outcome.quarantined
        partial = response["choices"][0]["message"]["content"] if "choices" in response else ""
        assert outcome.text == partial
        assert bool(outcome.text) is (outcome.delivery == "cut_by_filter")


def test_48_blocks_and_2_technical_errors():
    deliveries = [classify(None, json.dumps(response).encode(), {}).delivery for response in responses()]
    assert len(deliveries) == 50
    assert sum(delivery == "cut_by_filter" for delivery in deliveries) == 37
    assert sum(delivery == "blocked_input" for delivery in deliveries) == 11
    assert sum(delivery == "failed" for delivery in deliveries) == 2


def test_reasoning_is_kept_apart_from_a_cut_answer():
    reasoned = [classify(200, json.dumps(response).encode(), {}) for response in responses()]
    traces = [outcome for outcome in reasoned if outcome.reasoning]
    assert traces
    assert all(outcome.reasoning not in outcome.text and outcome.served_by == "Novita" for outcome in traces)
