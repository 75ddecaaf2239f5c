"""One endpoint as it stands now, and what its state is called."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from probes.choices import EndpointStatus
from probes.models import Endpoint
from workers.limits import State as Limit
from workers.watching.figures import Again, Hour, Spent, Waiting

FAILURES_SHOWN = 3


@dataclass(frozen=True)
class State:
    """`sign` is one of the states that core's status_tag has a sign for; `why` is a sentence or nothing."""

    sign: str
    word: str
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """The figures of one endpoint. `limit` is None where Valkey is away."""

    endpoint: Endpoint
    now: datetime
    in_flight: int = 0
    waiting: Waiting = field(default_factory=Waiting)
    hour: Hour = field(default_factory=Hour)
    again: Again = field(default_factory=Again)
    median_ms: float | None = None
    quarantined: int = 0
    spent: Spent = field(default_factory=Spent)
    limit: Limit | None = None

    @property
    def left(self) -> int:
        """Probes that are not over."""
        return self.waiting.due + self.in_flight

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
        return sorted(self.hour.failures.items(), key=lambda pair: (-pair[1], pair[0]))[:FAILURES_SHOWN]

    @property
    def state(self) -> State:
        """What keeps the endpoint from being asked, else whether it is being asked."""
        if self.endpoint.status != EndpointStatus.ACTIVE:
            return State("paused", _("Paused"), self.endpoint.status_reason)
        if self.limit and self.limit.circuit == "open":
            return State("failed", _("Circuit open"), _("Call after call failed. One is tried every 10 seconds."))
        if self.limit and self.limit.circuit == "half_open":
            return State("truncated", _("Trying again"), _("The circuit was open; one call finds out if it works."))
        if self.limit and self.limit.paused_for_s > 0:
            until = self.now + timedelta(seconds=round(self.limit.paused_for_s))
            word = _("Waits until %(when)s UTC") % {"when": f"{until:%H:%M:%S}"}
            return State("due", word, _("The provider asked for a pause."))
        if self.left:
            return State("claimed", _("Active")) if self.in_flight else State("due", _("Waiting"))
        return State("active", _("Nothing to do"))
