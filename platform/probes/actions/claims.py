"""Who works on which probe. A claim is a lease with an attempt number; only its holder may record or give back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from core import locks
from probes.actions.spending import Bill, Price, left_of_budget, month_of, reserve, settle

LEASE_S = 30
# A probe whose lease ran out this often is not tried again: it may be what kills its workers. Ordinary failures are
# counted apart, and so is what a stopping worker gives back.
DEATHS_AT_MOST = 10

# How many calls are in the air is counted by workers.limits; here stands twice that number, as a stop for the day the
# limits are lost: what has come back and is not recorded yet is still claimed. The advisory lock makes it exact,
# whoever claims at the same time, and lets the sum of prices run against what is left of the budget.
CLAIM = """
WITH room AS (
    SELECT 2 * endpoint.max_in_flight - (
        SELECT count(*) FROM probes_probe WHERE endpoint_id = endpoint.id AND status = 'claimed'
    ) AS free
    FROM probes_endpoint endpoint
    WHERE endpoint.id = %(endpoint)s AND endpoint.status = 'active'
), due AS (
    SELECT probe.id, probe.priority, probe.due_at, version.text,
           CASE WHEN %(priced)s
                THEN CEIL((%(each)s::numeric + %(a_byte)s::numeric * octet_length(version.text)) * 100000000)
                     / 100000000 END AS price
    FROM probes_probe probe
    JOIN prompts_promptversion version ON version.id = probe.version_id
    JOIN prompts_prompt prompt ON prompt.id = version.prompt_id AND prompt.status = 'approved'
    JOIN probes_round round ON round.id = probe.round_id AND round.status = 'open'
    WHERE probe.endpoint_id = %(endpoint)s AND probe.status = 'due' AND probe.due_at <= statement_timestamp()
    ORDER BY probe.priority, probe.due_at, probe.id
    LIMIT GREATEST(0, LEAST(%(limit)s, COALESCE((SELECT free FROM room), 0)))
    FOR UPDATE OF probe SKIP LOCKED
), affordable AS (
    SELECT id, text, price, sum(price) OVER (ORDER BY priority, due_at, id) AS running FROM due
)
UPDATE probes_probe probe
SET status = 'claimed', attempt = probe.attempt + 1, asked_at = %(now)s,
    leased_until = statement_timestamp() + make_interval(secs => %(lease)s), reserved = affordable.price
FROM affordable
WHERE probe.id = affordable.id AND (%(left)s::numeric IS NULL OR affordable.running <= %(left)s::numeric)
RETURNING probe.id, probe.attempt, probe.failures, probe.sample, affordable.text, affordable.price
"""
# What is locked is being written down at this very moment, and needs no lease any more.
RENEW = """
UPDATE probes_probe SET leased_until = statement_timestamp() + make_interval(secs => %(lease)s)
WHERE id IN (
    SELECT probe.id FROM probes_probe probe JOIN unnest(%(ids)s::bigint[], %(attempts)s::int[]) held(id, attempt)
    ON probe.id = held.id AND probe.attempt = held.attempt AND probe.status = 'claimed'
    FOR UPDATE OF probe SKIP LOCKED
)
"""
# The old row is gone from RETURNING's plain columns; what it had put aside has to be settled. Rows are locked in the
# order that recording keeps to, so that the two never wait for each other in a circle.
GIVE_BACK = """
WITH held AS (
    SELECT probe.id FROM probes_probe probe JOIN unnest(%(ids)s::bigint[], %(attempts)s::int[]) held(id, attempt)
    ON probe.id = held.id AND probe.attempt = held.attempt AND probe.status = 'claimed'
    ORDER BY probe.id FOR UPDATE OF probe
)
UPDATE probes_probe probe
SET status = 'due', leased_until = NULL, due_at = statement_timestamp(), reserved = NULL,
    perhaps_paid = perhaps_paid + %(paid)s,
    cost = CASE WHEN %(paid)s = 1 AND reserved IS NOT NULL THEN COALESCE(cost, 0) + reserved ELSE cost END
FROM held WHERE probe.id = held.id
RETURNING probe.endpoint_id, probe.asked_at, old.reserved
"""
TAKE_BACK = """
UPDATE probes_probe SET
    status = CASE WHEN deaths + 1 >= %(most)s THEN 'given_up' ELSE 'due' END,
    delivery = CASE WHEN deaths + 1 >= %(most)s THEN 'failed' ELSE '' END,
    rule = CASE WHEN deaths + 1 >= %(most)s THEN 'candor.worker_died' ELSE '' END,
    error = CASE WHEN deaths + 1 >= %(most)s
                 THEN deaths + 1 || ' workers stopped without a word while this was asked.'
                 ELSE error END,
    finished_at = CASE WHEN deaths + 1 >= %(most)s THEN statement_timestamp() END,
    leased_until = NULL, due_at = statement_timestamp(), reserved = NULL,
    cost = CASE WHEN reserved IS NOT NULL THEN COALESCE(cost, 0) + reserved ELSE cost END,
    deaths = deaths + 1, perhaps_paid = perhaps_paid + 1
WHERE id IN (
    SELECT id FROM probes_probe WHERE status = 'claimed' AND leased_until < statement_timestamp()
    ORDER BY leased_until LIMIT 1000 FOR UPDATE SKIP LOCKED
)
RETURNING endpoint_id, asked_at, old.reserved
"""


@dataclass(frozen=True)
class Claim:
    """One probe in hand: its id, the attempt that fences it, how often it failed before, and the text to ask.

    `reserved` is what was put aside for it, in US dollars; None where its price is not known.
    """

    probe: int
    attempt: int
    failures: int
    sample: int
    text: str
    reserved: Decimal | None = None


@transaction.atomic
def claim(*, endpoint: int, limit: int, price: Price | None = None) -> list[Claim]:
    """Leases at most `limit` due probes of an endpoint, soonest first, and never more than twice what it may have in
    flight.

    With a price, each call's highest cost is reserved in the same transaction, and what the month's budget does not
    hold any more stays due.
    """
    if limit < 1:
        return []
    # One clock for both: the month money is put aside in is the month it is settled in.
    now = datetime.now(UTC)
    month = month_of(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks.PROBE_CLAIMS, endpoint])
        left = left_of_budget(endpoint=endpoint, month=month) if price else None
        each, a_byte = (price.each, price.a_byte) if price else (Decimal(0), Decimal(0))
        cursor.execute(
            CLAIM,
            {
                "endpoint": endpoint,
                "limit": limit,
                "lease": LEASE_S,
                "now": now,
                "priced": price is not None,
                "each": each,
                "a_byte": a_byte,
                "left": left,
            },
        )
        claims = [Claim(*row) for row in cursor.fetchall()]
    total = sum((one.reserved for one in claims if one.reserved is not None), Decimal(0))
    if total and not reserve(endpoint=endpoint, month=month, amount=total):
        # The budget was lowered between the two statements: as if nothing had been claimed.
        transaction.set_rollback(True)
        return []
    return claims


def renew(*, held: Sequence[Claim]) -> None:
    """Tells the database that these are still being worked on."""
    ids, attempts = columns(held)
    with connection.cursor() as cursor:
        cursor.execute(RENEW, {"lease": LEASE_S, "ids": ids, "attempts": attempts})


@transaction.atomic
def give_back(*, held: Sequence[Claim], perhaps_paid: bool) -> int:
    """Makes probes due again at once, as a worker does with what it has in hand when it stops.

    It is no failure of the probe; `perhaps_paid` says that the calls had been sent, and what was reserved for them
    counts as spent. Returns how many were given back.
    """
    ids, attempts = columns(held)
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"paid": int(perhaps_paid), "ids": ids, "attempts": attempts})
        rows = cursor.fetchall()
    settle(bills(rows, perhaps_paid=perhaps_paid))
    return len(rows)


@transaction.atomic
def take_back_expired() -> int:
    """Makes due again whatever a dead worker held, and gives up what was held by too many of them.

    A lease that ran out is a death, not a failure of the question; the call may have been paid for. Returns how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, {"most": DEATHS_AT_MOST})
        rows = cursor.fetchall()
    settle(bills(rows, perhaps_paid=True))
    return len(rows)


def columns(held: Sequence[Claim]) -> tuple[list[int], list[int]]:
    return [claim.probe for claim in held], [claim.attempt for claim in held]


def bills(rows: Sequence[tuple[Any, ...]], *, perhaps_paid: bool) -> list[Bill]:
    """What has to be settled of (endpoint, asked at, reserved)."""
    return [
        Bill(endpoint, asked_at, reserved, reserved if perhaps_paid else Decimal(0))
        for endpoint, asked_at, reserved in rows
        if reserved is not None
    ]
