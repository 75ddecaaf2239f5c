"""What is told of the crowd as a whole, for pages and the API: what the latest fit publishes, and nothing of anybody.

What is published is learned from closed answers alone; what decides when an open one is settled knows the open ones
too (see actions/fit.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annotations.agreement.calibration import Calibration
from annotations.choices import SURE, Value
from annotations.models import Consensus, Fit
from annotations.selectors.weighed import square

# Nothing is told of fewer people: it would be about them and not about the crowd.
TOLD_FROM = 5
# Digits of an answer's own chances. More would promise more than a calibration on gold can keep.
DIGITS = 2
# Posteriors at which the calibration is shown.
SHOWN_AT = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)


@dataclass(frozen=True)
class Tried:
    """A strength of the prior, and the mean log-likelihood of labels held out with it."""

    strength: float
    log_likelihood: float


@dataclass(frozen=True)
class SaidShare:
    """How often answers that are truly `truth` are called `said`, 0 to 1."""

    truth: Value
    said: Value
    share: float


@dataclass(frozen=True)
class Calibrated:
    """With so many labels and such a posterior, how likely the most probable label is right."""

    labels: int
    posterior: float
    chance: float


@dataclass(frozen=True)
class Error:
    """How answers with a known truth fared that were kept out of the calibration, as annotations.agreement measures it.

    settled: share that came to be settled; right: share of these that were right, with a 95 % interval; asked: labels
    that one took; gold: how many such answers there are. `calibrated` says that the calibration decided, and not votes
    alone; `why` why it did not.
    """

    settled: float | None
    right: float | None
    low: float | None
    high: float | None
    asked: float | None
    gold: int
    labels: int
    calibrated: bool
    why: str


@dataclass(frozen=True)
class Told:
    """A number with its 95 % interval; where something of it is missing, `why` says why, in the library's words."""

    value: float | None
    low: float | None
    high: float | None
    why: str | None


@dataclass(frozen=True)
class Oneself:
    """How far people agree with themselves when an answer comes again."""

    repeats: int
    people: int
    percent: Told
    kappa: Told


@dataclass(frozen=True)
class Pairs:
    """Cohen's kappa of pairs of people with at least so many answers in common: how many pairs of how many people, and
    the quartiles, between which half of the pairs are.
    """

    at_least: int
    pairs: int
    people: int
    low: float | None
    median: float | None
    high: float | None


@dataclass(frozen=True)
class Crowd:
    """What the latest fit tells of closed answers. `prior` are the shares of the classes; `sure` is the chance from
    which on an answer is settled. Parts are None where too few people would be told of.
    """

    fitted_at: datetime
    answers: int
    labels: int
    people: int
    strength: float
    strengths: Sequence[Tried]
    prior: Mapping[Value, float]
    confusion: Sequence[SaidShare]
    calibration: Sequence[Calibrated]
    sure: float
    error: Error | None
    oneself: Oneself | None
    pairs: Pairs | None


def latest_fit() -> Fit | None:
    """The fit that is in force."""
    return Fit.objects.order_by("-fitted_at", "-pk").first()


def crowd() -> Crowd | None:
    """What is told of the crowd; None before its first fit."""
    fit = latest_fit()
    if fit is None or not fit.published:
        return None
    told, themselves, pairs = fit.published, fit.themselves, fit.pairs
    return Crowd(
        fitted_at=fit.fitted_at,
        answers=told["answers"],
        labels=told["labels"],
        people=told["people"],
        strength=fit.strength,
        strengths=[Tried(**tried) for tried in fit.strengths],
        prior=dict(zip(Value, told["prior"], strict=True)),
        confusion=confusion(told["pooled"]),
        calibration=calibration_table(told["calibration"]),
        sure=SURE,
        error=Error(**told["measured"]) if told["measured"] else None,
        oneself=oneself(themselves) if themselves.get("people", 0) >= TOLD_FROM else None,
        pairs=Pairs(**pairs) if pairs.get("people", 0) >= TOLD_FROM else None,
    )


def confusion(pooled: Sequence[float]) -> list[SaidShare]:
    """The pooled matrix with the names of its classes, row after row."""
    rows = zip(Value, square(pooled), strict=True)
    return [SaidShare(truth, said, share) for truth, row in rows for said, share in zip(Value, row, strict=True)]


def calibration_table(kept: Mapping[str, Any]) -> list[Calibrated]:
    """What posteriors are worth after each number of labels; empty without a calibration."""
    if not kept:
        return []
    found = Calibration.from_dict(kept)
    return [
        Calibrated(labels, at, found.chance_right((at, 1 - at), labels))
        for labels in sorted(found.chances)
        for at in SHOWN_AT
    ]


def oneself(kept: Mapping[str, Any]) -> Oneself:
    return Oneself(kept["repeats"], kept["people"], Told(**kept["percent"]), Told(**kept["kappa"]))


def told(chance: float) -> float:
    """A chance to two digits, rounded as PostgreSQL's round() does it: streams of the API are made there."""
    return round(chance * 100) / 100


def posterior_told(consensus: Consensus) -> list[float] | None:
    """An answer's probabilities, in the order of Value, as they are published."""
    given = consensus.posterior
    return None if given is None else [told(chance) for chance in given]


def confidence_told(consensus: Consensus) -> float | None:
    """The chance that its most probable label is right, as it is published."""
    return None if consensus.confidence is None else told(consensus.confidence)


def likeliest(consensus: Consensus) -> Value | None:
    """The most probable label of an answer, which is what its confidence is about; None without a posterior."""
    given = consensus.posterior
    return None if given is None else list(Value)[given.index(max(given))]
