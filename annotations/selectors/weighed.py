"""Answers as the crowd's latest fit sees them: who said what of each, and how sure that makes.

Open answers are weighed by all that is known. What closed ones come to is published, so they are weighed by what was
learned from closed ones alone: nothing that is said of an open one moves a digit of it.

What is read of the labels, of the people's skills and of which fit is in force comes from one statement, so all of it
is of one moment: a fit that is written meanwhile is either seen whole or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from annotations.agreement.calibration import Calibration
from annotations.agreement.posterior import posterior, smoothed
from annotations.choices import CODES
from annotations.models import Fit

Matrix = Sequence[Sequence[float]]
# The answer, what somebody said of it, and the expected counts of who did.
Said = tuple[int, str, Sequence[float] | None]
K = len(CODES)

SAID = """
WITH newest AS (SELECT id FROM annotations_fit ORDER BY fitted_at DESC, id DESC LIMIT 1)
SELECT newest.id, label.answer_id, label.value, CASE WHEN %s THEN skill.published ELSE skill.counts END
FROM (VALUES (1)) one LEFT JOIN newest ON true
LEFT JOIN annotations_label label ON label.answer_id = ANY(%s) AND label.status = 'current'
LEFT JOIN annotations_skill skill ON skill.person_id = label.person_id AND skill.fit_id = newest.id
ORDER BY label.answer_id, label.id
"""


@dataclass(frozen=True)
class InForce:
    """The latest fit, ready to be used. `calibration` is None where there was too little gold for one."""

    id: int
    strength: float
    prior: Sequence[float]
    pooled: Matrix
    calibration: Calibration | None

    def matrix(self, counts: Sequence[float] | None) -> Matrix:
        """How somebody with these expected counts labels; of whom nothing is known, as everybody together."""
        return self.pooled if counts is None else smoothed(square(counts), self.pooled, self.strength)


@dataclass(frozen=True)
class Weighed:
    """An answer's votes, in the order of Value, and what they come to. `confidence` is the calibrated chance that the
    most probable label is right. Without a fit, or without a label, there is no posterior.
    """

    votes: tuple[int, ...] = (0,) * K
    posterior: tuple[float, ...] | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Scales:
    """What some answers were weighed on, and how they came out; one without labels is not among `answers`."""

    fit: InForce | None = None
    answers: dict[int, Weighed] = field(default_factory=dict)

    def of(self, answer: int) -> Weighed:
        return self.answers.get(answer, Weighed())

    @property
    def calibration(self) -> Calibration | None:
        return self.fit.calibration if self.fit else None


def weigh_answers(answers: Iterable[int], *, publicly: bool = False) -> Scales:
    """Votes, posterior and confidence of these answers by their current labels; `publicly` as it may be told. One
    statement, however many, and one more for the first that meets a new fit.
    """
    with connection.cursor() as cursor:
        cursor.execute(SAID, [publicly, list(answers)])
        rows = cursor.fetchall()
    return weigh_said(rows[0][0], (row[1:] for row in rows if row[1] is not None), publicly=publicly)


def weigh_said(newest: int | None, said: Iterable[Said], *, publicly: bool = False) -> Scales:
    """The same of labels that were read already, the labels of an answer together, by the fit of this number."""
    fit = in_force(newest, publicly=publicly) if newest is not None else None
    # The same few people label most of them.
    matrix = cache(fit.matrix) if fit else None
    found = {}
    for answer, labels in groupby(said, key=itemgetter(0)):
        codes = [(counts and tuple(counts), CODES[value]) for _, value, counts in labels]
        votes = tuple(sum(code == kind for _, code in codes) for kind in range(K))
        if fit is None or matrix is None:
            found[answer] = Weighed(votes)
            continue
        likely = posterior([(matrix(counts), code) for counts, code in codes], fit.prior)
        chance = fit.calibration.chance_right(likely, len(codes)) if fit.calibration else None
        found[answer] = Weighed(votes, likely, chance)
    return Scales(fit, found)


@lru_cache(maxsize=8)
def in_force(number: int, *, publicly: bool) -> InForce | None:
    """The fit of this number; None where nothing of it may be told. A fit is never changed once it is written, so the
    process keeps it: every draw weighs answers.
    """
    fit = Fit.objects.get(pk=number)
    inner = {"prior": fit.prior, "pooled": fit.pooled, "calibration": fit.calibration}
    kept: dict[str, Any] = fit.published if publicly else inner
    if not kept:
        return None
    calibration = Calibration.from_dict(kept["calibration"]) if kept["calibration"] else None
    return InForce(fit.pk, fit.strength, tuple(kept["prior"]), square(kept["pooled"]), calibration)


def square(flat: Sequence[float]) -> Matrix:
    """Row after row as rows."""
    return tuple(tuple(flat[start : start + K]) for start in range(0, K * K, K))
