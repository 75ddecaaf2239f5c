"""A check as a verdict finds it: its row locked, and all that decides what becomes of the verdict, in one statement.

It is looked for where there is no assignment of that id, and so this is the second statement of a verdict, as case.LOOK
is for a card that counts. Who waited for the lock sees the check's own row as those before them left it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from annotations import refusals
from annotations.choices import AssignmentStatus, Standing
from annotations.closing import HELD_SINCE, SHOWN, STATE
from core import prepared
from probes.choices import AnswerState

LOOK_AT_CHECK = f"""
SELECT asked.person_id, asked.status, coalesce(labeller.standing, ''), {STATE}, {HELD_SINCE} IS NOT NULL,
    CASE WHEN gold.id IS NOT NULL THEN gold.value || gold.also WHEN first.id IS NOT NULL THEN ARRAY[first.value] END,
    asked.key = %(key)s OR asked.past_keys @> ARRAY[%(key)s::uuid], sent.card IS NOT NULL, statement_timestamp()
FROM annotations_check asked {SHOWN}
LEFT JOIN annotations_label first ON first.id = asked.first_id
LEFT JOIN annotations_labeller labeller ON labeller.person_id = asked.person_id
LEFT JOIN LATERAL (
    SELECT assignment_id AS card FROM annotations_label WHERE key = %(key)s
    UNION ALL SELECT assignment_id FROM annotations_cannotjudge WHERE key = %(key)s
    UNION ALL SELECT id FROM annotations_check WHERE key = %(key)s AND id <> %(card)s
    UNION ALL SELECT id FROM annotations_check WHERE past_keys @> ARRAY[%(key)s::uuid] AND id <> %(card)s
    LIMIT 1
) sent ON true
WHERE asked.id = %(card)s FOR NO KEY UPDATE OF asked
"""  # noqa: S608 -- texts of ours


@dataclass(frozen=True)
class CheckCase:
    """What is known of a check before a verdict on it.

    `state` is one of AnswerState, as an answer's would be; `held` says that the card, its answer or its prompt was
    reported and waits. `sent` says that a verdict on this card came with the same key.
    """

    card: uuid.UUID
    status: str
    state: str
    held: bool
    right: list[str] | None
    sent: bool
    at: datetime

    def is_right(self, value: str) -> bool | None:
        """Whether a label is the gold's, or the same as the first time; None where there is nothing to compare."""
        return None if not value or self.right is None else value in self.right


def find(*, by: User, card: uuid.UUID, key: uuid.UUID | None = None) -> CheckCase:
    """The check, locked.

    Raises:
        NotFound: there is none. Forbidden: it is somebody else's, or the person is in quarantine.
        Conflict: the key came with another card.
    """
    with prepared.cursor() as cursor:
        cursor.execute(LOOK_AT_CHECK, {"card": card, "key": key})
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise refusals.unknown()
    person, status, standing, state, held, right, sent, elsewhere, at = row
    if person != by.pk:
        raise refusals.not_theirs()
    if elsewhere:
        raise refusals.key_used()
    if standing == Standing.QUARANTINED:
        raise refusals.in_quarantine()
    return CheckCase(card=card, status=status, state=state, held=held, right=right, sent=bool(sent), at=at)


def must_take_verdicts(case: CheckCase) -> None:
    """
    Raises:
        Gone: the answer that is asked again was withdrawn or reported, or this card was given back.
    """
    if case.state == AnswerState.WITHDRAWN:
        raise refusals.withdrawn()
    if case.held:
        raise refusals.held_back()
    if case.status == AssignmentStatus.RETURNED:
        raise refusals.given_back()


def must_be_correctable(case: CheckCase) -> None:
    """
    Raises:
        Gone: the answer that is asked again was withdrawn or reported in the meantime. Conflict: the card has closed.
    """
    if case.state == AnswerState.WITHDRAWN:
        raise refusals.withdrawn_since()
    if case.state != AnswerState.OPEN:
        raise refusals.public_now()
    if case.held:
        raise refusals.held_back()
