"""What the labels of one item add up to, by plain counting: never shown without the votes themselves."""

import operator
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from .measure import Measure, Reason

Label = TypeVar("Label", bound=Hashable)


class Majority(NamedTuple, Generic[Label]):
    """label: the class that more than half of the votes name, or None.

    share: the leading class's share of the votes, also where it is no majority; dispersion: see `dispersion`.
    Both are undefined without votes.
    """

    label: Label | None
    share: Measure
    dispersion: Measure


def majority(votes: Mapping[Label, int]) -> Majority[Label]:
    """The strict majority of votes by class: more than half, so neither a tie nor 3 of 7 decides.

    ValueError if a number of votes is negative, TypeError if it is not a whole number.
    """
    counts = _checked(votes.values())
    total = sum(counts)
    if not total:
        nothing = Measure(None, Reason.NO_LABELS)
        return Majority(None, nothing, nothing)
    top = max(counts)
    winner = next((label for label, count in zip(votes, counts, strict=True) if 2 * count > total), None)
    return Majority(winner, Measure(top / total), dispersion(counts))


def dispersion(votes: Iterable[int]) -> Measure:
    """The Gini-Simpson index of a vote: the chance that two votes, drawn with replacement, differ.

        1 - sum_k (n_k / n)^2

    0 where all votes are alike, at most 1 - 1/q for q classes (2/3 for three). Classes without votes change nothing.
    Undefined without votes. Errors as for `majority`.

    Source: C. Gini, Variabilita e mutabilita, 1912; E. H. Simpson, Measurement of diversity, Nature 163 (1949), 688.
    """
    counts = _checked(votes)
    total = sum(counts)
    if not total:
        return Measure(None, Reason.NO_LABELS)
    return Measure((total**2 - sum(count**2 for count in counts)) / total**2)


def _checked(votes: Iterable[int]) -> list[int]:
    counts = [operator.index(count) for count in votes]
    if any(count < 0 for count in counts):
        raise ValueError("There are no negative votes.")
    return counts
