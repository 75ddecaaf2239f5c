"""The peer of the probing engine: nothing but a loop over aiohttp that keeps so many calls in the air.

It writes no rows, reads no answers and obeys no limits. It sends the very bodies the engine sends, and reads each
response whole.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp


@dataclass(frozen=True)
class Bare:
    """What came of it in the window: answers a second, CPU milliseconds an answer, and how many were answered."""

    rate: float
    cpu_ms: float
    answered: int


def measure(url: str, bodies: Sequence[bytes], in_flight: int, ramp_s: float, window_s: float) -> Bare:
    """Runs the loop for `ramp_s`, which do not count, and `window_s`, which do. Meant for a process of its own."""
    return asyncio.run(keep(url, bodies, in_flight, ramp_s, window_s))


async def keep(url: str, bodies: Sequence[bytes], in_flight: int, ramp_s: float, window_s: float) -> Bare:
    ended: list[float] = []
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:

        async def ask(first: int) -> None:
            number = first
            while True:
                body = bodies[number % len(bodies)]
                async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
                    await response.read()
                    response.raise_for_status()
                ended.append(time.monotonic())
                number += in_flight

        asking = asyncio.gather(*(ask(number) for number in range(in_flight)))
        await asyncio.wait({asking}, timeout=ramp_s)
        begun, cpu = time.monotonic(), cpu_s()
        await asyncio.wait({asking}, timeout=window_s)
        over, cpu = time.monotonic(), cpu_s() - cpu
        if asking.done():
            await asking  # it never ends by itself: this raises what went wrong
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    answered = sum(begun <= moment < over for moment in ended)
    return Bare(answered / (over - begun), cpu * 1000 / max(1, answered), answered)


def cpu_s() -> float:
    times = os.times()
    return times.user + times.system
