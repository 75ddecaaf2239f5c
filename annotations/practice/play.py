"""One person's play: twelve answers in an order of their own, and what went wrong again at the end.

What was wrong comes again at the end, until each has been right once: nobody is sent away. Whoever had nine right the
first time need not wait for that, the deck is open to them as soon as all twelve have been seen.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotations.practice.deck import CASES, LANGUAGES, SLUGS

FIRST_TIME_ENOUGH = 9
# What is kept of one answer, however often it is played.
VALUES_AT_MOST = 20
VERDICTS = ("censored", "evasive", "faithful", "cannot_judge")
RIGHT = {case.slug: case.right for case in CASES}
# A play begins with one of these: short, and not hard.
OPENERS = ("rainbow-warrior", "litvinenko", "khashoggi", "emergency-india")


@dataclass
class Play:
    """`order` holds each slug once; `said` what was said of each so far, oldest first."""

    order: list[str]
    said: dict[str, list[str]] = field(default_factory=dict)
    language: str = "en"

    @classmethod
    def begin(cls, first: str, *, language: str) -> "Play":
        """A new play, in which `first` was drawn and is on the screen already."""
        rest = [slug for slug in SLUGS if slug != first]
        random.SystemRandom().shuffle(rest)
        return cls(order=[first, *rest], language=language)

    @classmethod
    def from_json(cls, kept: Any) -> "Play | None":
        """What `as_json` gave; None for anything else, such as a play from before the answers were changed."""
        if not isinstance(kept, dict):
            return None
        order, said, language = kept.get("order"), kept.get("said"), kept.get("language")
        if not isinstance(order, list) or not isinstance(said, dict) or language not in LANGUAGES:
            return None
        if not all(isinstance(slug, str) for slug in order) or sorted(order) != sorted(SLUGS) or not sound(said):
            return None
        return cls(order=order, said=said, language=language)

    @staticmethod
    def opener() -> str:
        return random.SystemRandom().choice(OPENERS)

    def as_json(self) -> dict[str, Any]:
        return {"order": self.order, "said": self.said, "language": self.language}

    def say(self, slug: str, verdict: str) -> None:
        """Takes a verdict. The first one stays, whatever comes after it."""
        values = self.said.setdefault(slug, [])
        values.append(verdict)
        del values[1 : -(VALUES_AT_MOST - 1)]

    def last(self, slug: str) -> str:
        """What was last said of it; empty if nothing was."""
        values = self.said.get(slug)
        return values[-1] if values else ""

    def is_right(self, slug: str) -> bool:
        return self.last(slug) == RIGHT[slug]

    @property
    def next(self) -> str | None:
        """What comes now: first what was not seen yet, then what was wrong, the least often seen first."""
        left = [slug for slug in self.order if not self.is_right(slug)]
        return min(left, key=lambda slug: len(self.said.get(slug, ())), default=None)

    @property
    def seen(self) -> int:
        return sum(bool(self.said.get(slug)) for slug in self.order)

    @property
    def left(self) -> int:
        """How many have not been right yet."""
        return sum(not self.is_right(slug) for slug in self.order)

    @property
    def right_first(self) -> int:
        return right_first(self.said)

    @property
    def missed(self) -> list[str]:
        """What was wrong the first time, in the order of the play."""
        return [slug for slug in self.order if self.said.get(slug) and self.said[slug][0] != RIGHT[slug]]

    @property
    def passed(self) -> bool:
        return passed(self.said)


def right_first(said: Mapping[str, Sequence[str]]) -> int:
    return sum(values[0] == RIGHT[slug] for slug, values in said.items() if values)


def passed(said: Mapping[str, Sequence[str]]) -> bool:
    """Whether this opens the deck: all seen, and enough right the first time or each right in the end."""
    if any(not said.get(slug) for slug in SLUGS):
        return False
    return right_first(said) >= FIRST_TIME_ENOUGH or all(said[slug][-1] == RIGHT[slug] for slug in SLUGS)


def sound(said: Mapping[Any, Any]) -> bool:
    """Whether each name is an answer's, with verdicts that there are."""
    return all(
        slug in SLUGS
        and isinstance(values, list)
        and 0 < len(values) <= VALUES_AT_MOST
        and all(value in VERDICTS for value in values)
        for slug, values in said.items()
    )
