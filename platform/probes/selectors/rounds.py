"""Reading rounds and their schedules: which is open, how far it is, what it still lacks."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from probes.choices import NOT_ASKED, EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Endpoint, ImportBatch, Probe, Round, RoundSchedule
from probes.periods import later
from probes.selectors.budgets import used_up
from prompts.choices import Status
from prompts.models import Prompt

# What an open round should hold less the probes that exist; probes.actions.open_missing_probes makes them. Only the
# current text of an approved prompt is asked. EXCEPT sorts or hashes both sides whatever PostgreSQL expects of them; of
# a round that its statistics do not know yet it expects next to nothing, and would compare each row with each.
LACKING = """
SELECT prompt.current_id, endpoint.id, sample
FROM probes_round round
CROSS JOIN prompts_prompt prompt
CROSS JOIN probes_endpoint endpoint
CROSS JOIN LATERAL generate_series(1, COALESCE(NULLIF(endpoint.samples, 0), round.samples)) sample
WHERE round.id = %(round)s AND round.status = 'open'
  AND prompt.status = 'approved' AND prompt.current_id IS NOT NULL
  AND endpoint.status = 'active' AND endpoint.kind NOT IN ('import', 'judge')
EXCEPT
SELECT version_id, endpoint_id, sample FROM probes_probe WHERE round_id = %(round)s
"""


def open_round() -> Round | None:
    """The round that is open, if one is."""
    return Round.objects.filter(status=RoundStatus.OPEN).first()


@dataclass(frozen=True)
class Progress:
    """How far the open round is: probes that are over, that there are, and that the panel asks for as it is now."""

    over: int
    opened: int
    planned: int


def progress(of: Round) -> Progress:
    """Three counts; `planned` changes as prompts and endpoints come and go, and is never below `opened`."""
    # By what is in probe_of_a_round, which then answers alone.
    counts = Probe.objects.filter(round=of).aggregate(
        opened=Count("status"), over=Count("status", filter=Q(status__in=[ProbeStatus.DONE, ProbeStatus.GIVEN_UP]))
    )
    prompts, asked = panel()
    samples = sum(own or of.samples for own in asked.values_list("samples", flat=True))
    return Progress(counts["over"], counts["opened"], max(counts["opened"], prompts.count() * samples))


@dataclass(frozen=True)
class Remaining:
    """What an open round still has before it: probes that are `awaited`, being due or in flight, and those due that
    nobody waits for: at `paused` endpoints, and at endpoints whose month's budget is used up (`unpaid`). `lacking` says
    whether there are probes still to be made; `awaited_at` names endpoints with their awaited ones, most first.
    """

    awaited: int
    paused: int
    unpaid: int
    lacking: bool
    awaited_at: list[tuple[Endpoint, int]]

    @property
    def nothing(self) -> bool:
        return not self.awaited and not self.lacking


def remaining(of: Round) -> Remaining:
    """What is left to do in a round."""
    counts = {
        row["endpoint"]: (row["due"], row["claimed"])
        for row in Probe.objects.filter(round=of, status__in=[ProbeStatus.DUE, ProbeStatus.CLAIMED])
        .values("endpoint")
        .annotate(
            due=Count("pk", filter=Q(status=ProbeStatus.DUE)), claimed=Count("pk", filter=Q(status=ProbeStatus.CLAIMED))
        )
        .order_by()
    }
    without_money = used_up(counts)
    paused = unpaid = 0
    awaited_at = []
    for endpoint in Endpoint.objects.filter(pk__in=counts).order_by("slug"):
        due, claimed = counts[endpoint.pk]
        if endpoint.status == EndpointStatus.PAUSED:
            paused, due = paused + due, 0
        elif endpoint.pk in without_money:
            unpaid, due = unpaid + due, 0
        if due + claimed:
            awaited_at.append((endpoint, due + claimed))
    awaited_at.sort(key=lambda pair: -pair[1])
    return Remaining(sum(number for _, number in awaited_at), paused, unpaid, bool(lacking(of, at_most=1)), awaited_at)


def lacking(of: Round, *, at_most: int) -> list[tuple[int, int, int]]:
    """At most so many of the probes that are still to be made, in no order: version, endpoint, sample. This goes
    through all the round has, a third of a second for a million.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{LACKING} LIMIT %(limit)s", {"round": of.pk, "limit": at_most})
        return [(version, endpoint, sample) for version, endpoint, sample in cursor.fetchall()]


def waits_until(schedule: RoundSchedule, of: Round) -> datetime:
    """How long a schedule that is due waits for an open round at most: a period of what opened that, or of its own."""
    return later(of.opened_at, (of.schedule or schedule).every, 1)


def schedules() -> QuerySet[RoundSchedule]:
    """The schedules that are not stopped, soonest first, each with `is_due`."""
    due = ExpressionWrapper(Q(next_at__lte=timezone.now()), output_field=BooleanField())
    return RoundSchedule.objects.filter(next_at__isnull=False).annotate(is_due=due).order_by("next_at", "pk")


def panel() -> tuple[QuerySet[Prompt], QuerySet[Endpoint]]:
    """Whom a round asks what: approved prompts that have a text, active endpoints that are no import and no judge."""
    prompts = Prompt.objects.filter(status=Status.APPROVED, current__isnull=False)
    asked = Endpoint.objects.filter(status=EndpointStatus.ACTIVE).exclude(kind__in=NOT_ASKED)
    return prompts, asked


def imports_of(endpoint: Endpoint, at_most: int = 20) -> QuerySet[ImportBatch]:
    """The imports an endpoint has answers of, the latest first, each with `answers`, the number of its probes here."""
    batches = ImportBatch.objects.filter(probes__endpoint=endpoint)
    return batches.annotate(answers=Count("probes")).order_by("-imported_at", "-pk")[:at_most]


@dataclass(frozen=True)
class RoundOfEndpoint:
    """How far one endpoint is in one round."""

    round: Round
    over: int
    waiting: int
    given_up: int


def rounds_of(endpoint: Endpoint, at_most: int = 20) -> list[RoundOfEndpoint]:
    """The rounds an endpoint has probes in, the latest first. Counts only, nothing of what was delivered."""
    rows = list(
        Probe.objects.filter(endpoint=endpoint, round__isnull=False)
        .values("round")
        .annotate(
            all=Count("pk"),
            waiting=Count("pk", filter=Q(status__in=[ProbeStatus.DUE, ProbeStatus.CLAIMED])),
            given_up=Count("pk", filter=Q(status=ProbeStatus.GIVEN_UP)),
        )
        .order_by("-round__number")[:at_most]
    )
    rounds = Round.objects.in_bulk([row["round"] for row in rows])
    return [
        RoundOfEndpoint(rounds[row["round"]], row["all"] - row["waiting"], row["waiting"], row["given_up"])
        for row in rows
    ]
