"""One look at everything: each endpoint, their totals, and the open round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from probes import selectors
from probes.models import Endpoint, Round
from workers.watching import figures
from workers.watching.estimate import Estimate, estimate
from workers.watching.standing import Standing


@dataclass(frozen=True)
class Look:
    """What the page shows. `limits_away` says that Valkey could not be asked: limits and circuits are then unknown."""

    now: datetime
    standings: list[Standing]
    limits_away: bool
    round: Round | None
    progress: selectors.Progress | None
    estimate: Estimate | None

    @property
    def in_flight(self) -> int | None:
        """None while Valkey is away."""
        return None if self.limits_away else sum(one.in_flight or 0 for one in self.standings)

    @property
    def claimed(self) -> int:
        return sum(one.claimed for one in self.standings)

    @property
    def busy(self) -> int:
        """Endpoints with a call in flight."""
        return sum(bool(one.in_flight) for one in self.standings)

    @property
    def due(self) -> int:
        return sum(one.waiting.due for one in self.standings)

    @property
    def oldest_s(self) -> float:
        return max((one.oldest_s for one in self.standings), default=0.0)

    @property
    def answered_in_one(self) -> int:
        return sum(one.hour.answered_in_one for one in self.standings)

    @property
    def answered_in_ten(self) -> int:
        return sum(one.hour.answered_in_ten for one in self.standings)

    @property
    def minutes(self) -> list[int]:
        each = [one.hour.minutes for one in self.standings] or [[0] * figures.MINUTES]
        return [sum(minute) for minute in zip(*each, strict=True)]

    @property
    def blocked(self) -> int:
        return sum(one.hour.blocked for one in self.standings)

    @property
    def delivered(self) -> int:
        return sum(one.hour.delivered for one in self.standings)

    @property
    def decided(self) -> int:
        return self.delivered + self.blocked

    @property
    def block_share(self) -> float | None:
        return self.blocked / self.decided if self.decided else None

    @property
    def failed(self) -> int:
        return sum(one.hour.failed for one in self.standings)

    @property
    def failed_tries(self) -> int:
        return sum(one.tries.failed for one in self.standings)

    @property
    def perhaps_paid(self) -> int:
        return sum(one.tries.perhaps_paid for one in self.standings)

    @property
    def quarantined(self) -> int:
        return sum(one.quarantined for one in self.standings)


def look(now: datetime | None = None) -> Look:
    """A dozen queries and two visits to Valkey, however many endpoints there are. `now`: as of another moment."""
    now = now or timezone.now()
    found = standings(list(figures.watched()), now)
    of = selectors.open_round()
    return Look(
        now=now,
        standings=found,
        limits_away=any(one.limit is None for one in found),
        round=of,
        progress=selectors.progress(of) if of else None,
        estimate=estimate(found) if of else None,
    )


def standings(endpoints: Sequence[Endpoint], now: datetime) -> list[Standing]:
    """Each endpoint with its figures, in the order given."""
    ids = [endpoint.pk for endpoint in endpoints]
    claimed, waiting = figures.claimed(ids), figures.waiting(ids, now)
    hour, tries = figures.hour(ids, now), figures.tries(ids, now)
    median_ms, quarantined = figures.median_ms(ids, now), figures.quarantined(ids)
    spent, limits = figures.spent(ids, now), figures.limits(ids)
    used_up = selectors.used_up(ids)
    return [
        Standing(
            endpoint=endpoint,
            now=now,
            claimed=claimed.get(endpoint.pk, 0),
            waiting=waiting.get(endpoint.pk, figures.Waiting()),
            hour=hour.get(endpoint.pk, figures.Hour()),
            tries=tries.get(endpoint.pk, figures.Tries()),
            median_ms=median_ms.get(endpoint.pk),
            quarantined=quarantined.get(endpoint.pk, 0),
            spent=spent.get(endpoint.pk, figures.Spent()),
            limit=(limits or {}).get(endpoint.pk),
            used_up=used_up.get(endpoint.pk),
        )
        for endpoint in endpoints
    ]
