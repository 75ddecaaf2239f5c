"""Answers are put before a machine judge, claimed, and what it said is written down, each once.

A claim is a lease with an attempt number, as a probe's is; only its holder may record or give back, and what a dead
worker held runs out. The highest price of a call is put aside in the claim's own transaction. The message is written
here, of the answer as a labeller would see it, so that a judge is blind too.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from annotations.choices import JudgeStatus, VerdictStatus
from annotations.judging import Message, Unreadable, read_verdict, write_message
from annotations.models import Judge, Verdict
from annotations.selectors import judges as selectors
from probes.actions import Bill, Price, Result, reserve, settle, stop_endpoint
from probes.actions.spending import month_of
from probes.choices import AnswerState, Delivery, EndpointStatus
from probes.models import Answer, Endpoint
from probes.selectors import masked_answer
from prompts.choices import Kind

# A claim outlives its call's timeout by this.
LEASE_MORE_S = 60
# A reply out of form is asked for again this often; trouble that may pass, that often.
UNREADABLE_AGAIN = 2
FAILURES_AT_MOST = 8
BACKOFF_S = 5
BACKOFF_AT_MOST_S = 600
WAITING_AT_MOST = 200


@dataclass(frozen=True)
class Claim:
    """One answer in a judge's hands: the verdict's row, the attempt that fences it, what to say, what was put aside."""

    verdict: int
    attempt: int
    endpoint: int
    message: Message
    asked_at: datetime
    reserved: Decimal | None


@transaction.atomic
def queue_verdicts(*, judge: Judge, limit: int = WAITING_AT_MOST) -> int:
    """Puts answers before a judge that it has not read: closed ones first, then such as nobody has labelled, in a
    random order that is the same for all judges. Never more waiting than `limit`, nor more a day than its number.

    What waits and may not be read any more is let go. Returns how many were added.
    """
    if not Judge.objects.select_for_update().filter(pk=judge.pk, status=JudgeStatus.ACTIVE).exists():
        return 0
    readable = selectors.judgeable()
    due = Verdict.objects.filter(judge=judge, status=VerdictStatus.DUE)
    due.exclude(Q(answer__in=readable.values("pk")) | Q(answer__state=AnswerState.OPEN, answer__held_at=None)).delete()
    waiting = Verdict.objects.filter(judge=judge, status__in=selectors.WAITING).count()
    room = min(limit, judge.a_day - selectors.asked_today(judge)) - waiting
    if room <= 0:
        return 0
    fresh = readable.exclude(verdicts__judge=judge)
    closed = fresh.exclude(state=AnswerState.OPEN).order_by("shuffle", "pk")[:room]
    chosen = list(closed.values_list("pk", flat=True))
    if len(chosen) < room:
        opened = fresh.filter(state=AnswerState.OPEN).order_by("shuffle", "pk")[: room - len(chosen)]
        chosen += opened.values_list("pk", flat=True)
    Verdict.objects.bulk_create((Verdict(judge=judge, answer_id=pk) for pk in chosen), ignore_conflicts=True)
    return len(chosen)


def queue_for_all() -> int:
    """Puts answers before every judge that is at work; returns how many."""
    judges = Judge.objects.filter(status=JudgeStatus.ACTIVE, endpoint__status=EndpointStatus.ACTIVE).order_by("pk")
    return sum(queue_verdicts(judge=judge) for judge in judges)


@transaction.atomic
def claim_verdicts(*, judge: int, limit: int, price: Price | None = None) -> list[Claim]:
    """Leases at most `limit` due answers to the caller: closed ones first. What the month's budget does not hold stays
    due.
    """
    held = Judge.objects.select_related("endpoint").filter(
        pk=judge, status=JudgeStatus.ACTIVE, endpoint__status=EndpointStatus.ACTIVE
    )
    asked = held.first()
    if asked is None or limit < 1:
        return []
    now = datetime.now(UTC)
    due = (
        Verdict.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(judge=asked, status=VerdictStatus.DUE, due_at__lte=now)
        .exclude(answer__state=AnswerState.WITHDRAWN)
        .exclude(answer__version__prompt__family__kind=Kind.HARM_CONTROL)
        .filter(answer__held_at=None, answer__version__prompt__held_at=None)
        .select_related("answer__version__prompt__key_points")
        .prefetch_related("answer__version__prompt__key_points__points")
        .annotate(still_open=Q(answer__state=AnswerState.OPEN))
        .order_by("still_open", "due_at", "pk")[:limit]
    )
    claims, taken = [], []
    for verdict in due:
        message = message_of(asked, verdict.answer)
        amount = None if price is None else price.of(message.whole)
        if amount is not None and not reserve(endpoint=asked.endpoint_id, month=month_of(now), amount=amount):
            break
        verdict.status, verdict.attempt = VerdictStatus.CLAIMED, verdict.attempt + 1
        verdict.claimed_until = now + timedelta(seconds=asked.endpoint.timeout_s + LEASE_MORE_S)
        verdict.asked_at, verdict.reserved = now, amount
        taken.append(verdict)
        claims.append(Claim(verdict.pk, verdict.attempt, asked.endpoint_id, message, now, amount))
    Verdict.objects.bulk_update(taken, ["status", "attempt", "claimed_until", "asked_at", "reserved"])
    return claims


def message_of(judge: Judge, answer: Answer) -> Message:
    """What is put to the judge about an answer: its text as a labeller sees it, the author's name covered."""
    version = answer.version
    key_points = version.prompt.key_points
    points = [] if key_points is None else [(point.text, point.essential) for point in key_points.points.all()]
    shown = masked_answer(
        answer.text, leaked=answer.identity_leaked, question=version.text, points=[text for text, _ in points]
    )
    return write_message(instructions=judge.instructions, question=version.text, points=points, answer=shown.text)


@transaction.atomic
def record_verdict(*, claim: Claim, result: Result) -> bool:
    """Writes down what came of a claim, if it still holds; returns whether it did."""
    held = Verdict.objects.select_for_update().filter(
        pk=claim.verdict, attempt=claim.attempt, status=VerdictStatus.CLAIMED
    )
    verdict = held.first()
    if verdict is None:
        return False
    settle(bills([verdict], claim.endpoint, spent=spent(result, claim.reserved)))
    verdict.request, verdict.raw = result.request, gzip.compress(result.raw, mtime=0)
    verdict.served_model = result.served_model[:200]
    verdict.error = result.error[:500]
    verdict.claimed_until = verdict.reserved = None
    if result.pauses:
        endpoint = Endpoint.objects.get(pk=claim.endpoint)
        stop_endpoint(by=None, endpoint=endpoint, reason=result.error or f"Rule {result.rule}")
        again(verdict, 0.0)
    elif result.delivery in {Delivery.DELIVERED, Delivery.TRUNCATED, Delivery.EMPTY}:
        read(verdict, result)
    elif result.heals or result.unsent or result.slow_down:
        # "Slow down" and what never left is nobody's failure.
        verdict.failures += not (result.slow_down or result.unsent)
        if verdict.failures > FAILURES_AT_MOST:
            verdict.status = VerdictStatus.FAILED
        else:
            again(verdict, max(result.retry_after_s or 0.0, min(BACKOFF_S * 2**verdict.failures, BACKOFF_AT_MOST_S)))
    else:
        verdict.status = VerdictStatus.FAILED
        verdict.error = verdict.error or f"{result.delivery}: rule {result.rule}"
    verdict.save()
    return True


def read(verdict: Verdict, result: Result) -> None:
    """Takes the reply for what it says; one out of form is asked for again, and then left as it is."""
    try:
        if result.delivery != Delivery.DELIVERED:
            raise Unreadable("The reply was cut short." if result.text else "The reply was empty.")
        said = read_verdict(result.text)
    except Unreadable as error:
        verdict.error, verdict.unreadable = str(error), verdict.unreadable + 1
        if verdict.unreadable > UNREADABLE_AGAIN:
            verdict.status = VerdictStatus.UNREADABLE
        else:
            again(verdict, 0.0)
        return
    verdict.status = VerdictStatus.GIVEN if said.value else VerdictStatus.PASSED
    verdict.value, verdict.reason, verdict.given_at = said.value, said.reason, timezone.now()


def again(verdict: Verdict, seconds: float) -> None:
    verdict.status, verdict.due_at = VerdictStatus.DUE, timezone.now() + timedelta(seconds=seconds)


@transaction.atomic
def give_back_verdicts(*, held: Sequence[Claim], perhaps_paid: bool) -> int:
    """Makes due again what a worker has in hand when it stops. Returns how many were still its own."""
    mine = Q(pk__in=[])
    for claim in held:
        mine |= Q(pk=claim.verdict, attempt=claim.attempt)
    rows = Verdict.objects.filter(mine, status=VerdictStatus.CLAIMED)
    return let_go(list(rows.select_for_update(of=("self",)).select_related("judge").order_by("pk")), perhaps_paid)


@transaction.atomic
def take_back_expired_verdicts() -> int:
    """Makes due again what a dead worker held; its call may have been paid for. Held too often, it has failed."""
    rows = Verdict.objects.filter(status=VerdictStatus.CLAIMED, claimed_until__lt=timezone.now()).order_by("pk")[:1000]
    dead = list(rows.select_for_update(of=("self",), skip_locked=True).select_related("judge"))
    number = let_go(dead, perhaps_paid=True)
    ids = [verdict.pk for verdict in dead]
    Verdict.objects.filter(pk__in=ids).update(failures=F("failures") + 1)
    too_often = Verdict.objects.filter(pk__in=ids, failures__gt=FAILURES_AT_MOST)
    too_often.update(status=VerdictStatus.FAILED, error="Workers stopped without a word while this was asked.")
    return number


def let_go(rows: Sequence[Verdict], perhaps_paid: bool) -> int:
    for verdict in rows:
        settle(bills([verdict], verdict.judge.endpoint_id, spent=verdict.reserved if perhaps_paid else Decimal(0)))
        verdict.claimed_until = verdict.reserved = None
        again(verdict, 0.0)
        verdict.save(update_fields=["claimed_until", "reserved", "status", "due_at"])
    return len(rows)


def spent(result: Result, reserved: Decimal | None) -> Decimal | None:
    """What a call cost: nothing where it never left, what the provider counted, or all that was put aside."""
    return Decimal(0) if result.unsent else result.cost if result.cost is not None else reserved


def bills(rows: Sequence[Verdict], endpoint: int, *, spent: Decimal | None) -> list[Bill]:
    return [
        Bill(endpoint, row.asked_at, row.reserved, spent or Decimal(0))
        for row in rows
        if row.asked_at is not None and row.reserved is not None
    ]
