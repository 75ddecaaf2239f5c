"""Streams of chat completions as providers send them, each with the rule that has to decide it."""

from tests.workers.provider_calls import delta, sse

WITHHELD = {"error": {"code": "data_inspection_failed", "message": "Output data may contain inappropriate content."}}
BEGUN = (delta({"role": "assistant", "content": ""}), delta("It beg"), delta("an"))
USAGE = {"choices": [], "usage": {"completion_tokens": 40}}
# Azure opens its streams with what it found in the prompt.
AZURE_OPENING = {"choices": [], "prompt_filter_results": [{"content_filter_results": {"hate": {"filtered": False}}}]}
UNFILTERED = {"error": {"code": "content_filter_error", "message": "The contents are not filtered"}}

# id of the case, HTTP status, body, rule, delivery
STREAM_CASES = [
    ("stream", 200, sse(*BEGUN, delta(finish="stop"), USAGE), "answer", "delivered"),
    ("stream without done", 200, sse(*BEGUN, delta(finish="stop"), done=False), "answer", "delivered"),
    ("stream, status not kept", None, sse(*BEGUN, delta(finish="stop")), "answer", "delivered"),
    ("stream, end on the last piece", 200, sse(*BEGUN, delta(".", "stop")), "answer", "delivered"),
    ("stream, empty ends between", 200, sse(delta("Yes", ""), delta(".", "stop")), "answer", "delivered"),
    (
        "stream of parts",
        200,
        sse(delta([{"type": "text", "text": "Yes."}]), delta(finish="stop")),
        "answer",
        "delivered",
    ),
    ("stream, azure", 200, sse(AZURE_OPENING, *BEGUN, delta(finish="stop")), "answer", "delivered"),
    (
        "stream, azure's filter did not run",
        200,
        sse(*BEGUN, delta(finish="stop", choice={"content_filter_results": UNFILTERED})),
        "answer",
        "delivered",
    ),
    ("stream, refusal", 200, sse(delta({"refusal": "I can't."}), delta(finish="stop")), "refusal_field", "delivered"),
    ("stream, length", 200, sse(*BEGUN, delta(finish="length")), "end_length", "truncated"),
    ("stream, filter in the middle", 200, sse(*BEGUN, delta(finish="content_filter")), "end_filter", "cut_by_filter"),
    ("stream, filter at once", 200, sse(delta(finish="content_filter")), "end_filter", "blocked_output"),
    ("stream, zhipu", 200, sse(*BEGUN, delta(finish="sensitive")), "end_filter", "cut_by_filter"),
    ("stream, overload", 200, sse(*BEGUN, delta(finish="insufficient_system_resource")), "end_trouble", "failed"),
    (
        "stream, filter, then stop",
        200,
        sse(delta("It", "content_filter"), delta(finish="stop")),
        "end_filter",
        "cut_by_filter",
    ),
    ("stream, two ends", 200, sse(delta("It", "stop"), delta(finish="vanished")), "stream_garbled", "failed"),
    ("stream, alibaba withholds", 200, sse(*BEGUN, WITHHELD), "block_output_named", "cut_by_filter"),
    (
        "stream, withheld after the end",
        200,
        sse(*BEGUN, delta(finish="stop"), WITHHELD),
        "block_output_named",
        "cut_by_filter",
    ),
    (
        "stream, alibaba's own error event",
        200,
        sse(
            *BEGUN,
            b"id:3\nevent:error\n:HTTP_STATUS/400\n"
            b'data:{"code":"DataInspectionFailed","message":"Output data may contain inappropriate content."}\n\n',
            done=False,
        ),
        "block_output_named",
        "cut_by_filter",
    ),
    (
        "stream, blocked while it reasoned",
        200,
        sse(
            delta({"reasoning_content": "Let me think."}),
            {"error": {"code": "data_inspection_failed", "message": "No."}},
        ),
        "block_error_code",
        "blocked_output",
    ),
    (
        "stream, blocked before it began",
        200,
        sse(delta({"role": "assistant"}), {"error": {"message": "Content Exists Risk"}}),
        "block_error_text",
        "blocked_input",
    ),
    (
        "stream, openrouter's error",
        200,
        sse(*BEGUN, delta("", "error", error={"code": 502, "message": "x", "metadata": {"raw": WITHHELD}})),
        "block_output_named",
        "cut_by_filter",
    ),
    ("stream, upstream broke", 200, sse(*BEGUN, delta("", "error", error={"code": 502})), "server_trouble", "failed"),
    ("stream, rate limit", 200, sse({"error": {"code": 429, "message": "Slow down"}}), "busy", "failed"),
    (
        "stream, error as a line",
        200,
        sse(*BEGUN, b'{"error": {"code": 500}}\n', done=False),
        "server_trouble",
        "failed",
    ),
    ("stream, error of no known kind", 200, sse(*BEGUN, {"error": {"code": "odd"}}), "error_unknown", "failed"),
    ("stream, error event", 200, sse(*BEGUN, ("error", {"message": "odd"})), "error_unknown", "failed"),
    ("stream, baidu withdraws", 200, sse(*BEGUN, delta("", "stop", {"flag": 4})), "end_flagged", "cut_by_filter"),
    (
        "stream, baidu ends the talk",
        200,
        sse(delta("No.", "stop"), {"need_clear_history": True}),
        "block_input_flagged",
        "blocked_input",
    ),
    (
        "stream, minimax repeats the whole",
        200,
        sse(delta("Yes."), {"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}, done=False),
        "answer",
        "delivered",
    ),
    (
        "stream, another answer at the end",
        200,
        sse(delta("Yes, and"), {"choices": [{"message": {"content": "Let us not."}, "finish_reason": "stop"}]}),
        "stream_withdrawn",
        "failed",
    ),
    (
        "stream, minimax code",
        200,
        sse(*BEGUN, {"base_resp": {"status_code": 1027}}),
        "block_output_named",
        "cut_by_filter",
    ),
    ("stream without an end", 200, sse(*BEGUN), "stream_unfinished", "failed"),
    ("stream of nothing", 200, sse(), "stream_unfinished", "failed"),
    ("stream of comments", 200, b": PROCESSING\n\n: PROCESSING\n\n", "stream_unfinished", "failed"),
    ("stream, garbled", 200, sse(*BEGUN, b"data: {oops\n\n", delta(finish="stop")), "stream_garbled", "failed"),
    ("stream, a page in it", 200, sse(*BEGUN, b"<html>\n\n", delta(finish="stop")), "stream_garbled", "failed"),
    ("stream, event of a number", 200, sse(b"data: 7\n\n", delta("It", "stop")), "stream_garbled", "failed"),
    ("stream, unheard-of end", 200, sse(*BEGUN, delta(finish="vanished")), "end_unknown", "failed"),
    ("stream, empty at once", 200, sse(delta({"role": "assistant"}), delta(finish="stop")), "empty_at_once", "empty"),
    (
        "stream, only reasoning",
        200,
        sse(delta({"reasoning": "Hm. " * 50}), delta(finish="stop")),
        "empty_after_reasoning",
        "truncated",
    ),
    ("stream, only an end", 200, sse({"choices": [{"finish_reason": "stop"}]}), "shape_unknown", "failed"),
    ("stream, 429", 429, sse({"error": {"code": 429}}), "busy", "failed"),
]
