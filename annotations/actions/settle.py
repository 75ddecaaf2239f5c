"""Closing answers whose time to settle is over: from now on they and their labels are public, and stay as they are."""

from django.db import connection, transaction
from django.utils import timezone

from annotations import rules
from annotations.actions.counters import is_stale
from annotations.choices import AssignmentStatus, Value
from annotations.models import Assignment
from core import events
from probes.choices import AnswerState
from probes.models import Answer

# Answers that are closed in one transaction, and how many transactions one sweep goes through.
BATCH = 200
BATCHES = 50

# Locked in the order of their ids, as by everybody who locks several; what is being corrected now waits for the next
# time. What somebody has reported, or the prompt of it, is not made public before a reviewer has looked.
DUE = """
SELECT answer.id FROM probes_answer answer
JOIN prompts_promptversion version ON version.id = answer.version_id
JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
WHERE answer.settles_at <= statement_timestamp() AND answer.state = 'open'
  AND answer.held_at IS NULL AND prompt.held_at IS NULL
ORDER BY answer.id LIMIT %s
FOR NO KEY UPDATE OF answer SKIP LOCKED
"""
# Counted once the answers are locked.
COUNTS = """
SELECT answer.id,
    (SELECT array_agg(label.value) FROM annotations_label label
     WHERE label.answer_id = answer.id AND label.status = 'current'),
    (SELECT count(*) FROM annotations_cannotjudge passed
     WHERE passed.answer_id = answer.id AND passed.status = 'current')
FROM probes_answer answer WHERE answer.id = ANY(%s) ORDER BY answer.id
"""


def settle_due() -> int:
    """Closes the open answers whose settling time has passed; returns how many."""
    closed = 0
    for _ in range(BATCHES):
        found, done = settle_some()
        closed += done
        if found < BATCH:
            break
    return closed


@transaction.atomic
def settle_some() -> tuple[int, int]:
    """How many of one batch were due, and how many of these were closed."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [BATCH])
        due = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(COUNTS, [due])
        counts = {pk: (values or [], passes) for pk, values, passes in cursor.fetchall()}
    answers = Answer.objects.in_bulk(due)
    return len(due), sum(settle(answers[pk], *counts[pk]) for pk in due)


def settle(answer: Answer, values: list[str], passes: int) -> bool:
    """Closes one that is locked, if its labels are all in; one that lost some goes back into the deck instead."""
    votes = [values.count(value) for value in Value.values]
    stands = rules.standing(votes, wanted=answer.wanted, cannot_judge=passes)
    answer.settles_at, answer.wanted, answer.state = None, stands.wanted, stands.state
    answer.closed_at = None if stands.state == AnswerState.OPEN else timezone.now()
    answer.leased = answer.leased if stands.state == AnswerState.OPEN else 0
    answer.save(update_fields=["settles_at", "wanted", "state", "closed_at", "leased"])
    if stands.state == AnswerState.OPEN:
        return False
    # Where three could not judge it, others may be reading it still; nothing is taken of them any more.
    Assignment.objects.filter(answer=answer, status=AssignmentStatus.LEASED).update(
        status=AssignmentStatus.RETURNED, closed_at=answer.closed_at
    )
    is_stale(answer)
    events.record(by=None, verb="settle", of=answer)
    return True
