"""Token counts as providers write them, whatever they call them.

`usage` keeps their own names; these functions find the three numbers that everybody has. Reasoning
is part of the output everywhere but at Gemini, which counts it beside.
"""

from __future__ import annotations

from typing import Any

from workers.providers.text import one_line

JSON_INTEGER = 2**53
_DETAILS = ("completion_tokens_details", "output_tokens_details")
_MOST_FIELDS = 50


def input_tokens(usage: dict[str, Any]) -> int:
    """Tokens of the question; 0 when nobody counted them. Anthropic counts cached ones apart."""
    cached = _count(usage, "cache_read_input_tokens") + _count(usage, "cache_creation_input_tokens")
    return _first(usage, "prompt_tokens", "input_tokens", "promptTokenCount") + cached


def output_tokens(usage: dict[str, Any]) -> int:
    """Tokens of the answer with its reasoning, which is what is paid for; 0 when nobody counted them."""
    beside = _count(usage, "thoughtsTokenCount")
    return _first(usage, "completion_tokens", "output_tokens", "candidatesTokenCount") + beside


def reasoning_tokens(usage: dict[str, Any]) -> int:
    """Tokens of the reasoning, shown or not; 0 when nobody counted them."""
    inside = (_count(place, "reasoning_tokens") for place in (usage, *(usage.get(name) for name in _DETAILS)))
    return next((count for count in inside if count), 0) or _count(usage, "thoughtsTokenCount")


def numbers(usage: Any, depth: int = 0) -> dict[str, Any]:
    """The counts in a usage object that a JSON column can hold: finite numbers, one level of details."""
    kept: dict[str, Any] = {}
    for name, value in list(usage.items())[:_MOST_FIELDS] if isinstance(usage, dict) else ():
        if isinstance(value, dict) and depth == 0:
            if inner := numbers(value, 1):
                kept[one_line(name, 200)] = inner
        elif isinstance(value, int | float) and not isinstance(value, bool) and _fits_json(value):
            kept[one_line(name, 200)] = value
    return kept


def _first(usage: dict[str, Any], *names: str) -> int:
    return next((count for count in (_count(usage, name) for name in names) if count), 0)


def _count(place: Any, name: str) -> int:
    value = place.get(name) if isinstance(place, dict) else None
    return int(value) if isinstance(value, int | float) else 0


def _fits_json(value: int | float) -> bool:
    # NaN is not less than anything, and a whole number too large for a float may not be turned into one.
    return abs(value) < JSON_INTEGER
