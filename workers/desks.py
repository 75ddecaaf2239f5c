"""An endpoint as the loop needs it: what it allows, what a call takes of it, and whether it can be asked at all."""

import time
from dataclasses import dataclass
from functools import cached_property, partial

from probes.actions import Claim, Price, stop_endpoint
from probes.choices import EndpointStatus
from probes.models import Endpoint
from workers.asking import MILLION, call_of, key_for
from workers.database import Database, first_line
from workers.keyring import KeyMissing
from workers.limits import Allowed
from workers.providers import PROTOCOLS, WIRES
from workers.providers.bounds import estimate_tokens, output_limit

# What the limits of tokens and of money take an answer for that nothing limits.
ANSWER_TOKENS = 2_000
LONGEST_ANSWER_TOKENS = 131_072
# US dollars. No call is worth more; a price above this is a slip of the hand.
DEAREST_CALL = 1_000
# An endpoint's row is read again after this.
ROW_IS_GOOD_S = 1.0


@dataclass(frozen=True)
class Desk:
    """A row as it was a moment ago, with what follows from it."""

    endpoint: Endpoint

    @cached_property
    def allowed(self) -> Allowed:
        row = self.endpoint
        return Allowed(row.max_in_flight, row.requests_a_minute, row.tokens_a_minute)

    @cached_property
    def empty(self) -> dict[str, object]:
        """The body of a call without its question."""
        return WIRES[self.endpoint.protocol].write(call_of(self.endpoint, "", key=None)).body

    @cached_property
    def tokens_each(self) -> int:
        """What a call is taken for until its usage is known."""
        return (output_limit(self.empty) or ANSWER_TOKENS) + 200

    @cached_property
    def price(self) -> Price | None:
        """The most a call can cost; None where the prices are not known."""
        row = self.endpoint
        if row.price_input is None or row.price_output is None:
            return None
        most = output_limit(self.empty) or LONGEST_ANSWER_TOKENS
        each = (estimate_tokens(self.empty) * row.price_input + most * row.price_output) / MILLION
        return Price(each=each, a_byte=row.price_input / MILLION)


@dataclass(frozen=True, eq=False)
class Flight:
    """A probe in hand, from its claim until its result is recorded. begin_by: as in a Grant."""

    desk: Desk
    claim: Claim
    permit: str
    begin_by: float

    @property
    def endpoint(self) -> int:
        return self.desk.endpoint.pk


class Desks:
    """The desks of one loop, each good for ROW_IS_GOOD_S."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.desks: dict[int, tuple[float, Desk | None]] = {}
        # What each endpoint allowed when it was last asked; its calls come down later.
        self.allowed: dict[int, Allowed] = {}

    async def at(self, endpoint: int) -> Desk | None:
        """The endpoint as it was a moment ago; None where nothing can be asked of it."""
        read_at, known = self.desks.get(endpoint, (-ROW_IS_GOOD_S, None))
        if time.monotonic() - read_at > ROW_IS_GOOD_S:
            known = await self.database.run(partial(open_desk, endpoint))
            self.desks[endpoint] = (time.monotonic(), known)
            if known is not None:
                self.allowed[endpoint] = known.allowed
        return known


def open_desk(endpoint_id: int) -> Desk | None:
    """Reads an endpoint's row. One that cannot be asked as it is (no key, no
    sane price) is paused, and says why."""
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    if endpoint.status != EndpointStatus.ACTIVE or endpoint.protocol not in PROTOCOLS:
        return None
    try:
        key_for(endpoint)
        desk = Desk(endpoint)
        if desk.price is not None and desk.price.each > DEAREST_CALL:
            raise ValueError(f"A call could cost more than ${DEAREST_CALL:,}: look at its prices and its output limit.")
        _ = desk.tokens_each
    except (KeyMissing, OSError, ValueError, TypeError) as error:
        stop_endpoint(by=None, endpoint=endpoint, reason=first_line(error))
        return None
    return desk
