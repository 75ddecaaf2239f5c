"""The figures of what runs now, each against rows that say what it has to be."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from probes.models import Probe, Spending
from tests.workers.watch_cases import Rows, empty_limits, hold_permits, make_endpoint
from workers.limits import State as Limit
from workers.watching import Standing, drawing, estimate, figures, look, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    empty_limits()


@pytest.fixture
def rows(endpoint, prompt, open_a_round):
    # In the middle of a minute, so that it is known which minute a row is in.
    return Rows(endpoint, prompt, open_a_round, timezone.now().replace(second=30, microsecond=0))


def limit(**more):
    values = {"in_flight": 0, "concurrency": 20, "requests": 0, "tokens": 0, "paused_for_s": 0.0, "circuit": "closed"}
    return Limit(**{**values, **more})


def test_each_figure(rows, endpoint):
    for seconds in (5, 30, 70, 500, 2000):
        rows.over(seconds)
    rows.over(40, "blocked_input", "block_error_code", attempt=3, perhaps_paid=2)
    rows.over(50, "truncated", "end_length", latency_ms=5000)
    rows.over(45, "failed", "server_trouble", attempt=4, latency_ms=90_000)
    rows.over(4000, quarantined=True)
    rows.claimed(attempt=2)
    rows.due(200)
    rows.due(-600)
    month = rows.now.date().replace(day=1)
    Spending.objects.create(endpoint=endpoint, month=month, spent=Decimal("1.5"), reserved=Decimal("0.25"))
    (one,) = look(rows.now).standings
    assert (one.claimed, one.in_flight, one.waiting.due, one.left) == (1, 0, 2, 3)
    assert round(one.oldest_s) == 200
    hour = one.hour
    assert (hour.answered_in_one, hour.answered_in_ten, hour.over, hour.over_in_ten) == (4, 6, 8, 7)
    assert (hour.delivered, hour.blocked, hour.failed) == (5, 1, 1)
    assert hour.block_share == pytest.approx(1 / 6)
    assert one.failures == [("server_trouble", 1)]
    assert (one.tries.failed, one.tries.perhaps_paid) == (0 + 2 + 3 + 1, 2)
    assert (one.median_ms, one.quarantined) == (1000.0, 1)
    assert (one.spent.spent, one.spent.reserved) == (Decimal("1.5"), Decimal("0.25"))


def test_an_average_over_ten_minutes_is_never_below_a_tenth_of_the_last_one(rows):
    for seconds in (0, 29, 59, 61, 571, 599, 601):
        rows.over(seconds)
        rows.over(seconds, "failed", "busy")
    hour = figures.hour([rows.endpoint.pk], rows.now)[rows.endpoint.pk]
    assert (hour.answered_in_one, hour.answered_in_ten, hour.over_in_ten) == (3, 6, 12)


def test_tries_that_failed_are_seen_before_they_are_repeated(rows):
    for _ in range(3):
        rows.due(-60, attempt=1, failures=1, perhaps_paid=1, asked_at=rows.ago(20))
    rows.due(-60, attempt=4, perhaps_paid=2, asked_at=rows.ago(20))
    rows.claimed(attempt=2)
    rows.over(10, "failed", "busy", attempt=4)
    rows.due(10)
    rows.due(-60, attempt=1, failures=1, asked_at=rows.ago(4000))
    (one,) = look(rows.now).standings
    assert (one.tries.failed, one.tries.perhaps_paid) == (3 + 4 + 1 + 3, 5)


def test_what_candor_ended_by_itself_is_no_failure_of_the_endpoint(rows):
    rows.over(100, "failed", "busy")
    for rule in ("candor.round_closed", "candor.round_closed", "candor.worker_died"):
        rows.over(100, "failed", rule)
        rows.over(595, "failed", rule)
    (one,) = look(rows.now).standings
    assert (one.hour.failed, one.hour.over, one.hour.over_in_ten) == (1, 1, 1)
    assert (one.failures, one.let_go) == ([("busy", 1)], [("candor.round_closed", 4), ("candor.worker_died", 2)])


def test_in_flight_is_what_the_limits_count(rows, endpoint, settings):
    hold_permits(endpoint, 2)
    for _ in range(5):
        rows.claimed()
    make_endpoint("idle")
    seen = look(rows.now)
    assert [(one.in_flight, one.claimed) for one in seen.standings] == [(2, 5), (0, 0)]
    assert (seen.in_flight, seen.claimed, seen.busy, len(seen.standings)) == (2, 5, 1, 2)
    settings.REDIS_LIMITS = "unix:///nowhere/valkey.sock"
    seen = look(rows.now)
    assert (seen.in_flight, seen.claimed, seen.standings[0].in_flight) == (None, 5, None)


def test_minutes_are_whole_ones_the_oldest_first(rows):
    for seconds in (10, 31, 89, 91, 30 * 60 + 29, 30 * 60 + 31):
        rows.over(seconds)
    found = figures.hour([rows.endpoint.pk], rows.now)[rows.endpoint.pk].minutes
    assert (len(found), found[-1], found[-2], found[0], sum(found)) == (30, 2, 1, 1, 4)


def test_the_rules_that_failed_most(rows):
    for rule, times in (("busy", 2), ("server_trouble", 3), ("net_timed_out", 1), ("end_unknown", 2)):
        for _ in range(times):
            rows.over(60, "failed", rule)
    (one,) = look(rows.now).standings
    assert (one.hour.failed, one.failures) == (8, [("server_trouble", 3), ("busy", 2), ("end_unknown", 2)])


def test_minutes_that_have_passed_are_counted_once(rows, settings):
    ids = [rows.endpoint.pk]
    for seconds in (10, 40, 100, 1000, 3000):
        rows.over(seconds)
        rows.over(seconds, "failed", "busy")
    first = figures.hour(ids, rows.now)
    later = rows.now + timedelta(seconds=45)
    with CaptureQueriesContext(connection) as queries:
        second = figures.hour(ids, later)
    since = f"{later - timedelta(seconds=75):%Y-%m-%d %H:%M}"
    assert since in queries[0]["sql"]
    cache.clear()
    assert figures.hour(ids, later) == second
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}
    assert figures.hour(ids, rows.now) == first
    assert (first[ids[0]].over, second[ids[0]].over) == (10, 10)


def test_imports_and_retired_endpoints_are_not_watched(rows, endpoint):
    make_endpoint("retired", status="retired")
    make_endpoint("imported", kind="import", base_url="")
    assert [one.endpoint.slug for one in look(rows.now).standings] == ["endpoint-a"]


def test_totals_are_sums(rows, prompt, open_a_round):
    other = Rows(make_endpoint("other"), prompt, open_a_round, rows.now)
    for one, times in ((rows, 2), (other, 3)):
        for _ in range(times):
            one.over(20)
        one.due(100 * times)
        one.over(30, "blocked_output", "end_filter")
        one.claimed()
    seen = look(rows.now)
    assert (seen.answered_in_one, seen.claimed, seen.due, round(seen.oldest_s)) == (7, 2, 2, 300)
    assert (seen.blocked, seen.decided, seen.block_share) == (2, 7, pytest.approx(2 / 7))
    assert (seen.progress.over, seen.progress.opened) == (7, 11)


def test_the_number_of_queries_does_not_grow(rows, prompt, open_a_round):
    rows.over(10)
    rows.due(10)
    with CaptureQueriesContext(connection) as with_one:
        assert len(look(rows.now).standings) == 1
    for slug in ("b", "c"):
        more = Rows(make_endpoint(slug), prompt, open_a_round, rows.now)
        more.over(10, "failed", "busy")
        more.claimed()
    with CaptureQueriesContext(connection) as with_three:
        assert len(look(rows.now).standings) == 3
    assert len(with_three) == len(with_one) <= 17


@pytest.mark.django_db(transaction=True)
def test_no_look_reads_all_probes(rows, endpoint, prompt, open_a_round):
    """What is read of many rows goes by the indexes made for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO probes_probe (round_id, version_id, endpoint_id, sample, status, priority, due_at, attempt,
                   failures, perhaps_paid, request, delivery, rule, quarantined, partial_text, reasoning, finish_reason,
                   usage, served_by, fingerprint, error, created_at, asked_at, finished_at, latency_ms)
               SELECT %s, %s, %s, n, CASE WHEN n < 18000 THEN 'done' ELSE 'due' END, 5, now(),
                   1 + (n %% 50 = 0)::int, 0, 0, '{}',
                   CASE WHEN n < 18000 THEN 'delivered' ELSE '' END, '', n %% 1000 = 0, repeat('x', 300), '', '',
                   '{}', '', '', '', now(), now() - n * interval '3 s',
                   CASE WHEN n < 18000 THEN now() - n * interval '3 s' END, 900
               FROM generate_series(1, 20000) n""",
            [open_a_round.pk, prompt.current.pk, endpoint.pk],
        )
        # As autovacuum does; without it no index alone is enough.
        cursor.execute("VACUUM ANALYZE probes_probe")
    with CaptureQueriesContext(connection) as queries:
        assert look(rows.now).due == 2001
    read = [one["sql"] for one in queries if '"probes_probe"' in one["sql"] or "unnest" in one["sql"]]
    plans = []
    with connection.cursor() as cursor:
        for sql in read:
            cursor.execute("EXPLAIN " + sql)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    used = set(re.findall(r"probe_(?:due|claimed|lately|again|quarantine)\b", "\n".join(plans)))
    assert used == {"probe_due", "probe_claimed", "probe_lately", "probe_again", "probe_quarantine"}
    assert any("Index Only Scan using probe_due" in plan for plan in plans)


@pytest.mark.parametrize(
    ("change", "of_limits", "sign", "word"),
    [
        ({}, limit(), "active", "Nothing to do"),
        ({"due": 1}, limit(), "due", "Waiting"),
        ({"claimed": 1, "due": 1}, limit(), "claimed", "Active"),
        ({"claimed": 1}, limit(circuit="open"), "failed", "Circuit open"),
        ({}, limit(circuit="half_open"), "truncated", "Trying again"),
        ({"due": 1}, limit(paused_for_s=90.2), "due", "Waits until 12:01:30 UTC"),
        ({"paused": 1}, limit(circuit="open"), "paused", "Paused"),
        ({"claimed": 1}, None, "claimed", "Active"),
    ],
)
def test_what_a_state_is_called(rows, endpoint, change, of_limits, sign, word):
    endpoint.status, endpoint.status_reason = ("paused", "No money.") if "paused" in change else ("active", "")
    now = rows.now.replace(hour=12, minute=0, second=0, microsecond=0)
    waiting = figures.Waiting(change.get("due", 0))
    standing = Standing(endpoint, now, claimed=change.get("claimed", 0), waiting=waiting, limit=of_limits)
    assert (standing.state.sign, standing.state.word) == (sign, word)
    assert standing.state.why == ("No money." if "paused" in change else standing.state.why)


def standing(slug, now, *, left, over_in_ten=0, over=0, since=3600, status="active", **more):
    endpoint = make_endpoint(slug, status=status)
    hour = figures.Hour(over=over or over_in_ten, over_in_ten=over_in_ten, since=now - timedelta(seconds=since))
    return Standing(endpoint, now, waiting=figures.Waiting(left), hour=hour, **more)


def test_a_round_takes_as_long_as_its_slowest_endpoint(rows):
    fast = standing("fast", rows.now, left=1000, over_in_ten=10_000)
    slow = standing("slow", rows.now, left=1000, over_in_ten=400)
    told = estimate([fast, slow])
    assert (round(told.low_s), round(told.high_s), told.slowest) == (
        round(1000 / (440 / 600)), round(1000 / (360 / 600)), "slow",
    )  # fmt: skip
    assert words.time_left(told) == "Done in 23 min to 28 min at the pace of the last minutes; slow takes longest."


def test_a_slow_endpoint_is_measured_over_the_hour_or_since_it_began(rows):
    hourly = estimate([standing("hourly", rows.now, left=100, over_in_ten=3, over=36)])
    assert hourly.low_s == pytest.approx(100 / (48 / 3600))
    begun = estimate([standing("begun", rows.now, left=100, over=36, since=360)])
    assert begun.low_s == pytest.approx(100 / (48 / 360))


def test_nothing_is_promised_where_little_came(rows):
    told = estimate([standing("quiet", rows.now, left=5, over=9), standing("held", rows.now, left=7, status="paused")])
    assert (told.low_s, told.high_s, told.unknown, told.held) == (None, None, "quiet", 7)
    assert "too little has come back from quiet" in words.time_left(told)


def test_a_broken_endpoint_promises_nothing(rows):
    told = estimate([standing("down", rows.now, left=5, over_in_ten=900, limit=limit(circuit="open"))])
    assert told.unknown == "down"


def test_what_is_paused_is_not_waited_for(rows):
    told = estimate([standing("held", rows.now, left=7, status="paused"), standing("idle", rows.now, left=0)])
    assert (told.low_s, told.high_s, told.held, words.time_left(told)) == (0.0, 0.0, 7, "")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (89, "89 s"), (91, "2 min"), (3600, "60 min"), (5500, "2 h"), (172_000, "48 h"), (200_000, "2 days")],
)
def test_times_have_one_unit(seconds, said):
    assert words.lasting(seconds) == said


def test_rates_and_times_in_words():
    assert [words.rate(n) for n in (0, 7, 99, 12_345)] == ["0.0", "0.7", "9.9", "1,234"]
    assert [words.answer_time(ms) for ms in (None, 640, 3_400, 48_000)] == ["–", "640 ms", "3.4 s", "48 s"]


def test_drawings_stay_inside_their_frames():
    curve = drawing.curve([0, 5, 10])
    assert 'points="0.0,27.0 60.0,15.0 120.0,3.0"' in curve
    assert drawing.curve([0] * 30).count("27.0") >= 30
    assert drawing.flight(150, 20, 100).count('width="100.0"') == 2
    assert 'x="50.0" y="2" width="25.0"' in drawing.purse(Decimal(10), Decimal(5), Decimal(20))
    assert 'width="100.0" height="4"' in drawing.purse(Decimal(30), Decimal(0), Decimal(20))
    assert drawing.purse(Decimal(0), Decimal(0), Decimal(0))


def test_nothing_of_an_import_counts(rows, endpoint):
    rows.over(10)
    Probe.objects.update(finished_at=None, status="due", delivery="", rule="")
    (one,) = look(rows.now).standings
    assert (one.hour.over, one.median_ms, one.hour.block_share) == (0, None, None)
