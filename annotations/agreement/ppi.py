"""Prediction-powered inference: a machine judge that read many answers narrows what people's labels of few say.

The judge is never believed. On answers that people labelled too, it is seen how far off it is, and that is taken away;
a judge that is of no use gets no weight, and what is left is the people's own estimate.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .measure import Interval, Measure, Reason, check_level
from .rates import LEAST_CLUSTERS, Floats, clustered_rate, wilson_of


@dataclass(frozen=True, slots=True)
class PPI:
    """A share with its interval. weight: how much the judge counts for, 0 to 1; clusters: of labelled answers."""

    value: Measure
    interval: Interval
    weight: float
    clusters: int


def ppi_rate(
    labelled: npt.ArrayLike,
    judged: npt.ArrayLike,
    clusters: npt.ArrayLike,
    judged_only: npt.ArrayLike,
    clusters_only: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> PPI:
    """PPI++ for a share, with a variance that draws clusters and not answers.

    y_i people's and f_i the judge's value (0 or 1) on n labelled answers L, and f_i on N more, U, that only the judge
    has read:

        theta = mean_L(y) - w (mean_L(f) - mean_U(f))
        a_g = sum_{L,g} (y_i - mean_L(y)) / n
        b_g = sum_{L,g} (f_i - mean_L(f)) / n - sum_{U,g} (f_i - mean_U(f)) / N
        Var(theta) = G / (G - 2) * (sum_g (a_g - w b_g)^2 + (w / n)^2),  G the clusters of L
        w = sum_g a_g b_g / sum_g b_g^2, within 0 and 1: the weight that makes the variance least

    One mistake of the judge more than was seen is allowed for, (w / n)^2: where people labelled few answers, a judge
    looks better than it is. The interval is Wilson's with theta (1 - theta) / Var(theta) trials, and Student's t with
    G - 2 degrees of freedom, as the mean and the weight are both estimated. Where there is nothing the judge could add
    (no answers of its own, no variation, theta at 0 or 1), it is that of `clustered_rate`, with weight 0.

    It takes for granted that L and U are drawn alike: that the judge errs among the one as often as among the other,
    which nothing here can test. Where they differ, theta lies between the share in L and that in U as the errors in L
    correct it, and the interval is sure to hold neither. In Candor they do differ somewhat: prompts that people
    submitted are labelled before the starter set, L is of settled answers to finished questions, U of open ones that
    nobody has labelled, and answers on which people stay divided are in neither.

    labelled, judged: 0 or 1, shape (n,); judged_only: 0 or 1, shape (N,); clusters, clusters_only: whole numbers that
    name each answer's cluster; one may hold answers of both kinds. Order does not matter.
    Undefined as `clustered_rate` is. ValueError if the columns do not fit together.

    Source: A. N. Angelopoulos, J. C. Duchi, T. Zrnic, PPI++: Efficient Prediction-Powered Inference, 2023
    (arXiv:2311.01453), equation 4 and proposition 2; clusters by linearisation.
    """
    check_level(level)
    y, f, g = _values(labelled), _values(judged), _names(clusters)
    u, h = _values(judged_only), _names(clusters_only)
    if not len(y) == len(f) == len(g) or len(u) != len(h):
        raise ValueError("Each answer has a value and a cluster: the columns have the same length.")
    if len(y) == 0:
        return PPI(Measure(None, Reason.NOTHING_COUNTED), Interval(None, None, level, Reason.NOTHING_COUNTED), 0.0, 0)
    names = np.unique(np.concatenate([g, h]))
    at, at_only = np.searchsorted(names, g), np.searchsorted(names, h)
    part, whole = _sums(at, y, len(names)).astype(np.int64), np.bincount(at, minlength=len(names))
    people = clustered_rate(part, whole, level=level)
    alone = PPI(people.value, people.interval, 0.0, people.clusters)
    if len(u) == 0 or people.clusters < LEAST_CLUSTERS:
        return alone
    a = _sums(at, y - y.mean(), len(names)) / len(y)
    b = _sums(at, f - f.mean(), len(names)) / len(f) - _sums(at_only, u - u.mean(), len(names)) / len(u)
    spread = float(b @ b)
    weight = min(1.0, max(0.0, float(a @ b) / spread)) if spread > 0 else 0.0
    theta = float(y.mean() - weight * (f.mean() - u.mean()))
    rest = a - weight * b
    missed = (weight / len(y)) ** 2
    variance = people.clusters / (people.clusters - 2) * (float(rest @ rest) + missed)
    if weight == 0 or variance <= 0 or not 0 < theta < 1:
        return alone
    effective = theta * (1 - theta) / variance
    return PPI(
        Measure(theta), wilson_of(theta, effective, clusters=people.clusters - 1, level=level), weight, people.clusters
    )


def _values(column: npt.ArrayLike) -> Floats:
    values = np.asarray(column, dtype=np.float64)
    if values.ndim != 1 or not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("A value is 0 or 1: suppressed, or not.")
    return values


def _names(column: npt.ArrayLike) -> npt.NDArray[np.int64]:
    names = np.asarray(column)
    if names.ndim != 1 or (names.size and names.dtype.kind not in "iu"):
        raise ValueError("Clusters are named by whole numbers, one for each answer.")
    return names.astype(np.int64)


def _sums(at: npt.NDArray[np.intp], values: Floats, clusters: int) -> Floats:
    """By cluster. Sorted first, so that the order of the answers leaves no trace in the last bit."""
    order = np.lexsort((values, at))
    return np.bincount(at[order], weights=values[order], minlength=clusters).astype(np.float64)
