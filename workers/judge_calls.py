"""One call to a machine judge: a permit of the limits, its money, the call as it is written, and how it ended."""

import asyncio
import contextlib
import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import httpx
from django.conf import settings

from annotations.judging import Message
from annotations.selectors.judges import judged_lately
from probes.actions import Bill, Result, reserve, settle, stop_endpoint
from probes.actions.spending import month_of
from probes.models import Endpoint
from probes.selectors import asked_lately
from workers.asking import call_of, key_for, result_of, settled_of
from workers.database import Database
from workers.desks import Desk, Desks
from workers.limits import Ended, Grant, Limits, Settled
from workers.providers import PROTOCOLS
from workers.providers.results import Call

HEARTBEAT_S = 8.0
# Nobody waits longer than this before asking the limits again, whatever they said.
ASK_AGAIN_S = 5.0


class NotAsked(Exception):
    """A call could not be made; the message says why."""


def judges_call(endpoint: Endpoint, message: Message) -> Call:
    """The call that puts a message to a judge.

    Temperature 0 unless the endpoint's parameters say another; null there leaves it out, for models that refuse it.
    """
    call = call_of(endpoint, message.user, key=key_for(endpoint))
    params = {"temperature": 0, **call.params}
    if params["temperature"] is None:
        del params["temperature"]
    system = f"{call.system}\n\n{message.system}" if call.system else message.system
    return dataclasses.replace(call, system=system, params=params)


class Line:
    """The calls of one event loop."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.desks = Desks(database)
        self.limits = Limits(settings.REDIS_LIMITS)
        # Permits of calls that are under way, with their endpoints.
        self.held: set[tuple[int, str]] = set()

    async def permits(self, desk: Desk, wanted: int) -> Grant:
        """What the limits allow now; where they know nothing of the last minute, the tables tell them first."""
        endpoint = desk.endpoint.pk
        grant = await self.limits.take(endpoint, desk.allowed, wanted=wanted, tokens_each=desk.tokens_each)
        if grant.why == "cold":
            await self.limits.seed(endpoint, await self.database.run(partial(lately, endpoint, desk.tokens_each)))
            grant = await self.limits.take(endpoint, desk.allowed, wanted=wanted, tokens_each=desk.tokens_each)
        return grant

    async def unused(self, desk: Desk, permits: list[str]) -> None:
        await self.limits.settle(desk.endpoint.pk, desk.allowed, [Settled(one, Ended.UNSENT) for one in permits])

    async def ask(self, http: httpx.AsyncClient, desk: Desk, message: Message, permit: str) -> Result:
        """One call under a permit, which is settled however the call ends. A fault of the endpoint pauses it."""
        row, settled = desk.endpoint, Settled(permit, Ended.GONE)
        self.held.add((row.pk, permit))
        try:
            call = judges_call(row, message)
            outcome = await PROTOCOLS[row.protocol](http, call)
            settled = settled_of(permit, outcome)
            result = result_of(row, call, outcome)
            if result.pauses:
                why = result.error or f"Rule {result.rule}"
                await self.database.run(partial(stop_endpoint, by=None, endpoint=row, reason=why))
            return result
        finally:
            self.held.discard((row.pk, permit))
            ends = [settled] + [Settled(permit, Ended.GONE)] * (settled.ended is Ended.REFUSED)
            # What the limits do not hear of expires there.
            with contextlib.suppress(Exception):
                for end in ends:
                    await self.limits.settle(row.pk, desk.allowed, [end])

    async def ask_alone(self, http: httpx.AsyncClient, desk: Desk, message: Message) -> Result:
        """One call that no claim stands for: it waits for its permit, and its money is put aside before and settled
        after. Raises NotAsked.
        """
        row, now = desk.endpoint, datetime.now(UTC)
        amount = None if desk.price is None else desk.price.of(message.whole)
        if amount is None:
            return await self.ask(http, desk, message, await self.permit(desk))
        aside = partial(reserve, endpoint=row.pk, month=month_of(now), amount=amount)
        if not await self.database.run(aside):
            raise NotAsked("this month's budget of the endpoint does not hold it")
        spent = Decimal(0)
        try:
            permit, spent = await self.permit(desk), amount
            result = await self.ask(http, desk, message, permit)
            spent = result.cost if result.cost is not None else amount
            return result
        finally:
            await self.database.run(partial(settle, [Bill(row.pk, now, amount, spent)]))

    async def permit(self, desk: Desk) -> str:
        """The next that is to be had."""
        while not (grant := await self.permits(desk, 1)).permits:
            await asyncio.sleep(min(max(grant.wait_s, 0.05), ASK_AGAIN_S))
        return grant.permits[0]

    async def keep_permits(self) -> None:
        """Calls that take long keep their places in the limits."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            held = set(self.held)
            for endpoint in {endpoint for endpoint, _ in held}:
                with contextlib.suppress(Exception):
                    await self.limits.renew(endpoint, [permit for at, permit in held if at == endpoint])


def lately(endpoint: int, tokens_each: int) -> list[tuple[float, int]]:
    """What an endpoint was asked in the last minute, probes and verdicts, as (seconds ago, tokens)."""
    now = datetime.now(UTC)
    judged = judged_lately(endpoint, now - timedelta(seconds=65))
    probed = asked_lately(endpoint, tokens_each=tokens_each)
    return [*probed, *(((now - moment).total_seconds(), tokens_each) for moment in judged)]
