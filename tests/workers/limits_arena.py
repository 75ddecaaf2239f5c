"""A Valkey database for the limits, short ways to say what is taken and settled, and one process that races."""

import asyncio
import contextlib
import time

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from workers.limits import Allowed, Ended, Limits, LimitsAway, Settled, keys

# No row has this number: tests of the whole engine use the same Valkey.
ENDPOINT = 7_000_000_007
OPEN = Allowed(in_flight=1000, requests_a_minute=None, tokens_a_minute=None)


def per_minute(requests=None, tokens=None, in_flight=1000):
    return Allowed(in_flight, requests, tokens)


class Endpoint:
    """One endpoint seen through one Limits, with what it allows kept in `allowed`."""

    def __init__(self, limits, allowed=OPEN, number=ENDPOINT):
        self.limits, self.allowed, self.number = limits, allowed, number

    async def take(self, wanted=1, tokens_each=0):
        return await self.limits.take(self.number, self.allowed, wanted=wanted, tokens_each=tokens_each)

    async def settle(self, permits, ended=Ended.OK, **told):
        await self.limits.settle(self.number, self.allowed, [Settled(permit, ended, **told) for permit in permits])

    async def seed(self, *recent):
        await self.limits.seed(self.number, recent)

    async def end_pause(self):
        """As if it had been waited for; the next call is granted after what was cut meanwhile."""
        await self.limits.valkey.hset(keys(self.number)[0], "pause", 0)
        self.limits.paused_until.clear()
        await asyncio.sleep(0.003)

    async def state(self):
        return (await self.limits.state([self.number]))[self.number]


def against(address, body, allowed=OPEN, *, proven=True, **options):
    """Runs `body(endpoint)` in a loop of its own, with an endpoint that has answered before."""

    async def main():
        limits = Limits(address, **options)
        if proven:
            await prove(address)
        try:
            return await body(Endpoint(limits, allowed))
        finally:
            await limits.close()

    return asyncio.run(main())


def granted_at(permit):
    """Seconds on the server's clock."""
    return int(permit.split("-")[0]) / 1000


async def set_state(address, **values):
    """Puts numbers into the endpoint's state: so that a test need not wait for them."""
    async with AsyncRedis.from_url(address) as valkey:
        await valkey.hset(keys(ENDPOINT)[0], mapping=values)


async def prove(address, endpoint=ENDPOINT):
    """As if the endpoint had answered: it is given more than one call at a time."""
    async with AsyncRedis.from_url(address) as valkey:
        await valkey.hset(keys(endpoint)[0], "proven", 1)


async def end_leases(address):
    async with AsyncRedis.from_url(address) as valkey:
        places = keys(ENDPOINT)[1]
        for permit in await valkey.zrange(places, 0, -1):
            await valkey.zadd(places, {permit: 1})


async def set_log_back(address):
    """As if what was granted had been granted two minutes ago."""
    async with AsyncRedis.from_url(address) as valkey:
        for batch in await valkey.zrange(keys(ENDPOINT)[2], 0, -1):
            await valkey.zincrby(keys(ENDPOINT)[2], -120_000, batch)


async def flush(address, *, proven=True):
    """Everything is forgotten, but (so that a test need not begin with one call) that the endpoint has answered."""
    async with AsyncRedis.from_url(address) as valkey:
        await valkey.flushall()
    if proven:
        await prove(address)


def now_ms(address):
    with Redis.from_url(address) as valkey:
        seconds, micros = valkey.time()
    return seconds * 1000 + micros // 1000


def race(address, allowed, told):
    """One worker process: takes and settles for `for_s` seconds. Gives (permit, when it had it, when it was over)."""
    return against(address, lambda endpoint: asyncio.wait_for(racing(endpoint, told), told["for_s"] + 30), allowed, **(
        told["options"]
    ))  # fmt: skip


async def racing(endpoint, told):
    calls, flying, over = [], set(), time.monotonic() + told["for_s"]
    changed = asyncio.Event()

    async def call(permit, begin_by):
        begun, ended, tokens = time.time(), Ended.UNSENT, None
        if time.monotonic() <= begin_by:
            await asyncio.sleep(told.get("latency_s", 0.02))
            calls.append((permit, begun, time.time()))
            ended, tokens = Ended.OK, told.get("tokens_used")
        while True:
            try:
                await endpoint.settle([permit], ended, tokens=tokens)
                break
            except LimitsAway:
                await asyncio.sleep(0.05)
        changed.set()

    while time.monotonic() < over:
        changed.clear()
        try:
            grant = await endpoint.take(told["wanted"], told.get("tokens_each", 0))
        except LimitsAway:
            await asyncio.sleep(0.05)
            continue
        if grant.why == "cold":
            await endpoint.seed(*told.get("seed", ()))
            continue
        for permit in grant.permits:
            task = asyncio.create_task(call(permit, grant.begin_by))
            flying.add(task)
            task.add_done_callback(flying.discard)
        if not grant.why:
            await asyncio.sleep(0)
            continue
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), grant.wait_s)
    await asyncio.gather(*flying)
    return calls
