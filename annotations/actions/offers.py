"""What a person might be given, and which of it comes first.

Two answers to one question are not in hand at once if there are others to be had: whoever reads them side by side
compares, and does not judge. Of answers that have their first labels, whom the fit knows gets those on which their own
label is worth most; among the rest the lot decides.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from annotations.actions.draw import OFFERS
from annotations.agreement.matching import best_first
from annotations.selectors.weighed import Said, weigh_said
from core import prepared


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer that the person might be given. `turn` is the place of its band in their order; `beside`: they hold
    another answer to its question; `by_worth`: it has its first labels, so that what their own is worth decides.
    """

    answer: int
    version: int
    turn: int
    fresh: bool
    beside: bool
    by_worth: bool


def offered(counts: Sequence[float] | None, values: Mapping[str, Any], *, lot: random.Random) -> list[int]:
    """The answers that somebody might be given, in the order in which they are. `counts` are the expected counts of
    their labels, None of whom the fit knows nothing; `values` are those of the statement.
    """
    with prepared.cursor() as cursor:
        cursor.execute(OFFERS, {**values, "known": counts is not None})
        rows = cursor.fetchall()
    if not rows:
        return []
    offers = list({row[1]: Offer(*row[1:7]) for row in rows}.values())
    said = [(row[1], row[7], row[8]) for row in rows if row[7] is not None]
    best = [] if counts is None else worth_most(counts, [one.answer for one in offers], rows[0][0], said)
    return [one.answer for one in in_turn(offers, best, lot=lot)]


def worth_most(
    counts: Sequence[float], answers: Sequence[int], newest: int | None, said: Iterable[Said]
) -> Sequence[int]:
    """The answers in the order of what a label of somebody with these counts is worth on each, by the fit of this
    number and the labels they have. All are weighed, whatever they wait for: how long it takes does not tell for what.
    """
    scales = weigh_said(newest, said)
    if scales.fit is None:
        return []
    weighed = [scales.of(answer) for answer in answers]
    rooms = [max(0, settings.ENV.labels_at_most - sum(one.votes)) for one in weighed]
    order = best_first([one.posterior or scales.fit.prior for one in weighed], rooms, scales.fit.matrix(counts))
    return [answers[place] for place in order]


def in_turn(offers: Sequence[Offer], best: Sequence[int], *, lot: random.Random) -> list[Offer]:
    """The order in which they are given. Of the answers to one question the first is not crowded by the others."""
    rank = {answer: place for place, answer in enumerate(best)}
    last = len(rank)
    mixed = lot.sample(offers, len(offers))
    first = sorted(mixed, key=lambda one: (one.turn, one.fresh, rank.get(one.answer, last) if one.by_worth else last))
    asked: set[int] = set()
    crowd = {}
    for one in first:
        crowd[one.answer] = one.beside or one.version in asked
        asked.add(one.version)
    return sorted(first, key=lambda one: (one.turn, crowd[one.answer]))
