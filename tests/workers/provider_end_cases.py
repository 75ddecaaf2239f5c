"""Answers as the providers document and send them, each with the rule that has to decide how it ended."""


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


# id of the case, HTTP status, body, rule, delivery
END_CASES = [
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
]
