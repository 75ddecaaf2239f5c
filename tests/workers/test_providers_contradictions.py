"""A clean end beside something that says otherwise is no answer: what stands beside an end counts too."""

import json

import pytest

from tests.fake_provider import shapes
from tests.fake_provider.behaviours import Asked, completion
from workers.providers import WIRES

SHAPES = {"openai_responses": "responses", "anthropic_messages": "messages", "gemini": "gemini"}
FILTERED = [
    ("azure", {"content_filter_results": {"hate": {"filtered": True, "severity": "high"}}}, "end_flagged"),
    ("azure", {"content_filter_results": {"a": {"filtered": False}, "b": {"filtered": True}}}, "end_flagged"),
    ("azure", {"content_filter_results": {"hate": {"filtered": False, "detected": True}}}, "answer"),
    ("azure", {"content_filter_results": {"error": {"code": "content_filter_error"}}}, "answer"),
    ("azure", {"content_filter_results": [True]}, "answer"),
    ("openai_chat", {"native_finish_reason": "vanished"}, "end_unknown"),
    ("openai_chat", {"native_finish_reason": 7}, "end_unknown"),
    ("openai_chat", {"native_finish_reason": "completed"}, "answer"),
    ("openai_chat", {"native_finish_reason": "content_filter"}, "end_filter"),
    ("openai_chat", {"finish_reason": None, "native_finish_reason": "stop"}, "end_unknown"),
    ("openai_chat", {"flag": 4}, "end_flagged"),
    ("openai_chat", {"flag": 2}, "block_input_flagged"),
    ("openai_chat", {"flag": "4"}, "error_unknown"),
    ("openai_chat", {"flag": 4.5}, "error_unknown"),
    ("openai_chat", {"flag": True}, "error_unknown"),
    ("openai_chat", {"flag": [4]}, "error_unknown"),
    ("openai_chat", {"flag": 0}, "answer"),
    ("openai_chat", {"flag": 1}, "answer"),
    ("openai_chat", {"need_clear_history": "true"}, "block_input_flagged"),
    ("openai_chat", {"need_clear_history": False}, "answer"),
]


@pytest.mark.parametrize(("protocol", "beside", "rule"), FILTERED)
def test_what_a_choice_says_beside_its_end(protocol, beside, rule):
    choice = {"message": {"content": "Yes."}, "finish_reason": "stop", **beside}
    streamed = {"delta": {"content": "Yes."}, "finish_reason": "stop", **beside}
    for body in (json.dumps({"choices": [choice]}), f"data: {json.dumps({'choices': [streamed]})}\n\n"):
        assert WIRES[protocol].classify(200, body.encode(), {}).rule == rule


@pytest.mark.parametrize(
    ("protocol", "body", "rule"),
    [
        ("openai_chat", {"base_resp": {"status_code": "1027"}}, "block_output_named"),
        ("openai_chat", {"base_resp": {"status_code": 1026.5}}, "error_unknown"),
        ("openai_chat", {"base_resp": {"status_code": [1]}}, "error_unknown"),
        ("openai_chat", {"base_resp": {"status_code": "0"}}, "answer"),
        ("azure", {"prompt_filter_results": [{"content_filter_results": {"hate": {"filtered": True}}}]}, "answer"),
    ],
)
def test_what_a_body_says_beside_its_answer(protocol, body, rule):
    choices = [{"message": {"content": "Yes."}, "finish_reason": "stop"}]
    assert WIRES[protocol].classify(200, json.dumps({"choices": choices, **body}).encode(), {}).rule == rule


def test_a_prompt_that_azure_filtered_and_nothing_came():
    found = [{"content_filter_results": {"hate": {"filtered": True}}}]
    body = {"choices": [{"message": {"content": ""}, "finish_reason": "stop"}], "prompt_filter_results": found}
    assert WIRES["azure"].classify(200, json.dumps(body).encode(), {}).rule == "block_input_flagged"


@pytest.mark.parametrize(
    ("protocol", "change", "rule"),
    [
        ("gemini", {"safetyRatings": [{"category": "HATE", "blocked": True}]}, "end_flagged"),
        ("gemini", {"safetyRatings": [{"category": "HATE", "probability": "LOW"}]}, "answer"),
        ("anthropic_messages", {"stop_details": {"type": "refusal", "category": "bio"}}, "end_filter"),
        ("anthropic_messages", {"stop_details": {"type": "mood"}}, "end_unknown"),
        ("anthropic_messages", {"stop_details": None}, "answer"),
        ("openai_responses", {"incomplete_details": {"reason": "content_filter"}}, "end_filter"),
        ("openai_responses", {"incomplete_details": {"reason": "mood"}}, "end_unknown"),
        ("openai_responses", {"incomplete_details": None}, "answer"),
        ("openai_responses", {"output": [{"type": "message", "status": "incomplete", "content": "?"}]}, "end_unknown"),
    ],
)
def test_an_end_that_contradicts_what_stands_beside_it(protocol, change, rule):
    whole = shapes.whole(SHAPES[protocol], completion(Asked("m-1", "p", 1)))
    (whole["candidates"][0] if protocol == "gemini" else whole).update(change)
    assert WIRES[protocol].classify(200, json.dumps(whole).encode(), {}).rule == rule
