"""Writing down what calls brought, each once, and deciding which are tried again.

Results come in batches: one transaction, and the same few statements for one result as for a hundred.
"""

import gzip
import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F

from probes.actions.answers import Delivered, record_answers
from probes.actions.llms import stop_endpoint
from probes.actions.spending import Bill, settle
from probes.actions.verdicts import Held, Result, Verdict, write_verdicts
from probes.choices import Delivery, ProbeStatus
from probes.models import Endpoint, Payload, Probe

BACKOFF_S = 2.0
BACKOFF_AT_MOST_S = 300.0
# What was never sent costs nothing and is tried again, and "slow down" is no failure at all. But an endpoint that is
# not reached in so many tries of one probe (some hours), or says "slow down" to so many, is paused for a maintainer.
UNREACHED_AT_MOST = 100
SLOW_DOWNS_AT_MOST = 1000


@dataclass(frozen=True)
class Finished:
    """A result and the attempt it belongs to."""

    probe: int
    attempt: int
    result: Result


def record_result(*, probe_id: int, attempt: int, result: Result) -> bool:
    """Records one attempt, if the probe is still claimed at that attempt; returns whether it was."""
    return record_results([Finished(probe_id, attempt, result)]) == {probe_id}


@transaction.atomic
def record_results(finished: Sequence[Finished]) -> set[int]:
    """Records attempts; returns the ids of the probes that were still claimed at theirs.

    A fault of the endpoint itself pauses it and leaves the probe due. A result that may heal makes the probe due again,
    with full jitter and the provider's Retry-After as the least, until PROBE_ATTEMPTS are used up ("slow down" and what
    was not sent use up none). All else is final.
    """
    rows = held(finished)
    taken = [(row, one.result) for one in finished if (row := rows.get(one.probe)) and row.attempt == one.attempt]
    keep_payloads(taken)
    verdicts = [verdict(row, result) for row, result in taken]
    give_answers(taken, verdicts)
    write_verdicts(verdicts)
    stop_endpoints(verdicts)
    settle(bill(row, one) for (row, _), one in zip(taken, verdicts, strict=True))
    return set(rows)


def held(finished: Sequence[Finished]) -> dict[int, Held]:
    """The rows that are still claimed at the attempt of their result, locked in one order, by id."""
    attempts = {(one.probe, one.attempt) for one in finished}
    rows = (
        Probe.objects.select_for_update(of=("self",))
        .filter(pk__in={probe for probe, _ in attempts}, status=ProbeStatus.CLAIMED)
        .order_by("pk")
        .values_list(
            *("pk", "attempt", "failures", "endpoint", "version", "asked_at", "reserved"),
            *(F("endpoint__budget"), F("version__prompt__language"), F("version__prompt__family__starter")),
        )
    )
    return {row[0]: Held(*row) for row in rows if row[:2] in attempts}


def verdict(row: Held, result: Result) -> Verdict:
    """What a result makes of its probe, and whether its endpoint has to stop."""
    reason = why_stop(row, result)
    failed = (result.heals or result.delivery == Delivery.FAILED) and not (result.pauses or result.slow_down)
    failures = row.failures + int(failed)
    if result.pauses or (reason and result.heals):
        # Not the probe's fault: it waits until the endpoint is asked again, and then begins anew.
        return Verdict(
            row, result, ProbeStatus.DUE, row.failures if result.pauses else 0, 0.0, reason, cost(row, result)
        )
    if result.heals and (result.unsent or result.slow_down or failures < attempts_at_most(result)):
        status, due_in_s = ProbeStatus.DUE, pause(failures, result.retry_after_s)
    else:
        status = ProbeStatus.GIVEN_UP if result.delivery == Delivery.FAILED else ProbeStatus.DONE
        due_in_s = 0.0
    return Verdict(row, result, status, failures, due_in_s, reason, cost(row, result))


def why_stop(row: Held, result: Result) -> str:
    """Why nothing more may be asked of the endpoint until a maintainer has looked; "" for no reason."""
    if result.pauses:
        return result.error or result.rule
    if result.unsent and row.failures + 1 >= UNREACHED_AT_MOST:
        return f"It was not reached in {UNREACHED_AT_MOST} tries. {result.error}"
    if result.slow_down and row.attempt % SLOW_DOWNS_AT_MOST == 0:
        return f"It said to slow down {SLOW_DOWNS_AT_MOST} times to one question. {result.error}"
    if row.budget is not None and row.reserved is not None and (result.cost or 0) > row.reserved:
        # What it counted is written down, as it is the truth; no budget can hold against such counts.
        told = f"It counted ${result.cost:.4f} for a call that can cost ${row.reserved:.4f} at most."
        return f"{told} Look at its output limit and its prices."
    return ""


def attempts_at_most(result: Result) -> int:
    """PROBE_ATTEMPTS, or fewer where the rule says so: a third empty answer is a finding, not an accident."""
    most: int = settings.ENV.probe_attempts
    return most if result.retries_at_most is None else min(most, result.retries_at_most + 1)


def pause(failures: int, at_least_s: float | None) -> float:
    """Full jitter: somewhere between nothing and the doubled backoff, but never before Retry-After. In seconds."""
    most = min(BACKOFF_AT_MOST_S, BACKOFF_S * 2.0 ** min(failures - 1, 20))
    return max(at_least_s or 0.0, random.uniform(0, most))  # noqa: S311 -- jitter, not a secret


def cost(row: Held, result: Result) -> Decimal | None:
    """What the attempt cost: nothing where nothing left, else as it was counted, else all that was put aside."""
    if result.unsent:
        return Decimal(0) if row.reserved is not None else None
    return row.reserved if result.cost is None else result.cost


def bill(row: Held, one: Verdict) -> Bill:
    return Bill(row.endpoint, row.asked_at, row.reserved or Decimal(0), one.cost or Decimal(0))


def keep_payloads(taken: Iterable[tuple[Held, Result]]) -> None:
    """Keeps the bodies as they came. mtime=0, so that equal bytes are equal when compressed."""
    Payload.objects.bulk_create(
        Payload(
            probe_id=row.pk,
            attempt=row.attempt,
            body=gzip.compress(result.raw, mtime=0),
            sha256=hashlib.sha256(result.raw).hexdigest(),
        )
        for row, result in taken
        if result.raw
    )


def give_answers(taken: Sequence[tuple[Held, Result]], verdicts: Sequence[Verdict]) -> None:
    """Finds or makes the answer of each text that was delivered."""
    delivered = [
        (one, Delivered(row.version, row.language, row.starter, result.text, result.escaped))
        for (row, result), one in zip(taken, verdicts, strict=True)
        if one.status == ProbeStatus.DONE and result.delivery == Delivery.DELIVERED
    ]
    if delivered:
        for (one, _), pk in zip(delivered, record_answers([text for _, text in delivered]), strict=True):
            one.answer = pk


def stop_endpoints(verdicts: Iterable[Verdict]) -> None:
    """Pauses the endpoints that are at fault, each with the first reason that came."""
    reasons: dict[int, str] = {}
    for one in verdicts:
        if one.stop:
            reasons.setdefault(one.row.endpoint, one.stop)
    for endpoint in Endpoint.objects.filter(pk__in=reasons).order_by("pk"):
        stop_endpoint(by=None, endpoint=endpoint, reason=reasons[endpoint.pk])
