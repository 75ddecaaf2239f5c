"""Responses as the providers document and send them, each with the rule that has to decide it."""

import json


def chat(content, finish="stop", *, tokens=40, message=None, choice=None, **top):
    """A body with one choice."""
    message = {"role": "assistant", "content": content, **(message or {})}
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": finish, **(choice or {})}],
        "usage": {"completion_tokens": tokens},
        **top,
    }


def error(message="", code=None, **more):
    return {"error": {"message": message, "code": code, **more}}


def router_error(said, code, raw=None):
    """An error beside a partial answer, as OpenRouter sends it with HTTP 200."""
    return {"error": {"message": said, "code": code, "metadata": {"raw": raw}}}


AZURE = error(
    "The response was filtered due to the prompt triggering content management policy.",
    "content_filter",
    innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"violence": {"filtered": True}}},
)

# id of the case, HTTP status, body, rule, delivery
CASES = [
    # How an answer ends
    ("stop", 200, chat("Yes."), "answer", "delivered"),
    ("stop in capitals", 200, chat("Yes.", "STOP"), "answer", "delivered"),
    ("status not kept", None, chat("Yes."), "answer", "delivered"),
    ("parts", 200, chat([{"type": "text", "text": "Yes."}]), "answer", "delivered"),
    ("refusal field", 200, chat(None, message={"refusal": "I can't."}), "refusal_field", "delivered"),
    ("refusal part", 200, chat([{"type": "refusal", "refusal": "I can't."}]), "refusal_field", "delivered"),
    ("refusal beside content", 200, chat("Yes.", message={"refusal": "I can't."}), "answer", "delivered"),
    ("empty error is none", 200, chat("Yes.", error=None), "answer", "delivered"),
    ("length", 200, chat("It began", "length"), "end_length", "truncated"),
    ("length, nothing said", 200, chat("", "length"), "end_length", "truncated"),
    ("mistral length", 200, chat("It", "model_length"), "end_length", "truncated"),
    (
        "length natively",
        200,
        chat("It", "stop", choice={"native_finish_reason": "MAX_TOKENS"}),
        "end_length",
        "truncated",
    ),
    (
        "length outranks a filter",
        200,
        chat("It", "length", choice={"native_finish_reason": "content_filter"}),
        "end_length",
        "truncated",
    ),
    (
        "length outranks a named filter",
        200,
        chat("It", "length", choice=router_error("Output data may contain inappropriate content.", 502)),
        "end_length",
        "truncated",
    ),
    ("filter, nothing", 200, chat("", "content_filter"), "end_filter", "blocked_output"),
    ("filter, null", 200, chat(None, "content_filter"), "end_filter", "blocked_output"),
    ("filter, partial", 200, chat("It beg", "content_filter"), "end_filter", "cut_by_filter"),
    ("zhipu sensitive", 200, chat("", "sensitive"), "end_filter", "blocked_output"),
    ("gigachat", 200, chat("", "blacklist"), "end_filter", "blocked_output"),
    (
        "gemini by router",
        200,
        chat("", "stop", choice={"native_finish_reason": "SAFETY"}),
        "end_filter",
        "blocked_output",
    ),
    (
        "anthropic by router",
        200,
        chat("It", "stop", choice={"native_finish_reason": "refusal"}),
        "end_filter",
        "cut_by_filter",
    ),
    ("baidu withdrawn", 200, chat("It", choice={"flag": 4}), "end_flagged", "cut_by_filter"),
    ("baidu light suspicion", 200, chat("Yes.", choice={"flag": 1, "ban_round": -1}), "answer", "delivered"),
    ("deepseek overload", 200, chat("It", "insufficient_system_resource"), "end_trouble", "failed"),
    ("zhipu network", 200, chat("", "network_error"), "end_trouble", "failed"),
    ("mistral error", 200, chat("It", "error"), "end_trouble", "failed"),
    ("copyright", 200, chat("", "stop", choice={"native_finish_reason": "RECITATION"}), "end_not_a_block", "failed"),
    ("tool call", 200, chat(None, "tool_calls"), "end_tools", "failed"),
    ("empty at once", 200, chat("", tokens=1), "empty_at_once", "empty"),
    ("eight tokens", 200, chat(" \n\u200b", tokens=8), "empty_at_once", "empty"),
    ("empty, no usage", 200, chat("", usage=None), "empty_at_once", "empty"),
    ("nine tokens", 200, chat("", tokens=9), "empty_after_tokens", "empty"),
    (
        "only reasoning",
        200,
        chat("", tokens=300, message={"reasoning_content": "Hm."}),
        "empty_after_reasoning",
        "truncated",
    ),
    ("reasoning, not counted", 200, chat("<think>" + "Hm. " * 50, usage=None), "empty_after_reasoning", "truncated"),
    (
        "reasoning hidden, counted",
        200,
        chat("", usage={"completion_tokens": 90, "completion_tokens_details": {"reasoning_tokens": 90}}),
        "empty_after_reasoning",
        "truncated",
    ),
    ("unheard-of end", 200, chat("Yes.", "vanished"), "end_unknown", "failed"),
    ("no end", 200, chat("Yes.", None), "end_unknown", "failed"),
    ("end is a number", 200, chat("Yes.", 3), "end_unknown", "failed"),
    # Blocks told as errors
    ("openai policy", 400, error("No.", "content_policy_violation"), "block_error_code", "blocked_input"),
    ("openai prompt", 400, error("No.", "invalid_prompt"), "block_error_code", "blocked_input"),
    ("azure", 400, AZURE, "block_error_code", "blocked_input"),
    (
        "alibaba, own form",
        400,
        {"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content.", "request_id": "1"},
        "block_error_code",
        "blocked_input",
    ),
    (
        "moonshot",
        400,
        error("The request was rejected because it was considered high risk", type="content_filter"),
        "block_error_code",
        "blocked_input",
    ),
    (
        "zhipu",
        400,
        error("系统检测到输入或生成内容可能包含不安全或敏感内容", "1301"),
        "block_error_code",
        "blocked_input",
    ),
    ("zhipu, a number", 400, error("…", 1301), "block_error_code", "blocked_input"),
    (
        "minimax input",
        200,
        {"base_resp": {"status_code": 1026, "status_msg": "input sensitive"}},
        "block_error_code",
        "blocked_input",
    ),
    (
        "minimax output",
        200,
        {"base_resp": {"status_code": 1027, "status_msg": "output sensitive"}},
        "block_output_named",
        "blocked_output",
    ),
    ("minimax well", 200, chat("Yes.", base_resp={"status_code": 0, "status_msg": "success"}), "answer", "delivered"),
    ("content code in a 5xx", 500, error("No.", "data_inspection_failed"), "block_error_code", "blocked_input"),
    (
        "alibaba output",
        400,
        error("Output data may contain inappropriate content.", "data_inspection_failed"),
        "block_output_named",
        "blocked_output",
    ),
    (
        "alibaba output by router",
        200,
        chat("It began", None, choice=router_error("Upstream error", 502, {"code": "data_inspection_failed"})),
        "block_error_code",
        "cut_by_filter",
    ),
    (
        "input, as a string of JSON",
        400,
        router_error("Provider returned error", 400, json.dumps({"error": {"code": "data_inspection_failed"}})),
        "block_error_code",
        "blocked_input",
    ),
    (
        "anthropic by router, words",
        400,
        error("Output blocked by content filtering policy"),
        "block_output_named",
        "blocked_output",
    ),
    ("deepseek", 400, error("Content Exists Risk", "invalid_request_error"), "block_error_text", "blocked_input"),
    (
        "xai",
        403,
        {"code": "denied", "error": "Content violates usage guidelines. SAFETY_CHECK_TYPE_BIO"},
        "block_error_text",
        "blocked_input",
    ),
    ("mistral guardrail", 403, {"detail": "Blocked by guardrail"}, "block_guardrail", "blocked_input"),
    (
        "openrouter settings",
        404,
        error("No endpoints found matching your guardrail restrictions", 404),
        "nothing_there",
        "failed",
    ),
    (
        "openrouter moderation",
        403,
        error("Flagged", 403, metadata={"reasons": ["violence"], "flagged_input": "…", "provider_name": "P"}),
        "block_input_flagged",
        "blocked_input",
    ),
    (
        "baidu clear",
        200,
        chat("Let us talk of something else.", need_clear_history=True),
        "block_input_flagged",
        "blocked_input",
    ),
    ("baidu round", 200, chat("", ban_round=-1), "block_input_flagged", "blocked_input"),
    ("baidu flag", 200, chat("", choice={"flag": 3, "ban_round": -1}), "block_input_flagged", "blocked_input"),
    ("baidu new flag", 200, chat("Yes.", choice={"flag": 9}), "error_unknown", "failed"),
    # Money, keys, addresses
    ("payment", 402, error("Insufficient Balance"), "money_402", "failed"),
    ("payment in a 200", 200, error("Add credits", 402), "money_402", "failed"),
    ("quota", 429, error("…", "insufficient_quota"), "money_spent", "failed"),
    ("arrears", 400, {"code": "Arrearage", "message": "Access denied."}, "money_spent", "failed"),
    ("balance in words", 429, error("Insufficient account balance"), "money_spent", "failed"),
    ("no such model", 404, error("The model `x` does not exist", "model_not_found"), "model_unknown", "failed"),
    ("ollama", 404, {"error": "model 'x' not found, try pulling it first"}, "model_unknown", "failed"),
    ("key", 401, error("Incorrect API key provided: sk-abc***def"), "key_refused", "failed"),
    ("key, another status", 400, error("API key not valid."), "key_refused_text", "failed"),
    ("forbidden", 403, error("Country not supported", "unsupported_country"), "forbidden", "failed"),
    ("not found", 404, b"<h1>Not Found</h1>", "nothing_there", "failed"),
    ("fastapi not found", 404, {"detail": "Not Found"}, "nothing_there", "failed"),
    ("redirect", 301, b"", "moved", "failed"),
    # What may heal
    ("429", 429, error("Slow down", "rate_limit"), "busy", "failed"),
    ("429 without a body", 429, b"", "busy", "failed"),
    ("409", 409, {}, "busy", "failed"),
    ("408", 408, {}, "busy", "failed"),
    ("rate limit in a 200", 200, error("Slow down", "rate_limit_exceeded"), "busy_code", "failed"),
    ("500", 500, error("Internal Server Error", 500), "server_trouble", "failed"),
    ("529", 529, b"", "server_trouble", "failed"),
    ("524 as a page", 524, b"<html>", "server_trouble", "failed"),
    (
        "broken upstream",
        200,
        chat("It began", None, choice=router_error("Bad gateway", 502)),
        "server_trouble",
        "failed",
    ),
    # What will not
    (
        "context",
        400,
        error("This model's maximum context length is 4096 tokens.", "context_length_exceeded"),
        "too_long",
        "failed",
    ),
    ("413", 413, b"", "too_large", "failed"),
    ("parameter", 400, error("Unsupported parameter: 'seed'", "unsupported_parameter"), "parameter_refused", "failed"),
    (
        "pydantic",
        422,
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
        "parameter_refused",
        "failed",
    ),
    ("unheard-of error", 400, error("Nobody has seen this", "never_seen"), "error_unknown", "failed"),
    ("unheard-of error in a 200", 200, error("Nobody has seen this", "never_seen"), "error_unknown", "failed"),
    ("418", 418, b"", "error_unknown", "failed"),
    ("no JSON", 200, b"<!doctype html>", "not_json", "failed"),
    ("nothing", 200, b"", "not_json", "failed"),
    ("204", 204, b"", "not_json", "failed"),
    ("empty object", 200, {}, "shape_unknown", "failed"),
    ("a list", 200, [], "shape_unknown", "failed"),
    ("no message", 200, {"choices": [{"finish_reason": "stop"}]}, "shape_unknown", "failed"),
]
