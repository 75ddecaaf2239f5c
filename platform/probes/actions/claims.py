"""Who works on which probe. A claim is a lease with an attempt number; only its holder may record or give back."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from core import locks

LEASE_S = 30
# A probe whose lease ran out this often is not tried again: it may be what kills its workers. Ordinary failures are
# counted apart, and so is what a stopping worker gives back.
DEATHS_AT_MOST = 10

# The advisory lock makes the endpoint's number of calls in flight exact, whoever claims at the same time.
CLAIM = """
WITH room AS (
    SELECT endpoint.max_in_flight - (
        SELECT count(*) FROM probes_probe WHERE endpoint_id = endpoint.id AND status = 'claimed'
    ) AS free
    FROM probes_endpoint endpoint
    WHERE endpoint.id = %(endpoint)s AND endpoint.status = 'active'
), due AS (
    SELECT probe.id FROM probes_probe probe
    JOIN prompts_promptversion version ON version.id = probe.version_id
    JOIN prompts_prompt prompt ON prompt.id = version.prompt_id AND prompt.status = 'approved'
    JOIN probes_round round ON round.id = probe.round_id AND round.status = 'open'
    WHERE probe.endpoint_id = %(endpoint)s AND probe.status = 'due' AND probe.due_at <= statement_timestamp()
    ORDER BY probe.priority, probe.due_at, probe.id
    LIMIT GREATEST(0, LEAST(%(limit)s, COALESCE((SELECT free FROM room), 0)))
    FOR UPDATE OF probe SKIP LOCKED
)
UPDATE probes_probe probe
SET status = 'claimed', attempt = probe.attempt + 1, asked_at = statement_timestamp(),
    leased_until = statement_timestamp() + make_interval(secs => %(lease)s)
FROM due, prompts_promptversion version
WHERE probe.id = due.id AND version.id = probe.version_id
RETURNING probe.id, probe.attempt, probe.failures, probe.sample, version.text
"""


@dataclass(frozen=True)
class Claim:
    """One probe in hand: its id, the attempt that fences it, how often it failed before, and the text to ask."""

    probe: int
    attempt: int
    failures: int
    sample: int
    text: str


def claim(*, endpoint: int, limit: int) -> list[Claim]:
    """Leases at most `limit` due probes of an endpoint, soonest first, and never more than it may have in flight."""
    if limit < 1:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks.PROBE_CLAIMS, endpoint])
        cursor.execute(CLAIM, {"endpoint": endpoint, "limit": limit, "lease": LEASE_S})
        return [Claim(*row) for row in cursor.fetchall()]


def renew(*, held: list[Claim]) -> None:
    """Tells the database that these are still being worked on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE probes_probe probe SET leased_until = statement_timestamp() + make_interval(secs => %s)
               FROM unnest(%s::bigint[], %s::int[]) held(id, attempt)
               WHERE probe.id = held.id AND probe.attempt = held.attempt AND probe.status = 'claimed'""",
            [LEASE_S, *columns(held)],
        )


def give_back(*, held: list[Claim], perhaps_paid: bool) -> int:
    """Makes probes due again at once, as a worker does with what it has in hand when it stops.

    It is no failure of the probe; `perhaps_paid` says that the calls had been sent. Returns how many were given back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE probes_probe probe
               SET status = 'due', leased_until = NULL, due_at = statement_timestamp(), perhaps_paid = perhaps_paid + %s
               FROM unnest(%s::bigint[], %s::int[]) held(id, attempt)
               WHERE probe.id = held.id AND probe.attempt = held.attempt AND probe.status = 'claimed'""",
            [int(perhaps_paid), *columns(held)],
        )
        return int(cursor.rowcount)


def columns(held: list[Claim]) -> list[Any]:
    return [[claim.probe for claim in held], [claim.attempt for claim in held]]


def take_back_expired() -> int:
    """Makes due again whatever a dead worker held, and gives up what was held by too many of them.

    A lease that ran out is a death, not a failure of the question; the call may have been paid for. Returns how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE probes_probe SET
                   status = CASE WHEN deaths + 1 >= %(most)s THEN 'given_up' ELSE 'due' END,
                   delivery = CASE WHEN deaths + 1 >= %(most)s THEN 'failed' ELSE '' END,
                   rule = CASE WHEN deaths + 1 >= %(most)s THEN 'candor.worker_died' ELSE '' END,
                   error = CASE WHEN deaths + 1 >= %(most)s
                                THEN deaths + 1 || ' workers stopped without a word while this was asked.'
                                ELSE error END,
                   finished_at = CASE WHEN deaths + 1 >= %(most)s THEN statement_timestamp() END,
                   leased_until = NULL, due_at = statement_timestamp(),
                   deaths = deaths + 1, perhaps_paid = perhaps_paid + 1
               WHERE id IN (
                   SELECT id FROM probes_probe WHERE status = 'claimed' AND leased_until < statement_timestamp()
                   ORDER BY leased_until LIMIT 1000 FOR UPDATE SKIP LOCKED
               )""",
            {"most": DEATHS_AT_MOST},
        )
        return int(cursor.rowcount)
