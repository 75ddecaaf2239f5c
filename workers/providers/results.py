"""What goes into one call to a provider and what comes back, as plain values.

Nothing here knows a wire protocol or a database. A Call says everything that is needed to
repeat the request by hand; an Outcome says how the request ended, in one of the seven
deliveries, which rule decided that, and keeps the exact bytes so that it can be decided again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Delivery = Literal[
    "delivered",
    "blocked_input",
    "blocked_output",
    "cut_by_filter",
    "empty",
    "truncated",
    "failed",
]
DELIVERIES: tuple[Delivery, ...] = (
    "delivered",
    "blocked_input",
    "blocked_output",
    "cut_by_filter",
    "empty",
    "truncated",
    "failed",
)

# Whether asking again can help. How often and when is the caller's to decide.
Retry = Literal["no", "retry"]

# What is known about the request having reached the provider:
# "not_sent"    nothing of it left, so asking again cannot be paid for twice;
# "maybe_paid"  it may have arrived, but no complete response came back;
# "answered"    a complete response came back, whatever it says.
Sent = Literal["not_sent", "maybe_paid", "answered"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one model. `params` goes into the request body under the names the provider has for them.

    `stream` asks for the answer piece by piece. `dialect` names one of `dialects.DIALECTS`, empty for the one
    that the host tells. `reasoning` asks for a trace, or for none; None leaves it to the provider. `upstream`
    is the one provider a router may use.
    """

    base_url: str
    model: str
    prompt: str
    system: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 120.0
    allow_private: bool = False
    stream: bool = False
    dialect: str = ""
    reasoning: bool | None = None
    upstream: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended.

    `text` and `reasoning` are exactly what came and may hold NUL or lone surrogates: put them
    through `text.storable` before they go to a database. Every other string is storable already.
    `latency_ms` is wall time in milliseconds, `retry_after_s` seconds as the provider asked for.
    `raw` is the response body; where it repeated the key, the key is blanked out. `served_by` is the upstream a
    router says it used. `retry_at_most` is how often this very result is worth another try, None for
    as often as the caller likes. `quarantined` means no rule knew what came: a person has to look.
    `pieces` says when the characters of a streamed `text` came: (milliseconds since the request, how many),
    in order, close ones joined; empty where the answer came as one.
    """

    delivery: Delivery
    rule: str
    text: str = ""
    reasoning: str = ""
    pieces: tuple[tuple[int, int], ...] = ()
    finish_reason: str = ""
    http_status: int | None = None
    latency_ms: int = 0
    usage: dict[str, Any] = field(default_factory=dict)
    served_model: str = ""
    served_fingerprint: str = ""
    served_by: str = ""
    raw: bytes = field(default=b"", repr=False)
    raw_headers: dict[str, str] = field(default_factory=dict)
    error: str = ""
    retry: Retry = "no"
    retry_at_most: int | None = None
    sent: Sent = "answered"
    retry_after_s: float | None = None
    quarantined: bool = False
