"""Writing a verdict down: the lease, the answer's counters, the verdict and its event in one statement.

A card that is judged anew keeps the time it was first closed at, and with it its place among the person's last ten.
"""

import json
from itertools import product
from typing import Any

from django.db import connection

from accounts.models import User
from annotations import refusals
from annotations.actions.case import Case
from annotations.actions.counters import outcome
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
), {before}kept AS (
    {verdict}
    ON CONFLICT (key) DO NOTHING RETURNING id
), said AS (
    INSERT INTO core_event (at, actor, verb, noun, key, data)
    SELECT %(at)s, %(person)s, %(verb)s, %(noun)s, kept.id, %(data)s::jsonb FROM kept
){stale}
SELECT id FROM kept
"""
# What stood before, of either kind, is superseded; the new verdict is read out of that, so that it comes after it: the
# database would refuse two that are current.
BEFORE = """past_label AS (
    UPDATE annotations_label SET status = 'superseded', superseded_at = %(at)s WHERE id = %(label)s RETURNING id
), past_pass AS (
    UPDATE annotations_cannotjudge SET status = 'superseded', superseded_at = %(at)s WHERE id = %(passed)s RETURNING id
), past AS (SELECT id FROM past_label UNION ALL SELECT id FROM past_pass), """
LABEL = """INSERT INTO annotations_label (answer_id, person_id, assignment_id, value, note, facets, evidence,
        key_points_id, guideline, status, key, took_ms, created_at)
    SELECT %(answer)s, %(person)s, %(card)s, %(value)s, %(note)s, %(facets)s::varchar[], %(evidence)s::int[],
        %(key_points_id)s, %(guideline)s, 'current', %(key)s, %(took_ms)s, %(at)s"""
CANNOT_JUDGE = """INSERT INTO annotations_cannotjudge (answer_id, person_id, assignment_id, reason, note, status, key,
        created_at)
    SELECT %(answer)s, %(person)s, %(card)s, %(reason)s, %(note)s, 'current', %(key)s, %(at)s"""
# Where the answer closes with it, the figures have to look there: see counters.is_stale.
STALE = """, stale AS (
    INSERT INTO annotations_stale (answer_id, since) SELECT %(answer)s, %(at)s FROM kept
    ON CONFLICT (answer_id) DO UPDATE SET since = EXCLUDED.since
)"""
# By whether it is a label, whether it stands instead of another, and whether the answer closes with it.
STATEMENTS = {
    (is_label, anew, closes): AROUND.format(
        before=BEFORE if anew else "",
        verdict=(LABEL if is_label else CANNOT_JUDGE) + (" FROM past" if anew else ""),
        stale=STALE if closes else "",
    )
    for is_label, anew, closes in product((True, False), repeat=3)
}


def keep(
    case: Case, given: Said, *, by: User, leased: int = 0, was: Label | CannotJudge | None = None
) -> Label | CannotJudge:
    """Writes a verdict on the locked answer; what becomes of the answer follows from the case's votes and this one.

    `leased` is what it does to the places that are out. `was` is the verdict it stands instead of, which the case's
    votes hold no more.

    Raises:
        Conflict: another verdict with this key was written at the same moment.
    """
    answer, votes, passes = case.answer, list(case.votes), case.passes
    if given.is_label:
        votes[Value.values.index(given.value)] += 1
    else:
        passes += 1
    found = outcome(answer, votes=votes, cannot_judge=passes, at=case.at, held=case.held)
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
    facts: dict[str, Any] = {} if given.is_label else {"reason": given.reason}
    if was is not None:
        facts["instead_of"] = was.pk
        own["label"] = was.pk if isinstance(was, Label) else None
        own["passed"] = was.pk if isinstance(was, CannotJudge) else None
    with prepared.cursor() as cursor:
        cursor.execute(
            STATEMENTS[given.is_label, was is not None, found.closed],
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
                # Its row counts the verdict that is replaced still.
                "counted": case.counted + int(given.is_label) - answer.counted,
                "wanted": found.wanted,
                "state": found.state,
                "settles_at": found.settles_at,
                "closed_at": found.closed_at,
                "verb": "revise" if was is not None else "label" if given.is_label else "pass_on",
                "noun": "label" if given.is_label else "cannotjudge",
                "data": json.dumps(facts),
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise refusals.key_used()
    kept.pk = row[0]
    # The row is there: what is saved through this object later is an update.
    kept._state.adding, kept._state.db = False, connection.alias
    return kept
