"""What an endpoint may be sent now, counted for all worker processes together.

Before a call a worker takes a permit, after it it settles the permit. One Lua script on Valkey (limits.lua) answers
both, whole, so that no race gives more than is allowed: requests and tokens a minute as an exact log of what was
granted, calls in flight as leases, a pause after "slow down", a concurrency that adapts (doubles until the first
"slow down", × 0.8 at each episode of them, + 5 % after each clean round that used it), and a circuit breaker. The first
call of an endpoint that has not answered yet goes alone.

Nothing here is the truth, which is in PostgreSQL. When Valkey forgets, what is in flight comes back as its leases are
renewed, the log is seeded from the database, and a pause is told again by those who heard of it. When Valkey is away,
`LimitsAway` is raised and nothing new may begin. A permit whose answer was lost on the way back (a timeout, a cancelled
`take`) costs a place for 30 seconds and a request for a minute: too few calls then, never too many.
"""

import math
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

SCRIPT = Path(__file__).with_name("limits.lua").read_text(encoding="utf-8")

WINDOW_S = 60.0
# A request reaches the provider a little after its grant, and not each equally late.
MARGIN_S = 2.0
WITHIN_S = 3.0  # in which a server that works has connected, or answered
AT_MOST = 1000  # permits in one grant
LONGEST_RETRY_AFTER_S = 7 * 86400.0


class LimitsAway(Exception):
    """Valkey cannot be asked. Begin nothing new; try again in a moment."""


@dataclass(frozen=True)
class Allowed:
    """What an endpoint allows, from its row. None is no limit."""

    in_flight: int
    requests_a_minute: int | None
    tokens_a_minute: int | None


@dataclass(frozen=True)
class Grant:
    """As many permits as calls may be sent now, each to be settled (or left to expire).

    `why` says what held back the rest: "" (nothing), in_flight, requests, tokens, paused, broken (the circuit is open)
    or cold (Valkey knows nothing: call `seed`, then ask again). Asking again before `wait_s` seconds brings nothing,
    unless a call is settled meanwhile. A call that has not begun by `begin_by` (time.monotonic()) would reach the
    provider after its minute was counted over: give its permit back as UNSENT and take another.
    """

    permits: list[str] = field(default_factory=list)
    wait_s: float = 0.0
    why: str = ""
    begin_by: float = field(default=math.inf, compare=False)


class Ended(StrEnum):
    """How a call ended, as far as the limits are concerned."""

    OK = "ok"
    LIMITED = "limited"  # the endpoint said "slow down" (429, 529)
    DOWN = "down"  # 5xx, transport error, timeout
    UNSENT = "unsent"  # surely never sent: its request and tokens are given back
    # The endpoint will have nothing of us (money, key, model): the next call goes alone, and this one keeps its place
    # until it is settled once more, as GONE, when the endpoint is paused.
    REFUSED = "refused"
    GONE = "gone"  # nobody waits for it any more: its place is free, and it says nothing


@dataclass(frozen=True)
class Settled:
    """The end of one call. `tokens` is what it really used; None keeps what was reserved."""

    permit: str
    ended: Ended
    tokens: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True)
class State:
    """What is known of an endpoint now. Requests and tokens are those of the last minute (and the margin)."""

    in_flight: int
    concurrency: int | None  # the adaptive limit; None before the first call
    requests: int
    tokens: int
    paused_for_s: float
    circuit: str  # closed, open or half_open


class Limits:
    """For one event loop; connects when first asked. `window_s` and `margin_s` are shorter in tests only."""

    def __init__(
        self, address: str, *, window_s: float = WINDOW_S, margin_s: float = MARGIN_S, within_s: float = WITHIN_S
    ) -> None:
        self.span_ms = span_ms(window_s, margin_s)
        self.window_s, self.margin_s = window_s, margin_s
        # A connection left over from before a restart is made anew. What timed out may have been done: not repeated.
        retry = Retry(NoBackoff(), 1, supported_errors=(NotConnected,))
        self.valkey: Redis[str] = Redis.from_url(
            address, decode_responses=True, socket_connect_timeout=within_s, socket_timeout=within_s, retry=retry
        )
        # The script is sent again by itself to a server that does not know it (any more).
        self.script = self.valkey.register_script(SCRIPT)
        self.name = secrets.token_hex(5)
        self.grants = 0
        # By time.monotonic(): the pauses this process has heard of, by endpoint, for a server that forgets.
        self.paused_until: dict[int, float] = {}

    async def take(self, endpoint: int, allowed: Allowed, *, wanted: int, tokens_each: int) -> Grant:
        """Up to `wanted` permits (1000 at most), each reserving `tokens_each` tokens."""
        if wanted < 1:
            return Grant()
        self.grants += 1
        asked_at = time.monotonic()
        remembered = self.paused_until.get(endpoint, 0.0) - asked_at
        batch, granted, wait_ms, why = await self.run(
            endpoint,
            "take",
            min(wanted, AT_MOST),
            max(0, tokens_each),
            f"{self.name}{self.grants:x}",
            allowed.in_flight,
            -1 if allowed.requests_a_minute is None else allowed.requests_a_minute,
            -1 if allowed.tokens_a_minute is None else allowed.tokens_a_minute,
            max(0, int(remembered * 1000)),
        )
        if why == "paused":
            self.hear_of_pause(endpoint, asked_at + wait_ms / 1000)
        in_time = allowed.requests_a_minute is None and allowed.tokens_a_minute is None
        begin_by = math.inf if in_time else asked_at + self.margin_s
        return Grant([f"{batch}-{number}" for number in range(granted)], wait_ms / 1000, why, begin_by)

    async def seed(self, endpoint: int, recent: Sequence[tuple[float, int]]) -> None:
        """After "cold": what the endpoint was asked in the last minute, as (seconds ago, tokens). Counts once."""
        # In steps of a fraction of the window, so that a busy minute is a few hundred entries.
        step = self.window_s / 600
        steps: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        for ago, tokens in recent:
            if ago * 1000 <= self.span_ms:
                of_step = steps[int(max(0.0, ago) / step)]
                of_step[0] += 1
                of_step[1] += max(0, tokens)
        told: list[int] = []
        for number, (requests, tokens) in steps.items():
            told += [int(number * step * 1000), requests, tokens]
        await self.run(endpoint, "seed", *told)

    async def settle(self, endpoint: int, allowed: Allowed, settled: Sequence[Settled]) -> None:
        """How calls ended, in that order. Safe to repeat; a permit that Valkey has forgotten does no harm."""
        if not settled:
            return
        told: list[str | int | float] = []
        asked_at = time.monotonic()
        for one in settled:
            pause_s = retry_after(one)
            if pause_s:
                self.hear_of_pause(endpoint, asked_at + pause_s)
            tokens = "" if one.tokens is None else max(0, one.tokens)
            told += [one.permit, one.ended.value, tokens, math.ceil(pause_s * 1000)]
        jitter = random.uniform(0.75, 1.25)  # noqa: S311 - spreads out, keeps no secret
        paused_ms = await self.run(endpoint, "settle", allowed.in_flight, jitter, *told)
        if paused_ms:
            self.hear_of_pause(endpoint, asked_at + paused_ms / 1000)

    async def renew(self, endpoint: int, permits: Sequence[str]) -> None:
        """Another 30 seconds for calls that are still under way. A place that has expired is not taken again."""
        if permits:
            await self.run(endpoint, "renew", *permits)

    async def state(self, endpoints: Sequence[int]) -> dict[int, State]:
        """What is known of each endpoint."""
        return {endpoint: read_state(await self.run(endpoint, "state")) for endpoint in endpoints}

    async def listen(self, endpoint: int) -> None:
        """Hears of a pause that another process was told of since the permits were given."""
        asked_at = time.monotonic()
        state = (await self.state([endpoint]))[endpoint]
        if state.paused_for_s > 0:
            self.hear_of_pause(endpoint, asked_at + state.paused_for_s)

    async def close(self) -> None:
        await self.valkey.aclose()  # type: ignore[attr-defined]  # newer than its stubs

    def hear_of_pause(self, endpoint: int, until: float) -> None:
        """Remembers the longest. `until` is never after the server's own, or each telling would lengthen it."""
        self.paused_until[endpoint] = max(self.paused_until.get(endpoint, 0.0), until)

    async def run(self, endpoint: int, operation: str, *told: str | int | float) -> Any:
        try:
            return await self.script(keys=keys(endpoint), args=(operation, self.span_ms, *told))
        except (RedisError, OSError) as error:
            raise LimitsAway(f"the limits cannot be asked: {error}") from error


def state_now(address: str, endpoints: Iterable[int], *, window_s: float = WINDOW_S) -> dict[int, State]:
    """The same as `Limits.state`, for code that does not run in an event loop; connects and leaves again."""
    try:
        with SyncRedis.from_url(
            address, decode_responses=True, socket_connect_timeout=1.0, socket_timeout=1.0
        ) as valkey:
            script = valkey.register_script(SCRIPT)
            arguments = ("state", span_ms(window_s, MARGIN_S))
            return {one: read_state(script(keys=keys(one), args=arguments)) for one in endpoints}
    except (RedisError, OSError) as error:
        raise LimitsAway(f"the limits cannot be asked: {error}") from error


def span_ms(window_s: float, margin_s: float) -> int:
    """How long a grant counts."""
    return math.ceil((window_s + margin_s) * 1000)


def keys(endpoint: int) -> list[str]:
    """Those of one endpoint; the braces keep them on one server of a cluster."""
    return [f"limits:{{{endpoint}}}:{name}" for name in ("state", "places", "log", "amounts")]


def retry_after(one: Settled) -> float:
    """The pause in seconds that the endpoint asked for, or 0 where it named none (or nonsense)."""
    asked = one.retry_after_s
    if one.ended is not Ended.LIMITED or asked is None or not asked > 0:
        return 0.0
    return min(asked, LONGEST_RETRY_AFTER_S)


def read_state(answer: Any) -> State:
    in_flight, concurrency, requests, tokens, paused_ms, circuit = answer
    return State(in_flight, concurrency or None, requests, tokens, paused_ms / 1000, circuit)
