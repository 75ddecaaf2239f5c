"""How standing is earned: by gold and by agreeing with oneself, never by how much somebody labels.

Pure counting on the latest checks, so that a bad week passes and a good one too. Every step has a way in that is
steeper than the way out: nobody goes back and forth with each card.

    in quarantine   the share right is below a half beyond doubt; chance alone gives a third
    slowed          the latest checks went badly, without that certainty
    steady          most are right, with some certainty
    reviewer        nearly all are right, over many checks, and asked again the person says the same
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annotations.agreement import Interval, wilson_interval
from annotations.choices import Standing

# How many of the latest checks are looked at: people change, and so do rules.
WINDOW = 60

# Quarantine. Two right of twelve is below a half with 97.5 % certainty, three of twelve is not.
QUARANTINE_LATEST = 40
QUARANTINE_AT_LEAST = 12
QUARANTINE_LEVEL = 0.95
QUARANTINE_BELOW = 0.5

# Slowed. Out again only at a share clearly above the one that led there.
SLOWED_LATEST = 20
SLOWED_AT_LEAST = 8
SLOWED_LEVEL = 0.80
SLOWED_BELOW = 0.60
SLOWED_UPPER_BELOW = 0.75
SLOWED_OUT_AT = 0.70

# Steady. Eight is what a new site has in each of its three languages; seven of eight right is enough.
STEADY_AT_LEAST = 8
STEADY_LEVEL = 0.80
STEADY_LOWER = 0.60
STEADY_KEPT = 0.50

# Reviewer: they decide disputes, so both the number and the share are high. 36 of 40 right is enough, 35 is not.
REVIEWER_AT_LEAST = 40
REVIEWER_LOWER = 0.80
REVIEWER_KEPT = 0.72
REVIEWER_REPEATS = 5

# Self-agreement is bad where it is below this with 90 % certainty, on at least so many repeats.
SELF_AT_LEAST = 8
SELF_LEVEL = 0.80
SELF_UPPER_BELOW = 0.70

# A slowed person gets more gold, so that the way out is short, and one answer at a time.
SLOWED_GOLD_TIMES = 3
SLOWED_HOLDS = 1


class Tally(NamedTuple):
    """So many right of so many."""

    right: int = 0
    n: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None

    def interval(self, level: float = 0.95) -> Interval:
        return wilson_interval(self.right, self.n, level=level)


@dataclass(frozen=True)
class Record:
    """How the latest checks of a person went, the newest first."""

    gold: Sequence[bool] = ()
    repeats: Sequence[bool] = ()

    def latest(self, most: int) -> Tally:
        return tally(self.gold[:most])

    @property
    def all_gold(self) -> Tally:
        return tally(self.gold)

    @property
    def self_agreement(self) -> Tally:
        return tally(self.repeats)


def tally(went: Sequence[bool]) -> Tally:
    return Tally(sum(went), len(went))


def lower(found: Tally, level: float) -> float:
    return found.interval(level).low or 0.0


def upper(found: Tally, level: float) -> float:
    high = found.interval(level).high
    return 1.0 if high is None else high


def earned(record: Record, now: str) -> Standing:
    """The standing that follows from the record for somebody whose standing is `now`.

    Quarantine is left by a maintainer's word only: who is in it is given no answers, so nothing can speak for them.
    """
    if now == Standing.QUARANTINED or goes_into_quarantine(record):
        return Standing.QUARANTINED
    if slows(record, slowed=now == Standing.SLOWED):
        return Standing.SLOWED
    if unlike_oneself(record):
        return Standing.NEW
    if reviews(record, reviewer=now == Standing.REVIEWER):
        return Standing.REVIEWER
    least = STEADY_KEPT if now in {Standing.STEADY, Standing.REVIEWER} else STEADY_LOWER
    enough = record.all_gold.n >= STEADY_AT_LEAST
    return Standing.STEADY if enough and lower(record.all_gold, STEADY_LEVEL) >= least else Standing.NEW


def goes_into_quarantine(record: Record) -> bool:
    latest = record.latest(QUARANTINE_LATEST)
    return latest.n >= QUARANTINE_AT_LEAST and upper(latest, QUARANTINE_LEVEL) < QUARANTINE_BELOW


def slows(record: Record, *, slowed: bool) -> bool:
    """Whether the person is slowed, or stays so."""
    latest = record.latest(SLOWED_LATEST)
    if latest.n < SLOWED_AT_LEAST or latest.share is None:
        return False
    if slowed:
        return latest.share < SLOWED_OUT_AT
    return latest.share < SLOWED_BELOW and upper(latest, SLOWED_LEVEL) < SLOWED_UPPER_BELOW


def unlike_oneself(record: Record) -> bool:
    repeats = record.self_agreement
    return repeats.n >= SELF_AT_LEAST and upper(repeats, SELF_LEVEL) < SELF_UPPER_BELOW


def reviews(record: Record, *, reviewer: bool) -> bool:
    gold, repeats = record.all_gold, record.self_agreement
    if gold.n < REVIEWER_AT_LEAST or repeats.n < REVIEWER_REPEATS:
        return False
    return lower(gold, STEADY_LEVEL) >= (REVIEWER_KEPT if reviewer else REVIEWER_LOWER)


def latest_for(standing: str, record: Record) -> Tally:
    """The checks a standing was decided by."""
    if standing == Standing.QUARANTINED:
        return record.latest(QUARANTINE_LATEST)
    return record.latest(SLOWED_LATEST) if standing == Standing.SLOWED else record.all_gold


def holds_at_most(standing: str, limit: int) -> int:
    """How many answers a person may hold at once."""
    return min(limit, SLOWED_HOLDS) if standing == Standing.SLOWED else limit
