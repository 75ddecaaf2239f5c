"""Reading rounds and their schedules: which is open, how far it is, what it still lacks."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from probes.choices import EndpointKind, EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Endpoint, Probe, Round, RoundSchedule
from prompts.choices import Status
from prompts.models import Prompt

# What an open round should hold less the probes that exist; probes.actions.open_missing_probes makes them of it. Only
# the current text of an approved prompt is asked.
LACKING = """
FROM probes_round round
CROSS JOIN prompts_prompt prompt
JOIN prompts_family family ON family.id = prompt.family_id
CROSS JOIN probes_endpoint endpoint
CROSS JOIN LATERAL generate_series(1, COALESCE(NULLIF(endpoint.samples, 0), round.samples)) sample
WHERE round.id = %(round)s AND round.status = 'open'
  AND prompt.status = 'approved' AND prompt.current_id IS NOT NULL
  AND endpoint.status = 'active' AND endpoint.kind <> 'import'
  AND NOT EXISTS (
      SELECT 1 FROM probes_probe probe
      WHERE probe.round_id = round.id AND probe.version_id = prompt.current_id
        AND probe.endpoint_id = endpoint.id AND probe.sample = sample.sample
  )
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
    """What an open round still has before it: probes due or in flight, those of them at `paused` endpoints, and
    whether it lacks probes that are still to be made.
    """

    waiting: int
    paused: int
    lacking: bool

    @property
    def nothing(self) -> bool:
        return not self.waiting and not self.lacking


def remaining(of: Round) -> Remaining:
    """What is left to do in a round."""
    counts = Probe.objects.filter(round=of, status__in=[ProbeStatus.DUE, ProbeStatus.CLAIMED]).aggregate(
        waiting=Count("pk"), paused=Count("pk", filter=Q(endpoint__status=EndpointStatus.PAUSED))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 {LACKING})", {"round": of.pk})
        (lacking,) = cursor.fetchone()
    return Remaining(counts["waiting"], counts["paused"], lacking)


def schedules() -> QuerySet[RoundSchedule]:
    """The schedules that are not stopped, soonest first, each with `is_due`."""
    due = ExpressionWrapper(Q(next_at__lte=timezone.now()), output_field=BooleanField())
    return RoundSchedule.objects.filter(next_at__isnull=False).annotate(is_due=due).order_by("next_at", "pk")


def panel() -> tuple[QuerySet[Prompt], QuerySet[Endpoint]]:
    """Whom a round asks what: approved prompts that have a text, and active endpoints that are no import."""
    prompts = Prompt.objects.filter(status=Status.APPROVED, current__isnull=False)
    asked = Endpoint.objects.filter(status=EndpointStatus.ACTIVE).exclude(kind=EndpointKind.IMPORT)
    return prompts, asked


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
