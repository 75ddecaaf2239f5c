"""Leases: the platform chooses who reads what, never the reader."""

import time

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from accounts.models import User
from annotations import selectors
from annotations.models import Assignment
from core import locks

# Out of the first so many that need a label, some are drawn by lot.
DRAWN_FROM = 20
HELD_AT_MOST = 10

# A draw finds nothing where all it might give is locked by others' draws, for a millisecond. Then it tries again.
TRIES = 20
PAUSE_S = 0.005

# One walk over probes_answer's deck index for each language the person reads, stopping at DRAWN_FROM answers they may
# get; the lot is drawn among these. SKIP LOCKED lets many draw at once; the cap itself is a constraint of the table.
# Answers that came with a prompt of others are handed out where key points came too: without them nobody could decide.
# Whoever locks several answers locks them in the order of their ids: SKIP LOCKED may yet wait, for the newer version of
# a row that was changed meanwhile, and two that wait for each other would be a deadlock.
DRAW = """
WITH candidates AS (
    SELECT answer.id, answer.priority, answer.key_points FROM unnest(%(languages)s::text[]) reads(language)
    CROSS JOIN LATERAL (
        SELECT answer.id, answer.priority, prompt.key_points_id AS key_points
        FROM probes_answer answer
        JOIN prompts_promptversion version ON version.id = answer.version_id
        JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
        WHERE answer.state = 'open' AND answer.language = reads.language
          AND answer.counted + answer.leased < answer.wanted
          AND (prompt.status = 'approved'
               OR prompt.status = 'imported' AND prompt.key_points_id IS NOT NULL AND answer.may_publish)
          AND prompt.submitted_by_id IS DISTINCT FROM %(person)s
          AND NOT EXISTS (SELECT 1 FROM annotations_label label WHERE label.answer_id = answer.id
              AND label.person_id = %(person)s AND label.status = 'current')
          AND NOT EXISTS (SELECT 1 FROM annotations_cannotjudge passed WHERE passed.answer_id = answer.id
              AND passed.person_id = %(person)s AND passed.status = 'current')
          AND NOT EXISTS (SELECT 1 FROM annotations_assignment held WHERE held.answer_id = answer.id
              AND held.person_id = %(person)s AND held.status = 'leased')
        ORDER BY answer.priority, answer.shuffle
        LIMIT %(from)s
    ) answer
), lot AS (
    SELECT id, key_points FROM candidates ORDER BY priority, random() LIMIT %(limit)s
), drawn AS (
    SELECT answer.id, lot.key_points FROM probes_answer answer JOIN lot ON lot.id = answer.id
    WHERE answer.state = 'open' AND answer.counted + answer.leased < answer.wanted
    ORDER BY answer.id
    FOR NO KEY UPDATE OF answer SKIP LOCKED
), leased AS (
    UPDATE probes_answer SET leased = leased + 1 FROM drawn WHERE probes_answer.id = drawn.id
    RETURNING probes_answer.id, drawn.key_points
), given AS (
    INSERT INTO annotations_assignment (id, answer_id, person_id, key_points_id, status, leased_at, expires_at)
    SELECT gen_random_uuid(), leased.id, %(person)s, leased.key_points, 'leased', statement_timestamp(),
           statement_timestamp() + make_interval(mins => %(minutes)s)
    FROM leased
    RETURNING 1
)
SELECT (SELECT count(*) FROM candidates), (SELECT count(*) FROM given)
"""


@transaction.atomic
def assign_next(*, by: User, limit: int = 1) -> QuerySet[Assignment]:
    """What the person has in hand, topped up to `limit` answers, oldest lease first.

    Fewer come where there are no more: all are labelled, in languages they do not read, or about prompts of their own.
    A person's draws wait for each other, so that two tabs do not get twice the leases.
    """
    limit = max(1, min(limit, HELD_AT_MOST))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks.ASSIGNMENTS, by.pk])
        held = selectors.held(by=by).count()
        for _ in range(TRIES if held < limit else 0):
            there_are, given = draw(cursor, by=by, limit=limit - held)
            if held or given or not there_are:
                break
            time.sleep(PAUSE_S)
    return selectors.held(by=by)


def draw(cursor: CursorWrapper, *, by: User, limit: int) -> tuple[int, int]:
    """Leases up to `limit` answers to the person; returns how many they might have got, and how many they did get."""
    cursor.execute(
        DRAW,
        {
            "person": by.pk,
            "languages": by.languages,
            "from": DRAWN_FROM,
            "limit": limit,
            "minutes": settings.ENV.lease_minutes,
        },
    )
    [(there_are, given)] = cursor.fetchall()
    return there_are, given


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
                   ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
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
