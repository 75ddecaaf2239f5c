"""Writing down a verdict on a check, and taking one back: its row and the event in one statement, as in keep.py.

A card that is judged anew keeps the time it was first closed at, and with it its place among the person's last ten.
What was said with a key before stays beside it: sent again, it changes nothing and is answered as it was.
"""

import json
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection

from accounts.models import User
from annotations import refusals
from annotations.actions.check_case import CheckCase
from annotations.choices import GUIDELINE, AssignmentStatus
from annotations.closing import CLOSES_AT
from annotations.models import Check
from annotations.said import Said
from annotations.selectors.verdicts import FIRST_LEASED_AT
from core import prepared

FIELDS = [field.attname for field in Check._meta.concrete_fields]

PAST = """
    past_keys = CASE WHEN asked.key IS NULL THEN asked.past_keys ELSE asked.past_keys || asked.key END,
    past = CASE WHEN asked.status NOT IN ('labelled', 'passed') THEN asked.past
        ELSE asked.past || jsonb_build_object('key', asked.key, 'value', asked.value, 'reason', asked.reason,
            'note', asked.note, 'facets', asked.facets, 'evidence', asked.evidence, 'guideline', asked.guideline) END
"""
SAID = """
    INSERT INTO core_event (at, actor, verb, noun, key, data)
    SELECT %(at)s, %(person)s, %(verb)s::varchar, 'user', %(person)s, %(data)s::jsonb FROM kept
    WHERE %(verb)s::varchar <> ''
"""
KEEP_CHECK = f"""
WITH kept AS (
    UPDATE annotations_check asked SET status = %(status)s,
        closed_at = CASE WHEN asked.status IN ('labelled', 'passed') THEN asked.closed_at ELSE %(at)s END,
        closes_at = CASE WHEN asked.status IN ('labelled', 'passed') THEN asked.closes_at ELSE {CLOSES_AT} END,
        value = %(value)s, reason = %(reason)s, note = %(note)s, facets = %(facets)s::varchar[],
        evidence = %(evidence)s::int[], guideline = %(guideline)s, took_ms = %(took_ms)s, key = %(key)s,
        "right" = %(right)s, {PAST}
    WHERE id = %(card)s RETURNING {", ".join(f'asked."{name}"' for name in FIELDS)}
), said AS ({SAID})
SELECT * FROM kept
"""  # noqa: S608 -- names of ours
LEASE_AGAIN = f"""
WITH kept AS (
    UPDATE annotations_check asked SET status = 'leased', closed_at = NULL, closes_at = NULL, key = NULL,
        "right" = NULL,
        leased_at = LEAST(%(at)s, ({FIRST_LEASED_AT}) - interval '1 microsecond'),
        expires_at = %(at)s + make_interval(mins => %(minutes)s::int), {PAST}
    WHERE id = %(card)s RETURNING id
), said AS ({SAID})
SELECT id FROM kept
"""  # noqa: S608 -- texts of ours


def keep_check(case: CheckCase, given: Said, *, by: User) -> Check:
    """Writes the verdict on the locked row, and whether it was right.

    Raises:
        Conflict: another verdict with this key was written at the same moment.
    """
    values: dict[str, Any] = {
        **about(case, by=by, verb="check"),
        "status": AssignmentStatus.LABELLED if given.is_label else AssignmentStatus.PASSED,
        "value": given.value,
        "reason": given.reason,
        "note": given.note,
        "facets": list(given.facets),
        "evidence": [list(span) for span in given.evidence],
        "guideline": GUIDELINE,
        "took_ms": given.took_ms,
        "key": given.key,
        "settling": settings.ENV.settling_minutes,
        "right": case.is_right(given.value),
    }
    with prepared.cursor() as cursor:
        try:
            cursor.execute(KEEP_CHECK, values)
        except IntegrityError:
            raise refusals.key_used() from None
        row: tuple[Any, ...] = cursor.fetchone()
    return Check.from_db(connection.alias, FIELDS, row)


def lease_again(case: CheckCase, *, by: User, was: Check | None) -> None:
    """In front of all the person holds already: this is the one they want to see. `was` is what they take back."""
    values = about(case, by=by, verb="undo_check" if was is not None else "")
    with prepared.cursor() as cursor:
        cursor.execute(LEASE_AGAIN, {**values, "minutes": settings.ENV.lease_minutes})


def about(case: CheckCase, *, by: User, verb: str) -> dict[str, Any]:
    """What both statements are told; without a verb they leave no event."""
    return {
        "at": case.at,
        "card": case.card,
        "person": by.pk,
        "verb": verb,
        "data": json.dumps({"check": str(case.card)}),
    }
