"""When the open round is done, as far as that can be told from what came lately.

The endpoints work side by side, so the round takes as long as its slowest one. Each one's pace is a count of what was
over lately, and a count n is known to about ±2√n (Poisson): that gives a range and not a moment. Where too little came,
nothing is said. What waits for a paused endpoint or for money waits for a maintainer, which no pace tells; it is named
apart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from probes.choices import EndpointStatus
from workers.watching.standing import Standing

# Fewer than these tell nothing (±63 %); with so many in ten minutes the hour is not needed.
LEAST = 10
ENOUGH = 30


@dataclass(frozen=True)
class Estimate:
    """`low_s` to `high_s` seconds from now; None where `unknown`, an endpoint's slug, says too little or nothing.

    `slowest` is the slug of the endpoint that takes longest, `held` how many probes wait for paused endpoints,
    `unpaid` how many for a budget that is used up. Nothing is left to do where both times are 0.
    """

    low_s: float | None = 0.0
    high_s: float | None = 0.0
    slowest: str = ""
    unknown: str = ""
    held: int = 0
    unpaid: int = 0

    @property
    def waits(self) -> bool:
        """Whether anything is left that no pace tells of."""
        return bool(self.held or self.unpaid)


def estimate(standings: Sequence[Standing]) -> Estimate:
    held = sum(one.left for one in standings if one.endpoint.status != EndpointStatus.ACTIVE)
    unpaid = sum(one.left for one in standings if one.endpoint.status == EndpointStatus.ACTIVE and one.used_up)
    low, high, slowest = 0.0, 0.0, ""
    for one in standings:
        if one.endpoint.status != EndpointStatus.ACTIVE or one.used_up or not one.left:
            continue
        pace = pace_of(one)
        broken = one.limit is not None and one.limit.circuit != "closed"
        if pace is None or broken:
            return Estimate(None, None, unknown=one.endpoint.slug, held=held, unpaid=unpaid)
        slow, fast = pace
        low = max(low, one.left / fast)
        if one.left / slow > high:
            high, slowest = one.left / slow, one.endpoint.slug
    return Estimate(low, high, slowest, held=held, unpaid=unpaid)


def pace_of(one: Standing) -> tuple[float, float] | None:
    """Probes a second that were over lately, at least and at most; None where there were too few."""
    if one.hour.over_in_ten >= ENOUGH:
        count, seconds = one.hour.over_in_ten, 600.0
    else:
        count, seconds = one.hour.over, 3600.0
    if count < LEAST or one.hour.since is None:
        return None
    # It may have begun only now.
    seconds = min(seconds, max(60.0, (one.now - one.hour.since).total_seconds()))
    spread = 2 * math.sqrt(count)
    return (count - spread) / seconds, (count + spread) / seconds
