"""The most tokens a call may bring, as the parameters of an endpoint say it. The same as workers.providers.bounds reads
out of a whole request: importing that would load the HTTP stack into web processes, so it is written twice, and
tests/meta/test_protocols.py holds both equal.
"""

from collections.abc import Mapping
from typing import Any

NAMES = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def output_limit(params: Mapping[str, Any]) -> int | None:
    """Output tokens of one call at most, thoughts on top and all its choices included; None for no limit."""
    config = table(params.get("generationConfig"))
    most = max(*(whole(params.get(name)) for name in NAMES), whole(config.get("maxOutputTokens")))
    budget = whole(params.get("thinking_budget"))
    if most == 0 or (params.get("enable_thinking") is True and budget == 0):
        return None
    beside = (
        budget
        + whole(table(params.get("reasoning")).get("max_tokens"))
        + whole(table(config.get("thinkingConfig")).get("thinkingBudget"))
    )
    choices = max(whole(params.get("n")), whole(params.get("best_of")), whole(config.get("candidateCount")), 1)
    return (most + beside) * choices


def table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def whole(value: Any) -> int:
    """A positive whole number, else 0: some write -1 or null for no limit."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
