"""Numbers and intervals that may be undefined: each carries either its value or the reason it has none."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a number is missing, in words a page can show as they are (or translate by member)."""

    NO_LABELS = "there are no labels"
    NO_PAIRS = "no answer has two labels"
    ONE_CLASS = "only one class was used"
    ONE_CLASS_IN_PAIRS = "only one class was used on answers with two labels or more"
    ONE_CLASS_SCALE = "there is only one class to choose from"
    NOTHING_COUNTED = "nothing was counted"
    TOO_FEW_ITEMS = "fewer than two answers have two labels"
    NO_VARIATION = "resampling the answers always gives the same value"
    OFTEN_UNDEFINED = "too few answers got anything but one class"
    NO_PAIR_DIFFERS = "no pair differs"
    CLASS_UNUSED = "nobody used this class on an answer with two labels"
    TOO_FEW_FAMILIES = "the answers are to too few families of prompts"
    TOO_FEW_PEOPLE = "too few people were asked"
    NOTHING_TO_PREDICT = "no label can be foretold from others"
    TOO_FEW_LABELS_FOR_CAMPS = "fewer than ten labels cannot show camps"
    TOO_FEW_RATERS = "too few people labelled several such answers"


@dataclass(frozen=True, slots=True)
class Measure:
    """A finite value, or None and the reason. `reason` is empty exactly when there is a value."""

    value: float | None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("A measure has either a value or a reason.")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("A measure's value is a finite number; an undefined one is None with a reason.")


@dataclass(frozen=True, slots=True)
class Interval:
    """Two finite ends, low <= high, at a confidence level between 0 and 1; or no ends and the reason."""

    low: float | None
    high: float | None
    level: float
    reason: str = ""

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.low is None or self.high is None:
            if self.low is not self.high or not self.reason:
                raise ValueError("An interval has both ends, or neither and a reason.")
        elif self.reason or not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError("An interval with ends has finite ones in order, and no reason.")


def check_level(level: float) -> None:
    """ValueError unless this is a confidence level, strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, for instance 0.95, not {level}.")
