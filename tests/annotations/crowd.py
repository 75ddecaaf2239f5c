"""A crowd that is known to the tests: a fit with its skills, written down instead of learned."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotations.agreement.calibration import Calibration
from annotations.agreement.matching import is_ahead
from annotations.models import Check, Fit, Progress, Skill

POOLED = ((0.8, 0.1, 0.1), (0.2, 0.6, 0.2), (0.05, 0.05, 0.9))
PRIOR = (0.3, 0.2, 0.5)
STRENGTH = 4.0
# What expected counts are of somebody who says what is true, and of somebody who says "faithful" whatever it is.
CAREFUL = (40.0, 0.0, 0.0, 0.0, 40.0, 0.0, 0.0, 0.0, 40.0)
SPAMMER = (0.0, 0.0, 40.0, 0.0, 0.0, 40.0, 0.0, 0.0, 40.0)
# From odds of 19 to 1 on, an answer is as sure as its posterior says; see annotations.choices.SURE.
TRUSTING = Calibration(knots=(0.0, 2.944438979166440, 6.0), chances={3: (0.5, 0.95, 0.99)}, gold=60)
# Three labels are never enough, five always are.
THREE_TOO_FEW = Calibration(knots=(-6.0, 6.0), chances={3: (0.5, 0.9), 5: (0.96, 0.97)}, gold=60)
NEVER_SURE = Calibration(knots=(-6.0, 6.0), chances={3: (0.1, 0.9)}, gold=60)


def fitted(
    *,
    calibration: Calibration | None = None,
    skills: Mapping[Any, Sequence[float]] | None = None,
    ahead: Mapping[Any, bool] | None = None,
    **more: Any,
) -> Fit:
    """A fit that is in force, with the skills of these people and of nobody else. Who is ahead of the crowd follows
    from how they label, unless `ahead` says otherwise.
    """
    said = ahead or {}
    learned = {
        "prior": list(PRIOR),
        "pooled": [share for row in POOLED for share in row],
        "calibration": calibration.to_dict() if calibration else {},
    }
    numbers = {name: more.get(name, 0) for name in ("answers", "labels", "people")}
    published = {**learned, **numbers, "measured": more.get("measured", {})}
    fit = Fit.objects.create(**{"strength": STRENGTH, "published": published, **learned, **more})
    Skill.objects.all().delete()
    for person, counts in (skills or {}).items():
        Skill.objects.create(
            person=person,
            fit=fit,
            counts=list(counts),
            published=list(counts),
            labels=round(sum(counts)),
            ahead=said.get(person, is_ahead(matrix(counts), POOLED, PRIOR, labels=round(sum(counts)))),
        )
    Progress.objects.update_or_create(pk=1, defaults={"fit": fit, "answer": 0})
    return fit


def matrix(counts: Sequence[float] | None = None) -> list[list[float]]:
    """How somebody with these counts labels, by the formula: counts and so many pooled labels, as shares of a row."""
    if counts is None:
        return [list(row) for row in POOLED]
    rows = [counts[start : start + 3] for start in (0, 3, 6)]
    return [
        [(own + STRENGTH * share) / (sum(row) + STRENGTH) for own, share in zip(row, pooled, strict=True)]
        for row, pooled in zip(rows, POOLED, strict=True)
    ]


def posterior(*said: tuple[Sequence[float] | None, int]) -> list[float]:
    """By Bayes' rule: the prior times what each says where that is the truth."""
    weights = list(PRIOR)
    for counts, code in said:
        weights = [weight * row[code] for weight, row in zip(weights, matrix(counts), strict=True)]
    return [weight / sum(weights) for weight in weights]


def check_of(person: Any, *, at: Any = None, **more: Any) -> Check:
    """A card that checks its reader, answered a day ago."""
    at = at or timezone.now() - timedelta(days=1)
    return Check.objects.create(
        person=person, status="labelled", leased_at=at, expires_at=at, closed_at=at, guideline="1.0", **more
    )
