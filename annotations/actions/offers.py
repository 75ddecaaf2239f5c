"""What a person might be given, and which of it comes first.

Two answers to one question are not in hand at once if there are others to be had: whoever reads them side by side
compares, and does not judge. Of answers that have their first labels, whom the fit knows gets those on which their own
label is worth most; among the rest the lot decides.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from annotations.actions.draw import LOOK
from annotations.agreement.matching import best_first
from annotations.selectors.weighed import weigh_said
from core import prepared


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer that the person might be given. `turn` is the place of its band in the person's order, `beside` whether
    they hold another answer to its question.
    """

    answer: int
    question: int
    turn: int
    fresh: bool
    key_points: int | None
    beside: bool


@dataclass(frozen=True, slots=True)
class There:
    """How many places are free, and what could go there; `best` are the answers on which the person's own label is
    worth most, the best first.
    """

    places: int
    offers: list[Offer]
    best: list[int]


def look(counts: Sequence[float] | None, values: dict[str, Any]) -> There:
    """What there is for somebody with these expected counts, None for whom the fit does not know. Its labels come along
    whatever it waits for: how long a draw takes does not tell what it found.
    """
    with prepared.cursor() as cursor:
        cursor.execute(LOOK, values | {"known": counts is not None})
        rows = cursor.fetchall()
    [places, newest, *_] = rows[0]
    offers = {row[2]: Offer(*row[2:8]) for row in rows if row[2] is not None}
    said = [(row[2], row[8], row[9]) for row in rows if row[8] is not None]
    return There(places, list(offers.values()), worth_most(counts, newest, said) if counts is not None else [])


def worth_most(counts: Sequence[float], newest: int | None, said: list[Any]) -> list[int]:
    """The answers that these labels are of, those first on which the label of somebody with these counts is worth
    most.
    """
    scales = weigh_said(newest, said)
    if scales.fit is None:
        return []
    found = [(answer, one.votes, one.posterior) for answer, one in scales.answers.items() if one.posterior is not None]
    rooms = [max(0, settings.ENV.labels_at_most - sum(votes)) for _, votes, _ in found]
    order = best_first([likely for _, _, likely in found], rooms, scales.fit.matrix(counts))
    return [found[place][0] for place in order]


def in_turn(offers: Sequence[Offer], best: Sequence[int], *, lot: random.Random) -> list[Offer]:
    """The order in which they are given. Of the answers to one question the first is not crowded by the others."""
    rank = {answer: place for place, answer in enumerate(best)}
    first = sorted(
        lot.sample(offers, len(offers)), key=lambda one: (one.turn, one.fresh, rank.get(one.answer, len(rank)))
    )
    asked: set[int] = set()
    crowd = {}
    for one in first:
        crowd[one.answer] = one.beside or one.question in asked
        asked.add(one.question)
    return sorted(first, key=lambda one: (one.turn, crowd[one.answer]))
