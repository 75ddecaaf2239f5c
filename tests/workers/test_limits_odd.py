"""What should not happen: one key lost and not the rest, a clock set back, a call cancelled, numbers without sense."""

import asyncio

import pytest
from redis import Redis

from config.settings import redis_address
from tests.workers.limits_arena import ENDPOINT, against, end_leases, now_ms, per_minute, set_log_back, set_state
from workers.limits import Ended, State, keys

MINUTE = per_minute(requests=100)


@pytest.fixture
def address():
    address = redis_address(3)
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


@pytest.mark.parametrize("lost", [2, 3])
def test_a_log_lost_alone_is_seeded_again(address, lost):
    """A server short of memory may drop one key and keep another."""

    async def body(endpoint):
        await endpoint.seed()
        await endpoint.settle((await endpoint.take(20, 10)).permits)
        with Redis.from_url(address) as valkey:
            valkey.delete(keys(ENDPOINT)[lost])
        if lost == 3:  # without its amounts the log is only found out when it leaves
            await set_log_back(address)
        cold = await endpoint.take()
        await endpoint.seed((10, 30))
        return cold.why, len((await endpoint.take(5, 10)).permits), (await endpoint.state()).tokens

    assert against(address, body, per_minute(requests=20, tokens=1000)) == ("cold", 5, 80)


def test_a_clock_that_was_set_back_does_not_stop_everything(address):
    async def body(endpoint):
        await endpoint.take(20)
        later = now_ms(address) + 3600_000
        await set_state(address, seen=later, pause=later)
        return len((await endpoint.take(20)).permits)

    assert against(address, body) == 1  # begun anew


def test_a_call_that_is_cancelled_leaves_a_connection_that_works(address):
    async def body(endpoint):
        for delay in (0.0, 0.0002, 0.0005, 0.001) * 10:
            task = asyncio.create_task(endpoint.take(3))
            await asyncio.sleep(delay)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await end_leases(address)  # what it may have been granted, nobody heard of
            permits = (await endpoint.take(1)).permits
            assert len(permits) == 1
            await endpoint.settle(permits)
        return (await endpoint.state()).circuit

    assert against(address, body) == "closed"


def test_numbers_that_make_no_sense_break_nothing(address):
    async def body(endpoint):
        await endpoint.seed((-3.0, -5), (float("inf"), 3), (1e9, 3))
        await set_state(address, oks=99)
        grant = await endpoint.take(10**6, -5)
        await endpoint.settle(grant.permits, tokens=-(10**9))
        await endpoint.settle(["", "-", "1-2-3", "x-y-z-0", grant.permits[0] + "0"], Ended.DOWN)
        return len(grant.permits), await endpoint.state()

    assert against(address, body, MINUTE) == (20, State(0, 40, 21, 0, 0.0, "closed"))
