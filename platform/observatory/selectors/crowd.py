"""The crowd as tables: how it labels, what posteriors are worth, and how machine judges agree with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from annotations.choices import JudgeStatus, Value
from annotations.judges_shown import Line as JudgeLine
from annotations.judges_shown import lines_of
from annotations.models import Judge
from annotations.selectors.crowd import Crowd
from annotations.selectors.judges import public_judges

JUDGES_AT_MOST = 10


@dataclass(frozen=True)
class Truth:
    """Of the labels on answers of one truth, the share of each label, in the order of Value."""

    value: Value
    prior: float
    said: Sequence[float]


@dataclass(frozen=True)
class Worth:
    """After so many labels: the chance of being right at each posterior, and whether it is enough to settle."""

    labels: int
    chances: Sequence[tuple[float, bool]]


def confusion_rows(crowd: Crowd) -> list[Truth]:
    """The crowd's matrix, a row a truth."""
    by_truth = groupby(crowd.confusion, key=lambda one: one.truth)
    return [Truth(truth, crowd.prior[truth], [one.share for one in row]) for truth, row in by_truth]


def calibration_rows(crowd: Crowd) -> list[Worth]:
    """The calibration, a row for each number of labels; none without one."""
    by_labels = groupby(crowd.calibration, key=lambda one: one.labels)
    return [Worth(labels, [(one.chance, one.chance >= crowd.sure) for one in row]) for labels, row in by_labels]


def posteriors(crowd: Crowd) -> list[float]:
    """The posteriors that head the columns of that table."""
    return sorted({one.posterior for one in crowd.calibration})


def judges() -> list[tuple[Judge, list[JudgeLine]]]:
    """The machine judges at work under this guideline or paused, with how far each agrees with people."""
    found = list(public_judges().exclude(status=JudgeStatus.RETIRED)[:JUDGES_AT_MOST])
    told = lines_of(found)
    return [(judge, told[judge.pk]) for judge in found]
