"""How sure agreement is where items come in clusters: answers to one family of prompts are no independent draws.

Whole clusters are drawn again, each with all of its items. Of a cluster nothing is needed but a few sums, so the cost
is that of resamples times clusters, however many labels there are. What a cluster is called leaves no trace in the
result: clusters stand in the order of their sums.
"""

import numpy as np
import numpy.typing as npt

from .coefficients import measure_agreement
from .counts import checked, compress
from .intervals import AgreementIntervals, check_resamples, intervals_of
from .measure import Interval, Reason
from .pairs import kappas_of
from .resampling import degrees_of, interval_of, sums_of, units_of

# With fewer clusters of pairable items there is no interval. In simulation (unequal clusters that share classes and
# difficulty, some four to ten items each) a 95 % interval of AC1 and percent held the truth 94 to 96 % of the time from
# 10 clusters on; so did alpha's where the commonest class had up to 85 % of the items. Where it had 92 %, alpha's held
# it 90 % of the time at 10 clusters and 92 % at 15 to 40: a rare class sits in few clusters, and a sample that missed
# these cannot know it. Below 10 that is the usual case. Percentiles alone hold 78 to 90 % at 10.
LEAST_FAMILIES = 10


def cluster_bootstrap_agreement(
    counts: npt.ArrayLike,
    times: npt.ArrayLike | None,
    clusters: npt.ArrayLike,
    *,
    level: float = 0.95,
    replicates: int = 1000,
    seed: int = 0,
) -> AgreementIntervals:
    """Intervals of alpha, AC1 and percent agreement, resampling clusters; by the method that `resampling` describes.

    counts: whole numbers, shape (rows, classes); times: how often each row occurs, shape (rows,), once if None;
    clusters: the cluster each row belongs to, numbers or texts, shape (rows,).
    Undefined where the coefficient is, below LEAST_FAMILIES clusters with a pairable item, where all resamples give one
    value, and where more than one resample in twenty is undefined because a second class is too rare.
    Clusters without a pairable item are drawn apart from the others, as items with one label are in
    `intervals.bootstrap_agreement`: they enter AC1 alone.
    ValueError if the table is not one, if a row has no cluster, or if replicates or level are out of range.
    """
    check_resamples(replicates, level)
    rows, often = checked(counts, times)
    names = np.asarray(clusters)
    if names.shape != (len(rows),) or (names.size and names.dtype.kind not in "biuU"):
        raise ValueError(f"{len(rows)} rows of counts want as many clusters, by number or by name.")
    kept = (often > 0) & (rows.sum(axis=1) > 0)
    rows, often, names = rows[kept], often[kept], names[kept]
    table = compress(rows, often)
    measured = measure_agreement(table.vectors, table.times)
    reasons = (measured.alpha.reason, measured.ac1.reason, measured.percent.reason)
    sums, scale = sums_of(rows)
    distinct, cluster = np.unique(names, return_inverse=True)
    weighed = sums * often[:, None]
    if (sums != np.floor(sums)).any():
        # What these fractions add up to depends on their order, so it is fixed first.
        order = np.lexsort((*weighed.T, cluster))
        weighed, cluster = weighed[order], cluster[order]
    columns = [np.bincount(cluster, weights=column, minlength=len(distinct)) for column in weighed.T]
    by_cluster = np.column_stack(columns).astype(np.float64)
    pairable = by_cluster[:, 0] > 0
    once = np.ones(len(distinct), dtype=np.int64)
    paired = units_of(by_cluster[pairable], once[pairable], scale)
    if not paired.number or paired.number < LEAST_FAMILIES:
        why = Reason.TOO_FEW_FAMILIES if paired.number else Reason.NO_PAIRS
        return AgreementIntervals(*(Interval(None, None, level, reason or why) for reason in reasons))
    single = units_of(by_cluster[~pairable], once[~pairable], scale)
    return intervals_of(paired, single, reasons, replicates=replicates, level=level, seed=seed)


def cluster_bootstrap_kappa(
    tables: npt.ArrayLike, *, level: float = 0.95, replicates: int = 1000, seed: int = 0
) -> Interval:
    """The interval of Cohen's kappa over all clusters together, resampling clusters; by the method of `resampling`.

    tables: whole numbers, shape (clusters, classes, classes): of each cluster, items that the one gave class j and the
    other class k. Tables of nothing are left out. The order of the tables leaves no trace.
    Undefined where kappa is, below LEAST_FAMILIES clusters, where all resamples give one value, and where more than one
    resample in twenty is undefined.
    ValueError if these are no such tables, or if replicates or level are out of range.
    """
    check_resamples(replicates, level)
    counts = np.asarray(tables)
    if counts.ndim != 3 or counts.shape[1] != counts.shape[2]:
        raise ValueError(f"Two people's labels make a square table for each cluster, not {counts.shape}.")
    flat, _ = checked(counts.reshape(len(counts), counts.shape[1] ** 2))
    flat = flat[flat.sum(axis=1) > 0]
    units = len(flat)
    counts = flat[np.lexsort(flat.T)].reshape(units, *counts.shape[1:])
    whole = counts.sum(axis=0)
    kappa = kappas_of(whole[None])[0]
    if units < LEAST_FAMILIES:
        return Interval(None, None, level, Reason.TOO_FEW_FAMILIES if units else Reason.NOTHING_COUNTED)
    draws = np.random.default_rng(seed).multinomial(units, np.full(units, 1 / units), size=replicates)
    return interval_of(
        _kappas(np.tensordot(draws, counts, axes=(1, 0))),
        kappa.value or 0.0,
        units=units,
        degrees=degrees_of(_kappas(whole - counts), np.ones(units), counts.sum(axis=(1, 2)).astype(np.float64)),
        level=level,
        undefined=kappa.reason,
    )


def _kappas(tables: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Cohen's kappa of each table; NaN where it is undefined."""
    return np.array([np.nan if kappa.value is None else kappa.value for kappa in kappas_of(tables)])
