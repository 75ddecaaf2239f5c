"""How many labels of the crowd's matrix everybody starts with: the number that predicts labels best it has not seen.

The labels are dealt into folds. Each fold in turn is kept out, the model is fitted to the others, and each label kept
out is predicted from them:

    P(j says l of i) = sum_k posterior_ik * pi_j[k, l]

The strength with the highest mean log P wins. No truth is needed, so it is chosen on the very labels it is for.

Source: S. Geisser, The predictive sample reuse method, Journal of the American Statistical Association 70 (1975),
320-328.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .codes import Column
from .crowd import Crowd, Repeats, gather
from .dawid_skene import fit_crowd
from .measure import Reason

CANDIDATES = (1.0, 3.0, 10.0, 30.0, 100.0)
_TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Tried:
    """A strength, and the mean log-likelihood of a label kept out (natural; 0 would be perfect foresight)."""

    strength: float
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class Strengths:
    """What was tried, ascending, and what was chosen; or nothing, None and the reason.

    labels: how many were predicted, the same for each strength.
    """

    table: tuple[Tried, ...]
    chosen: float | None
    labels: int
    reason: str = ""


def choose_strength(
    items: Column,
    workers: Column,
    labels: Column,
    *,
    classes: int | Sequence[Hashable],
    candidates: Sequence[float] = CANDIDATES,
    folds: int = 5,
    seed: int = 0,
    repeats: Repeats = "first",
    threads: int | None = None,
) -> Strengths:
    """The prior's strength by the likelihood of labels held out; columns, `classes` and `repeats` as in `crowd.gather`.

    Only labels whose worker and whose item have others among those fitted are predicted. Of equally good strengths the
    larger wins. The same for a seed whatever the order of the rows and the number of threads.
    Undefined where no label can be predicted so. ValueError if a candidate is not above 0 or folds are fewer than 2.
    """
    tried = sorted(set(candidates))
    if not tried or not all(np.isfinite(value) and value > 0 for value in tried):
        raise ValueError("Candidates are numbers of labels above 0.")
    if folds < 2:
        raise ValueError("Labels are dealt into two folds or more.")
    crowd = gather(items, workers, labels, classes=classes, repeats=repeats)
    item = np.repeat(np.arange(len(crowd.items), dtype=np.int32), np.diff(crowd.starts))
    fold = np.random.default_rng(seed).permutation(len(crowd.label)) % folds
    totals = np.zeros(len(tried))
    predicted = 0
    for number in range(folds):
        kept_out = _foreseeable(crowd, item, fold == number)
        if not kept_out.any():
            continue
        predicted += int(kept_out.sum())
        part, place = _without(crowd, item, fold != number)
        about, by, said = place[item[kept_out]], crowd.worker[kept_out], crowd.label[kept_out]
        for column, strength in enumerate(tried):
            fit = fit_crowd(part, strength=strength, tolerance=_TOLERANCE, threads=threads)
            chance = (fit.posterior[about] * fit.confusion[by, :, said]).sum(axis=1)
            totals[column] += float(np.log(chance).sum())
    if not predicted:
        return Strengths((), None, 0, Reason.NOTHING_TO_PREDICT)
    table = tuple(Tried(value, float(total) / predicted) for value, total in zip(tried, totals, strict=True))
    best = max(table, key=lambda row: (row.log_likelihood, row.strength))
    return Strengths(table, best.strength, predicted)


def _foreseeable(crowd: Crowd, item: npt.NDArray[np.int32], kept_out: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which of the labels kept out are of a worker and of an item that have others left."""
    left = ~kept_out
    known = np.bincount(crowd.worker[left], minlength=len(crowd.workers)) > 0
    labelled = np.bincount(item[left], minlength=len(crowd.items)) > 0
    return kept_out & known[crowd.worker] & labelled[item]


def _without(
    crowd: Crowd, item: npt.NDArray[np.int32], kept: npt.NDArray[np.bool_]
) -> tuple[Crowd, npt.NDArray[np.int64]]:
    """The crowd of these labels alone, with all workers, and each item's place in it."""
    counted = np.bincount(item[kept], minlength=len(crowd.items))
    there = counted > 0
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counted[there], dtype=np.int64)))
    items = tuple(value for value, is_there in zip(crowd.items, there.tolist(), strict=True) if is_there)
    part = Crowd(items, crowd.workers, crowd.classes, starts, crowd.worker[kept], crowd.label[kept])
    return part, np.cumsum(there) - 1
