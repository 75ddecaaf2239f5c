"""How much a request can cost at most, told from its body alone: what a budget reserves before the call."""

from __future__ import annotations

import json
from typing import Any

from workers.providers.reading import table

# What stands around the texts: a chat template's marks, and the default system prompt some templates
# and modes bring along, the longest known of which has about 200 tokens.
AROUND_TOKENS = 512

_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def estimate_tokens(body: dict[str, Any]) -> int:
    """An upper bound of the input tokens of a request.

    Tokenizers of chat models work on the bytes of UTF-8, or fall back to them: each token stands for at
    least one byte, so there are never more tokens than bytes. JSON's own marks and escapes only add bytes.
    A provider that adds texts of its own on top of `AROUND_TOKENS` is not seen here.
    """
    text = json.dumps(body, ensure_ascii=False, default=str)
    return len(text.encode("utf-8", "surrogatepass")) + AROUND_TOKENS


def output_limit(body: dict[str, Any]) -> int | None:
    """The most output tokens a request allows, reasoning included and over all its choices; None for no limit.

    Reasoning counts against the limit at OpenAI, Anthropic and Google. At Alibaba it does not: there
    `thinking_budget` comes on top, and thinking without a budget has no limit. OpenRouter may turn
    `reasoning.max_tokens` into that, so it is added, and so is Google's `thinkingBudget`: rather too much.
    """
    config = table(body.get("generationConfig"))
    limits = [_count(body.get(name)) for name in _LIMITS] + [_count(config.get("maxOutputTokens"))]
    most = max(limits)
    budget = _count(body.get("thinking_budget"))
    if most == 0 or (body.get("enable_thinking") is True and budget == 0):
        return None
    beside = (
        budget
        + _count(table(body.get("reasoning")).get("max_tokens"))
        + _count(table(config.get("thinkingConfig")).get("thinkingBudget"))
    )
    choices = max(_count(body.get("n")), _count(body.get("best_of")), _count(config.get("candidateCount")), 1)
    return (most + beside) * choices


def _count(value: Any) -> int:
    """A positive whole number, else 0: some write -1 or null for no limit."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
