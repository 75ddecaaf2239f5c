"""When to stop asking: one call until one was answered, and the circuit that opens when all is down."""

import asyncio

import pytest
from redis import Redis

from config.settings import redis_address
from tests.workers.limits_arena import against, flush, now_ms, per_minute, set_state
from workers.limits import Ended, Grant


@pytest.fixture
def address():
    address = redis_address(3)
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


async def opened(endpoint):
    permits = (await endpoint.take(20)).permits
    await endpoint.settle(permits[:10], Ended.DOWN)
    await asyncio.sleep(0.003)  # a trial is granted after it
    return permits[10:]


def test_ten_downs_in_a_row_open_the_circuit(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits
        await endpoint.settle(permits[:9], Ended.DOWN)
        nine = (await endpoint.state()).circuit
        await endpoint.settle(permits[9:10], Ended.DOWN)
        return nine, (await endpoint.state()), await endpoint.take(5)

    nine, state, grant = against(address, body)
    assert (nine, state.circuit, state.concurrency) == ("closed", "open", 20)
    assert (grant.permits, grant.why) == ([], "broken")
    assert 9.9 < grant.wait_s <= 10


@pytest.mark.parametrize("between", [Ended.OK, Ended.LIMITED])
def test_an_answer_between_them_begins_the_count_anew(address, between):
    async def body(endpoint):
        permits = (await endpoint.take(19)).permits
        await endpoint.settle(permits[:9], Ended.DOWN)
        await endpoint.settle(permits[9:10], between)
        await endpoint.settle(permits[10:], Ended.DOWN)
        return (await endpoint.state()).circuit

    assert against(address, body) == "closed"


@pytest.mark.parametrize("ended", [Ended.OK, Ended.LIMITED])
def test_one_trial_each_ten_seconds_until_one_is_answered(address, ended):
    async def body(endpoint):
        old = await opened(endpoint)
        seen = []

        async def look(grant=None):
            granted = "-" if grant is None else (len(grant.permits), grant.why, round(grant.wait_s))
            seen.append((granted, (await endpoint.state()).circuit))
            return grant

        await endpoint.settle(old[:1], Ended.OK)  # begun before it opened: says nothing about now
        await look()
        for _ in range(2):
            await set_state(address, trial_at=now_ms(address))
            await look()
            trial = await look(await endpoint.take(5))
            await look(await endpoint.take(5))
            await endpoint.settle(trial.permits, Ended.DOWN)
            await look(await endpoint.take(1))
        await set_state(address, trial_at=now_ms(address))
        trial = await endpoint.take(1)
        seen.append((len(trial.permits), trial.why))
        await endpoint.settle(trial.permits, ended)
        await look()
        await endpoint.end_pause()
        permits = (await endpoint.take(5)).permits
        await endpoint.settle(permits, Ended.DOWN)  # counted from none
        return [*seen, len(permits), (await endpoint.state()).circuit]

    failing = [
        ("-", "half_open"),
        ((1, "broken", 10), "half_open"),
        ((0, "broken", 10), "half_open"),
        ((0, "broken", 10), "open"),
    ]
    assert against(address, body) == [("-", "open"), *failing, *failing, (1, ""), ("-", "closed"), 5, "closed"]


def test_a_trial_that_was_not_sent_is_tried_at_once(address):
    async def body(endpoint):
        await opened(endpoint)
        await set_state(address, trial_at=now_ms(address))
        await endpoint.settle((await endpoint.take()).permits, Ended.UNSENT)
        return await endpoint.take(), (await endpoint.state()).circuit

    grant, circuit = against(address, body)
    assert (len(grant.permits), grant.why, circuit) == (1, "", "half_open")


def test_a_trial_that_never_ends_is_followed_by_another(address):
    async def body(endpoint):
        await opened(endpoint)
        grants = []
        for _ in range(3):
            await set_state(address, trial_at=now_ms(address))
            grants.append(len((await endpoint.take(5)).permits))
        return grants

    assert against(address, body) == [1, 1, 1]


def test_calls_that_hang_do_not_keep_the_trial_out(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits  # ten of them never end
        await endpoint.settle(permits[:10], Ended.DOWN)
        seen = []
        for _ in range(3):
            await asyncio.sleep(0.003)
            await set_state(address, trial_at=now_ms(address))
            trial = await endpoint.take(5)
            seen.append((len(trial.permits), trial.why, (await endpoint.state()).in_flight))
        await endpoint.settle(trial.permits)
        return seen, (await endpoint.state()).circuit, (await endpoint.take(5)).why

    seen = [(1, "broken", flying) for flying in (11, 12, 13)]
    assert against(address, body, per_minute(in_flight=20)) == (seen, "closed", "")

    async def alone(endpoint):
        await endpoint.take()  # the only place
        await set_state(address, opened=1, trial_at=1)
        return len((await endpoint.take()).permits)

    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    assert against(address, alone, per_minute(in_flight=1)) == 1


@pytest.mark.parametrize("limits", [{}, {"in_flight": 5}, {"requests": 100}])
def test_until_one_is_answered_one_goes_alone(address, limits):
    async def body(endpoint):
        if "requests" in limits:
            await endpoint.seed()
        granted = []
        for ended in (Ended.DOWN, Ended.UNSENT, Ended.GONE, Ended.REFUSED, Ended.LIMITED, Ended.OK):
            grant = await endpoint.take(20)
            granted.append((len(grant.permits), grant.why, grant.wait_s))
            assert (await endpoint.take(20)) == Grant([], 0.1, "in_flight")
            await endpoint.settle(grant.permits, ended)
            await endpoint.settle(grant.permits, Ended.GONE)
            await endpoint.end_pause()
        return granted, len((await endpoint.take(20)).permits)

    granted, after = against(address, body, per_minute(**limits), proven=False)
    assert granted == [(1, "in_flight", 0.1)] * 6
    assert after == (4 if "in_flight" in limits else 16)  # LIMITED was heard


def test_with_no_place_at_all_not_even_one(address):
    nothing = per_minute(in_flight=0)
    assert against(address, lambda endpoint: endpoint.take(), nothing, proven=False) == Grant([], 0.1, "in_flight")


def test_after_a_refusal_one_goes_alone_whatever_came_before_it(address):
    async def body(endpoint):
        permits = (await endpoint.take(20)).permits
        await asyncio.sleep(0.002)
        await endpoint.settle(permits[:1], Ended.REFUSED)
        await endpoint.settle(permits[1:5], Ended.OK)  # asked before the money was used up
        full = await endpoint.take(20)
        await endpoint.settle(permits[5:], Ended.GONE)
        await asyncio.sleep(0.002)
        # The refused one keeps its place until the endpoint is paused, and is settled as gone then.
        assert (await endpoint.take(20)).why == "in_flight"
        await endpoint.settle(permits[:1], Ended.GONE)
        alone = await endpoint.take(20)
        await endpoint.settle(alone.permits, Ended.OK)
        return len(full.permits), len(alone.permits), len((await endpoint.take(20)).permits), await endpoint.state()

    full, alone, after, state = against(address, body)
    assert (full, alone, after) == (0, 1, 20)
    assert (state.circuit, state.concurrency) == ("closed", 20)


def test_answers_one_at_a_time_raise_no_limit(address):
    """While calls go alone the limit is never reached, so a round of them says nothing."""

    async def body(endpoint):
        for _ in range(30):
            await set_state(address, proven=0)
            await endpoint.settle((await endpoint.take(20)).permits)
        return (await endpoint.state()).concurrency

    assert against(address, body) == 20


def test_what_is_gone_frees_its_place_and_says_nothing(address):
    async def body(endpoint):
        await endpoint.seed()
        permits = (await endpoint.take(15, 10)).permits
        await endpoint.settle(permits[:9], Ended.DOWN)
        await endpoint.settle(permits[9:14], Ended.GONE)
        before = await endpoint.state()
        await endpoint.settle(permits[14:], Ended.DOWN)  # the tenth in a row, for all that
        return before, (await endpoint.state()).circuit

    before, circuit = against(address, body, per_minute(requests=100))
    assert (before.in_flight, before.requests, before.tokens, before.circuit) == (1, 15, 150, "closed")
    assert circuit == "open"


def test_a_refusal_is_an_answer_to_the_circuit(address):
    async def body(endpoint):
        await opened(endpoint)
        await set_state(address, trial_at=now_ms(address))
        await endpoint.settle((await endpoint.take()).permits, Ended.REFUSED)
        return (await endpoint.state()).circuit

    assert against(address, body) == "closed"


def test_after_a_loss_it_is_one_call_until_any_is_answered(address):
    async def body(endpoint):
        old = (await endpoint.take(20)).permits
        await flush(address, proven=False)
        alone = await endpoint.take(20)
        await endpoint.settle(old[:1])
        return len(alone.permits), len((await endpoint.take(20)).permits)

    assert against(address, body) == (1, 19)
