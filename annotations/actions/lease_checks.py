"""Which card of the deck is a check, by lot, and which check it is."""

from datetime import datetime
from random import Random
from typing import Any

from accounts.models import User
from annotations.choices import Purpose, Standing
from annotations.hand import READ, Held, held_from
from annotations.models import DeckSettings, Labeller
from annotations.trust import SLOWED_GOLD_TIMES
from core import prepared

SHARE_AT_MOST = 0.5
# A label is asked about again a day later at the earliest, and after so many others: nobody is to remember it.
REPEAT_AFTER_HOURS = 24
REPEAT_AFTER_VERDICTS = 50
# Among so many of the newest labels that are old enough, one is drawn.
REPEAT_FROM = 200

# What was leased is read by the statement that leases it.
CARD = f"""cards AS (SELECT *, 'check' AS kind FROM asked) {READ.format(of="cards")}"""  # noqa: S608 -- texts of ours

# Gold in a language the person reads, that they have not had, have not made, and whose question is not theirs; gold of
# a public answer not to those who ever held it. A language is drawn, then the next in a random order after a random
# point, or the first of all: one step of the index each.
LEASE_GOLD = f"""
WITH reads AS (
    SELECT language FROM unnest(%(languages)s::text[]) reads(language)
    WHERE EXISTS (SELECT 1 FROM annotations_gold gold WHERE gold.language = reads.language AND gold.status = 'active')
    ORDER BY random()
), lot AS (SELECT random() AS start), found AS (
    SELECT gold.id FROM reads CROSS JOIN lot CROSS JOIN (VALUES (1), (2)) half(number)
    CROSS JOIN LATERAL (
        SELECT gold.id FROM annotations_gold gold
        WHERE gold.status = 'active' AND gold.language = reads.language
          AND CASE half.number WHEN 1 THEN gold.shuffle >= lot.start ELSE gold.shuffle < lot.start END
          AND gold.created_by_id IS DISTINCT FROM %(person)s
          AND NOT EXISTS (SELECT 1 FROM annotations_check had
              WHERE had.gold_id = gold.id AND had.person_id = %(person)s)
          AND NOT EXISTS (SELECT 1 FROM annotations_assignment held
              WHERE held.answer_id = gold.answer_id AND held.person_id = %(person)s)
          AND NOT EXISTS (SELECT 1 FROM probes_answer answer
              JOIN prompts_promptversion version ON version.id = answer.version_id
              JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
              WHERE answer.id = gold.answer_id AND prompt.submitted_by_id = %(person)s)
        ORDER BY gold.shuffle LIMIT 1
    ) gold
    LIMIT 1
), asked AS (
    INSERT INTO annotations_check (id, person_id, purpose, gold_id, status, leased_at, expires_at, value, reason,
        facets, evidence, note, guideline, past_keys, past)
    SELECT gen_random_uuid(), %(person)s, 'gold', found.id, 'leased', %(at)s,
        %(at)s + make_interval(mins => %(minutes)s::int), '', '', '{{}}', '{{}}', '', '', '{{}}', '[]'
    FROM found
    ON CONFLICT DO NOTHING RETURNING id, leased_at, expires_at, answer_id, key_points_id, gold_id
), {CARD}
"""  # noqa: S608 -- texts of ours

# A label of the person's own that is old enough. Not one on an answer that was withdrawn or is held back, not in a
# language they no longer read, and none twice.
LEASE_REPEAT = f"""
WITH fiftieth AS (
    SELECT created_at FROM annotations_label WHERE person_id = %(person)s AND status = 'current'
    ORDER BY created_at DESC OFFSET %(verdicts)s LIMIT 1
), old AS (
    SELECT label.id, label.answer_id, label.key_points_id FROM annotations_label label, fiftieth
    WHERE label.person_id = %(person)s AND label.status = 'current'
      AND label.created_at <= LEAST(fiftieth.created_at, statement_timestamp() - make_interval(hours => %(hours)s::int))
      AND NOT EXISTS (SELECT 1 FROM annotations_check had WHERE had.first_id = label.id)
    ORDER BY label.created_at DESC LIMIT %(from)s
), found AS (
    SELECT old.* FROM old
    JOIN probes_answer answer ON answer.id = old.answer_id
    JOIN prompts_promptversion version ON version.id = answer.version_id
    JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
    WHERE answer.state <> 'withdrawn' AND answer.held_at IS NULL AND prompt.held_at IS NULL
      AND prompt.status IN ('approved', 'imported') AND answer.language = ANY(%(languages)s::text[])
      AND NOT EXISTS (SELECT 1 FROM annotations_check had
          WHERE had.answer_id = answer.id AND had.person_id = %(person)s)
    ORDER BY random() LIMIT 1
), asked AS (
    INSERT INTO annotations_check (id, person_id, purpose, first_id, answer_id, key_points_id, status, leased_at,
        expires_at, value, reason, facets, evidence, note, guideline, past_keys, past)
    SELECT gen_random_uuid(), %(person)s, 'repeat', found.id, found.answer_id, found.key_points_id, 'leased',
        %(at)s, %(at)s + make_interval(mins => %(minutes)s::int), '', '', '{{}}', '{{}}', '', '', '{{}}', '[]'
    FROM found
    ON CONFLICT DO NOTHING RETURNING id, leased_at, expires_at, answer_id, key_points_id, gold_id
), {CARD}
"""  # noqa: S608 -- texts of ours


def pick_purpose(random: Random, labeller: Labeller | None, settings: DeckSettings) -> Purpose | None:
    """What the next card is for, by lot; None for an answer that counts. Who is slowed gets more gold."""
    gold = settings.gold_share
    if labeller is not None and labeller.standing == Standing.SLOWED:
        gold = min(SHARE_AT_MOST, gold * SLOWED_GOLD_TIMES)
    drawn = random.random()
    if drawn < gold:
        return Purpose.GOLD
    return Purpose.REPEAT if drawn < gold + settings.repeat_share else None


def lease_check(*, by: User, purpose: str, minutes: int, at: datetime) -> Held | None:
    """Leases a check to the person, and reads it, if there is one for them. Within the draw's own transaction.

    `at` is the moment the answers drawn with it are given: those stand in the order of their ids, which are random, and
    a check among them is not the last.
    """
    values: dict[str, Any] = {
        "person": by.pk,
        "languages": by.languages,
        "minutes": minutes,
        "at": at,
        "hours": REPEAT_AFTER_HOURS,
        "verdicts": REPEAT_AFTER_VERDICTS,
        "from": REPEAT_FROM,
    }
    with prepared.cursor() as cursor:
        cursor.execute(LEASE_GOLD if purpose == Purpose.GOLD else LEASE_REPEAT, values)
        row = cursor.fetchone()
    return None if row is None else held_from(row)
