"""Responses of the other protocols as their makers document them, each with the rule that has to decide it."""

from tests.workers.provider_calls import sse


def message(*texts, stop="end_turn", tokens=40, **more):
    """A whole message of Anthropic's."""
    content = [{"type": "text", "text": text} for text in texts]
    return {"type": "message", "content": content, "stop_reason": stop, "usage": {"output_tokens": tokens}, **more}


def message_stream(*events, stop=None, tokens=40, texts=("It beg", "an")):
    """A stream of Anthropic's: it begins, the events, and an end where one is given."""
    begun = {"type": "message_start", "message": {"content": [], "model": "c", "usage": {"input_tokens": 3}}}
    made = [begun, {"type": "ping"}]
    made += [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}} for text in texts]
    made += events
    if stop:
        made += [{"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": tokens}}]
        made += [{"type": "message_stop"}]
    return sse(*((event["type"], event) for event in made), done=False)


def candidate(*texts, finish="STOP", tokens=40, **more):
    """A whole response of Gemini's."""
    parts = [{"text": text} for text in texts]
    return {
        "candidates": [{"content": {"parts": parts}, "finishReason": finish}],
        "usageMetadata": {"candidatesTokenCount": tokens},
        **more,
    }


def piece(text, finish=None):
    ended = {"finishReason": finish} if finish else {}
    return {"candidates": [{"content": {"parts": [{"text": text}]}, **ended}]}


def response(*texts, status="completed", tokens=40, **more):
    """A whole response of OpenAI's."""
    parts = [{"type": "output_text", "text": text} for text in texts]
    output = [{"type": "message", "content": parts}]
    return {"object": "response", "status": status, "output": output, "usage": {"output_tokens": tokens}, **more}


def response_stream(*events, final=None, kind="completed", texts=("It beg", "an")):
    made = [{"type": "response.created", "response": {"status": "in_progress"}}]
    made += [{"type": "response.output_text.delta", "delta": text} for text in texts]
    made += events
    if final is not None:
        made.append({"type": f"response.{kind}", "response": final})
    return sse(*((event["type"], event) for event in made), done=False)


def anthropic_error(kind, said="…"):
    return {"type": "error", "error": {"type": kind, "message": said}}


def google_error(code, status, said="…", **more):
    return {"error": {"code": code, "status": status, "message": said, **more}}


FILTERED = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}
CUT = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
OVERLOADED = anthropic_error("overloaded_error", "Overloaded")
WITHHELD = anthropic_error("invalid_request_error", "Output blocked by content filtering policy")

# id of the case, HTTP status, body, rule, delivery
ANTHROPIC = [
    ("end of turn", 200, message("Yes."), "answer", "delivered"),
    ("stop sequence", 200, message("Yes.", stop="stop_sequence"), "answer", "delivered"),
    ("max tokens", 200, message("It", stop="max_tokens"), "end_length", "truncated"),
    ("context full", 200, message("It", stop="model_context_window_exceeded"), "end_length", "truncated"),
    ("refusal", 200, message("It", stop="refusal", stop_details={"category": "bio"}), "end_filter", "cut_by_filter"),
    ("refusal at once", 200, message(stop="refusal"), "end_filter", "blocked_output"),
    ("tool", 200, message(stop="tool_use"), "end_tools", "failed"),
    ("pause", 200, message("It", stop="pause_turn"), "end_unknown", "failed"),
    ("no stop", 200, message("It", stop=None), "end_unknown", "failed"),
    ("empty", 200, message(tokens=2), "empty_at_once", "empty"),
    ("only spent", 200, message(tokens=20), "empty_after_tokens", "empty"),
    (
        "only thought",
        200,
        message(content=[{"type": "thinking", "thinking": "Hm. " * 30}]),
        "empty_after_reasoning",
        "truncated",
    ),
    ("stream", 200, message_stream(stop="end_turn"), "answer", "delivered"),
    ("stream refused", 200, message_stream(stop="refusal"), "end_filter", "cut_by_filter"),
    ("stream cut", 200, message_stream(stop="max_tokens"), "end_length", "truncated"),
    ("stream without an end", 200, message_stream(), "stream_unfinished", "failed"),
    ("stream overloaded", 200, message_stream(OVERLOADED), "server_trouble_code", "failed"),
    ("stream withheld", 200, message_stream(WITHHELD), "block_output_named", "cut_by_filter"),
    ("stream of pings", 200, sse(("ping", {"type": "ping"}), done=False), "stream_unfinished", "failed"),
    ("output filtered", 400, WITHHELD, "block_output_named", "blocked_output"),
    ("overloaded", 529, OVERLOADED, "server_trouble", "failed"),
    ("rate", 429, anthropic_error("rate_limit_error"), "busy", "failed"),
    (
        "no credit",
        400,
        anthropic_error("invalid_request_error", "Your credit balance is too low to access the API."),
        "money_spent",
        "failed",
    ),
    ("billing", 403, anthropic_error("billing_error"), "money_spent", "failed"),
    ("key", 401, anthropic_error("authentication_error", "invalid x-api-key"), "key_refused", "failed"),
    ("model", 404, anthropic_error("not_found_error", "model: no-such-model"), "model_unknown", "failed"),
    ("path", 404, anthropic_error("not_found_error", "Not found"), "nothing_there", "failed"),
    ("large", 413, anthropic_error("request_too_large"), "too_long", "failed"),
    (
        "thinking",
        400,
        anthropic_error("invalid_request_error", '"thinking.type.enabled" is not supported for this model.'),
        "parameter_refused",
        "failed",
    ),
    ("odd", 400, anthropic_error("invalid_request_error", "Odd"), "error_unknown", "failed"),
    ("not json", 200, b"<html>", "not_json", "failed"),
    ("another protocol", 200, {"choices": [{"message": {"content": "Yes."}}]}, "shape_unknown", "failed"),
]

GEMINI = [
    ("stop", 200, candidate("Yes", "."), "answer", "delivered"),
    ("max tokens", 200, candidate("It", finish="MAX_TOKENS"), "end_length", "truncated"),
    ("no content at all", 200, {"candidates": [{"finishReason": "MAX_TOKENS"}]}, "end_length", "truncated"),
    *(
        (reason.lower(), 200, candidate(finish=reason), "end_filter", "blocked_output")
        for reason in ("SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII")
    ),
    ("safety, partial", 200, candidate("It", finish="SAFETY"), "end_filter", "cut_by_filter"),
    *(
        (reason.lower(), 200, candidate("It", finish=reason), "end_not_a_block", "failed")
        for reason in ("RECITATION", "LANGUAGE", "OTHER")
    ),
    ("function", 200, candidate(finish="MALFORMED_FUNCTION_CALL"), "end_tools", "failed"),
    ("malformed", 200, candidate(finish="MALFORMED_RESPONSE"), "end_trouble", "failed"),
    ("unspecified", 200, candidate("It", finish="FINISH_REASON_UNSPECIFIED"), "end_unknown", "failed"),
    ("empty", 200, candidate(tokens=0), "empty_at_once", "empty"),
    (
        "only thought",
        200,
        {**candidate(), "usageMetadata": {"thoughtsTokenCount": 90}},
        "empty_after_reasoning",
        "truncated",
    ),
    *(
        (f"prompt {reason}", 200, {"promptFeedback": {"blockReason": reason}}, "block_prompt_reason", "blocked_input")
        for reason in ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "JAILBREAK")
    ),
    ("prompt, unheard-of", 200, {"promptFeedback": {"blockReason": "MOOD"}}, "error_unknown", "failed"),
    ("prompt, odd", 200, {"promptFeedback": {"blockReason": 7}}, "error_unknown", "failed"),
    ("no candidates", 200, {"candidates": [], "usageMetadata": {}}, "shape_unknown", "failed"),
    ("stream", 200, sse(piece("It beg"), piece("an"), piece("", "STOP"), done=False), "answer", "delivered"),
    ("stream as a list", 200, [piece("It beg"), piece("an", "STOP")], "answer", "delivered"),
    ("stream blocked", 200, sse(piece("It"), piece("", "SAFETY"), done=False), "end_filter", "cut_by_filter"),
    ("stream without an end", 200, sse(piece("It"), done=False), "stream_unfinished", "failed"),
    (
        "stream, prompt blocked",
        200,
        sse({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, done=False),
        "block_prompt_reason",
        "blocked_input",
    ),
    ("stream broke", 200, sse(piece("It"), google_error(503, "UNAVAILABLE"), done=False), "server_trouble", "failed"),
    ("rate", 429, google_error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota"), "busy", "failed"),
    ("key", 400, google_error(400, "INVALID_ARGUMENT", "API key not valid."), "key_refused_text", "failed"),
    (
        "model",
        404,
        google_error(404, "NOT_FOUND", "models/x is not found for API version v1beta"),
        "model_unknown",
        "failed",
    ),
    (
        "region",
        400,
        google_error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        "region_refused",
        "failed",
    ),
    ("overloaded", 503, google_error(503, "UNAVAILABLE", "The model is overloaded."), "server_trouble", "failed"),
]

RESPONSES = [
    ("completed", 200, response("Yes."), "answer", "delivered"),
    (
        "refusal",
        200,
        response(output=[{"type": "message", "content": [{"type": "refusal", "refusal": "I can't."}]}]),
        "refusal_field",
        "delivered",
    ),
    ("cut", 200, response("It", **CUT), "end_length", "truncated"),
    ("cut while reasoning", 200, response(output=[{"type": "reasoning"}], **CUT), "end_length", "truncated"),
    ("filtered", 200, response("It", **FILTERED), "end_filter", "cut_by_filter"),
    ("filtered at once", 200, response(**FILTERED), "end_filter", "blocked_output"),
    ("failed", 200, response(status="failed"), "end_trouble", "failed"),
    (
        "failed, and says so",
        200,
        response(status="failed", error={"code": "server_error", "message": "…"}),
        "server_trouble_code",
        "failed",
    ),
    (
        "prompt refused",
        200,
        response(status="failed", error={"code": "invalid_prompt", "message": "…"}),
        "block_error_code",
        "blocked_input",
    ),
    ("cancelled", 200, response("It", status="cancelled"), "end_unknown", "failed"),
    ("incomplete, no reason", 200, response("It", status="incomplete"), "end_unknown", "failed"),
    ("empty", 200, response(tokens=1), "empty_at_once", "empty"),
    ("stream", 200, response_stream(final=response("It began")), "answer", "delivered"),
    ("stream, nothing in the whole", 200, response_stream(final={"status": "completed"}), "answer", "delivered"),
    ("stream, only the whole", 200, response_stream(final=response("Yes."), texts=()), "answer", "delivered"),
    (
        "stream filtered",
        200,
        response_stream(final=response(**FILTERED), kind="incomplete"),
        "end_filter",
        "cut_by_filter",
    ),
    ("stream withdrawn", 200, response_stream(final=response("Let us not.")), "stream_withdrawn", "failed"),
    ("stream emptied", 200, response_stream(final=response()), "stream_withdrawn", "failed"),
    ("stream without an end", 200, response_stream(), "stream_unfinished", "failed"),
    (
        "stream, error",
        200,
        response_stream({"type": "error", "code": "server_error", "message": "…"}),
        "server_trouble_code",
        "failed",
    ),
    (
        "stream failed",
        200,
        response_stream(final={"status": "failed", "error": {"code": "rate_limit_exceeded"}}, kind="failed"),
        "busy_code",
        "failed",
    ),
    ("policy", 400, {"error": {"code": "content_policy_violation"}}, "block_error_code", "blocked_input"),
    ("another protocol", 200, {"choices": [{"message": {"content": "Yes."}}]}, "shape_unknown", "failed"),
]

CASES = {"anthropic_messages": ANTHROPIC, "gemini": GEMINI, "openai_responses": RESPONSES}
