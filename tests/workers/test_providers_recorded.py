"""Fifty responses as providers and a router really sent them when they blocked, one by one."""

import hashlib
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from workers.providers import RULES, WIRES

pytestmark = pytest.mark.shared

# What a person says who reads the row: the rule that has to decide it, and the delivery.
# The answer breaks off, and its finish reason says that a content filter ended it.
FILTERED = ("end_filter", "cut_by_filter")
# The answer breaks off, and the error beside it says that the output was withheld; the 502 is only the router's.
WITHHELD = ("block_output_named", "cut_by_filter")
# No answer; the router hands on, as a string of JSON, that the input was refused.
QUESTION_REFUSED = ("block_error_code", "blocked_input")
# Nothing about content: the model's name is wrong, or the server failed.
NO_SUCH_MODEL = ("model_unknown", "failed")
SERVER_FAILED = ("server_trouble", "failed")

# line, first 12 digits of its SHA-256, what it is, characters of answer and of reasoning that had come
ROWS = [
    (0, "65ef425b7ec7", FILTERED, 108, 0),
    (1, "439b9f8ff0c8", FILTERED, 2393, 0),
    (2, "20af6fe2b218", FILTERED, 2118, 0),
    (3, "f23a429eb485", NO_SUCH_MODEL, 0, 0),
    (4, "6a6fb3332338", WITHHELD, 1004, 0),
    (5, "8b9821e968f1", WITHHELD, 3399, 0),
    (6, "48d5734af321", WITHHELD, 1477, 0),
    (7, "82e9647a7f48", WITHHELD, 2847, 0),
    (8, "6f6dd964e5d9", WITHHELD, 2553, 0),
    (9, "956115e3b917", WITHHELD, 1925, 0),
    (10, "a50ac222ba78", WITHHELD, 6730, 0),
    (11, "3789b7a126eb", QUESTION_REFUSED, 0, 0),
    (12, "283a7c0d4129", QUESTION_REFUSED, 0, 0),
    (13, "c6d671799a39", QUESTION_REFUSED, 0, 0),
    (14, "0957757e33dc", WITHHELD, 3642, 0),
    (15, "b90378f51198", WITHHELD, 2675, 0),
    (16, "4bb40f157abd", WITHHELD, 2222, 0),
    (17, "65a79f1c7b58", WITHHELD, 2016, 0),
    (18, "5c1b46bd915a", FILTERED, 1045, 1835),
    (19, "d1d74f0f159a", FILTERED, 1080, 5004),
    (20, "82d8cc7a9b61", WITHHELD, 2029, 0),
    (21, "19f97e128e00", WITHHELD, 1739, 0),
    (22, "85732e884a35", WITHHELD, 2343, 0),
    (23, "2e319e58c05f", WITHHELD, 2701, 0),
    (24, "ce0ebf6df19f", WITHHELD, 2379, 0),
    (25, "52bbced2679d", WITHHELD, 938, 0),
    (26, "3ea7155c1efc", WITHHELD, 4746, 0),
    (27, "e8c716d12628", WITHHELD, 1162, 0),
    (28, "cc6f614a0259", WITHHELD, 1595, 0),
    (29, "951a4747dffd", WITHHELD, 3652, 0),
    (30, "2dc3c4eb14ac", WITHHELD, 4198, 0),
    (31, "5098913854c1", WITHHELD, 4800, 0),
    (32, "905f27edff64", WITHHELD, 1739, 0),
    (33, "399bac436e72", WITHHELD, 3143, 0),
    (34, "177103fecdf0", WITHHELD, 3, 0),
    (35, "039045096136", WITHHELD, 4707, 0),
    (36, "18ba7eb702cd", WITHHELD, 5247, 0),
    (37, "a7bd38aae79f", SERVER_FAILED, 0, 0),
    (38, "c98be0bbe726", FILTERED, 848, 730),
    (39, "225e62177f88", WITHHELD, 415, 0),
    (40, "9651b0dcad1d", WITHHELD, 403, 0),
    (41, "0eb2dfa6a37b", WITHHELD, 34, 0),
    (42, "6f5f31d9131d", QUESTION_REFUSED, 0, 0),
    (43, "bd4e0b612949", QUESTION_REFUSED, 0, 0),
    (44, "4767b370bbac", QUESTION_REFUSED, 0, 0),
    (45, "9ff47479bd93", QUESTION_REFUSED, 0, 0),
    (46, "9b69ed48d155", QUESTION_REFUSED, 0, 0),
    (47, "34283fd87c19", QUESTION_REFUSED, 0, 0),
    (48, "25eee8fd1095", QUESTION_REFUSED, 0, 0),
    (49, "34b6600a0790", QUESTION_REFUSED, 0, 0),
]
TECHNICAL = (NO_SUCH_MODEL, SERVER_FAILED)


@pytest.fixture(scope="module")
def lines():
    path = Path(os.environ["CANDOR_SHARED"]) / "data" / "speechmap" / "provider_block_payloads.jsonl"
    return path.read_bytes().splitlines()


def response_of(line):
    return json.loads(line)["row"]["response"]


def as_sent(response):
    """The HTTP status these came with: a router answers 200 once a model has begun."""
    return 200 if "choices" in response else int(response["error"]["code"] or 400)


def test_every_row_has_its_own_expectation(lines):
    assert [row[0] for row in ROWS] == list(range(len(lines))) == list(range(50))
    assert len({row[1] for row in ROWS}) == 50


@pytest.mark.parametrize("protocol", ["openai_chat", "azure"])
@pytest.mark.parametrize(
    ("number", "digest", "what", "characters", "reasoned"), ROWS, ids=[str(row[0]) for row in ROWS]
)
def test_each_recorded_response(lines, protocol, number, digest, what, characters, reasoned):
    assert hashlib.sha256(lines[number]).hexdigest()[:12] == digest
    response = response_of(lines[number])
    partial = response["choices"][0]["message"]["content"] if "choices" in response else ""
    for status in (None, as_sent(response)):
        outcome = WIRES[protocol].classify(status, json.dumps(response).encode(), {})
        assert (outcome.rule, outcome.delivery) == what
        assert (outcome.text, len(outcome.text), len(outcome.reasoning)) == (partial, characters, reasoned)
        assert outcome.retry == ("retry" if what == SERVER_FAILED else "no")
        assert RULES[outcome.rule].pauses is (what == NO_SUCH_MODEL)
        assert not outcome.quarantined
        assert outcome.error


def test_48_blocks_and_2_technical_errors(lines):
    outcomes = [WIRES["openai_chat"].classify(None, json.dumps(response_of(line)).encode(), {}) for line in lines]
    assert Counter(outcome.delivery for outcome in outcomes) == {"cut_by_filter": 37, "blocked_input": 11, "failed": 2}
    assert Counter(outcome.rule for outcome in outcomes) == Counter(row[2][0] for row in ROWS)
    assert sum(row[2] not in TECHNICAL for row in ROWS) == 48


def test_who_served_it_is_known(lines):
    for line, (_, _, what, _, reasoned) in zip(lines, ROWS, strict=True):
        response = response_of(line)
        outcome = WIRES["openai_chat"].classify(None, json.dumps(response).encode(), {})
        assert outcome.served_by == response.get("provider", "")
        if reasoned:
            assert (outcome.served_by, what) == ("Novita", FILTERED)
            assert outcome.reasoning not in outcome.text


def test_streamed_they_are_decided_the_same(lines):
    """The same words as the events of a stream: first what had come, then how it ended."""
    for line, (number, _, what, characters, _) in zip(lines, ROWS, strict=True):
        response = response_of(line)
        if "choices" not in response:
            events = [response]
        else:
            choice = dict(response["choices"][0])
            begun = {**response, "choices": [{"index": 0, "delta": choice.pop("message"), "finish_reason": None}]}
            events = [begun, {**response, "choices": [{**choice, "delta": {"content": ""}}]}]
        body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        outcome = WIRES["openai_chat"].classify(200, body.encode(), {})
        assert (number, (outcome.rule, outcome.delivery), len(outcome.text)) == (number, what, characters)
