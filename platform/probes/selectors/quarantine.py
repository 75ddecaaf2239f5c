"""What came in a form no rule knew, put together so that many alike are one entry."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Func, Max, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast

from probes.choices import EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Probe
from probes.selectors.public import finished
from prompts.choices import Status

# Ids of requests, hashes and times differ in what is otherwise alike; short numbers are codes and tell things apart.
VARYING = r"(\m(?=[[:alnum:]_-]{8,})[[:alnum:]_-]*([0-9][[:alnum:]_-]*){4,}|[0-9]{5,}|[0-9]+[.][0-9]+)"
GROUPS_AT_MOST = 500


class Likeness(Func):
    """An error without what varies from call to call."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, 'g')"
    output_field = TextField()


@dataclass(frozen=True)
class Group:
    """Probes of one endpoint whose errors are alike: `example` is one of them, the last was asked at `last_at`."""

    example: Probe
    number: int
    last_at: datetime | None


LIKENESS = Likeness(Cast(F("error"), TextField()), Value(VARYING), Value("#"))


def in_quarantine() -> QuerySet[Probe]:
    """What waits for a person. Nothing in it tells who wrote an answer that is being labelled."""
    return Probe.objects.filter(quarantined=True).exclude(~finished(), answer__isnull=False)


def quarantine_groups() -> list[Group]:
    """One entry for all that are alike at an endpoint, the latest first; at most GROUPS_AT_MOST, in two queries."""
    rows = list(
        in_quarantine()
        .annotate(likeness=LIKENESS)
        .values("endpoint", "rule", "likeness")
        .annotate(number=Count("pk"), last=Max("pk"), last_at=Max("asked_at"))
        .order_by(F("last_at").desc(nulls_last=True), "-last")[:GROUPS_AT_MOST]
    )
    examples = Probe.objects.select_related("endpoint__llm", "version__prompt", "round").in_bulk(
        [row["last"] for row in rows]
    )
    return [Group(examples[row["last"]], row["number"], row["last_at"]) for row in rows]


def alike(example: Probe, until: datetime | None = None) -> QuerySet[Probe]:
    """All in quarantine that are like this one; asked `until` then, since what came later nobody has seen yet."""
    told = in_quarantine().annotate(likeness=LIKENESS)
    one = told.filter(pk=example.pk).values("likeness")
    found = told.filter(endpoint=example.endpoint_id, rule=example.rule, likeness=Subquery(one))
    return found if until is None else found.filter(Q(asked_at__lte=until) | Q(asked_at=None))


def may_be_asked_again(probe: Probe) -> bool:
    """Whether a probe in quarantine can go back into its queue: over, in an open round, and everything still in use."""
    return bool(
        probe.quarantined
        and probe.status in {ProbeStatus.DONE, ProbeStatus.GIVEN_UP}
        and probe.answer_id is None
        and probe.round is not None
        and probe.round.status == RoundStatus.OPEN
        and probe.endpoint.status != EndpointStatus.RETIRED
        and probe.version.prompt.status == Status.APPROVED
    )
