"""What is worth keeping of a response's headers, and when the provider wants to be asked again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from workers.providers.text import one_line

# Who served it, from where, under which number, and what is left of the limits. Never cookies.
_KEPT = frozenset(
    {
        "cf-ray",
        "content-type",
        "date",
        "openai-model",
        "openai-processing-ms",
        "openai-version",
        "request-id",
        "retry-after",
        "retry-after-ms",
        "server",
        "via",
        "x-generation-id",
        "x-inference-provider",
        "x-ms-region",
        "x-request-id",
    }
)
_KEPT_PREFIX = "x-ratelimit-"
_MAX_KEPT = 40
_MAX_WAIT_S = 86_400.0


def keep_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that help to find or repeat a call; names in lower case, values at most 300 characters."""
    kept = {
        name.lower(): one_line(value)
        for name, value in headers.items()
        if name.lower() in _KEPT or name.lower().startswith(_KEPT_PREFIX)
    }
    return dict(sorted(kept.items())[:_MAX_KEPT])


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the provider wants to be asked again, at most a day; None when it did not say.

    `retry-after-ms` (OpenAI, Azure) is the finer one; `retry-after` is seconds or an HTTP date.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    if seconds is not None:
        return _bounded(seconds)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _bounded((moment - (now or datetime.now(UTC))).total_seconds())


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _MAX_WAIT_S)
