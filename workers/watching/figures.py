"""The figures, each in one query for all endpoints asked about, by the endpoint's id; what has none is left out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Sum

from probes.choices import Delivery, EndpointKind, EndpointStatus, ProbeStatus
from probes.models import Endpoint, Probe, Spending
from workers.limits import LimitsAway, state_now
from workers.limits import State as Limit
from workers.watching.minutes import minutes

HOUR = timedelta(hours=1)
# The curve of answers a minute. Only minutes that are over: one that still runs would look like a fall.
MINUTES = 30
MEDIAN_OF = 200
BLOCKS = (Delivery.BLOCKED_INPUT, Delivery.BLOCKED_OUTPUT, Delivery.CUT_BY_FILTER)
# Rules of our own: what ended a probe had nothing to do with its endpoint.
OURS = "candor."
Ids = Sequence[int]


@dataclass(frozen=True)
class Waiting:
    """Probes that wait: how many, and since when the oldest of those that could be asked now could have been."""

    due: int = 0
    since: datetime | None = None

    def seconds(self, now: datetime) -> float:
        """How long the oldest one has waited; 0 where none does."""
        return 0.0 if self.since is None else max(0.0, (now - self.since).total_seconds())


@dataclass
class Hour:
    """What was over in the last hour. `answered` are all that came back, whatever they say: everything but failures.

    `in_one` are the last 60 seconds, `in_ten` the last 600. What Candor ended by itself (a closed round, say) tells
    nothing of the endpoint: it stands in `let_go` alone.
    """

    over: int = 0
    over_in_ten: int = 0
    answered_in_one: int = 0
    answered_in_ten: int = 0
    delivered: int = 0
    blocked: int = 0
    # The last MINUTES whole minutes, the oldest first.
    minutes: list[int] = field(default_factory=lambda: [0] * MINUTES)
    # The first minute in which something was over.
    since: datetime | None = None
    failures: Counter[str] = field(default_factory=Counter)
    let_go: Counter[str] = field(default_factory=Counter)

    def add(self, minute: datetime, ago: int, delivery: str, rule: str, over: int) -> None:
        """Counts `over` probes of a minute that ended `ago` whole minutes ago, or runs (-1)."""
        if rule.startswith(OURS):
            self.let_go[rule] += over
            return
        self.over += over
        self.over_in_ten += over if ago < 9 else 0
        self.since = min(minute, self.since or minute)
        if delivery == Delivery.FAILED:
            self.failures[rule] += over
            return
        self.answered_in_ten += over if ago < 9 else 0
        self.delivered += over if delivery == Delivery.DELIVERED else 0
        self.blocked += over if delivery in BLOCKS else 0
        if 0 <= ago < MINUTES:
            self.minutes[MINUTES - 1 - ago] += over

    @property
    def failed(self) -> int:
        return self.failures.total()

    @property
    def ended_by_candor(self) -> int:
        return self.let_go.total()

    @property
    def block_share(self) -> float | None:
        """Blocks among what the provider decided, delivered or blocked; None where there was nothing to decide."""
        decided = self.delivered + self.blocked
        return self.blocked / decided if decided else None


@dataclass(frozen=True)
class Tries:
    """Of probes asked in the last hour: tries that brought no result, and those of them perhaps paid for nothing.

    "Slow down" is one, and what a stopping worker gave back. The last try of a probe that was given up is not: that is
    a failed probe.
    """

    failed: int = 0
    perhaps_paid: int = 0


@dataclass(frozen=True)
class Spent:
    """US dollars in this calendar month (UTC)."""

    spent: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)


# Rows are counted by Count("*"): Count("pk") would fetch each row, where the index alone is enough.


def probed() -> QuerySet[Endpoint]:
    """Endpoints that are asked: no imports; retired ones too."""
    return Endpoint.objects.exclude(kind=EndpointKind.IMPORT).select_related("llm").order_by("slug")


def watched() -> QuerySet[Endpoint]:
    """Endpoints there is something to watch of: in use, or paused."""
    return probed().exclude(status=EndpointStatus.RETIRED)


def waiting(of: Ids, now: datetime) -> dict[int, Waiting]:
    """Walks probe_due."""
    rows = (
        Probe.objects.filter(endpoint__in=of, status=ProbeStatus.DUE)
        .values_list("endpoint")
        .annotate(due=Count("*"), since=Min("due_at", filter=Q(due_at__lte=now)))
        .order_by()
    )
    return {endpoint: Waiting(due, since) for endpoint, due, since in rows}


def claimed(of: Ids) -> dict[int, int]:
    """Walks probe_claimed."""
    rows = Probe.objects.filter(endpoint__in=of, status=ProbeStatus.CLAIMED).values_list("endpoint")
    return dict(rows.annotate(n=Count("*")).order_by())


def quarantined(of: Ids) -> dict[int, int]:
    """What came in a form no rule knows. Walks probe_quarantine."""
    rows = Probe.objects.filter(endpoint__in=of, quarantined=True).values_list("endpoint")
    return dict(rows.annotate(n=Count("*")).order_by())


def hour(of: Ids, now: datetime) -> dict[int, Hour]:
    """What was over in the last 60 whole minutes and the one that runs, and exactly in the last 60 seconds."""
    running = now.replace(second=0, microsecond=0)
    found: defaultdict[int, Hour] = defaultdict(Hour)
    for minute, rows in sorted(minutes(of, now).items()):
        # How many whole minutes ago it ended; the running one has not.
        ago = (running - minute) // timedelta(minutes=1) - 1
        for endpoint, delivery, rule, over in rows:
            found[endpoint].add(minute, ago, delivery, rule, over)
    for endpoint, delivery, over in in_window(of, now - timedelta(minutes=1), now):
        found[endpoint].answered_in_one += over if delivery != Delivery.FAILED else 0
    # The last 600 seconds: nine whole minutes and the one that runs are known; what is missing is the end of a tenth.
    for endpoint, delivery, over in in_window(of, now - timedelta(minutes=10), running - timedelta(minutes=9)):
        found[endpoint].answered_in_ten += over if delivery != Delivery.FAILED else 0
        found[endpoint].over_in_ten += over
    return dict(found)


def in_window(of: Ids, after: datetime, until: datetime) -> Iterable[tuple[int, str, int]]:
    """Endpoint, delivery and how many were over; without what Candor ended by itself. Walks probe_lately."""
    rows = Probe.objects.filter(endpoint__in=of, finished_at__gt=after, finished_at__lte=until)
    rows = rows.exclude(rule__startswith=OURS)
    return rows.values_list("endpoint", "delivery").annotate(over=Count("*")).order_by()


def tries(of: Ids, now: datetime) -> dict[int, Tries]:
    """What was asked before brought nothing then; what waits after it was asked, brought nothing at all."""
    asked = Probe.objects.filter(endpoint__in=of, asked_at__gt=now - HOUR).values_list("endpoint").order_by()
    # Walks probe_again.
    again = asked.filter(attempt__gt=1).annotate(n=Sum(F("attempt") - 1), paid=Sum("perhaps_paid"))
    # What waits after its first try has nowhere else been counted.
    waits = asked.filter(status=ProbeStatus.DUE, attempt__gt=0)
    waits = waits.annotate(n=Count("*"), paid=Sum("perhaps_paid", filter=Q(attempt=1), default=0))
    failed: Counter[int] = Counter()
    perhaps_paid: Counter[int] = Counter()
    for endpoint, n, paid in (*again, *waits):
        failed[endpoint] += n
        perhaps_paid[endpoint] += paid
    return {endpoint: Tries(n, perhaps_paid[endpoint]) for endpoint, n in failed.items()}


def median_ms(of: Ids, now: datetime) -> dict[int, float]:
    """Of the last MEDIAN_OF answers within the hour: bounded, however busy the hour was. Walks probe_lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT asked.id, (
                   SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) FROM (
                       SELECT latency_ms FROM probes_probe
                       WHERE endpoint_id = asked.id AND finished_at > %s AND delivery <> 'failed'
                       ORDER BY finished_at DESC LIMIT %s
                   ) lately
               ) FROM unnest(%s::bigint[]) asked(id)""",
            [now - HOUR, MEDIAN_OF, list(of)],
        )
        return {endpoint: float(middle) for endpoint, middle in cursor.fetchall() if middle is not None}


def spent(of: Ids, now: datetime) -> dict[int, Spent]:
    rows = Spending.objects.filter(endpoint__in=of, month=now.date().replace(day=1))
    return {row.endpoint_id: Spent(row.spent, row.reserved) for row in rows}


def limits(of: Ids) -> dict[int, Limit] | None:
    """What Valkey knows of each endpoint; None while it is away."""
    try:
        return state_now(settings.REDIS_LIMITS, of)
    except LimitsAway:
        return None
