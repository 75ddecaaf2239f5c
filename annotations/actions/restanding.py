"""What becomes of an answer whose verdicts were changed from outside: set aside, or counted again."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from annotations import rules
from annotations.actions.counters import outcome
from probes.choices import AnswerState
from probes.models import Answer

TALLIED = """
SELECT answer.id,
    (SELECT ARRAY[count(*) FILTER (WHERE value = 'censored'), count(*) FILTER (WHERE value = 'evasive'),
                  count(*) FILTER (WHERE value = 'faithful')]
     FROM annotations_label label WHERE label.answer_id = answer.id AND label.status = 'current'),
    (SELECT count(*) FROM annotations_cannotjudge passed
     WHERE passed.answer_id = answer.id AND passed.status = 'current'),
    (SELECT count(*) FROM annotations_assignment lease WHERE lease.answer_id = answer.id AND lease.status = 'leased'),
    EXISTS (SELECT 1 FROM probes_answer shown
        JOIN prompts_promptversion version ON version.id = shown.version_id
        JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
        WHERE shown.id = answer.id AND (shown.held_at IS NOT NULL OR prompt.held_at IS NOT NULL))
FROM unnest(%s::bigint[]) answer(id)
"""


class Tallied(NamedTuple):
    """What the rows say of one answer: its votes, those who could not judge it, the leases that are out, and whether
    it was reported and waits.
    """

    votes: Sequence[int]
    passes: int
    leased: int
    held: bool


def tallied(answers: Sequence[int]) -> dict[int, Tallied]:
    with connection.cursor() as cursor:
        cursor.execute(TALLIED, [list(answers)])
        return {pk: Tallied(*rest) for pk, *rest in cursor.fetchall()}


def restand(answer: Answer, truth: Tallied) -> bool:
    """Sets the columns of a locked answer to what its rows say, without saving it; whether its votes changed.

    A closed answer opens again only where what is left no longer decides it: what nobody has to be asked is not asked,
    since its labels are public. An open one goes on as after any verdict. What is wanted is raised where more labels
    came back than were wanted, and never lowered.
    """
    was = (answer.counted, answer.state)
    counted = sum(truth.votes)
    answer.counted, answer.leased = counted, truth.leased
    answer.wanted = max(answer.wanted, counted + truth.leased)
    if answer.state == AnswerState.OPEN:
        now = timezone.now()
        found = outcome(answer, votes=truth.votes, cannot_judge=truth.passes, at=now, held=truth.held)
        answer.wanted, answer.state = found.wanted, found.state
        answer.settles_at, answer.closed_at = found.settles_at, found.closed_at
    elif answer.state != AnswerState.WITHDRAWN:
        least = max(counted, settings.ENV.labels_wanted)
        stands = rules.standing(truth.votes, wanted=least, cannot_judge=truth.passes)
        answer.state = stands.state
        if stands.state == AnswerState.OPEN:
            answer.wanted, answer.closed_at = max(answer.wanted, stands.wanted), None
    return was != (answer.counted, answer.state)
