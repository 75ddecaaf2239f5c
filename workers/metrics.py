"""The figures as Prometheus metrics, read at each scrape.

No process counts for itself: several web processes answer with the same numbers, and a restart loses none. Counters are
counts of rows that are over, so they only grow (but a reclassified probe moves from one delivery to another, and one
that leaves the quarantine to be asked again is over no more).
"""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils import timezone
from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from probes import selectors
from probes.choices import EndpointStatus
from probes.models import Endpoint
from workers.limits import State as Limit
from workers.watching import figures
from workers.watching.totals import totals

QUEUES = ("probes", "numbers", "slow_numbers")
CIRCUITS = ("closed", "open", "half_open")


def exposition(accept: str) -> tuple[bytes, str]:
    """The body and its content type, in the form the reader asks for."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Probing())
    if "application/openmetrics-text" in accept:
        body: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # it has no types
        return body, openmetrics.CONTENT_TYPE_LATEST
    return generate_latest(registry), CONTENT_TYPE_LATEST


class Probing(Collector):
    """All metrics of one scrape; the number of queries does not depend on the number of endpoints."""

    def collect(self) -> Iterable[Metric]:
        endpoints = list(figures.probed())
        yield from gauges(endpoints)
        yield from counters(endpoints)
        limits = figures.limits([one.pk for one in endpoints])
        yield gauge("limits_up", "1 where Valkey answered with the state of the limits.", float(limits is not None))
        yield from of_limits(endpoints, limits or {})
        yield from queues()


def gauge(name: str, meaning: str, value: float | None = None, labels: Iterable[str] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"candor_{name}", meaning, value=value, labels=None if value is not None else list(labels))


def each(name: str, meaning: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    """One number an endpoint."""
    family = gauge(name, meaning, labels=["endpoint"])
    for slug, value in values:
        family.add_metric([slug], value)
    return family


def gauges(endpoints: list[Endpoint]) -> Iterator[Metric]:
    now = timezone.now()
    ids = [one.pk for one in endpoints]
    claimed, waiting = figures.claimed(ids), figures.waiting(ids, now)
    quarantined, money = figures.quarantined(ids), figures.spent(ids, now)
    slugs = {one.pk: one.slug for one in endpoints}

    def due(pk: int) -> figures.Waiting:
        return waiting.get(pk, figures.Waiting())

    def month(pk: int) -> figures.Spent:
        return money.get(pk, figures.Spent())

    def of_all(name: str, meaning: str, value: dict[int, float]) -> GaugeMetricFamily:
        return each(name, meaning, ((slug, value[pk]) for pk, slug in slugs.items()))

    yield of_all(
        "probes_claimed",
        "Probes in a worker's hands: in flight, or come back and not recorded yet.",
        {pk: claimed.get(pk, 0) for pk in ids},
    )
    yield of_all("probes_due", "Probes that wait to be asked.", {pk: due(pk).due for pk in ids})
    yield of_all(
        "oldest_waiting_seconds",
        "How long the oldest probe that could be asked has waited.",
        {pk: due(pk).seconds(now) for pk in ids},
    )
    yield of_all(
        "probes_quarantined", "Probes over in a form no rule knows.", {pk: quarantined.get(pk, 0) for pk in ids}
    )
    yield of_all(
        "month_spent_usd", "US dollars spent this calendar month (UTC).", {pk: float(month(pk).spent) for pk in ids}
    )
    yield of_all(
        "month_reserved_usd",
        "US dollars put aside for calls in flight, this calendar month (UTC).",
        {pk: float(month(pk).reserved) for pk in ids},
    )
    yield each(
        "month_budget_usd",
        "US dollars a calendar month at most; absent where there is no budget.",
        ((one.slug, float(one.budget)) for one in endpoints if one.budget is not None),
    )
    used_up = selectors.used_up(ids)
    yield each(
        "endpoint_budget_used_up",
        "1 where probes wait and the month's budget does not hold the next call; absent where there is no budget.",
        ((one.slug, float(one.pk in used_up)) for one in endpoints if one.budget is not None),
    )
    yield each(
        "concurrency_cap",
        "Calls at a time at most, as configured.",
        ((one.slug, one.max_in_flight) for one in endpoints),
    )
    yield states("endpoint_status", "1 for the status the endpoint has.", "status", EndpointStatus.values, [
        (one.slug, one.status) for one in endpoints
    ])  # fmt: skip


def counters(endpoints: list[Endpoint]) -> Iterator[Metric]:
    finished = CounterMetricFamily("candor_probes_finished", "Probes that are over.", labels=["endpoint", "delivery"])
    let_go = CounterMetricFamily(
        "candor_probes_let_go",
        "Probes that Candor ended by itself, by its rule: no failures of the endpoint, and not among the finished.",
        labels=["endpoint", "rule"],
    )
    again = CounterMetricFamily(
        "candor_probes_retries", "Attempts beyond the first, counted when the probe is over.", labels=["endpoint"]
    )
    paid = CounterMetricFamily(
        "candor_probes_perhaps_paid",
        "Attempts that brought nothing and may have been paid for, counted when the probe is over.",
        labels=["endpoint"],
    )
    found = totals([one.pk for one in endpoints], timezone.now())
    for one in endpoints:
        rows = found.get(one.pk, [])
        for row in rows:
            if row.ours:
                let_go.add_metric([one.slug, row.ours], row.over)
            else:
                finished.add_metric([one.slug, row.delivery], row.over)
        again.add_metric([one.slug], sum(row.again for row in rows))
        paid.add_metric([one.slug], sum(row.perhaps_paid for row in rows))
    yield from (finished, let_go, again, paid)


def of_limits(endpoints: list[Endpoint], limits: dict[int, Limit]) -> Iterator[Metric]:
    known = [(one.slug, limits[one.pk]) for one in endpoints if one.pk in limits]
    yield each("probes_in_flight", "Calls in flight.", ((slug, limit.in_flight) for slug, limit in known))
    yield each(
        "concurrency_limit",
        "Calls at a time the endpoint was found to take; absent before its first call.",
        ((slug, limit.concurrency) for slug, limit in known if limit.concurrency is not None),
    )
    yield each(
        "paused_seconds", "For how long the endpoint's limits let nothing through.",
        ((slug, limit.paused_for_s) for slug, limit in known),
    )  # fmt: skip
    yield states("circuit", "1 for the state of the circuit breaker.", "state", CIRCUITS, [
        (slug, limit.circuit) for slug, limit in known
    ])  # fmt: skip


def states(
    name: str, meaning: str, label: str, all_of: Iterable[str], of: Iterable[tuple[str, str]]
) -> GaugeMetricFamily:
    """A 1 for the state each endpoint is in, and a 0 for each it is not in."""
    family = gauge(name, meaning, labels=["endpoint", label])
    every = list(all_of)
    for slug, current in of:
        for state in every:
            family.add_metric([slug, state], float(state == current))
    return family


def queues() -> Iterator[Metric]:
    """Messages of Celery that nobody has taken yet; absent while Valkey is away."""
    lengths = queue_lengths()
    yield gauge("broker_up", "1 where Valkey answered with the lengths of Celery's queues.", float(bool(lengths)))
    family = gauge("queue_messages", "Messages that wait in a queue of Celery.", labels=["queue"])
    for queue, length in lengths.items():
        family.add_metric([queue], length)
    yield family


def queue_lengths() -> dict[str, int]:
    """By the queue's name; empty while Valkey is away."""
    try:
        with Redis.from_url(settings.REDIS_QUEUE, socket_connect_timeout=1.0, socket_timeout=1.0) as valkey:
            return {queue: int(valkey.llen(queue)) for queue in QUEUES}
    except (RedisError, OSError):
        return {}
