"""Reading what people said of an answer: the votes, and which of one's own verdicts came last."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count

from accounts.models import User
from annotations.choices import LabelStatus, Value
from annotations.closing import HELD_SINCE, SHOWN, STATE
from annotations.hand import CARDS
from annotations.models import Label
from probes.models import Answer

# How many of one's last verdicts can be changed or taken back.
UNDO_AT_MOST = 10

# The cards the person closed with a verdict that stands, newest first: a walk over (person, closed_at) to the limit.
JUDGED = f"""
SELECT * FROM (
    (SELECT lease.id, lease.closed_at, coalesce(label.value, ''), coalesce(passed.reason, ''),
            coalesce(label.note, passed.note), coalesce(label.facets, '{{}}'), coalesce(label.evidence, '{{}}'),
            answer.state,
            answer.held_at IS NOT NULL OR prompt.held_at IS NOT NULL
     FROM annotations_assignment lease
     JOIN probes_answer answer ON answer.id = lease.answer_id
     JOIN prompts_promptversion version ON version.id = answer.version_id
     JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
     LEFT JOIN annotations_label label ON label.assignment_id = lease.id AND label.status <> 'superseded'
     LEFT JOIN annotations_cannotjudge passed ON passed.assignment_id = lease.id AND passed.status <> 'superseded'
     WHERE lease.person_id = %(person)s AND lease.status IN ('labelled', 'passed')
       AND (label.id IS NOT NULL OR passed.id IS NOT NULL)
       AND (%(withdrawn)s OR answer.state <> 'withdrawn')
       AND (%(card)s::uuid IS NULL OR lease.id = %(card)s)
     ORDER BY lease.closed_at DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT asked.id, asked.closed_at, asked.value, asked.reason, asked.note, asked.facets, asked.evidence,
            {STATE}, {HELD_SINCE} IS NOT NULL
     FROM annotations_check asked {SHOWN}
     WHERE asked.person_id = %(person)s AND asked.status IN ('labelled', 'passed')
       AND (%(withdrawn)s OR ({STATE}) <> 'withdrawn')
       AND (%(card)s::uuid IS NULL OR asked.id = %(card)s)
     ORDER BY asked.closed_at DESC LIMIT %(limit)s)
) judged ORDER BY closed_at DESC LIMIT %(limit)s
"""  # noqa: S608 -- texts of ours

# Cards in hand that were judged and undone. They count among the ten, so that undoing does not dig ever deeper.
UNDONE = """
SELECT (SELECT count(*) FROM annotations_assignment lease WHERE lease.person_id = %(person)s AND lease.status = 'leased'
        AND (EXISTS (SELECT 1 FROM annotations_label label WHERE label.assignment_id = lease.id)
             OR EXISTS (SELECT 1 FROM annotations_cannotjudge passed WHERE passed.assignment_id = lease.id)))
     + (SELECT count(*) FROM annotations_check asked WHERE asked.person_id = %(person)s AND asked.status = 'leased'
        AND (asked.value <> '' OR asked.reason <> ''))
"""

# Since when the person has the first of what they hold, this card left out.
FIRST_LEASED_AT = f"""
SELECT min(leased_at) FROM ({CARDS}) mine WHERE mine.status = 'leased' AND mine.id <> %(card)s
"""  # noqa: S608 -- texts of ours


@dataclass(frozen=True)
class Last:
    """The verdict that an undo takes back; `reason` where it is a *cannot judge*, otherwise `value`."""

    card: uuid.UUID
    value: str
    reason: str


def votes(*, answer: Answer) -> list[int]:
    """How many current labels of each value, in the order of Value."""
    rows = Label.objects.filter(answer=answer, status=LabelStatus.CURRENT).values("value").annotate(n=Count("pk"))
    counts = {row["value"]: row["n"] for row in rows}
    return [counts.get(value, 0) for value in Value.values]


def last_verdict(*, by: User) -> Last | None:
    """The newest verdict that can still be taken back: among the person's last ten cards."""
    [(undone,)] = rows_of(UNDONE, person=by.pk)
    rows = judged(by=by, limit=UNDO_AT_MOST - undone, withdrawn=False) if undone < UNDO_AT_MOST else []
    return Last(rows[0][0], rows[0][2], rows[0][3]) if rows else None


def judged(*, by: User, limit: int, card: uuid.UUID | None = None, withdrawn: bool = True) -> Sequence[tuple[Any, ...]]:
    """Rows of JUDGED: the newest, or that of one card; those whose answer was withdrawn too, unless told otherwise."""
    return rows_of(JUDGED, person=by.pk, card=card, limit=limit, withdrawn=withdrawn)


def rows_of(statement: str, **values: uuid.UUID | int | bool | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
