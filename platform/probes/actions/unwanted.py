"""What nobody wants any more is let go: work that waits for withdrawn prompts, closed rounds and retired endpoints.

Withdrawing, closing and retiring each change one row; what follows from it is derived here, a bounded part at a time,
so that it comes true however large the queue is and whatever was in flight at that moment.
"""

from django.db import connection, transaction
from django.utils import timezone

from core import events
from probes.choices import AnswerState
from probes.models import Answer
from prompts.choices import Status

# The queue is derived, so a probe that was never asked can simply go. One that was asked before stays, with the reason.
DROP = """
WITH unwanted AS (
    SELECT probe.id, 'candor.withdrawn' AS rule, 'Its prompt is no longer in use.' AS error
    FROM prompts_prompt prompt
    JOIN prompts_promptversion version ON version.prompt_id = prompt.id
    JOIN probes_probe probe ON probe.version_id = version.id AND probe.status = 'due'
    WHERE prompt.status <> 'approved'
  UNION ALL
    SELECT probe.id, 'candor.round_closed', 'Its round was closed.'
    FROM probes_round round JOIN probes_probe probe ON probe.round_id = round.id AND probe.status = 'due'
    WHERE round.status = 'closed'
  UNION ALL
    SELECT probe.id, 'candor.endpoint_retired', 'Its endpoint was retired.'
    FROM probes_endpoint endpoint JOIN probes_probe probe ON probe.endpoint_id = endpoint.id AND probe.status = 'due'
    WHERE endpoint.status = 'retired'
), locked AS (
    SELECT probe.id, probe.attempt FROM probes_probe probe
    WHERE probe.status = 'due' AND probe.id IN (SELECT id FROM unwanted)
    ORDER BY probe.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), dropped AS (
    DELETE FROM probes_probe probe USING locked WHERE probe.id = locked.id AND locked.attempt = 0 RETURNING probe.id
), given_up AS (
    UPDATE probes_probe probe
    SET status = 'given_up', delivery = 'failed', finished_at = statement_timestamp(), rule = reason.rule,
        error = reason.error
    FROM locked JOIN (SELECT DISTINCT ON (id) id, rule, error FROM unwanted ORDER BY id, rule) reason USING (id)
    WHERE probe.id = locked.id AND locked.attempt > 0 RETURNING probe.id
)
SELECT (SELECT count(*) FROM dropped) + (SELECT count(*) FROM given_up)
"""


def drop_unwanted(*, limit: int = 1000) -> int:
    """Lets go of at most `limit` due probes of prompts that are not in use, closed rounds and retired endpoints.

    What was never asked is deleted; what was asked and waits for another try is given up. Returns how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(DROP, {"limit": limit})
        row = cursor.fetchone()
        return int(row[0]) if row else 0


@transaction.atomic
def withdraw_answers(*, limit: int = 200) -> int:
    """Withdraws at most `limit` open answers of withdrawn prompts; returns how many. Closed ones stay as they are.

    A lease on one keeps its place in the counts until it runs out; no verdict under it is taken any more. An answer
    that is being judged at this moment waits for the next time.
    """
    held = Answer.objects.filter(state=AnswerState.OPEN, version__prompt__status=Status.WITHDRAWN).order_by("pk")
    answers = list(held.select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit])
    Answer.objects.filter(pk__in=[answer.pk for answer in answers]).update(
        state=AnswerState.WITHDRAWN, closed_at=timezone.now(), settles_at=None
    )
    for answer in answers:
        events.record(by=None, verb="withdraw", of=answer)
    return len(answers)
