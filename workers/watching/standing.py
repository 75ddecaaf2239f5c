"""One endpoint as it stands now, and what its state is called."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from probes.budget_words import why_used_up
from probes.choices import EndpointStatus
from probes.models import Endpoint
from probes.selectors import UsedUp
from workers.limits import State as Limit
from workers.watching.figures import Hour, Spent, Tries, Waiting

FAILURES_SHOWN = 3


@dataclass(frozen=True)
class State:
    """`sign` is one of the states that core's status_tag has a sign for; `why` is a sentence or nothing."""

    sign: str
    word: str
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """The figures of one endpoint. `limit` is None where Valkey is away.

    `claimed` probes are in a worker's hands: in flight, or come back and not written down yet; or their worker died.
    """

    endpoint: Endpoint
    now: datetime
    claimed: int = 0
    waiting: Waiting = field(default_factory=Waiting)
    hour: Hour = field(default_factory=Hour)
    tries: Tries = field(default_factory=Tries)
    median_ms: float | None = None
    quarantined: int = 0
    spent: Spent = field(default_factory=Spent)
    limit: Limit | None = None
    used_up: UsedUp | None = None

    @property
    def left(self) -> int:
        """Probes that are not over."""
        return self.waiting.due + self.claimed

    @property
    def in_flight(self) -> int | None:
        """Calls in the air as the limits count them; None while Valkey is away."""
        return self.limit.in_flight if self.limit else None

    @property
    def oldest_s(self) -> float:
        return self.waiting.seconds(self.now)

    @property
    def concurrency(self) -> int | None:
        """How many at a time the endpoint was found to take; None before the first call, or while Valkey is away."""
        return self.limit.concurrency if self.limit else None

    @property
    def failures(self) -> list[tuple[str, int]]:
        """The rules that failed most in the last hour."""
        return most(self.hour.failures)

    @property
    def let_go(self) -> list[tuple[str, int]]:
        """Our own reasons of the last hour to end a probe, the most frequent ones."""
        return most(self.hour.let_go)

    @property
    def state(self) -> State:
        """What keeps the endpoint from being asked, else whether it is being asked."""
        if self.endpoint.status != EndpointStatus.ACTIVE:
            return State("paused", _("Paused"), self.endpoint.status_reason)
        if self.used_up:
            return State("used_up", _("Budget used up"), why_used_up(self.used_up))
        if (held := self.held_by_limits) is not None:
            return held
        if self.left:
            working = self.claimed or self.in_flight
            return State("claimed", _("Active")) if working else State("due", _("Waiting"))
        return State("active", _("Nothing to do"))

    @property
    def held_by_limits(self) -> State | None:
        if self.limit and self.limit.circuit == "open":
            return State("failed", _("Circuit open"), _("Call after call failed. One is tried every 10 seconds."))
        if self.limit and self.limit.circuit == "half_open":
            return State("truncated", _("Trying again"), _("The circuit was open; one call finds out if it works."))
        if self.limit and self.limit.paused_for_s > 0:
            until = self.now + timedelta(seconds=round(self.limit.paused_for_s))
            word = _("Waits until %(when)s UTC") % {"when": f"{until:%H:%M:%S}"}
            return State("due", word, _("The provider asked for a pause."))
        return None


def most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:FAILURES_SHOWN]
