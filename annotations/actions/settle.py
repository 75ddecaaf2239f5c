"""Closing answers whose time to settle is over: from now on they and their labels are public, and stay as they are.

Before that their labels are looked at once more, under lock, and weighed by who gave them: where they do not make sure
enough, one more is wanted instead. See docs/decisions/0021.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from annotations import rules
from annotations.actions.counters import is_stale
from annotations.agreement.calibration import Calibration
from annotations.choices import AssignmentStatus
from annotations.models import Assignment
from annotations.selectors.weighed import Weighed, weigh_answers
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
PASSES = """
SELECT passed.answer_id, count(*) FROM annotations_cannotjudge passed
WHERE passed.answer_id = ANY(%s) AND passed.status = 'current' GROUP BY 1
"""
COLUMNS = ["settles_at", "wanted", "state", "closed_at", "leased"]


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
        if not due:
            return 0, 0
        cursor.execute(PASSES, [due])
        passes = dict(cursor.fetchall())
    scales, answers = weigh_answers(due), Answer.objects.in_bulk(due)
    closed = [settle(answers[pk], scales.of(pk), scales.calibration, passes.get(pk, 0)) for pk in due]
    return len(due), sum(closed)


def settle(answer: Answer, found: Weighed, calibration: Calibration | None, passes: int) -> bool:
    """Closes one that is locked, if its labels are enough; one that lost some, or needs one more, goes back instead."""
    stands = rules.weighed(found.votes, found.posterior, calibration, wanted=answer.wanted, cannot_judge=passes)
    if stands.state != AnswerState.UNJUDGEABLE and (until := last_lease(answer)):
        # It began to settle while others had it before them. Nobody else is given it, and what they say is waited for.
        answer.settles_at = max(until, timezone.now())
        answer.save(update_fields=["settles_at"])
        return False
    answer.settles_at, answer.wanted, answer.state = None, stands.wanted, stands.state
    answer.closed_at = None if stands.state == AnswerState.OPEN else timezone.now()
    answer.leased = answer.leased if stands.state == AnswerState.OPEN else 0
    answer.save(update_fields=COLUMNS)
    if stands.state == AnswerState.OPEN:
        return False
    # Where three could not judge it, others may be reading it still; nothing is taken of them any more.
    Assignment.objects.filter(answer=answer, status=AssignmentStatus.LEASED).update(
        status=AssignmentStatus.RETURNED, closed_at=answer.closed_at
    )
    is_stale(answer)
    events.record(by=None, verb="settle", of=answer)
    return True


def last_lease(answer: Answer) -> datetime | None:
    """When the last of its leases runs out, where there are any; one that did just now is taken back with the sweep."""
    if not answer.leased:
        return None
    live = Assignment.objects.filter(answer=answer, status=AssignmentStatus.LEASED)
    until: datetime | None = live.aggregate(until=Max("expires_at"))["until"]
    return until
