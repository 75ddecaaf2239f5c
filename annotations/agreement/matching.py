"""Whom to ask about what. Pure Python, for the deck and for whoever simulates it.

Three labels are asked of every answer, whoever comes. What follows is worth most where the doubtful answers, for which
one label more changes much, go to those whose labels change most. So people who are known to be right at least as often
as everybody together take the doubtful ones first. All others go on with what wants its first three, then with what one
label more would hardly change, and come to the doubtful ones at last. One draw in seven, whoever draws, is for bringing
answers to an end, so that none waits for ever. Of the answers at hand that have their first labels everybody who is
known gets the one on which their own label is worth most. See docs/decisions/0033.

Source: C.-J. Ho, S. Jabbari, J. W. Vaughan, Adaptive task assignment for crowdsourced classification, ICML 2013, PMLR
28 (1), 534-542: what is known of people's skills decides who is given what.
"""

from collections.abc import Sequence
from enum import StrEnum

from .gain import gain

Matrix = Sequence[Sequence[float]]

# From which worth on one label more is asked sooner: the chance that the answer's label is wrong falls by so much.
WORTH = 0.03


class Need(StrEnum):
    FIRST = "first"  # fewer labels than everything gets
    DOUBTFUL = "doubtful"  # one label more changes much
    LITTLE = "little"  # it would change little, though the answer is not sure enough to be closed


# In which order people come to what waits: those ahead of the crowd, all others, and everybody in so many draws.
AHEAD = (Need.DOUBTFUL, Need.FIRST, Need.LITTLE)
OTHERS = (Need.FIRST, Need.LITTLE, Need.DOUBTFUL)
TO_AN_END = (Need.LITTLE, Need.DOUBTFUL, Need.FIRST)
SHARE_TO_AN_END = 0.15
# With fewer labels nobody is known well enough to be ahead.
KNOWN_FROM = 30


def need(
    posterior: Sequence[float], pooled: Matrix, *, labels: int, at_least: int = 3, at_most: int = 7, times: int = 1
) -> Need:
    """What an open answer with this posterior and so many labels waits for; `times` is for how much its label counts.

    Doubtful is gain() * times >= WORTH. ValueError as for gain().
    """
    if labels < at_least:
        return Need.FIRST
    worth = gain(posterior, pooled, room=max(0, at_most - labels)) * times
    return Need.DOUBTFUL if worth >= WORTH else Need.LITTLE


def accuracy(matrix: Matrix, prior: Sequence[float]) -> float:
    """How often somebody with this matrix [truth, said] is right: sum_k prior_k * matrix[k, k]."""
    return sum(share * row[k] for k, (share, row) in enumerate(zip(prior, matrix, strict=True)))


def is_ahead(matrix: Matrix, pooled: Matrix, prior: Sequence[float], *, labels: int) -> bool:
    """Whether somebody with so many labels is known to be right at least as often as everybody together."""
    return labels >= KNOWN_FROM and accuracy(matrix, prior) >= accuracy(pooled, prior)


def order_of(*, ahead: bool, lot: float) -> tuple[Need, ...]:
    """In which order a person comes to what waits, in a draw with this lot, 0 to 1."""
    if lot < SHARE_TO_AN_END:
        return TO_AN_END
    return AHEAD if ahead else OTHERS


def best_first(posteriors: Sequence[Sequence[float]], rooms: Sequence[int], matrix: Matrix) -> list[int]:
    """The places of these answers in the order of what one person's label is worth, the most first, ties as they came.

    rooms: how many labels each may still get; matrix: the person's own. ValueError as for gain().
    """
    worth = [gain(one, matrix, room=room) for one, room in zip(posteriors, rooms, strict=True)]
    return sorted(range(len(worth)), key=lambda place: -worth[place])
