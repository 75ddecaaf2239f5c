"""What the rules of today say of the responses of yesterday.

Each stored payload is read and decided again as if it had just come. What the payload cannot tell is left alone: calls
that brought nothing, exchanges that broke on the way (unless what had come says by itself how it ended), and verdicts
of Candor's own, which no response led to. So is a text that a provider's key was taken out of, where the payload would
put anything else in its place: nobody knows that key any more. One payload that cannot be read never stops the others.
"""

import gzip
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import error as BadStream

from django.db import DatabaseError
from django.db.models import F, QuerySet

from probes.actions.redone import OVER, Was
from probes.actions.verdicts import Result
from probes.models import Payload, Probe
from workers.providers import WIRES
from workers.providers.keys import BLANK, IN_PIECES
from workers.providers.results import Outcome
from workers.providers.sse import is_stream
from workers.providers.text import storable

log = logging.getLogger("candor.reclassify")

BATCH = 100
# Rules that tell of the way and not of the response, and those of Candor itself.
ON_THE_WAY, OUR_OWN = "net_", "candor."
# What the beginning of a stream looks like when the connection broke: the old verdict explains it better.
OPEN_ENDED = frozenset({"stream_unfinished", "stream_garbled", "net_unexpected"})


@dataclass(frozen=True)
class Redone:
    """One probe read again: what it said and would say now. `again` says that today it would be asked again."""

    probe: int
    attempt: int
    was: Was
    result: Result
    again: bool

    @property
    def changed(self) -> bool:
        return bool(self.was.differences(self.result))


def with_payload(probes: QuerySet[Probe]) -> QuerySet[Probe]:
    """Those of them that are over and whose last attempt brought something, imports left out."""
    return probes.filter(status__in=OVER, batch=None, payloads__attempt=F("attempt")).exclude(rule__startswith=OUR_OWN)


def reread(probes: QuerySet[Probe], *, after: int = 0) -> Iterator[Redone | int]:
    """Each probe read again, in the order of their ids, from the one after `after`; an id alone was left alone.

    Reads a bounded batch at a time, and one payload at a time, so that neither memory nor a lock grows with the record.
    """
    chosen = with_payload(probes).select_related("answer", "endpoint").order_by("pk")
    while batch := list(chosen.filter(pk__gt=after)[:BATCH]):
        for probe in batch:
            yield redone_if_readable(probe) or probe.pk
        after = batch[-1].pk


def redone_if_readable(probe: Probe) -> Redone | None:
    """The same as `redone`; None, and a line in the log, where reading the payload fails as nobody foresaw."""
    try:
        return redone(probe)
    except DatabaseError:
        raise
    except Exception:
        log.exception("probe %s was left alone: its payload could not be read", probe.pk)
        return None


def redone(probe: Probe) -> Redone | None:
    """None where the payload tells nothing: it is damaged, of a protocol nobody speaks any more, or broke off."""
    asked = probe.request if isinstance(probe.request, dict) else {}
    wire = WIRES.get(asked.get("protocol", probe.endpoint.protocol))
    body = body_of(probe)
    if wire is None or body is None or body == IN_PIECES.encode():
        return None
    outcome = wire.classify(probe.http_status, body, probe.headers)
    if probe.rule.startswith(ON_THE_WAY) and not tells_its_end(outcome, body):
        return None
    was, result = Was.of(probe), result_of(outcome)
    if gives_a_key_back(was, result) or (BLANK in probe.error and BLANK.encode() not in body):
        return None
    return Redone(probe.pk, probe.attempt, was, result, outcome.retry == "retry")


def gives_a_key_back(was: Was, result: Result) -> bool:
    """Whether anything else would stand where a key was taken out of a text."""
    texts = ((was.text, result.text), (was.reasoning, result.reasoning), (was.finish_reason, result.finish_reason))
    return any(before.count(BLANK) > after.count(BLANK) for before, after in texts)


def body_of(probe: Probe) -> bytes | None:
    packed = Payload.objects.filter(probe=probe, attempt=probe.attempt).values_list("body", flat=True).first()
    try:
        return None if packed is None else gzip.decompress(bytes(packed))
    except (OSError, EOFError, BadStream):
        return None


def tells_its_end(outcome: Outcome, body: bytes) -> bool:
    """Whether what had come when the connection broke decides by itself, as it does when it has just come."""
    if outcome.http_status is not None and outcome.http_status >= 300:
        return True
    return is_stream(body) and outcome.rule not in OPEN_ENDED


def result_of(outcome: Outcome) -> Result:
    """What is read from a response, in the words of the tables."""
    text, escaped = storable(outcome.text)
    reasoning, _ = storable(outcome.reasoning)
    return Result(
        delivery=outcome.delivery,
        rule=outcome.rule,
        text=text,
        escaped=escaped,
        reasoning=reasoning,
        finish_reason=outcome.finish_reason,
        usage=outcome.usage,
        served_by=outcome.served_by,
        served_model=outcome.served_model,
        fingerprint=outcome.served_fingerprint,
        error=outcome.error,
        quarantined=outcome.quarantined,
    )
