"""Leases: the platform chooses who reads what, never the reader."""

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from accounts.models import User
from annotations import selectors
from annotations.models import Assignment

# Out of the first so many that need a label, some are drawn by lot.
DRAWN_FROM = 20
HELD_AT_MOST = 10
# Keeps the locks of people apart from any other advisory lock.
LOCK_SPACE = 7_302

# One walk over probes_answer's deck index for each language the person reads, stopping at DRAWN_FROM answers they may
# get; the lot is drawn among these. SKIP LOCKED lets many draw at once; the cap itself is a constraint of the table.
DRAW = """
WITH candidates AS (
    SELECT answer.id, answer.prompt_key_points FROM unnest(%(languages)s::text[]) reads(language)
    CROSS JOIN LATERAL (
        SELECT answer.id, prompt.key_points_id AS prompt_key_points, answer.priority
        FROM probes_answer answer
        JOIN prompts_promptversion version ON version.id = answer.version_id
        JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
        WHERE answer.state = 'open' AND answer.language = reads.language
          AND answer.counted + answer.leased < answer.wanted
          AND prompt.status = 'approved' AND prompt.submitted_by_id IS DISTINCT FROM %(person)s
          AND NOT EXISTS (SELECT 1 FROM annotations_label label WHERE label.answer_id = answer.id
              AND label.person_id = %(person)s AND label.status = 'current')
          AND NOT EXISTS (SELECT 1 FROM annotations_cannotjudge passed WHERE passed.answer_id = answer.id
              AND passed.person_id = %(person)s AND passed.status = 'current')
          AND NOT EXISTS (SELECT 1 FROM annotations_assignment held WHERE held.answer_id = answer.id
              AND held.person_id = %(person)s AND held.status = 'leased')
        ORDER BY answer.priority, answer.shuffle
        LIMIT %(from)s
    ) answer
    ORDER BY answer.priority, random()
    LIMIT %(from)s
), drawn AS (
    SELECT answer.id, candidates.prompt_key_points FROM probes_answer answer
    JOIN candidates ON candidates.id = answer.id
    WHERE answer.state = 'open' AND answer.counted + answer.leased < answer.wanted
    ORDER BY answer.priority, random()
    LIMIT %(limit)s
    FOR NO KEY UPDATE OF answer SKIP LOCKED
), leased AS (
    UPDATE probes_answer SET leased = leased + 1 FROM drawn WHERE probes_answer.id = drawn.id
    RETURNING probes_answer.id, drawn.prompt_key_points
)
INSERT INTO annotations_assignment (id, answer_id, person_id, key_points_id, status, leased_at, expires_at)
SELECT gen_random_uuid(), leased.id, %(person)s, leased.prompt_key_points, 'leased', statement_timestamp(),
       statement_timestamp() + make_interval(mins => %(minutes)s)
FROM leased
"""
# The same, but it waits for rows that others have locked, all in one order, so that no two wait for each other.
DRAW_WAITING = DRAW.replace(" SKIP LOCKED", "").replace(
    "ORDER BY answer.priority, random()\n    LIMIT %(limit)s", "ORDER BY answer.id\n    LIMIT %(limit)s"
)


@transaction.atomic
def assign_next(*, by: User, limit: int = 1) -> QuerySet[Assignment]:
    """What the person has in hand, topped up to `limit` answers, oldest lease first.

    Fewer come where there are no more: all are labelled, in languages they do not read, or about prompts of their own.
    A person's draws wait for each other, so that two tabs do not get twice the leases.
    """
    limit = max(1, min(limit, HELD_AT_MOST))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, by.pk])
        held = selectors.held(by=by).count()
        if held < limit:
            drawn = draw(cursor, by=by, limit=limit - held)
            if not held and not drawn:
                # All that is left may be in the hands of others' draws for a millisecond: wait for one of them.
                draw(cursor, by=by, limit=1, wait=True)
    return selectors.held(by=by)


def draw(cursor: CursorWrapper, *, by: User, limit: int, wait: bool = False) -> int:
    """Leases up to `limit` answers to the person; returns how many."""
    cursor.execute(
        DRAW_WAITING if wait else DRAW,
        {
            "person": by.pk,
            "languages": by.languages,
            "from": DRAWN_FROM,
            "limit": limit,
            "minutes": settings.ENV.lease_minutes,
        },
    )
    return int(cursor.rowcount)


@transaction.atomic
def take_back_expired() -> int:
    """Frees the answers whose leases ran out; returns how many."""
    with connection.cursor() as cursor:
        # The answers are locked first, as by every verdict; one that is being judged right now waits for the next time.
        cursor.execute(
            """WITH late AS (
                   SELECT id, answer_id FROM annotations_assignment
                   WHERE status = 'leased' AND expires_at <= statement_timestamp()
                   ORDER BY expires_at LIMIT 1000
               ), locked AS (
                   SELECT id FROM probes_answer WHERE id IN (SELECT answer_id FROM late)
                   FOR NO KEY UPDATE SKIP LOCKED
               ), closed AS (
                   UPDATE annotations_assignment lease SET status = 'expired', closed_at = statement_timestamp()
                   FROM late JOIN locked ON locked.id = late.answer_id
                   WHERE lease.id = late.id AND lease.status = 'leased'
                   RETURNING late.answer_id
               ), freed AS (
                   UPDATE probes_answer SET leased = leased - returned.times
                   FROM (SELECT answer_id, count(*) AS times FROM closed GROUP BY answer_id) returned
                   WHERE probes_answer.id = returned.answer_id
               )
               SELECT count(*) FROM closed"""
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0
