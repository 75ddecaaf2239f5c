"""What a result makes of its probe, and the one statement that writes it, for one probe or for a hundred."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from probes.choices import Delivery, ProbeStatus


@dataclass(frozen=True)
class Result:
    """What one attempt brought, in the words of these tables. Texts are storable: no NUL, no lone surrogate.

    `heals` says that trying again can help; `perhaps_paid` that the provider may have worked for it nonetheless;
    `unsent` that surely nothing left, so that trying again costs nothing and is not given up. `cost` is in US dollars,
    None where nothing tells it.
    """

    delivery: str
    rule: str
    text: str = ""
    escaped: bool = False
    reasoning: str = ""
    pieces: Sequence[Sequence[int]] = ()
    finish_reason: str = ""
    http_status: int | None = None
    latency_ms: int | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    served_by: str = ""
    served_model: str = ""
    fingerprint: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    error: str = ""
    heals: bool = False
    # How often it may be tried again at most, where the rule says so.
    retries_at_most: int | None = None
    # The endpoint itself is at fault (money, key, address): nothing more is asked of it until a maintainer has looked.
    pauses: bool = False
    # The endpoint said "slow down": nothing is wrong with the question, and waiting is all it takes.
    slow_down: bool = False
    retry_after_s: float | None = None
    perhaps_paid: bool = False
    unsent: bool = False
    cost: Decimal | None = None
    quarantined: bool = False
    request: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""


@dataclass(frozen=True)
class Held:
    """A probe that is claimed, as far as recording needs it."""

    pk: int
    attempt: int
    failures: int
    endpoint: int
    version: int
    asked_at: datetime
    reserved: Decimal | None
    budget: Decimal | None
    language: str
    starter: bool


@dataclass
class Verdict:
    """What becomes of a claimed probe. `due_in_s` counts where it is due again, `answer` where one was delivered.

    `stop` says why its endpoint has to stop, "" where it has not.
    """

    row: Held
    result: Result
    status: ProbeStatus
    failures: int
    due_in_s: float
    stop: str = ""
    cost: Decimal | None = None
    answer: int | None = None


# Each column, its type in PostgreSQL, and where its value comes from. What a result says of its delivery is written
# when the probe is over; until then the row only tells of the last attempt.
COLUMNS = {
    "status": "text",
    "failures": "int",
    "due_in_s": "float8",
    "paid": "int",
    "cost": "numeric",
    "delivery": "text",
    "rule": "text",
    "quarantined": "boolean",
    "answer_id": "bigint",
    "partial_text": "text",
    "reasoning": "text",
    "pieces": "jsonb",
    "finish_reason": "text",
    "http_status": "int",
    "latency_ms": "int",
    "usage": "jsonb",
    "served_by": "text",
    "served_model": "text",
    "fingerprint": "text",
    "headers": "jsonb",
    "error": "text",
    "request": "jsonb",
}
# As they are in the row, one to one.
PLAIN = [name for name in COLUMNS if name not in {"due_in_s", "paid", "cost"}]
WRITE = f"""
UPDATE probes_probe probe
SET {", ".join(f"{name} = new.{name}" for name in PLAIN)},
    due_at = CASE WHEN new.status = 'due' THEN statement_timestamp() + make_interval(secs => new.due_in_s)
                  ELSE probe.due_at END,
    finished_at = CASE WHEN new.status = 'due' THEN NULL ELSE statement_timestamp() END,
    perhaps_paid = probe.perhaps_paid + new.paid,
    cost = CASE WHEN new.cost IS NULL THEN probe.cost ELSE COALESCE(probe.cost, 0) + new.cost END,
    leased_until = NULL, reserved = NULL
FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())})
     AS new(id, {", ".join(COLUMNS)})
WHERE probe.id = new.id
"""  # noqa: S608 -- names of columns, all of them from the table above


def write_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Writes all of them in one statement. Their rows are locked by the caller."""
    if not verdicts:
        return
    rows = [values(one) for one in verdicts]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [[one.row.pk for one in verdicts], *([row[name] for row in rows] for name in COLUMNS)])


def values(one: Verdict) -> dict[str, Any]:
    """The columns of one verdict."""
    result = one.result
    last = {
        "status": one.status.value,
        "failures": one.failures,
        "due_in_s": one.due_in_s,
        "paid": int(result.perhaps_paid),
        "cost": one.cost,
        "quarantined": result.quarantined,
        "http_status": result.http_status,
        "latency_ms": result.latency_ms,
        "error": result.error[:500],
        "request": tree(result.request),
    }
    if one.status == ProbeStatus.DUE:
        return {**NOTHING_YET, **last}
    return {
        **last,
        "delivery": result.delivery,
        "rule": result.rule,
        "answer_id": one.answer,
        "partial_text": "" if result.delivery == Delivery.DELIVERED else result.text,
        "reasoning": result.reasoning,
        "pieces": tree(result.pieces),
        "finish_reason": result.finish_reason[:80],
        "usage": tree(result.usage),
        "served_by": result.served_by[:200],
        "served_model": result.served_model[:200],
        "fingerprint": result.fingerprint[:200],
        "headers": tree(result.headers),
    }


NOTHING_YET: dict[str, Any] = {
    **dict.fromkeys(["delivery", "rule", "partial_text", "reasoning", "finish_reason"], ""),
    **dict.fromkeys(["served_by", "served_model", "fingerprint"], ""),
    **{"answer_id": None, "pieces": "[]", "usage": "{}", "headers": "{}"},
}


def tree(value: Any) -> str:
    """JSON for PostgreSQL. Everything in it is storable already."""
    return json.dumps(value, ensure_ascii=False)
