"""The metrics, parsed as Prometheus parses them, against the rows they were read from."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse
from redis import Redis

from config import env
from probes.models import Spending
from tests.workers.watch_cases import hold_permits, make_endpoint
from workers.limits import Allowed, Ended, Limits, Settled
from workers.metrics import exposition
from workers.watching.totals import totals

TOKEN = "a-token-of-thirty-two-characters-and-more"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_valkey():
    for address in (settings.REDIS_LIMITS, settings.REDIS_QUEUE):
        with Redis.from_url(address) as valkey:
            valkey.flushdb()
    cache.clear()


@pytest.fixture
def with_token(settings):
    settings.ENV = env.Env(**{**vars(settings.ENV), "metrics_token": TOKEN})


def scrape():
    """{(name, labels without the endpoint's): value}"""
    body, _ = exposition("")
    return {
        (one.name, *(value for name, value in sorted(one.labels.items()))): one.value
        for family in parse(body.decode())
        for one in family.samples
    }


def test_each_metric(rows, endpoint):
    endpoint.budget, endpoint.price_input, endpoint.price_output = Decimal("9.50"), Decimal(1), Decimal(2)
    endpoint.save()
    rows.over(10)
    rows.over(100_000, attempt=3, perhaps_paid=1)
    rows.over(20, "blocked_output", "end_filter", quarantined=True)
    rows.over(30, "failed", "busy", attempt=4)
    rows.over(40, "failed", "candor.round_closed")
    rows.over(50, "failed", "candor.round_closed")
    rows.claimed()
    hold_permits(endpoint, 3)
    rows.due(500)
    rows.due(-60)
    month = rows.now.date().replace(day=1)
    Spending.objects.create(endpoint=endpoint, month=month, spent=Decimal("1.25"), reserved=Decimal("0.5"))
    with Redis.from_url(settings.REDIS_QUEUE) as valkey:
        valkey.rpush("probes", "{}", "{}")
    found = scrape()
    assert 500 <= found.pop(("candor_oldest_waiting_seconds", "endpoint-a")) < 520
    assert found == {
        ("candor_probes_claimed", "endpoint-a"): 1,
        ("candor_probes_in_flight", "endpoint-a"): 3,
        ("candor_concurrency_limit", "endpoint-a"): found["candor_concurrency_limit", "endpoint-a"],
        ("candor_endpoint_budget_used_up", "endpoint-a"): 0,
        ("candor_probes_let_go_total", "endpoint-a", "candor.round_closed"): 2,
        ("candor_probes_due", "endpoint-a"): 2,
        ("candor_probes_quarantined", "endpoint-a"): 1,
        ("candor_probes_finished_total", "delivered", "endpoint-a"): 2,
        ("candor_probes_finished_total", "blocked_output", "endpoint-a"): 1,
        ("candor_probes_finished_total", "failed", "endpoint-a"): 1,
        ("candor_probes_retries_total", "endpoint-a"): 5,
        ("candor_probes_perhaps_paid_total", "endpoint-a"): 1,
        ("candor_month_spent_usd", "endpoint-a"): 1.25,
        ("candor_month_reserved_usd", "endpoint-a"): 0.5,
        ("candor_month_budget_usd", "endpoint-a"): 9.5,
        ("candor_concurrency_cap", "endpoint-a"): endpoint.max_in_flight,
        ("candor_endpoint_status", "endpoint-a", "active"): 1,
        ("candor_endpoint_status", "endpoint-a", "paused"): 0,
        ("candor_endpoint_status", "endpoint-a", "retired"): 0,
        ("candor_limits_up",): 1,
        ("candor_paused_seconds", "endpoint-a"): 0,
        ("candor_circuit", "endpoint-a", "closed"): 1,
        ("candor_circuit", "endpoint-a", "open"): 0,
        ("candor_circuit", "endpoint-a", "half_open"): 0,
        ("candor_broker_up",): 1,
        ("candor_queue_messages", "probes"): 2,
        ("candor_queue_messages", "numbers"): 0,
        ("candor_queue_messages", "slow_numbers"): 0,
    }


def test_what_the_limits_know(endpoint):
    async def slow_down():
        limits = Limits(settings.REDIS_LIMITS)
        allowed = Allowed(100, None, None)
        grant = await limits.take(endpoint.pk, allowed, wanted=1, tokens_each=1)
        await limits.settle(endpoint.pk, allowed, [Settled(grant.permits[0], Ended.LIMITED, retry_after_s=60)])
        await limits.close()

    asyncio.run(slow_down())
    found = scrape()
    assert 55 < found["candor_paused_seconds", "endpoint-a"] <= 60
    assert found["candor_concurrency_limit", "endpoint-a"] == 16


def test_without_valkey_the_tables_still_speak(rows, settings):
    settings.REDIS_LIMITS = settings.REDIS_QUEUE = "unix:///nowhere/valkey.sock"
    rows.claimed()
    found = scrape()
    assert found["candor_limits_up",] == found["candor_broker_up",] == 0
    assert found["candor_probes_claimed", "endpoint-a"] == 1
    assert not {name for name, *_ in found} & {
        "candor_probes_in_flight",
        "candor_circuit",
        "candor_paused_seconds",
        "candor_queue_messages",
    }


def test_a_retired_endpoint_keeps_its_counters(rows, endpoint):
    rows.over(10)
    endpoint.status = "retired"
    endpoint.save()
    assert scrape()["candor_probes_finished_total", "delivered", "endpoint-a"] == 1


def test_the_number_of_queries_does_not_grow(rows):
    scrape()
    with CaptureQueriesContext(connection) as with_one:
        scrape()
    for slug in ("b", "c"):
        make_endpoint(slug)
    with CaptureQueriesContext(connection) as with_three:
        scrape()
    assert len(with_three) == len(with_one) <= 9


def test_the_table_is_counted_whole_once_an_hour(rows, endpoint):
    """Between that, only what has come since."""
    ids, now = [endpoint.pk], rows.now
    rows.over(100_000)
    rows.over(20)

    def over(moment):
        with CaptureQueriesContext(connection) as queries:
            ((total,),) = totals(ids, moment).values()
        return total.over, sum('"finished_at" >=' not in query["sql"] for query in queries)

    assert over(now) == (2, 1)
    rows.over(5)
    assert over(now) == (3, 0)
    # Half an hour later what was new is among the kept sums.
    later = now + timedelta(minutes=30)
    rows.over(-1700)
    assert [over(later), over(later)] == [(4, 0), (4, 0)]
    assert cache.get("watching:totals")[0] == later - timedelta(seconds=30)
    assert over(now + timedelta(minutes=61)) == (4, 1)


def test_without_a_cache_the_totals_are_the_same(rows, endpoint, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}
    for number in (1, 2):
        rows.over(100)
        ((total,),) = totals([endpoint.pk], rows.now).values()
        assert total.over == number


def test_both_formats_say_the_same(rows, client, maintainer):
    rows.over(10)
    client.force_login(maintainer)
    plain = client.get("/metrics")
    open_metrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert plain["Content-Type"].startswith("text/plain; version=")
    assert open_metrics["Content-Type"].startswith("application/openmetrics-text")
    names = [
        {family.name for family in read(answer.content.decode()) if family.type != "gauge" or family.samples}
        for read, answer in ((parse, plain), (parse_openmetrics, open_metrics))
    ]
    assert names[0] == names[1]


def test_strangers_are_refused_with_a_problem(client, labeller, with_token):
    for sent in ("", f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer é"):
        answer = client.get("/metrics", headers={"Authorization": sent})
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert answer.json()["code"] == "forbidden"
    client.force_login(labeller)
    assert client.get("/metrics").status_code == 403


def test_the_token_lets_in(client, with_token, rows):
    answer = client.get("/metrics", headers={"Authorization": f"bearer {TOKEN}"})
    assert answer.status_code == 200
    assert b"candor_probes_in_flight" in answer.content


def test_no_token_is_no_key(client, endpoint):
    assert settings.ENV.metrics_token == ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
