"""Reading rounds, endpoints and probes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Aggregate, Case, Count, Exists, FloatField, OuterRef, Prefetch, Q, QuerySet, When
from django.utils import timezone

from probes.choices import AnswerState, Delivery, EndpointKind, EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Answer, Endpoint, Payload, Probe, Round
from prompts.choices import Status
from prompts.models import Prompt

# Per endpoint, on the maintainer's page.
ERRORS_AT_MOST = 3


def finished(version: str = "version") -> Q:
    """A condition on rows that have a prompt version at `version`: no answer to it is open.

    Until then nothing tells who was asked, what they delivered or who gave which answer, not even of the closed ones:
    whoever labels the last would know its author by what is missing (docs/decisions/0008). An answer that is opened
    again, or a new one, hides it anew.
    """
    return Q(~Exists(Answer.objects.filter(version=OuterRef(version), state=AnswerState.OPEN)))


def public_probes() -> QuerySet[Probe]:
    """Probes that may be told of, whatever they brought: of finished questions, and no import we may not publish.

    What every public place goes by that links a model to an answer, or says what came back from where.
    """
    return Probe.objects.filter(finished(), Q(batch=None) | Q(batch__may_publish=True))


def open_round() -> Round | None:
    """The round that is open, if one is."""
    return Round.objects.filter(status=RoundStatus.OPEN).first()


def endpoints_with_work() -> list[int]:
    """Ids of active endpoints that have a probe to claim now. Walks probe_due once an endpoint."""
    due = Probe.objects.filter(
        endpoint=OuterRef("pk"),
        status=ProbeStatus.DUE,
        due_at__lte=timezone.now(),
        version__prompt__status=Status.APPROVED,
        round__status=RoundStatus.OPEN,
    )
    return list(Endpoint.objects.filter(Exists(due), status=EndpointStatus.ACTIVE).values_list("pk", flat=True))


@dataclass(frozen=True)
class Queue:
    """Where an endpoint's probes stand: counts over all rounds and imports.

    `later` of the `due` ones wait for another try; of those that are over, `quarantined` came in a form no rule knows.
    """

    due: int = 0
    later: int = 0
    claimed: int = 0
    done: int = 0
    given_up: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class Lately:
    """What an endpoint did in the last hour. `median_ms` is None where nothing came back."""

    over: int = 0
    delivered: int = 0
    median_ms: float | None = None


class Median(Aggregate):
    """The middle of a column's values, or the mean of the two in the middle."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def endpoints_to_maintain() -> QuerySet[Endpoint]:
    """All endpoints, those in use first and imports last, each with its model and its `last_errors` of seven days."""
    troubled = (
        Probe.objects.filter(asked_at__gte=timezone.now() - timedelta(days=7))
        .filter(~Q(error="") | Q(delivery=Delivery.FAILED))
        .order_by("-asked_at", "-pk")[:ERRORS_AT_MOST]
    )
    order = Case(
        When(kind=EndpointKind.IMPORT, then=3),
        When(status=EndpointStatus.ACTIVE, then=0),
        When(status=EndpointStatus.PAUSED, then=1),
        default=2,
    )
    return (
        Endpoint.objects.select_related("llm")
        .prefetch_related(Prefetch("probes", queryset=troubled, to_attr="last_errors"))
        .order_by(order, "slug")
    )


def queues(endpoints: Iterable[Endpoint]) -> dict[int, Queue]:
    """Each endpoint's counts by its id, in one query."""
    rows = (
        Probe.objects.filter(endpoint__in=[endpoint.pk for endpoint in endpoints])
        .values("endpoint")
        .annotate(
            due=Count("pk", filter=Q(status=ProbeStatus.DUE)),
            later=Count("pk", filter=Q(status=ProbeStatus.DUE, due_at__gt=timezone.now())),
            claimed=Count("pk", filter=Q(status=ProbeStatus.CLAIMED)),
            done=Count("pk", filter=Q(status=ProbeStatus.DONE)),
            given_up=Count("pk", filter=Q(status=ProbeStatus.GIVEN_UP)),
            quarantined=Count("pk", filter=Q(quarantined=True)),
        )
        .values_list("endpoint", "due", "later", "claimed", "done", "given_up", "quarantined")
        .order_by()
    )
    return {endpoint: Queue(*counts) for endpoint, *counts in rows}


def lately(endpoints: Iterable[Endpoint]) -> dict[int, Lately]:
    """What each endpoint did in the last hour, by its id, in one query; those that did nothing are not in it."""
    rows = (
        Probe.objects.filter(
            endpoint__in=[endpoint.pk for endpoint in endpoints],
            finished_at__gte=timezone.now() - timedelta(hours=1),
            batch=None,
        )
        .values("endpoint")
        .annotate(
            over=Count("pk"),
            delivered=Count("pk", filter=Q(delivery=Delivery.DELIVERED)),
            median_ms=Median("latency_ms"),
        )
        .values_list("endpoint", "over", "delivered", "median_ms")
        .order_by()
    )
    return {endpoint: Lately(over, delivered, median_ms) for endpoint, over, delivered, median_ms in rows}


@dataclass(frozen=True)
class Progress:
    """How far the open round is: probes that are over, that there are, and that the panel asks for as it is now."""

    over: int
    opened: int
    planned: int


def progress(of: Round) -> Progress:
    """Three counts; `planned` changes as prompts and endpoints come and go, and is never below `opened`."""
    counts = Probe.objects.filter(round=of).aggregate(
        opened=Count("pk"), over=Count("pk", filter=Q(status__in=[ProbeStatus.DONE, ProbeStatus.GIVEN_UP]))
    )
    prompts = Prompt.objects.filter(status=Status.APPROVED, current__isnull=False).count()
    asked = Endpoint.objects.filter(status=EndpointStatus.ACTIVE).exclude(kind=EndpointKind.IMPORT)
    samples = sum(own or of.samples for own in asked.values_list("samples", flat=True))
    return Progress(counts["over"], counts["opened"], max(counts["opened"], prompts * samples))


def is_blind(probe: Probe) -> bool:
    """Whether what the probe delivered has to be hidden: its question has an open answer, this one or another."""
    known = Probe.objects.filter(finished(), pk=probe.pk)
    return probe.answer_id is not None and not known.exists()


def whole_probe(pk: int) -> Probe | None:
    """One probe with everything that was recorded about it."""
    return (
        Probe.objects.filter(pk=pk)
        .select_related("endpoint__llm", "version__prompt__family", "answer", "round", "batch")
        .prefetch_related(Prefetch("payloads", queryset=Payload.objects.order_by("attempt")))
        .first()
    )


@dataclass(frozen=True)
class Outcomes:
    """How the asking of one prompt went, over all models, rounds and imports: nothing here tells who said what.

    `asked` is what is over and the sum of the next five; `waiting` is due or in flight.
    """

    asked: int = 0
    whole: int = 0
    cut: int = 0
    blocked: int = 0
    empty: int = 0
    failed: int = 0
    waiting: int = 0


def outcomes(prompts: Iterable[Prompt]) -> dict[int, Outcomes]:
    """Each prompt's counts by its id, over all its texts, in one query; prompts without any are left out."""
    blocked = [Delivery.BLOCKED_INPUT, Delivery.BLOCKED_OUTPUT, Delivery.CUT_BY_FILTER]
    rows = (
        Probe.objects.filter(version__prompt__in=[prompt.pk for prompt in prompts])
        .values("version__prompt")
        .annotate(
            asked=Count("pk", filter=~Q(delivery="")),
            whole=Count("pk", filter=Q(delivery=Delivery.DELIVERED)),
            cut=Count("pk", filter=Q(delivery=Delivery.TRUNCATED)),
            blocked=Count("pk", filter=Q(delivery__in=blocked)),
            empty=Count("pk", filter=Q(delivery=Delivery.EMPTY)),
            failed=Count("pk", filter=Q(delivery=Delivery.FAILED)),
            waiting=Count("pk", filter=Q(delivery="")),
        )
        .values_list("version__prompt", "asked", "whole", "cut", "blocked", "empty", "failed", "waiting")
        .order_by()
    )
    return {prompt: Outcomes(*counts) for prompt, *counts in rows}
