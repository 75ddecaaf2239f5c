"""How many at a time: growing while all is well, cut once an episode; and the circuit that opens when all is down."""

import asyncio
import time

import pytest
from redis import Redis

from config.settings import redis_address
from tests.workers.limits_arena import against, now_ms, per_minute, set_state
from workers.limits import Ended, Grant


@pytest.fixture
def address():
    address = redis_address(3)
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


async def limit(endpoint):
    return (await endpoint.state()).concurrency


async def rounds(endpoint, number):
    """So many times as many as may fly at once, all OK. Gives the limit after each."""
    limits = []
    for _ in range(number):
        await endpoint.settle((await endpoint.take(1000)).permits)
        limits.append(await limit(endpoint))
    return limits


async def episode(endpoint, address, **told):
    """One call is told to slow down; and its pause is over."""
    await endpoint.settle((await endpoint.take()).permits, Ended.LIMITED, **told)
    paused_for = (await endpoint.state()).paused_for_s
    await endpoint.end_pause()
    return paused_for


def test_it_starts_at_20_and_doubles_until_the_first_limited(address):
    async def body(endpoint):
        first = len((grant := await endpoint.take(1000)).permits)
        await endpoint.settle(grant.permits)
        return first, await limit(endpoint), await rounds(endpoint, 4)

    assert against(address, body, per_minute(in_flight=300)) == (20, 40, [80, 160, 300, 300])
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    assert against(address, body, per_minute(in_flight=6)) == (6, 6, [6, 6, 6, 6])


def test_after_it_a_clean_round_adds_a_twentieth(address):
    async def body(endpoint):
        await rounds(endpoint, 3)
        await episode(endpoint, address)
        return await limit(endpoint), await rounds(endpoint, 4)

    assert against(address, body) == (128, [134, 140, 147, 154])


def test_a_small_limit_grows_by_one_and_never_falls_under_one(address):
    async def body(endpoint):
        limits = []
        for _ in range(9):
            await episode(endpoint, address)
            limits.append(await limit(endpoint))
        return limits, await rounds(endpoint, 3)

    assert against(address, body, per_minute(in_flight=8)) == ([6, 4, 3, 2, 1, 1, 1, 1, 1], [2, 3, 4])


def test_an_episode_cuts_once(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits
        limits = []
        for permit in permits[:10]:
            await asyncio.sleep(0.002)
            await endpoint.settle([permit], Ended.LIMITED)
            limits.append(await limit(endpoint))
        await endpoint.end_pause()
        late = await endpoint.settle(permits[10:], Ended.LIMITED)
        return limits, late, await limit(endpoint), (await endpoint.state()).paused_for_s

    # Nor does what was granted before the cut pause again, unless it says for how long.
    assert against(address, body) == ([16] * 10, None, 16, 0.0)


def test_a_lower_limit_lets_those_in_flight_end(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits
        await endpoint.settle(permits[:1], Ended.LIMITED)
        await endpoint.end_pause()
        over = await endpoint.take(5)
        await endpoint.settle(permits[1:5], Ended.OK)
        return len(over.permits), over.why, len((await endpoint.take(5)).permits)

    assert against(address, body) == (0, "in_flight", 1)  # 16 may fly, 15 do


def test_only_a_round_that_reached_the_limit_raises_it(address):
    async def body(endpoint):
        for _ in range(30):
            await endpoint.settle((await endpoint.take(19)).permits)
        idle = await limit(endpoint)
        for _ in range(30):
            await endpoint.settle((await endpoint.take(20)).permits)
        return idle, await limit(endpoint)

    assert against(address, body) == (20, 40)


def test_calls_from_before_a_cut_say_nothing_of_the_new_limit(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits
        await endpoint.settle(permits[:1], Ended.LIMITED)
        await set_state(address, full=1)
        await endpoint.settle(permits[1:], Ended.OK)
        return await limit(endpoint)

    assert against(address, body) == 16


def test_what_is_settled_twice_counts_once(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits
        for _ in range(5):
            await endpoint.settle(permits)
            await endpoint.settle(permits[:9], Ended.DOWN)
        return await limit(endpoint), (await endpoint.state()).circuit

    assert against(address, body) == (40, "closed")


def test_pauses_double_while_episodes_follow_each_other(address):
    async def body(endpoint):
        paused = [await episode(endpoint, address) for _ in range(8)]
        await rounds(endpoint, 1)
        after_a_clean_round = await episode(endpoint, address)
        for _ in range(3):
            await episode(endpoint, address)
        long_ago = now_ms(address) - 61_000
        await set_state(address, cut=long_ago, pause=long_ago)
        return paused, after_a_clean_round, await episode(endpoint, address)

    paused, after_a_clean_round, after_a_minute = against(address, body, per_minute(in_flight=3))
    for seconds, length in zip(paused, (1, 2, 4, 8, 16, 30, 30, 30), strict=True):
        assert length * 0.74 < seconds <= min(30, length * 1.25)
    assert len({seconds / 2**n for n, seconds in enumerate(paused[:5])}) == 5  # not all workers at the same time
    assert 0.7 < after_a_clean_round <= 1.25
    assert 0.7 < after_a_minute <= 1.25


def test_what_the_endpoint_says_outranks_the_short_pause(address):
    async def body(endpoint):
        return [round(await episode(endpoint, address, retry_after_s=3.0), 1) for _ in range(3)]

    assert against(address, body) == [3.0, 3.0, 3.0]


def test_down_never_cuts(address):
    async def body(endpoint):
        for _ in range(3):
            permits = (await endpoint.take(20)).permits
            await endpoint.settle(permits[:9], Ended.DOWN)
            await endpoint.settle(permits[9:10], Ended.OK)
            await endpoint.settle(permits[10:19], Ended.DOWN)
            await endpoint.settle(permits[19:], Ended.OK)
        return await endpoint.state()

    state = against(address, body)
    assert (state.concurrency, state.circuit, state.paused_for_s) == (20, "closed", 0.0)


def test_a_remembered_pause_does_not_creep(address):
    """A process tells the server of the pause it knows; asked a hundred times, it ends when it was to end."""

    async def body(endpoint):
        await endpoint.settle((await endpoint.take()).permits, Ended.LIMITED, retry_after_s=0.5)
        begun = time.monotonic()
        while (grant := await endpoint.take()) == Grant([], grant.wait_s, "paused"):
            await asyncio.sleep(0.003)
        return time.monotonic() - begun, grant.why

    waited, why = against(address, body)
    assert 0.48 < waited < 0.6
    assert why == ""
