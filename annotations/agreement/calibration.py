"""How far a posterior may be believed, as learned on answers whose truth is known.

The posterior of a Dawid-Skene model takes labellers to err independently of each other. They do not: a hard answer
misleads many at once. So an answer with a posterior above .95 after three labels is right less often than it says, and
what it is worth has to be measured. A Calibration is the result: a table of knots from the log odds of the most
probable label to a careful estimate of the chance that it is right, one row for each number of labels.

Pure Python: whoever closes answers reads it from a row of the database, and needs no numpy for it. How it is learned is
in gold.py.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# Beyond this nothing was measured that would tell one posterior from another: odds of a million to one.
LOG_ODDS_AT_MOST = 13.8


@dataclass(frozen=True, slots=True)
class Calibration:
    """knots: log odds, ascending; chances: by number of labels, one chance a knot, never falling.

    gold: how many answers with a known truth it was learned from. ValueError if the table is not such a table.
    """

    knots: tuple[float, ...]
    chances: Mapping[int, tuple[float, ...]]
    gold: int

    def __post_init__(self) -> None:
        if not self.knots or not self.chances or any(less >= more for less, more in pairwise(self.knots)):
            raise ValueError("A calibration has knots in ascending order, and a row of chances.")
        for row in self.chances.values():
            if len(row) != len(self.knots) or not all(0 <= chance <= 1 for chance in row):
                raise ValueError("A calibration has one chance between 0 and 1 at each knot.")
            if any(less > more for less, more in pairwise(row)):
                raise ValueError("A surer posterior is never less likely to be right.")

    def chance_right(self, posterior: Sequence[float], labels: int) -> float:
        """A careful estimate of the chance that the most probable label is the right one.

        posterior: the chance of each class, after so many labels. Between knots the chance goes straight from one to
        the next, beyond them it stays. Fewer or more labels than were measured count as the nearest that were.
        """
        row = self.chances[min(self.chances, key=lambda measured: (abs(measured - labels), measured))]
        at = log_odds(max(posterior))
        right = bisect_right(self.knots, at)
        if right == 0 or right == len(self.knots):
            return row[right - 1 if right else 0]
        low, high = self.knots[right - 1], self.knots[right]
        return row[right - 1] + (row[right] - row[right - 1]) * (at - low) / (high - low)

    def surest(self) -> float:
        """The most that any answer can reach."""
        return max(row[-1] for row in self.chances.values())

    def to_dict(self) -> dict[str, Any]:
        """For a JSON field."""
        rows = {str(labels): list(row) for labels, row in sorted(self.chances.items())}
        return {"knots": list(self.knots), "chances": rows, "gold": self.gold}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Calibration":
        rows = {int(labels): tuple(row) for labels, row in kept["chances"].items()}
        return cls(tuple(kept["knots"]), rows, kept["gold"])


@dataclass(frozen=True, slots=True)
class Measured:
    """How what is called settled fares on answers with a known truth, each judged without its own truth.

    settled: the share of the ways through the deck that ended settled; right: the share of these that were right, with
    `low` and `high` a 95 % interval that counts answers, not labels; None where nothing settled.
    asked: labels an answer took on average. gold: how many answers had enough labels; labels: how many they had.
    calibrated: whether the calibration decided, or the lead of votes alone; why: where it did not, the reason.
    """

    settled: float | None
    right: float | None
    low: float | None
    high: float | None
    asked: float | None
    gold: int
    labels: int
    calibrated: bool
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def log_odds(chance: float) -> float:
    """log(p / (1 - p)), held within what can be told apart."""
    if chance <= 0.0:
        return -LOG_ODDS_AT_MOST
    if chance >= 1.0:
        return LOG_ODDS_AT_MOST
    return max(-LOG_ODDS_AT_MOST, min(LOG_ODDS_AT_MOST, math.log(chance) - math.log1p(-chance)))
