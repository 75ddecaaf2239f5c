"""How far people agree with themselves: the same item put before the same person a second time.

Two verdicts by one person are no two raters, and repeats of one person are no independent draws: a person with all
their repeats is one cluster. The share that agrees has the interval of any share in clusters (`rates`); kappa that of
drawing whole people again, corrected for how few and how uneven they are (`resampling`).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .measure import Interval, Measure, Reason, check_level
from .rates import LEAST_CLUSTERS, clustered_rate
from .resampling import degrees_of, interval_of

Floats = npt.NDArray[np.float64]

# Below this many people the spread between them is not known well enough. From there on a 95 % interval holds the truth
# 93 to 97 % of the time, but that of kappa 92 % among ten people who say the same nine times in ten; see
# tests/agreement/test_coverage_of_oneself.py.
LEAST_PEOPLE = LEAST_CLUSTERS


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """repeats, people: how many there were; percent: the share of repeats that say the same; kappa: beyond chance.

    table: (K, K), row what was said first, column what was said again.
    """

    repeats: int
    people: int
    table: tuple[tuple[int, ...], ...]
    percent: Measure
    percent_interval: Interval
    kappa: Measure
    kappa_interval: Interval


def self_agreement(
    people: Sequence[Hashable],
    first: Sequence[int],
    again: Sequence[int],
    *,
    classes: int,
    level: float = 0.95,
    replicates: int = 1000,
    seed: int = 0,
) -> SelfAgreement:
    """Agreement of people with themselves, from one row a repeat; the labels are class numbers from 0.

        percent = sum_k n_kk / n,   kappa = (percent - e) / (1 - e),   e = sum_k (n_k. / n) (n_.k / n)

    The interval of percent is that of `rates.clustered_rate`, with people as clusters; that of kappa is described in
    `resampling`, from people drawn again with replacement. Both are undefined below LEAST_PEOPLE; kappa's also where it
    is, where it is for more than one drawing in twenty, and where all drawings give the same value: that all said the
    same again in a sample is no proof that they always do. The order of the rows changes nothing. ValueError if the
    columns differ in length or a label is no class.

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20
    (1960), 37-46.
    """
    check_level(level)
    if not len(people) == len(first) == len(again):
        raise ValueError("A repeat is a person, a first label and a second.")
    if any(not 0 <= label < classes for label in (*first, *again)):
        raise ValueError(f"A label is one of {classes} classes, numbered from 0.")
    each: dict[Hashable, npt.NDArray[np.int64]] = {}
    for person, one, two in zip(people, first, again, strict=True):
        each.setdefault(person, np.zeros(classes * classes, dtype=np.int64))[one * classes + two] += 1
    # Sorted by what is in them, so that neither the order of the rows nor what people are called matters.
    tables = np.array(sorted(table.tolist() for table in each.values()), dtype=np.int64).reshape(-1, classes**2)
    whole = tables.sum(axis=0)
    percent, kappa = _of(whole[None, :], classes)
    return SelfAgreement(
        repeats=int(whole.sum()),
        people=len(tables),
        table=tuple(tuple(row) for row in whole.reshape(classes, classes).tolist()),
        percent=_measure(percent[0], Reason.NOTHING_COUNTED),
        percent_interval=_percent_interval(tables, classes, level),
        kappa=_measure(kappa[0], Reason.ONE_CLASS if whole.sum() else Reason.NOTHING_COUNTED),
        kappa_interval=_kappa_interval(tables, float(kappa[0]), classes, level=level, replicates=replicates, seed=seed),
    )


def _percent_interval(tables: npt.NDArray[np.int64], classes: int, level: float) -> Interval:
    if len(tables) < LEAST_PEOPLE:
        return Interval(None, None, level, Reason.TOO_FEW_PEOPLE)
    square = tables.reshape(-1, classes, classes)
    return clustered_rate(np.trace(square, axis1=1, axis2=2), tables.sum(axis=1), level=level).interval


def _kappa_interval(
    tables: npt.NDArray[np.int64], kappa: float, classes: int, *, level: float, replicates: int, seed: int
) -> Interval:
    people = len(tables)
    if people < LEAST_PEOPLE:
        return Interval(None, None, level, Reason.TOO_FEW_PEOPLE)
    undefined = "" if np.isfinite(kappa) else Reason.ONE_CLASS
    times = np.random.default_rng(seed).multinomial(people, np.full(people, 1 / people), size=replicates)
    _, drawn = _of(times @ tables, classes)
    _, without = _of(tables.sum(axis=0) - tables, classes)
    degrees = degrees_of(without, np.ones(people), tables.sum(axis=1).astype(np.float64))
    return interval_of(drawn, kappa, units=people, degrees=degrees, level=level, undefined=undefined)


def _of(tables: npt.NDArray[np.int64], classes: int) -> tuple[Floats, Floats]:
    """Percent and kappa of flat tables, one a row; NaN where undefined."""
    square = tables.reshape(-1, classes, classes)
    n = square.sum(axis=(1, 2)).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.trace(square, axis1=1, axis2=2) / n
        chance = (square.sum(axis=2) * square.sum(axis=1)).sum(axis=1) / n**2
        kappa = np.where(chance < 1, (percent - chance) / (1 - chance), np.nan)
    return percent, kappa


def _measure(value: float, reason: str) -> Measure:
    return Measure(float(value)) if np.isfinite(value) else Measure(None, reason)
