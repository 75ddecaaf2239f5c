"""Deciding an old probe again, when a rule has changed: what was recorded of its last attempt is read anew.

Nothing is asked again and nothing is deleted. A text that is no answer any more stays on the probe, labels stay on
their answer, and an answer that is closed stays closed whatever becomes of the probe that brought it.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import events
from probes.actions.answers import record_answer
from probes.actions.verdicts import Result
from probes.choices import AnswerState, Delivery, ProbeStatus
from probes.models import Answer, Probe
from probes.rules import check_maintainer

OVER = (ProbeStatus.DONE, ProbeStatus.GIVEN_UP)


@dataclass(frozen=True)
class Was:
    """What a probe said before: enough to tell whether a new result says anything else."""

    delivery: str
    rule: str
    quarantined: bool
    text: str
    reasoning: str
    finish_reason: str

    @classmethod
    def of(cls, probe: Probe) -> "Was":
        text = probe.answer.text if probe.answer else probe.partial_text
        return cls(probe.delivery, probe.rule, probe.quarantined, text, probe.reasoning, probe.finish_reason)

    def says_the_same(self, result: Result) -> bool:
        return self == Was(
            result.delivery,
            result.rule,
            result.quarantined,
            result.text,
            result.reasoning,
            result.finish_reason[:80],
        )


@transaction.atomic
def redo_result(*, by: User | None, probe: int, attempt: int, result: Result) -> bool:
    """Puts a new result in the place of the old one, if the probe is still over at that attempt; says whether it did.

    Of the result only what is read from the response counts: delivery, rule, texts, finish reason, usage, what served
    it, and the error. It is final: what would be tried again had it come now is left as it is. When the pieces of a
    text came is kept while the text is the same.

    Raises:
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    row = (
        Probe.objects.select_for_update(of=("self",))
        .select_related("version__prompt__family", "answer")
        .filter(pk=probe, attempt=attempt, status__in=OVER, batch=None)
        .first()
    )
    if row is None or (was := Was.of(row)).says_the_same(result):
        return False
    before = row.answer
    row.answer, row.partial_text = None, result.text
    if result.delivery == Delivery.DELIVERED:
        answer = record_answer(version=row.version, text=result.text, escaped=result.escaped)
        row.answer, row.partial_text = answer, ""
    row.status = ProbeStatus.GIVEN_UP if result.delivery == Delivery.FAILED else ProbeStatus.DONE
    row.delivery, row.rule, row.quarantined = result.delivery, result.rule, result.quarantined
    row.reasoning, row.finish_reason, row.usage = result.reasoning, result.finish_reason[:80], result.usage
    row.served_by, row.served_model = result.served_by[:200], result.served_model[:200]
    row.fingerprint, row.error = result.fingerprint[:200], result.error[:500]
    if was.text != result.text:
        row.pieces = []
    row.save()
    if before is not None and before != row.answer:
        withdraw_unbrought(before.pk)
    events.record(
        by=by,
        verb="reclassify",
        of=row,
        was={"rule": was.rule, "delivery": was.delivery},
        now={"rule": result.rule, "delivery": result.delivery},
    )
    return True


def withdraw_unbrought(pk: int) -> None:
    """Withdraws an open answer that no probe brings any more; labels on it stay, and so does what is closed."""
    # The full lock: a worker that is just recording the same text holds a reference to the row, and is waited for.
    answer = Answer.objects.select_for_update().filter(pk=pk, state=AnswerState.OPEN).first()
    if answer is None or answer.probes.exists():
        return
    answer.state, answer.closed_at = AnswerState.WITHDRAWN, timezone.now()
    answer.save(update_fields=["state", "closed_at"])
    events.record(by=None, verb="withdraw", of=answer)
