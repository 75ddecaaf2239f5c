"""Deciding an old probe again, when a rule has changed: what was recorded of its last attempt is read anew.

Nothing is asked again and nothing is deleted. A text that is no answer any more stays on the probe, labels stay on
their answer, and an answer that is closed stays closed whatever becomes of the probe that brought it. So does what a
person has decided: what was looked at and dismissed comes back to the quarantine only under another rule or delivery.
"""

from dataclasses import dataclass, fields

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from core import events, locks
from core.deadlocks import done_again
from probes.actions.answers import record_answer
from probes.actions.verdicts import Result
from probes.choices import AnswerState, Delivery, ProbeStatus
from probes.models import Answer, Probe
from probes.rules import check_maintainer

OVER = (ProbeStatus.DONE, ProbeStatus.GIVEN_UP)


@dataclass(frozen=True)
class Was:
    """What a probe said before: enough to tell in what a new result says anything else."""

    delivery: str
    rule: str
    text: str
    reasoning: str
    finish_reason: str

    @classmethod
    def of(cls, probe: Probe) -> "Was":
        text = probe.answer.text if probe.answer else probe.partial_text
        return cls(probe.delivery, probe.rule, text, probe.reasoning, probe.finish_reason)

    def differences(self, result: Result) -> list[str]:
        """The names of the fields above in which a result differs; none where it says the same."""
        now = Was(result.delivery, result.rule, result.text, result.reasoning, result.finish_reason[:80])
        return [one.name for one in fields(Was) if getattr(self, one.name) != getattr(now, one.name)]

    def decides_the_same(self, result: Result) -> bool:
        """Whether the same rule gives it the same delivery, whatever the texts: then it is where a person left it."""
        return (self.delivery, self.rule) == (result.delivery, result.rule)


def redo_result(*, by: User | None, probe: int, attempt: int, result: Result) -> bool:
    """Puts a new result in the place of the old one, if the probe is still over at that attempt; says whether it did.

    Of the result only what is read from the response counts: delivery, rule, texts, finish reason, usage, what served
    it, and the error. It is final: what would be tried again had it come now is left as it is. When the pieces of a
    text came is kept while the text is the same.

    Raises:
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    return done_again(lambda: redo(by=by, probe=probe, attempt=attempt, result=result))


@transaction.atomic
def redo(*, by: User | None, probe: int, attempt: int, result: Result) -> bool:
    """One result, and one at a time: two that swap their texts would each wait for the answer of the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [locks.REDONE])
    row = (
        Probe.objects.select_for_update(of=("self",))
        .select_related("version__prompt__family", "answer")
        .filter(pk=probe, attempt=attempt, status__in=OVER, batch=None)
        .first()
    )
    if row is None or not (was := Was.of(row)).differences(result):
        return False
    before = row.answer
    row.answer, row.partial_text = None, result.text
    if result.delivery == Delivery.DELIVERED:
        answer = record_answer(version=row.version, text=result.text, escaped=result.escaped)
        row.answer, row.partial_text = answer, ""
    row.status = ProbeStatus.GIVEN_UP if result.delivery == Delivery.FAILED else ProbeStatus.DONE
    row.delivery, row.rule = result.delivery, result.rule
    if not was.decides_the_same(result):
        row.quarantined = result.quarantined
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
    # The full lock: whoever is just recording the same text holds the row (answers.held), and is waited for.
    answer = Answer.objects.select_for_update().filter(pk=pk, state=AnswerState.OPEN).first()
    if answer is None or answer.probes.exists():
        return
    answer.state, answer.closed_at, answer.settles_at = AnswerState.WITHDRAWN, timezone.now(), None
    answer.save(update_fields=["state", "closed_at", "settles_at"])
    events.record(by=None, verb="withdraw", of=answer)
