"""Four processes, or four loops, taking and settling at once against one limit."""

import asyncio
import multiprocessing
import threading
import time
from bisect import bisect_left

import pytest
from redis import Redis

from config.settings import redis_address
from tests.workers.limits_arena import ENDPOINT, against, granted_at, now_ms, per_minute, prove, race
from workers.limits import Ended, Limits, state_now

# 95 % of the window's length: the margin costs the rest, as 2 s of 62 do.
WINDOW_S, MARGIN_S = 1.5, 0.075
OPTIONS = {"window_s": WINDOW_S, "margin_s": MARGIN_S}
SPANS = 3


@pytest.fixture
def address():
    address = redis_address(3)
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


@pytest.fixture(scope="module")
def processes():
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(time.sleep, [0.5] * 4, chunksize=1)  # they are there before the clock runs
        yield pool


def four(processes, address, allowed, **told):
    """All calls of four processes: (permit, had, over), in the order of their grants."""
    told = {"options": OPTIONS, "for_s": SPANS * (WINDOW_S + MARGIN_S) - 0.05, "wanted": 7} | told
    of_each = processes.starmap(race, [(address, allowed, told)] * 4, chunksize=1)
    return sorted((call for calls in of_each for call in calls), key=lambda call: granted_at(call[0]))


def most_within(times, seconds, weights=None):
    """The largest sum of weights in any stretch of that length that begins at one of the times."""
    sums = [0]
    for weight in weights or [1] * len(times):
        sums.append(sums[-1] + weight)
    return max(sums[bisect_left(times, at + seconds)] - sums[number] for number, at in enumerate(times))


@pytest.mark.parametrize("limit", [40, 250])
def test_requests_in_any_window(processes, address, limit):
    calls = four(processes, address, per_minute(requests=limit, in_flight=200))
    times = [granted_at(permit) for permit, _, _ in calls]
    assert len({permit for permit, _, _ in calls}) == len(calls)
    assert len({permit.split("-")[2][:10] for permit, _, _ in calls}) == 4  # each process had its share
    assert most_within(times, WINDOW_S + MARGIN_S) <= limit
    whole = bisect_left(times, times[0] + SPANS * WINDOW_S)
    assert whole >= 0.9 * limit * SPANS
    # And as the endpoint sees them, whose clock is not ours.
    assert most_within(sorted(had for _, had, _ in calls), WINDOW_S) <= limit


def test_tokens_in_any_window(processes, address):
    calls = four(processes, address, per_minute(tokens=3000, in_flight=200), tokens_each=30)
    times = [granted_at(permit) for permit, _, _ in calls]
    assert most_within(times, WINDOW_S + MARGIN_S) <= 100
    assert bisect_left(times, times[0] + SPANS * WINDOW_S) >= 0.9 * 100 * SPANS


def test_tokens_given_back_are_used(processes, address):
    """Each call reserves 100 and uses 20: five times as many go through as were reserved for, and not one more."""
    told = {"tokens_each": 100, "tokens_used": 20, "latency_s": 0.005}
    calls = four(processes, address, per_minute(tokens=2000, in_flight=200), **told)
    times = [granted_at(permit) for permit, _, _ in calls]
    assert most_within(times, WINDOW_S + MARGIN_S, [20] * len(calls)) <= 2000
    assert bisect_left(times, times[0] + SPANS * WINDOW_S) >= 0.9 * 100 * SPANS


def test_in_flight_at_any_time(processes, address):
    calls = four(processes, address, per_minute(in_flight=13), for_s=1.5)
    begun = sorted((had, 1) for _, had, _ in calls)
    ended = sorted((over, -1) for _, _, over in calls)
    flying = most = 0
    for _, step in sorted(begun + ended):
        flying += step
        most = max(most, flying)
    assert most == 13
    assert len(calls) > 13 * 1.5 / 0.02 * 0.2  # two cores that others use, too
    assert state_now(address, [ENDPOINT])[ENDPOINT].in_flight == 0


def test_a_process_that_comes_later_seeds_nothing_twice(processes, address):
    calls = four(processes, address, per_minute(requests=60, in_flight=200), seed=[(0.0, 1)] * 20, for_s=0.5)
    assert len(calls) == 40


def test_no_process_sends_before_the_pause_is_over(processes, address):
    async def body(endpoint):
        await endpoint.settle((await endpoint.take()).permits, Ended.LIMITED, retry_after_s=0.8)
        return now_ms(address) / 1000

    told = against(address, body)
    calls = four(processes, address, per_minute(in_flight=200), for_s=1.2)
    assert told + 0.79 <= granted_at(calls[0][0]) < told + 1.1


def test_four_loops_in_one_process(address):
    got = []

    def loop():
        async def main():
            limits = Limits(address)
            allowed = per_minute(in_flight=15)
            tasks = [limits.take(ENDPOINT, allowed, wanted=1, tokens_each=1) for _ in range(10)]
            got.extend(permit for grant in await asyncio.gather(*tasks) for permit in grant.permits)
            await limits.close()

        asyncio.run(main())

    asyncio.run(prove(address))
    threads = [threading.Thread(target=loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 15
