"""Writing down what a call brought, once, and deciding whether it is tried again."""

import gzip
import hashlib
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from probes.actions.answers import record_answer
from probes.actions.llms import stop_endpoint
from probes.choices import Delivery, ProbeStatus
from probes.models import Payload, Probe

BACKOFF_S = 2.0
BACKOFF_AT_MOST_S = 300.0


@dataclass(frozen=True)
class Result:
    """What one attempt brought, in the words of these tables. Texts are storable: no NUL, no lone surrogate.

    `heals` says that trying again can help; `perhaps_paid` that the provider may have worked for it nonetheless.
    """

    delivery: str
    rule: str
    text: str = ""
    escaped: bool = False
    reasoning: str = ""
    finish_reason: str = ""
    http_status: int | None = None
    latency_ms: int | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    served_by: str = ""
    fingerprint: str = ""
    error: str = ""
    heals: bool = False
    # How often it may be tried again at most, where the rule says so.
    retries_at_most: int | None = None
    # The endpoint itself is at fault (money, key, address): nothing more is asked of it until a maintainer has looked.
    pauses: bool = False
    retry_after_s: float | None = None
    perhaps_paid: bool = False
    quarantined: bool = False
    request: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""


@transaction.atomic
def record_result(*, probe_id: int, attempt: int, result: Result) -> bool:
    """Records one attempt, if the probe is still claimed at that attempt; returns whether it was.

    A fault of the endpoint itself pauses it and leaves the probe due. A result that may heal makes the probe due again,
    with full jitter and the provider's Retry-After as the least, until PROBE_ATTEMPTS are used up. All else is final.
    """
    probe = (
        Probe.objects.select_for_update(of=("self",))
        .select_related("version__prompt__family", "endpoint")
        .filter(pk=probe_id, attempt=attempt, status=ProbeStatus.CLAIMED)
        .first()
    )
    if probe is None:
        return False
    if result.raw:
        keep_payload(probe, result.raw)
    failed = result.heals or result.delivery == Delivery.FAILED
    probe.failures += int(failed and not result.pauses)
    probe.perhaps_paid += int(result.perhaps_paid)
    probe.leased_until = None
    probe.request = result.request
    probe.error = result.error[:500]
    probe.http_status = result.http_status
    probe.latency_ms = result.latency_ms
    if result.pauses:
        # Not the probe's fault: it waits until the endpoint is asked again.
        probe.status, probe.quarantined = ProbeStatus.DUE, result.quarantined
        stop_endpoint(by=None, endpoint=probe.endpoint, reason=result.error or result.rule)
    elif result.heals and probe.failures < attempts_at_most(result):
        probe.status = ProbeStatus.DUE
        probe.due_at = timezone.now() + pause(probe.failures, result.retry_after_s)
    else:
        finish(probe, result)
    probe.save()
    return True


def finish(probe: Probe, result: Result) -> None:
    probe.status = ProbeStatus.GIVEN_UP if result.delivery == Delivery.FAILED else ProbeStatus.DONE
    probe.finished_at = timezone.now()
    probe.delivery = result.delivery
    probe.rule = result.rule
    probe.quarantined = result.quarantined
    probe.reasoning = result.reasoning
    probe.finish_reason = result.finish_reason[:80]
    probe.usage = result.usage
    probe.served_by = result.served_by[:200]
    probe.fingerprint = result.fingerprint[:200]
    if result.delivery == Delivery.DELIVERED:
        probe.answer = record_answer(version=probe.version, text=result.text, escaped=result.escaped)
    else:
        probe.partial_text = result.text


def attempts_at_most(result: Result) -> int:
    """PROBE_ATTEMPTS, or fewer where the rule says so: a third empty answer is a finding, not an accident."""
    most: int = settings.ENV.probe_attempts
    return most if result.retries_at_most is None else min(most, result.retries_at_most + 1)


def keep_payload(probe: Probe, raw: bytes) -> None:
    """Keeps the body as it came. mtime=0, so that equal bytes are equal when compressed."""
    Payload.objects.create(
        probe=probe,
        attempt=probe.attempt,
        body=gzip.compress(raw, mtime=0),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def pause(failures: int, at_least_s: float | None) -> timedelta:
    """Full jitter: somewhere between nothing and the doubled backoff, but never before Retry-After."""
    most = min(BACKOFF_AT_MOST_S, BACKOFF_S * 2 ** (failures - 1))
    return timedelta(seconds=max(at_least_s or 0.0, random.uniform(0, most)))  # noqa: S311 -- jitter, not a secret
