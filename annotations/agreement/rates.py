"""A rate and how sure it is, where answers come in clusters: several answers to one family of prompts are no
independent draws, and taking them for such makes intervals too narrow.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .measure import Interval, Measure, Reason, check_level
from .student import student_quantile

Floats = npt.NDArray[np.float64]

# Below this many clusters the spread between them is not known well enough; see tests/agreement/test_coverage.py.
LEAST_CLUSTERS = 10


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """A share of answers with its interval.

    clusters: clusters with anything counted; design_effect: by how much the variance is larger than that of as many
    independent answers, undefined where the interval is.
    """

    value: Measure
    interval: Interval
    clusters: int
    design_effect: Measure


def clustered_rate(part: npt.ArrayLike, whole: npt.ArrayLike, *, level: float = 0.95) -> RateEstimate:
    """The share part / whole over all clusters, with an interval that draws clusters and not answers.

    With p the share, n all answers, and G clusters of w_g answers of which x_g count:

        Var(p) = G / (G - 1) * sum_g (x_g - p w_g)^2 / n^2        (linearisation of a ratio)
        n_eff  = p (1 - p) / Var(p), at most n,  times (z / t)^2   (t with G - 1 degrees of freedom)

    and the interval is Wilson's with n_eff trials. Where p is 0 or 1 the clusters say nothing of their spread, and each
    is taken for one trial.

    part, whole: whole numbers by cluster, shape (clusters,), 0 <= part <= whole; clusters of nothing are left out.
    Undefined where nothing was counted; the interval alone, below LEAST_CLUSTERS clusters.
    ValueError if the two are no such columns.

    Source: E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data, Survey Methodology 24 (1998), 193-201, with Wilson's interval in the place of
    Clopper and Pearson's.
    """
    check_level(level)
    x, w = _columns(part, whole)
    clusters, n = len(w), int(w.sum())
    if n == 0:
        nothing = Measure(None, Reason.NOTHING_COUNTED)
        return RateEstimate(nothing, Interval(None, None, level, Reason.NOTHING_COUNTED), 0, nothing)
    p = float(x.sum()) / n
    if clusters < LEAST_CLUSTERS:
        few = Measure(None, Reason.TOO_FEW_FAMILIES)
        return RateEstimate(Measure(p), Interval(None, None, level, Reason.TOO_FEW_FAMILIES), clusters, few)
    variance = clusters / (clusters - 1) * float(((x - p * w) ** 2).sum()) / n**2
    if variance > 0:
        effective = min(float(n), p * (1 - p) / variance)
        effect = Measure(n * variance / (p * (1 - p)))
    else:
        effective = float(clusters) if p in {0.0, 1.0} else float(n)
        effect = Measure(None, Reason.NO_VARIATION)
    return RateEstimate(Measure(p), wilson_of(p, effective, clusters=clusters, level=level), clusters, effect)


def wilson_of(p: float, effective: float, *, clusters: int, level: float) -> Interval:
    """Wilson's interval around a share with as many trials as its variance is worth, widened for few clusters.

    p: 0 to 1; effective: trials, above 0; clusters: G, at least 2. Student's t with G - 1 degrees of freedom stands in
    for the normal quantile.
    """
    t = student_quantile(0.5 + level / 2, clusters - 1)
    middle = p + t**2 / (2 * effective)
    reach = t * (p * (1 - p) / effective + t**2 / (4 * effective**2)) ** 0.5
    below = 1 + t**2 / effective
    low = 0.0 if p == 0 else max(0.0, (middle - reach) / below)
    high = 1.0 if p == 1 else min(1.0, (middle + reach) / below)
    return Interval(low, high, level)


def _columns(part: npt.ArrayLike, whole: npt.ArrayLike) -> tuple[Floats, Floats]:
    x, w = np.asarray(part), np.asarray(whole)
    if x.ndim != 1 or x.shape != w.shape:
        raise ValueError("Part and whole are two columns of the same length, one row a cluster.")
    if x.size and (x.dtype.kind not in "iu" or w.dtype.kind not in "iu" or x.min() < 0 or (x > w).any()):
        raise ValueError("Part and whole are whole numbers, and no part is larger than its whole.")
    kept = w > 0
    x, w = x[kept].astype(np.float64), w[kept].astype(np.float64)
    # Sorted, so that the clusters' order leaves no trace in the last bit.
    order = np.lexsort((x, w))
    return x[order], w[order]
