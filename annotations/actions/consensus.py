"""What the current labels of each closed answer add up to: counted, and weighed by who gave them.

The votes and what follows from them are counted here alone, one worker at a time (see refresh.py). When the crowd is
fitted anew, `renew_consensus` puts the new posteriors on what is there, wherever the votes are still the same; until it
has come to the last one, each row says by which fit it is.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from annotations.actions.camps import bridged_shares
from annotations.agreement import majority
from annotations.agreement.bridging import LEAST_LABELS
from annotations.choices import Value
from annotations.models import Consensus
from annotations.selectors.weighed import Weighed, weigh_answers
from probes.choices import AnswerState
from probes.models import Answer

COUNTED = (AnswerState.SETTLED, AnswerState.CONTESTED)
FIELDS = (*Value.values, "value", "share", "dispersion", "posterior", "confidence", "fit", "bridged", "computed_at")

# How many are renewed in one statement.
BATCH = 500
# Rows of another fit than the one in force, or of none. Whoever is in the queue is counted anew in any case.
OUTDATED = """
SELECT consensus.answer_id FROM annotations_consensus consensus
WHERE (consensus.fit_id < %(fit)s OR consensus.fit_id > %(fit)s OR consensus.fit_id IS NULL)
  AND consensus.answer_id > %(after)s
  AND NOT EXISTS (SELECT 1 FROM annotations_stale stale WHERE stale.answer_id = consensus.answer_id)
ORDER BY consensus.answer_id LIMIT %(batch)s
"""
# Row by row only where the votes are those that were weighed: what was counted meanwhile is newer, and stays.
RENEW = """
UPDATE annotations_consensus consensus
SET posterior = ARRAY[new.p0, new.p1, new.p2], confidence = new.confidence, fit_id = %(fit)s
FROM unnest(%(answers)s::bigint[], %(v0)s::int[], %(v1)s::int[], %(v2)s::int[],
            %(p0)s::float8[], %(p1)s::float8[], %(p2)s::float8[], %(confidence)s::float8[])
     AS new(answer, v0, v1, v2, p0, p1, p2, confidence)
WHERE consensus.answer_id = new.answer
  AND (consensus.censored, consensus.evasive, consensus.faithful) = (new.v0, new.v1, new.v2)
"""


def refresh_consensus(answers: list[Answer]) -> None:
    """Counts and weighs the current labels of closed answers; an answer that was opened again has no consensus."""
    closed = sorted(answer.pk for answer in answers if answer.state in COUNTED)
    Consensus.objects.filter(answer__in=[answer.pk for answer in answers if answer.state not in COUNTED]).delete()
    if not closed:
        return
    scales, now = weigh_answers(closed, publicly=True), timezone.now()
    bridged = bridged_shares({pk for pk in closed if sum(scales.of(pk).votes) >= LEAST_LABELS})
    rows = []
    for pk in closed:
        found = scales.of(pk)
        fit = scales.fit.id if scales.fit and found.posterior else None
        rows.append(Consensus(answer_id=pk, fit_id=fit, bridged=bridged.get(pk), computed_at=now, **counted(found)))
    Consensus.objects.bulk_create(rows, update_conflicts=True, unique_fields=["answer"], update_fields=FIELDS)


def counted(found: Weighed) -> dict[str, Any]:
    """The columns that follow from votes and posterior."""
    votes = dict(zip(Value.values, found.votes, strict=True))
    most = majority(votes)
    return {
        **votes,
        "value": most.label or "",
        "share": most.share.value,
        "dispersion": most.dispersion.value,
        "posterior": list(found.posterior) if found.posterior else None,
        "confidence": found.confidence,
    }


def renew_consensus(*, fit: int, after: int = 0) -> int | None:
    """Puts the posteriors of this fit on the next batch of rows after this answer that have another's.

    Returns the last answer of the batch, or None where there was none left. Should a newer fit be in force by now, its
    posteriors are taken; its own turn then finds fewer.
    """
    with connection.cursor() as cursor:
        cursor.execute(OUTDATED, {"fit": fit, "after": after, "batch": BATCH})
        outdated: list[int] = [pk for (pk,) in cursor.fetchall()]
    if not outdated:
        return None
    scales = weigh_answers(outdated, publicly=True)
    weighed = [(pk, found) for pk, found in scales.answers.items() if found.posterior]
    if scales.fit and weighed:
        write(scales.fit.id, weighed)
    return outdated[-1]


def write(fit: int, weighed: Sequence[tuple[int, Weighed]]) -> None:
    values: dict[str, Any] = {"fit": fit, "answers": [pk for pk, _ in weighed]}
    for place in range(len(Value.values)):
        values[f"v{place}"] = [found.votes[place] for _, found in weighed]
        values[f"p{place}"] = [found.posterior[place] if found.posterior else None for _, found in weighed]
    values["confidence"] = [found.confidence for _, found in weighed]
    with connection.cursor() as cursor:
        cursor.execute(RENEW, values)
