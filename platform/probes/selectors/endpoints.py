"""Reading endpoints: their queues, what they did lately, what they cost, and which of them stopped by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import (
    Aggregate,
    Case,
    Count,
    Exists,
    F,
    FloatField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils import timezone

from core.models import Event
from probes.choices import NOT_RUNNING, Delivery, EndpointKind, EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Endpoint, Payload, Probe, Spending
from probes.selectors.public import outcome_hidden
from prompts.choices import Status

# Per endpoint, on the maintainer's page.
ERRORS_AT_MOST = 3
# What maintainers are told on each page is looked up this often at most, in seconds, unless an action changed it.
STOPPED_KEY = "probes:stopped"
STOPPED_FOR_S = 60
# What Candor ended by itself: no failures of the endpoint.
OURS = Q(rule__startswith="candor.")


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


def asked_lately(endpoint: int, *, tokens_each: int, within_s: int = 65) -> list[tuple[float, int]]:
    """When an endpoint was asked in the last minute, as (seconds ago, tokens), for limits that know nothing of it.

    A probe's earlier attempts are known by what they brought; each call counts as `tokens_each` tokens.
    """
    now = timezone.now()
    since = now - timedelta(seconds=within_s)
    asked = Probe.objects.filter(endpoint=endpoint, asked_at__gt=since, batch=None)
    before = Payload.objects.filter(probe__in=asked.filter(attempt__gt=1), attempt__lt=F("probe__attempt"))
    moments = [
        *asked.values_list("asked_at", flat=True),
        *before.filter(received_at__gt=since).values_list("received_at", flat=True),
    ]
    return [((now - moment).total_seconds(), tokens_each) for moment in moments if moment]


@dataclass(frozen=True)
class Queue:
    """Where an endpoint's probes stand: counts over all rounds and imports.

    `later` of the `due` ones wait for another try; of those that are over, `quarantined` came in a form no rule knows.
    `let_go` was ended by Candor itself (its round closed, its prompt withdrawn, …) and is not among the `given_up`.
    """

    due: int = 0
    later: int = 0
    claimed: int = 0
    done: int = 0
    given_up: int = 0
    quarantined: int = 0
    let_go: int = 0


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
    """All endpoints, those in use first and imports last, each with its model and its `last_errors` of seven days.

    Of an error that is `hidden`, no page may tell which probe it was of.
    """
    troubled = (
        Probe.objects.filter(asked_at__gte=timezone.now() - timedelta(days=7))
        # An answer cut by its length or blocked is what it is and no error, though it has a sentence of its own.
        .filter(Q(delivery=Delivery.FAILED) | Q(delivery="") & ~Q(error=""))
        .annotate(hidden=outcome_hidden())
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
            given_up=Count("pk", filter=Q(status=ProbeStatus.GIVEN_UP) & ~OURS),
            quarantined=Count("pk", filter=Q(quarantined=True)),
            let_go=Count("pk", filter=Q(status=ProbeStatus.GIVEN_UP) & OURS),
        )
        .values_list("endpoint", "due", "later", "claimed", "done", "given_up", "quarantined", "let_go")
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
class Money:
    """What an endpoint costs this month, in US dollars. `part` of its budget is spent or reserved, from 0 to 1."""

    spent: Decimal
    reserved: Decimal
    budget: Decimal | None

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else max(Decimal(0), self.budget - self.spent - self.reserved)

    @property
    def part(self) -> float | None:
        if self.budget is None:
            return None
        return min(1.0, float((self.spent + self.reserved) / self.budget)) if self.budget else 1.0


def this_month() -> date:
    """The first day of the month in UTC, which is how spending is kept."""
    return timezone.now().astimezone(UTC).date().replace(day=1)


def money(endpoints: Iterable[Endpoint]) -> dict[int, Money]:
    """What each endpoint costs this month by its id, in one query; all of them are in it."""
    known = {
        row.endpoint_id: row
        for row in Spending.objects.filter(endpoint__in=[one.pk for one in endpoints], month=this_month())
    }
    nothing = Spending(spent=Decimal(0), reserved=Decimal(0))
    return {
        one.pk: Money(known.get(one.pk, nothing).spent, known.get(one.pk, nothing).reserved, one.budget)
        for one in endpoints
    }


@dataclass(frozen=True)
class Stopped:
    """An endpoint that was stopped by itself, and why."""

    pk: int
    slug: str
    reason: str


def stopped() -> list[Stopped]:
    """Endpoints that a refusal paused and no maintainer has looked at: paused, with a reason, and by nobody.

    Kept in the cache, because every page asks.
    """
    known = cache.get(STOPPED_KEY)
    if known is None:
        known = [(one.pk, one.slug, one.status_reason) for one in stopped_by_themselves()]
        cache.set(STOPPED_KEY, known, STOPPED_FOR_S)
    return [Stopped(*one) for one in known]


def stopped_by_themselves() -> QuerySet[Endpoint]:
    """The endpoints of `stopped`, as the tables have them now."""
    steps = Event.objects.filter(noun="endpoint", key=OuterRef("pk"), verb="pause").order_by("-at", "-id")
    return (
        Endpoint.objects.filter(status=EndpointStatus.PAUSED)
        .exclude(status_reason__in=["", NOT_RUNNING])
        .annotate(paused_by=Subquery(steps.values("actor")[:1]))
        .filter(paused_by=None)
        .order_by("slug")
    )
