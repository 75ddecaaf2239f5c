"""Writing a verdict down: the lease, the answer's counters, the verdict and its event in one statement.

A card that is judged anew keeps the time it was first closed at, and with it its place among the person's last ten.
"""

import json
from typing import Any

from django.db import connection

from accounts.models import User
from annotations import refusals
from annotations.actions.case import Case
from annotations.actions.counters import is_stale, outcome
from annotations.choices import GUIDELINE, AssignmentStatus, Value
from annotations.models import CannotJudge, Label
from annotations.said import Said
from core import prepared

AROUND = """
WITH closed AS (
    UPDATE annotations_assignment SET status = %(status)s,
        closed_at = CASE WHEN status IN ('labelled', 'passed') THEN closed_at ELSE %(at)s END
    WHERE id = %(card)s
), other AS (
    UPDATE annotations_assignment SET status = 'returned', closed_at = %(at)s WHERE id = %(other)s
), moved AS (
    UPDATE probes_answer SET leased = leased + %(leased)s, counted = counted + %(counted)s, wanted = %(wanted)s,
        state = %(state)s, settles_at = %(settles_at)s, closed_at = %(closed_at)s
    WHERE id = %(answer)s
), kept AS (
    {verdict}
    ON CONFLICT (key) DO NOTHING RETURNING id
), said AS (
    INSERT INTO core_event (at, actor, verb, noun, key, data)
    SELECT %(at)s, %(person)s, %(verb)s, %(noun)s, kept.id, %(data)s::jsonb FROM kept
)
SELECT id FROM kept
"""
KEEP_LABEL = AROUND.format(
    verdict="""INSERT INTO annotations_label (answer_id, person_id, assignment_id, value, note, facets, evidence,
        key_points_id, guideline, status, key, took_ms, created_at)
    VALUES (%(answer)s, %(person)s, %(card)s, %(value)s, %(note)s, %(facets)s::varchar[], %(evidence)s::int[],
        %(key_points_id)s, %(guideline)s, 'current', %(key)s, %(took_ms)s, %(at)s)"""
)
KEEP_PASS = AROUND.format(
    verdict="""INSERT INTO annotations_cannotjudge (answer_id, person_id, assignment_id, reason, note, status, key,
        created_at)
    VALUES (%(answer)s, %(person)s, %(card)s, %(reason)s, %(note)s, 'current', %(key)s, %(at)s)"""
)


def keep(
    case: Case, given: Said, *, by: User, leased: int = 0, counted: int = 0, verb: str = "", **told: int
) -> Label | CannotJudge:
    """Writes a verdict on the locked answer; what becomes of the answer follows from the case's votes and this one.

    `leased` is what it does to the places that are out, `counted` what was done to the labels before it; `told` goes
    into the event.

    Raises:
        Conflict: another verdict with this key was written at the same moment.
    """
    answer, votes, passes = case.answer, list(case.votes), case.passes
    if given.is_label:
        votes[Value.values.index(given.value)] += 1
    else:
        passes += 1
    found = outcome(answer, votes=votes, cannot_judge=passes, at=case.at)
    common: dict[str, Any] = {"key": given.key, "note": given.note}
    kept: Label | CannotJudge
    if given.is_label:
        own = {
            "value": given.value,
            "facets": list(given.facets),
            "evidence": [list(span) for span in given.evidence],
            "key_points_id": case.key_points,
            "guideline": GUIDELINE,
            "took_ms": given.took_ms,
        }
        kept = Label(answer=answer, person=by, assignment_id=case.card, created_at=case.at, **common, **own)
    else:
        own = {"reason": given.reason}
        kept = CannotJudge(answer=answer, person=by, assignment_id=case.card, created_at=case.at, **common, **own)
    facts = {**told} if given.is_label else {"reason": given.reason, **told}
    with prepared.cursor() as cursor:
        cursor.execute(
            KEEP_LABEL if given.is_label else KEEP_PASS,
            {
                **common,
                **own,
                "at": case.at,
                "card": case.card,
                "other": case.other,
                "answer": answer.pk,
                "person": by.pk,
                "status": AssignmentStatus.LABELLED if given.is_label else AssignmentStatus.PASSED,
                "leased": leased,
                "counted": counted + int(given.is_label),
                "wanted": found.wanted,
                "state": found.state,
                "settles_at": found.settles_at,
                "closed_at": found.closed_at,
                "verb": verb or ("label" if given.is_label else "pass_on"),
                "noun": "label" if given.is_label else "cannotjudge",
                "data": json.dumps(facts),
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise refusals.key_used()
    if found.closed:
        is_stale(answer)
    kept.pk = row[0]
    # The row is there: what is saved through this object later is an update.
    kept._state.adding, kept._state.db = False, connection.alias
    return kept
