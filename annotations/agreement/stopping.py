"""When an answer has enough labels. Pure Python, so that whoever closes answers can ask.

Without a calibration the votes decide alone: one label leads every other by three. With one, the chance that the most
probable label is right decides, as learned on answers with a known truth, within limits that no posterior can pass:

    the most probable label is also the one that most people gave
    it leads every other by two, so that no single label settles anything
    from five labels on it leads by three: where people are split, being sure of the labellers is not enough
    at most seven labels, then the answer is contested

So the calibration says whether 3-0 is too few, and whether 3-1 is enough: that depends on who said it, and on how good
people are here. See docs/decisions/0021.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from .calibration import Calibration

# By how many labels one has to lead every other where votes alone decide, and where a split would show.
LEAD = 3
SPLIT_SHOWS_AT = 5
# And with a calibration, before that.
LEAD_WHEN_SURE = 2
# So many people who cannot judge an answer close it.
CANNOT_JUDGE_AT_MOST = 3


class State(StrEnum):
    ENOUGH = "enough"
    MORE = "more"
    CONTESTED = "contested"


class Decision(NamedTuple):
    """confidence: the calibrated chance that the most probable label is right; None where votes alone decided."""

    state: State
    confidence: float | None


def decide(
    votes: Sequence[int],
    posterior: Sequence[float] | None,
    calibration: Calibration | None,
    *,
    at_least: int = 3,
    at_most: int = 7,
    sure: float = 0.95,
) -> Decision:
    """Whether an answer with these votes and this posterior, both by class, has enough labels.

    Without a posterior or a calibration the votes alone decide. Where fewer labels are enough to begin with than a lead
    asks for, a lead of as many will do. ValueError unless votes and posterior are of the same classes, and
    1 <= at_least <= at_most.
    """
    if not 1 <= at_least <= at_most:
        raise ValueError(f"From {at_least} to {at_most} labels is no range.")
    if posterior is not None and len(posterior) != len(votes):
        raise ValueError("Votes and posterior are of the same classes.")
    chance = None if posterior is None or calibration is None else calibration.chance_right(posterior, sum(votes))
    return Decision(stands(votes, posterior, chance, at_least=at_least, at_most=at_most, sure=sure), chance)


def stands(
    votes: Sequence[int],
    posterior: Sequence[float] | None,
    chance: float | None,
    *,
    at_least: int,
    at_most: int,
    sure: float,
) -> State:
    """The same for whoever knows the chance already that the most probable label is right."""
    labels = sum(votes)
    if labels < at_least:
        return State.MORE
    if posterior is None or chance is None:
        done = leads(votes, min(LEAD, at_least))
    else:
        lead = LEAD if labels >= SPLIT_SHOWS_AT else LEAD_WHEN_SURE
        voted = posterior[votes.index(max(votes))]
        done = chance >= sure and leads(votes, min(lead, at_least)) and voted == max(posterior)
    if done:
        return State.ENOUGH
    return State.CONTESTED if labels >= at_most else State.MORE


def leads(votes: Sequence[int], by: int = LEAD) -> bool:
    """Whether one label leads every other by so many, and more than half agree on it. By three: 3-0, 4-1, 5-2."""
    first, second, *_others = sorted((*votes, 0, 0), reverse=True)
    return first - second >= by and 2 * first > sum(votes)
