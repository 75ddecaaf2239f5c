"""The rules for chat completions as OpenAI defined them and everybody else bends them.

Here is how an answer ended; the errors are in `error_rules`. The order is explained in `rules`.
`output_flagged` is set by the reader for Baidu's flag.
"""

from __future__ import annotations

from workers.providers.error_rules import BLOCKS, PASSING, STANDING, WAY
from workers.providers.rules import Rule, words

# What a filter is called: a finish reason, a router's native one, an error's code or type.
_FILTER_ENDS = words(
    "content_filter",  # OpenAI, Azure, DeepSeek, Baidu, OpenRouter
    "sensitive",  # Zhipu
    "safety",  # Gemini, through a router
    "blocklist",
    "prohibited_content",
    "spii",
    "refusal",  # Anthropic's classifier, through a router; not the model's own refusal
    "blacklist",  # GigaChat
    "alternative_status_content_filter",  # YandexGPT
)

LENGTH: tuple[Rule, ...] = (
    Rule(
        "end_length",
        "The answer was cut by a length limit.",
        "truncated",
        has_message=True,
        ends=words("length", "max_tokens", "model_length", "model_context_window_exceeded"),
    ),
)

ENDS: tuple[Rule, ...] = (
    Rule(
        "end_filter",
        "A filter ended the answer.",
        "blocked_output",
        with_text="cut_by_filter",
        has_message=True,
        ends=_FILTER_ENDS,
    ),
    Rule(
        "end_flagged",
        "The provider marks the answer as not to be shown (Baidu's flag).",
        "blocked_output",
        with_text="cut_by_filter",
        has_message=True,
        output_flagged=True,
    ),
    Rule(
        "end_trouble",
        "The server ended the answer for a technical reason.",
        "failed",
        retry="retry",
        has_message=True,
        ends=words("error", "network_error", "insufficient_system_resource", "abort", "content_filter_error"),
    ),
    Rule(
        "end_not_a_block",
        "Ended for copyright or language, which says nothing about opinions.",
        "failed",
        has_message=True,
        ends=words("recitation", "language"),
    ),
    Rule(
        "end_tools",
        "The model called a tool, though none was offered.",
        "failed",
        has_message=True,
        ends=words("tool_calls", "function_call", "tool_use"),
    ),
)

_STOP = words("stop", "eos", "eos_token", "end_turn", "stop_sequence", "normal")

ANSWERS: tuple[Rule, ...] = (
    Rule(
        "refusal_field",
        "The model refused, in the field made for it.",
        "delivered",
        has_message=True,
        ends=_STOP,
        has_text=True,
        refused=True,
    ),
    Rule("answer", "The model answered and came to its end.", "delivered", has_message=True, ends=_STOP, has_text=True),
    Rule(
        "empty_at_once",
        "Nothing came, after at most 8 tokens; a filter is suspected.",
        "empty",
        retry="retry",
        retry_at_most=2,
        has_message=True,
        ends=_STOP,
        has_text=False,
        fewer_tokens_than=9,
    ),
    Rule(
        "empty_after_reasoning",
        "It reasoned and never got to an answer.",
        "truncated",
        has_message=True,
        ends=_STOP,
        has_text=False,
        has_reasoning=True,
    ),
    Rule(
        "empty_after_tokens",
        "Tokens were spent and nothing came of them.",
        "empty",
        has_message=True,
        ends=_STOP,
        has_text=False,
    ),
    Rule(
        "end_unknown",
        "It ended in a way no rule knows, or did not say how.",
        "failed",
        has_message=True,
        quarantined=True,
    ),
    Rule("not_json", "The response is not JSON.", "failed", quarantined=True, is_json=False),
    Rule("shape_unknown", "The response has no message and no error.", "failed", quarantined=True),
)

CHAT_RULES: tuple[Rule, ...] = WAY + LENGTH + BLOCKS + STANDING + PASSING + ENDS + ANSWERS
