"""What one endpoint may be sent: in flight, requests, tokens, pauses, leases, and how it begins from nothing."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from redis import Redis

from config.settings import redis_address
from tests.workers.limits_arena import (
    ENDPOINT,
    OPEN,
    against,
    end_leases,
    granted_at,
    now_ms,
    per_minute,
    prove,
    set_state,
)
from workers.limits import Ended, Grant, Settled, State, keys, state_now

ROOT = Path(__file__).parents[2]
SHORT = {"window_s": 1.0, "margin_s": 0.1}


@pytest.fixture
def address():
    address = redis_address(3)
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


def test_the_script_is_part_of_the_wheel():
    files = {Path(one.distribution_path).as_posix() for one in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {"workers/limits.py", "workers/limits.lua"} <= files


def test_never_more_in_flight_than_allowed(address):
    async def body(endpoint):
        first = await endpoint.take(2)
        second = await endpoint.take(5)
        third = await endpoint.take()
        await endpoint.settle(first.permits)
        fourth = await endpoint.take(5)
        return first, second, third, fourth

    first, second, third, fourth = against(address, body, per_minute(in_flight=3))
    assert (len(first.permits), first.wait_s, first.why) == (2, 0, "")
    assert (len(second.permits), second.wait_s, second.why) == (1, 0.1, "in_flight")
    assert third == Grant([], 0.1, "in_flight")
    assert (len(fourth.permits), fourth.why) == (2, "in_flight")
    assert len({*first.permits, *second.permits, *fourth.permits}) == 5


def test_nothing_wanted_is_nothing_granted(address):
    assert against(address, lambda endpoint: endpoint.take(0)) == Grant([], 0.0, "")
    assert against(address, lambda endpoint: endpoint.take(), per_minute(in_flight=0)).why == "in_flight"
    assert against(address, lambda endpoint: endpoint.settle([])) is None


def test_a_limited_endpoint_begins_cold_and_is_seeded_once(address):
    async def body(endpoint):
        cold = await endpoint.take(5)
        # The oldest are out of the minute; both workers tell what they read in the database.
        recent = [(0.5, 10)] * 2 + [(30.0, 5)] + [(61.0, 100)] + [(63.0, 1000)]
        await endpoint.seed(*recent)
        await endpoint.seed(*recent)
        return cold, await endpoint.take(20), await endpoint.state()

    cold, grant, state = against(address, body, per_minute(requests=10))
    assert cold == Grant([], 0.0, "cold")
    assert (len(grant.permits), grant.why) == (6, "requests")
    assert 0.8 < grant.wait_s < 1.2  # until what was asked 61 s ago is older than 62
    assert state == State(6, 20, 10, 125, 0.0, "closed")


def test_without_limits_a_minute_nothing_is_cold(address):
    assert len(against(address, lambda endpoint: endpoint.take(5)).permits) == 5


def test_what_was_watched_for_a_minute_is_not_cold(address):
    """No limits at first, then a maintainer sets one: what was granted since is all there was."""

    async def body(endpoint):
        await endpoint.take(5)
        endpoint.allowed = per_minute(requests=20)
        before = await endpoint.take()
        await set_state(address, born=now_ms(address) - 63_000)
        return before.why, len((await endpoint.take(20)).permits)

    assert against(address, body) == ("cold", 15)


def test_requests_come_back_when_they_leave_the_window(address):
    async def body(endpoint):
        await endpoint.seed()
        first = await endpoint.take(20)
        none = await endpoint.take(1)
        time.sleep(none.wait_s)
        again = await endpoint.take(20)
        return first, none, again

    first, none, again = against(address, body, per_minute(requests=10), **SHORT)
    assert [len(one.permits) for one in (first, none, again)] == [10, 0, 10]
    assert (none.why, again.why) == ("requests", "requests")
    assert 1.1 < granted_at(again.permits[0]) - granted_at(first.permits[0]) < 1.2


def test_tokens_are_reserved_and_corrected(address):
    async def body(endpoint):
        await endpoint.seed()
        first = await endpoint.take(20, 300)
        before = await endpoint.state()
        await endpoint.settle(first.permits[:1], tokens=100)
        await endpoint.settle(first.permits[1:2])  # keeps the estimate
        await endpoint.settle(first.permits[2:], tokens=350)
        await endpoint.settle(first.permits, tokens=0)  # settled already: changes nothing
        return first, before, await endpoint.state(), await endpoint.take(20, 100)

    first, before, after, grant = against(address, body, per_minute(tokens=1000))
    assert (len(first.permits), first.why) == (3, "tokens")
    assert (before.tokens, before.requests, before.in_flight) == (900, 3, 3)
    assert (after.tokens, after.requests, after.in_flight) == (750, 3, 0)
    assert (len(grant.permits), grant.why) == (2, "tokens")


def test_tokens_say_when_enough_of_them_have_left(address):
    async def body(endpoint):
        await endpoint.seed((50, 400), (40, 400), (1, 100))
        return [(await endpoint.take(1, each)) for each in (50, 200, 700, 1500)]

    grants = against(address, body, per_minute(tokens=1000))
    assert [len(one.permits) for one in grants] == [1, 0, 0, 0]
    assert [round(one.wait_s) for one in grants] == [0, 12, 22, 62]


def test_a_call_larger_than_a_minute_goes_alone(address):
    async def body(endpoint):
        await endpoint.seed()
        first, second, small = await endpoint.take(5, 5000), await endpoint.take(5, 5000), await endpoint.take(1, 1)
        time.sleep(second.wait_s)
        return first, second, small, await endpoint.take(5, 5000)

    first, second, small, after = against(address, body, per_minute(tokens=1000), **SHORT)
    assert [len(one.permits) for one in (first, second, small, after)] == [1, 0, 0, 1]
    assert {one.why for one in (first, second, small, after)} == {"tokens"}


def test_what_was_not_sent_is_given_back_once(address):
    async def body(endpoint):
        await endpoint.seed()
        first = await endpoint.take(10, 50)
        for _ in range(3):
            await endpoint.settle(first.permits[:4], Ended.UNSENT)
        state = await endpoint.state()
        return state, await endpoint.take(20, 1)

    state, grant = against(address, body, per_minute(requests=10))
    assert (state.requests, state.tokens, state.in_flight) == (6, 300, 6)
    assert len(grant.permits) == 4


def test_a_retry_after_is_obeyed_and_the_longest_counts(address):
    async def body(endpoint):
        permits = (await endpoint.take(3)).permits
        await endpoint.settle(permits[:1], Ended.LIMITED, retry_after_s=0.6)
        await endpoint.settle(permits[1:2], Ended.LIMITED, retry_after_s=0.2)
        told = time.monotonic()
        paused = await endpoint.take(3)
        paused_for = (await endpoint.state()).paused_for_s
        while not (grant := await endpoint.take(1)).permits:
            time.sleep(0.01)
        return paused, paused_for, time.monotonic() - told, grant.why

    paused, paused_for, waited, why = against(address, body)
    assert (paused.permits, paused.why, why) == ([], "paused", "")
    assert 0.5 < paused_for <= paused.wait_s <= 0.6
    assert paused.wait_s - 0.01 <= waited < paused.wait_s + 0.1


@pytest.mark.parametrize("nonsense", [0.0, -5.0, float("nan"), None])
def test_a_retry_after_that_says_nothing_is_a_short_pause(address, nonsense):
    async def body(endpoint):
        await endpoint.settle((await endpoint.take()).permits, Ended.LIMITED, retry_after_s=nonsense)
        return await endpoint.take()

    assert 0.7 < against(address, body).wait_s <= 1.25


def test_an_endless_retry_after_ends(address):
    async def body(endpoint):
        await endpoint.settle((await endpoint.take()).permits, Ended.LIMITED, retry_after_s=float("inf"))
        return await endpoint.take()

    assert round(against(address, body).wait_s) == 7 * 86400
    with Redis.from_url(address) as valkey:  # and is kept as long as it lasts
        assert valkey.ttl(keys(ENDPOINT)[0]) > 7 * 86400


def test_places_of_a_dead_process_are_free_after_its_lease(address):
    async def body(endpoint):
        dead = (await endpoint.take(2)).permits
        with Redis.from_url(address) as valkey:
            lease = valkey.zscore(keys(ENDPOINT)[1], dead[0]) - granted_at(dead[0]) * 1000
        full = await endpoint.take()
        await end_leases(address)
        state = await endpoint.state()
        alive = (await endpoint.take(5)).permits
        # It was only asleep: its places are others' now, and it takes nothing from them.
        await endpoint.limits.renew(ENDPOINT, dead)
        await endpoint.settle(dead, Ended.UNSENT)
        return lease, full.why, state.in_flight, len(alive), (await endpoint.state()).in_flight

    assert against(address, body, per_minute(in_flight=2)) == (30_000, "in_flight", 0, 2, 2)


def test_a_renewed_lease_lasts(address):
    async def body(endpoint):
        permits = (await endpoint.take(3)).permits
        with Redis.from_url(address) as valkey:
            soon = now_ms(address) + 100
            valkey.zadd(keys(ENDPOINT)[1], dict.fromkeys(permits, soon))
        await endpoint.limits.renew(ENDPOINT, permits[:2])
        await endpoint.limits.renew(ENDPOINT, [])
        time.sleep(0.15)
        return (await endpoint.state()).in_flight

    assert against(address, body) == 2


def test_many_are_settled_in_one_call_each_in_its_way(address):
    async def body(endpoint):
        await endpoint.seed()
        permits = (await endpoint.take(4, 10)).permits
        ends = zip(permits, (Ended.OK, Ended.DOWN, Ended.UNSENT, Ended.OK), (7, None, None, 5), strict=True)
        settled = [Settled(permit, ended, tokens) for permit, ended, tokens in ends]
        await endpoint.limits.settle(ENDPOINT, endpoint.allowed, [*settled, Settled("what is this", Ended.OK)])
        return await endpoint.state()

    assert against(address, body, per_minute(tokens=1000)) == State(0, 20, 3, 22, 0.0, "closed")


def test_endpoints_do_not_meet(address):
    async def body(endpoint):
        await endpoint.settle((await endpoint.take()).permits, Ended.LIMITED, retry_after_s=50)
        other = replace(OPEN, in_flight=5)
        await prove(address, ENDPOINT + 1)
        grant = await endpoint.limits.take(ENDPOINT + 1, other, wanted=9, tokens_each=3)
        return len(grant.permits), await endpoint.limits.state([ENDPOINT, ENDPOINT + 1, ENDPOINT + 2])

    granted, states = against(address, body)
    assert granted == 5
    assert 49 < states[ENDPOINT].paused_for_s <= 50
    assert states[ENDPOINT + 1] == State(5, 5, 5, 15, 0.0, "closed")
    assert states[ENDPOINT + 2] == State(0, None, 0, 0, 0.0, "closed")
    seen = state_now(address, [ENDPOINT + 1, ENDPOINT + 2])
    assert seen == {number: states[number] for number in (ENDPOINT + 1, ENDPOINT + 2)}


def test_looking_leaves_nothing_behind_and_use_goes_by_itself(address):
    with Redis.from_url(address) as valkey:
        state_now(address, [1, 2, 3])
        assert valkey.dbsize() == 0
        against(address, lambda endpoint: endpoint.take(5, 10))
        assert Counter(valkey.keys()) == Counter(key.encode() for key in keys(ENDPOINT))
        assert all(0 < valkey.ttl(key) <= 6 * 3600 for key in keys(ENDPOINT))


def test_the_log_does_not_grow(address):
    async def body(endpoint):
        for _ in range(300):
            await endpoint.settle((await endpoint.take(3, 10)).permits, tokens=4)
            time.sleep(0.001)
        time.sleep(0.25)
        return await endpoint.state()

    assert against(address, body, window_s=0.2, margin_s=0.01) == State(0, 20, 0, 0, 0.0, "closed")
    with Redis.from_url(address) as valkey:
        assert [valkey.exists(key) for key in keys(ENDPOINT)] == [1, 0, 0, 0]
