"""A card as a verdict finds it: its answer locked, and all that decides what becomes of the verdict, in two statements.

The answer is locked first, as by everybody who moves its counters; the second statement begins after that, so that it
sees what those before it have done.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from annotations import refusals
from annotations.choices import AssignmentStatus, Standing
from core import prepared
from probes.choices import AnswerState
from probes.models import Answer

# In the order of the model's fields.
LOOKED_AT = ("id", "version_id", "state", "wanted", "counted", "leased", "settles_at")
LOCK = f"""
SELECT {", ".join(LOOKED_AT)} FROM probes_answer
WHERE id = (SELECT answer_id FROM annotations_assignment WHERE id = %(card)s) FOR NO KEY UPDATE
"""  # noqa: S608 -- names of ours
LOOK = """
SELECT lease.person_id, lease.status, lease.key_points_id, coalesce(labeller.standing, ''),
    (SELECT ARRAY[count(*) FILTER (WHERE value = 'censored'), count(*) FILTER (WHERE value = 'evasive'),
                  count(*) FILTER (WHERE value = 'faithful')]
     FROM annotations_label label WHERE label.answer_id = lease.answer_id AND label.status = 'current') AS votes,
    (SELECT count(*) FROM annotations_cannotjudge passed
     WHERE passed.answer_id = lease.answer_id AND passed.status = 'current') AS passes,
    (SELECT label.id FROM annotations_label label WHERE label.answer_id = lease.answer_id
     AND label.person_id = lease.person_id AND label.status = 'current') AS label,
    (SELECT passed.id FROM annotations_cannotjudge passed WHERE passed.answer_id = lease.answer_id
     AND passed.person_id = lease.person_id AND passed.status = 'current') AS passed,
    (SELECT other.id FROM annotations_assignment other WHERE other.answer_id = lease.answer_id
     AND other.person_id = lease.person_id AND other.status = 'leased' AND other.id <> lease.id) AS other,
    answer.held_at IS NOT NULL OR prompt.held_at IS NOT NULL AS held,
    sent.kind, sent.id, sent.card, statement_timestamp()
FROM annotations_assignment lease
JOIN probes_answer answer ON answer.id = lease.answer_id
JOIN prompts_promptversion version ON version.id = answer.version_id
JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
LEFT JOIN annotations_labeller labeller ON labeller.person_id = lease.person_id
LEFT JOIN LATERAL (
    SELECT 'label' AS kind, id, assignment_id AS card FROM annotations_label WHERE key = %(key)s
    UNION ALL SELECT 'cannotjudge', id, assignment_id FROM annotations_cannotjudge WHERE key = %(key)s
    UNION ALL SELECT 'check', 0, id FROM annotations_check WHERE key = %(key)s
    UNION ALL SELECT 'check', 0, id FROM annotations_check WHERE past_keys @> ARRAY[%(key)s::uuid]
    LIMIT 1
) sent ON true
WHERE lease.id = %(card)s
"""


@dataclass(frozen=True)
class Case:
    """What is known of a card before a verdict on it.

    `label` and `passed` are the person's current verdict on the answer, `other` a second live lease of theirs on it.
    `held` says that the answer or its prompt was reported. `sent` is the kind and id of the verdict that came with the
    same key on this card.
    """

    card: uuid.UUID
    answer: Answer
    status: str
    key_points: int | None
    votes: tuple[int, int, int]
    passes: int
    counted: int
    label: int | None
    passed: int | None
    other: uuid.UUID | None
    held: bool
    sent: tuple[str, int] | None
    at: datetime

    @property
    def judged(self) -> bool:
        return self.label is not None or self.passed is not None

    @property
    def room(self) -> bool:
        """Whether the answer wants one label more than it has, those that are out with others included."""
        return self.counted + self.answer.leased < self.answer.wanted


def find(*, by: User, card: uuid.UUID, key: uuid.UUID | None = None) -> Case | None:
    """The card with its answer locked; None where it is no assignment's.

    Raises:
        Forbidden: it is somebody else's, or the person is in quarantine.
        Conflict: the key came with another card.
    """
    with prepared.cursor() as cursor:
        cursor.execute(LOCK, {"card": card})
        locked: tuple[Any, ...] | None = cursor.fetchone()
        if locked is None:
            return None
        answer = Answer.from_db(connection.alias, LOOKED_AT, locked)
        cursor.execute(LOOK, {"card": card, "key": key})
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    person, status, key_points, standing, votes, passes, label, passed, other, held, kind, sent, sent_card, at = row
    if person != by.pk:
        raise refusals.not_theirs()
    if kind is not None and sent_card != card:
        raise refusals.key_used()
    if standing == Standing.QUARANTINED:
        raise refusals.in_quarantine()
    first, second, third = votes
    return Case(
        card=card,
        answer=answer,
        status=status,
        key_points=key_points,
        votes=(first, second, third),
        passes=passes,
        counted=answer.counted,
        label=label,
        passed=passed,
        other=other,
        held=held,
        sent=None if kind is None else (kind, sent),
        at=at,
    )


def must_take_verdicts(case: Case) -> None:
    """
    Raises:
        Gone: the answer takes no first verdict any more, or this card was given back.
    """
    if case.answer.state == AnswerState.WITHDRAWN:
        raise refusals.withdrawn()
    if case.answer.state != AnswerState.OPEN:
        raise refusals.closed()
    if case.held:
        raise refusals.held_back()
    if case.status == AssignmentStatus.RETURNED:
        raise refusals.given_back()


def must_be_correctable(case: Case) -> None:
    """
    Raises:
        Gone: the answer was withdrawn or reported in the meantime. Conflict: it is public now.
    """
    if case.answer.state == AnswerState.WITHDRAWN:
        raise refusals.withdrawn_since()
    if case.answer.state != AnswerState.OPEN:
        raise refusals.public_now()
    if case.held:
        raise refusals.held_back()
