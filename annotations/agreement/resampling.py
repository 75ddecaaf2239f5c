"""What the bootstraps of items and of clusters share: sums of a unit, coefficients of many sums, and the interval.

A unit is what is drawn again: an item, or a whole cluster of items. Of each unit a few sums are enough, and units with
the same sums are one kind of unit that occurs so and so often. Sums are multiplied by the least number that makes them
whole; whole numbers below 2^53 add up exactly in floating point, so that no order of adding, no number of threads and
no name of a unit leaves a trace.

The interval is the bias-corrected percentile interval, widened where there are few units. With B resamples' values v,
the value itself u, N units, and t the quantile of Student's t with d degrees of freedom:

    z0 = Phi^-1(share of v below u, ties by half)
    e  = t sqrt(N / (N - 1))
    ends = the quantiles Phi(2 z0 - e) and Phi(2 z0 + e) of v, the k-th of B values being the k / (B + 1) quantile

Percentiles alone are too narrow by sqrt((N - 1) / N) and by t over z, and off centre: a sample of few clusters has seen
too few of those where the rarer classes are, and its alpha is too low. The degrees of freedom are the least of

    N - 1
    (sum w)^2 / sum w^2 - 1               with w a unit's pairable items: units of unlike size count for fewer
    2 N / (k - 1)                         with k the kurtosis of the units' influence: a few units decide the value

and at least 4. The influence of a unit is how the value changes when it is left out.

Sources: B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 11, 13 and 14 (bias correction);
T. C. Hesterberg, What teachers should know about the bootstrap, The American Statistician 69 (2015), 371-386 (the
widening); F. E. Satterthwaite, An approximate distribution of estimates of variance components, Biometrics Bulletin 2
(1946), 110-114 (degrees of freedom from the spread of a variance).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from .counts import CountMatrix, IntVector
from .measure import Interval, Reason
from .student import student_quantile

Floats = npt.NDArray[np.float64]

_CELLS_AT_ONCE = 500_000  # draws held in memory at a time: 4 MB, and some three times that while they are counted
_MOST_UNDEFINED = 0.05  # with more resamples undefined than this, the rest no longer stand for all of them
_LEAST_DEGREES = 4.0  # below, the quantile lies beyond what some thousand resamples can show
_EXACT = 2.0**53
_SAME = 1e-12
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Kinds of units.

    sums: shape (kinds, 4 + 2 classes), see `sums_of`; times: how many units of each kind there are; scale: what each
    fraction in the sums was multiplied with; exact: whether the sums are whole numbers that add up exactly.
    """

    sums: Floats
    times: IntVector
    scale: float
    exact: bool

    @property
    def number(self) -> int:
        return int(self.times.sum())

    @property
    def total(self) -> Floats:
        total: Floats = added(self.times[None, :].astype(np.float64), self)[0]
        return total


def sums_of(vectors: CountMatrix) -> tuple[Floats, float]:
    """Of each row of counts: whether it is pairable, whether it has labels, L sum n (n-1) / (m-1), L sum n (n-1) /
    (m (m-1)), its labels by class if pairable, and L n / m by class; and L, the least that makes all of them whole.

    Where L would be too large to add exactly, it is 1, and the fractions stay fractions.
    """
    sizes = vectors.sum(axis=1)
    met = np.unique(sizes[sizes > 0]).tolist()
    scale = math.lcm(*(size * max(1, size - 1) for size in met)) if met else 1
    if scale * max(met, default=1) >= _EXACT / 2**20:
        scale = 1
    pairable = sizes >= 2
    agreeing = (vectors * (vectors - 1)).sum(axis=1) * float(scale)
    size = np.maximum(sizes, 1)
    others = np.maximum(sizes - 1, 1)
    columns = (
        pairable,
        sizes > 0,
        agreeing / others,
        agreeing / (size * others),
        vectors * pairable[:, None],
        vectors * float(scale) / size[:, None],
    )
    return np.column_stack(columns).astype(np.float64), float(scale)


def units_of(sums: Floats, times: IntVector, scale: float) -> Units:
    """Equal units folded into one kind, in an order that only their sums decide."""
    kinds, place = np.unique(sums, axis=0, return_inverse=True)
    often = np.zeros(len(kinds), dtype=np.int64)
    np.add.at(often, place.reshape(-1), times)
    whole = scale > 1 or bool((kinds == np.floor(kinds)).all())
    largest = float((often[:, None] * kinds).sum(axis=0).max(initial=0)) * 4
    return Units(kinds, often, scale, whole and largest < _EXACT)


def added(draws: Floats, units: Units) -> Floats:
    """Each resample's sums, shape (resamples, columns): `draws` says how many of each kind it has."""
    if units.exact:
        exactly: Floats = np.matmul(draws, units.sums)
        return exactly
    # Fractions are added one kind after the other, whatever a linear algebra library would do.
    sums = np.zeros((len(draws), units.sums.shape[1]))
    for kind in range(len(units.sums)):
        sums += draws[:, kind, None] * units.sums[kind]
    return sums


def coefficients(sums: Floats, scale: float) -> Floats:
    """Alpha, AC1 and percent agreement of each row of sums, shape (rows, 3); NaN where undefined."""
    classes = (sums.shape[1] - 4) // 2
    pairable, items = sums[:, 0], sums[:, 1]
    per_other, per_pair = sums[:, 2] / scale, sums[:, 3] / scale
    by_class, propensity = sums[:, 4 : 4 + classes], sums[:, 4 + classes :] / scale
    labels = by_class.sum(axis=1)
    unlike = labels**2 - (by_class**2).sum(axis=1)
    found = np.full((len(sums), 3), np.nan)
    mixed = (by_class > 0).sum(axis=1) >= 2
    np.divide((labels - 1) * (labels - per_other), unlike, out=found[:, 0], where=mixed)
    found[:, 0] = 1 - found[:, 0]
    np.divide(per_pair, pairable, out=found[:, 2], where=pairable > 0)
    if classes >= 2:
        share = propensity / np.maximum(items, 1)[:, None]
        expected = (share * (1 - share)).sum(axis=1) / (classes - 1)
        found[:, 1] = (found[:, 2] - expected) / (1 - expected)
    return found


def resampled(units: Units, replicates: int, rng: np.random.Generator) -> Iterator[Floats]:
    """How many units of each kind there are in each resample, shape (resamples, kinds), some resamples at a time."""
    number, kinds = units.number, len(units.times)
    one_by_one = number <= 8 * kinds  # drawing units is then quicker than drawing how many there are of each kind
    at_once = max(1, _CELLS_AT_ONCE // max(1, kinds, number if one_by_one else 1))
    kind_of = np.repeat(np.arange(kinds), units.times) if one_by_one else None
    for start in range(0, replicates, at_once):
        rounds = min(at_once, replicates - start)
        if not number:
            yield np.zeros((rounds, kinds))
        elif kind_of is None:
            yield rng.multinomial(number, units.times / number, size=rounds).astype(np.float64)
        else:
            drawn = kind_of[rng.integers(0, number, size=(rounds, number))] + np.arange(rounds)[:, None] * kinds
            yield np.bincount(drawn.reshape(-1), minlength=rounds * kinds).reshape(rounds, kinds).astype(np.float64)


def degrees_of_freedom(units: Units, total: Floats) -> Floats:
    """Of the three coefficients; `total` has besides the units the sums of all that is never left out."""
    without = coefficients(total - units.sums, units.scale)
    times, sizes = units.times.astype(np.float64), units.sums[:, 0]
    return np.array([degrees_of(column, times, sizes) for column in without.T])


def degrees_of(without: Floats, times: Floats, sizes: Floats) -> float:
    """Of one coefficient, from what it is without one unit of each kind (NaN where it is then undefined), how many
    units of each kind there are, and how many items a unit has.
    """
    number = float(times.sum())
    even = float((times * sizes).sum() ** 2 / (times * sizes**2).sum()) - 1
    left = np.isfinite(without) & (times > 0)
    often, values = times[left], without[left]
    influence = values - (often * values).sum() / max(1.0, often.sum())
    spread = float((often * influence**2).sum())
    kurtosis = number * float((often * influence**4).sum()) / spread**2 if spread > 0 else 1.0
    by_influence = 2 * number / (kurtosis - 1) if kurtosis > 1 else math.inf
    return min(max(_LEAST_DEGREES, min(even, by_influence)), number - 1)


def interval_of(values: Floats, value: float, *, units: int, degrees: float, level: float, undefined: str) -> Interval:
    """The interval described above, from the resamples' values; `undefined` is why the value itself has none."""
    if undefined:
        return Interval(None, None, level, undefined)
    defined = values[np.isfinite(values)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(values):
        return Interval(None, None, level, Reason.OFTEN_UNDEFINED)
    if defined.max() - defined.min() < _SAME:
        return Interval(None, None, level, Reason.NO_VARIATION)
    below, same = (defined < value - _SAME).sum(), (abs(defined - value) <= _SAME).sum()
    # Half a resample on either side: where all of them lie on one side, how far off the centre is, is not known.
    offset = 2 * _NORMAL.inv_cdf(float(below + same / 2 + 0.5) / (len(defined) + 1))
    reach = student_quantile(0.5 + level / 2, degrees) * math.sqrt(units / (units - 1))
    ends = [_NORMAL.cdf(offset - reach), _NORMAL.cdf(offset + reach)]
    # The k-th of B values is taken for the k / (B + 1) quantile: with few resamples others cut the tails short.
    low, high = np.quantile(defined, ends, method="weibull")
    return Interval(float(low), float(high), level)
