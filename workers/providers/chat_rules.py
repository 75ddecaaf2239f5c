"""The rules for chat completions as OpenAI defined them and everybody else bends them: the words for how one ends."""

from __future__ import annotations

from workers.providers.end_rules import Ends, rules_for
from workers.providers.rules import Rule, words

CHAT_ENDS = Ends(
    # The router's own word stands beside the upstream's, which may be that of any other protocol.
    stop=words("stop", "eos", "eos_token", "end_turn", "stop_sequence", "normal", "completed", "complete"),
    length=words("length", "max_tokens", "model_length", "model_context_window_exceeded", "max_output_tokens"),
    # What a filter is called: a finish reason, a router's native one, an error's code or type.
    filtered=words(
        "content_filter",  # OpenAI, Azure, DeepSeek, Baidu, OpenRouter
        "sensitive",  # Zhipu
        "safety",  # Gemini, through a router
        "blocklist",
        "prohibited_content",
        "spii",
        "refusal",  # Anthropic's classifier, through a router; not the model's own refusal
        "blacklist",  # GigaChat
        "alternative_status_content_filter",  # YandexGPT
        "model_armor",  # Gemini on Google's cloud, through a router
    ),
    trouble=words("error", "network_error", "insufficient_system_resource", "abort", "content_filter_error"),
    not_a_block=words("recitation", "language", "other"),
    tools=words("tool_calls", "function_call", "tool_use", "malformed_function_call", "unexpected_tool_call"),
)

CHAT_RULES: tuple[Rule, ...] = rules_for(CHAT_ENDS)
