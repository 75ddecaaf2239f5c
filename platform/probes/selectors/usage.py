"""The token counts that providers report, each under names of its own. The same as workers.providers.counts reads:
importing that would load the HTTP stack into web processes, so it is written twice, and tests/meta/test_protocols.py
holds both equal.
"""

from collections.abc import Mapping
from typing import Any

CACHED = ("cache_read_input_tokens", "cache_creation_input_tokens")


def input_tokens(usage: Mapping[str, Any]) -> int:
    """Tokens of a question; 0 where nobody counted. Anthropic counts cached ones apart."""
    return first(usage, "prompt_tokens", "input_tokens", "promptTokenCount") + sum(
        count(usage, name) for name in CACHED
    )


def output_tokens(usage: Mapping[str, Any]) -> int:
    """Tokens of an answer with its reasoning; 0 where nobody counted. Gemini counts the reasoning beside."""
    answer = first(usage, "completion_tokens", "output_tokens", "candidatesTokenCount")
    return answer + count(usage, "thoughtsTokenCount")


def first(usage: Mapping[str, Any], *names: str) -> int:
    return next((number for number in (count(usage, name) for name in names) if number), 0)


def count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return int(value) if isinstance(value, int | float) else 0
