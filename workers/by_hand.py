"""One call outside the queue, written as the loop would write it, with its money reserved and settled.

It takes no permit of the limits: it is one call, that a person asked for, made during a pause or an open circuit too.
Nothing is recorded as a probe. It counts for nothing but the endpoint's month.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from probes.actions import Bill, Result, reserve, settle
from probes.actions.spending import month_of
from probes.choices import EndpointKind, EndpointStatus
from probes.models import Endpoint
from workers.asking import asked, call_of, key_for, result_of
from workers.desks import Desk
from workers.keyring import KeyMissing
from workers.providers import PROTOCOLS
from workers.providers.results import Call, Outcome
from workers.providers.transport import client


class Refused(Exception):
    """Nothing was asked; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class Trial:
    """A call that was made. `cost` is in US dollars, None where no price is known; `request` never holds the key."""

    request: dict[str, object]
    outcome: Outcome
    result: Result
    cost: Decimal | None


@dataclass
class Money:
    """What a call put aside, and what it cost; the whole reservation until something better is known."""

    reserved: Decimal | None
    cost: Decimal | None


def ask_once(endpoint: Endpoint, text: str, *, anyway: bool = False) -> Trial:
    """Puts `text` to an endpoint. Takes as long as the endpoint's timeout at most.

    `anyway` asks a paused endpoint too. Raises Refused.
    """
    check(endpoint, anyway=anyway)
    try:
        call = call_of(endpoint, text, key=key_for(endpoint))
    except KeyMissing as error:
        raise Refused(str(error)) from None
    with paid(endpoint, text) as money:
        outcome = asyncio.run(ask(endpoint, call))
        result = result_of(endpoint, call, outcome)
        if result.unsent:
            money.cost = None if money.reserved is None else Decimal(0)
        elif result.cost is not None:
            money.cost = result.cost
    return Trial(asked(endpoint, call), outcome, result, money.cost)


def check(endpoint: Endpoint, *, anyway: bool) -> None:
    if endpoint.kind == EndpointKind.IMPORT:
        raise Refused(f"{endpoint.slug} holds answers that were collected elsewhere; there is nothing to ask.")
    if endpoint.status == EndpointStatus.RETIRED:
        raise Refused(f"{endpoint.slug} is retired for good and is not asked any more.")
    if endpoint.status == EndpointStatus.PAUSED and not anyway:
        why = f" ({endpoint.status_reason.rstrip('.')})" if endpoint.status_reason else ""
        raise Refused(f"{endpoint.slug} is paused{why}. Resume it, or ask it with --anyway.")
    if endpoint.protocol not in PROTOCOLS:
        raise Refused(f"{endpoint.slug} has the protocol {endpoint.protocol}, which nobody here speaks.")


@contextlib.contextmanager
def paid(endpoint: Endpoint, text: str) -> Iterator[Money]:
    """Puts the highest price aside, and writes down what the call cost, however the call ends. Raises Refused."""
    now = datetime.now(UTC)
    try:
        price = Desk(endpoint).price
    except (OSError, ValueError, TypeError) as error:
        raise Refused(f"The call cannot be written: {error}") from None
    amount = None if price is None else price.of(text)
    if amount is not None and not reserve(endpoint=endpoint.pk, month=month_of(now), amount=amount):
        raise Refused(f"This month's budget of {endpoint.slug} does not hold another call of up to ${amount:.4f}.")
    money = Money(reserved=amount, cost=amount)
    try:
        yield money
    finally:
        if amount is not None:
            settle([Bill(endpoint.pk, now, amount, money.cost or Decimal(0))])


async def ask(endpoint: Endpoint, call: Call) -> Outcome:
    async with client(1) as http:
        return await PROTOCOLS[endpoint.protocol](http, call)
