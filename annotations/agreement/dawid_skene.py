"""What many labels of uneven worth say together: the model of Dawid and Skene, fitted by EM.

Each item has one true class, each worker a confusion matrix pi_j[k, l]: how often they say l where k is true. Labels
are independent given the truth. EM alternates between the posterior of each item's class and everybody's matrix:

    E   posterior_ik  proportional to  prior_k * product over the labels (j, l) of i of pi_j[k, l]
    M   n_j[k, l] = the sum of posterior_ik over the labels l of j
        pi_j[k, l] = (n_j[k, l] + strength * pooled[k, l]) / (sum_l n_j[k, l] + strength)

Plain maximum likelihood (`strength=0, prior="estimated"`) believes whatever few labels say of a person, and at three
labels an item it is worse than the majority. So everybody starts with `strength` labels of the pooled matrix, which
is the crowd's own, estimated along:

    pooled[k, l] = (sum_j n_j[k, l] + ANCHOR * votes[k, l]) / (sum_jl n_j[k, l] + ANCHOR)

where votes is the same matrix with the votes' shares as posteriors, the state in which EM begins. ANCHOR keeps the
meaning of a class from drifting away from what people say it is, which in small sets it does; in large ones it is
nothing. For the same reason the classes' prior is held at the votes' shares while EM runs. Both begin with one item
and one label a class, spread evenly, so that a class nobody has chosen yet stays possible.

Source: A. P. Dawid, A. M. Skene, Maximum likelihood estimation of observer error-rates using the EM algorithm, Applied
Statistics 28 (1979), 20-28. The prior is the conjugate one; for pooling see B. Paun et al., Comparing Bayesian models
of annotation, Transactions of the ACL 6 (2018), 571-585.
"""

import os
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .codes import Column
from .compiled import pays_to_compile
from .crowd import Crowd, Repeats, gather
from .dawid_skene_blocks import Blocks

Floats = npt.NDArray[np.float64]
Prior = Literal["shares", "estimated"]

ANCHOR = 300.0  # labels a class
STRENGTH = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class DawidSkene:
    """A fitted crowd. K classes; every row of a matrix belongs to a true class and adds up to 1.

    items, workers, classes: ids in the order of the arrays, ascending, and the scale
    prior: (K,), each class's share before any label is seen
    pooled: (K, K), what a worker nobody knows yet is taken for
    confusion: (workers, K, K), each worker's matrix [truth, said]
    counts: (workers, K, K), the expected labels it rests on: confusion = (counts + strength * pooled) / row sums
    posterior: (items, K), by prior and confusion
    log_likelihood: of the labels under prior and confusion, natural, without any prior's term
    iterations, converged: E-steps done; whether the last changed no posterior by more than the tolerance
    """

    items: tuple[Any, ...]
    workers: tuple[Any, ...]
    classes: tuple[Any, ...]
    strength: float
    prior: Floats
    pooled: Floats
    confusion: Floats
    counts: Floats
    posterior: Floats
    log_likelihood: float
    iterations: int
    converged: bool

    def consensus(self) -> tuple[Any, ...]:
        """Each item's likeliest class. Of equally likely ones the first in `classes`."""
        return tuple(self.classes[place] for place in self.posterior.argmax(axis=1).tolist())


def fit_dawid_skene(
    items: Column,
    workers: Column,
    labels: Column,
    *,
    classes: int | Sequence[Hashable],
    strength: float = STRENGTH,
    prior: Prior = "shares",
    pooled: npt.ArrayLike | None = None,
    tolerance: float = 1e-8,
    iterations_at_most: int = 2000,
    repeats: Repeats = "first",
    threads: int | None = None,
) -> DawidSkene:
    """Fit the model to labels given as three parallel columns; `classes` and `repeats` as in `crowd.gather`.

    strength: labels of the pooled matrix everybody starts with, 0 for plain maximum likelihood
    prior: "shares" holds it at the votes' shares, an item counting once; "estimated" is EM's own
    pooled: (K, K), to hold the pooled matrix at one from before instead of estimating it
    tolerance: EM ends when no posterior changes by more; 0 runs `iterations_at_most`
    threads: as many as there are cores if None

    The result is the same to the last bit for any order of the rows and any number of threads (but for repeats: see
    `crowd.gather`), with numba or, the log-likelihood apart, without. ValueError without labels, and where an argument
    is out of range or the columns are not ones.
    """
    crowd = gather(items, workers, labels, classes=classes, repeats=repeats)
    return fit_crowd(
        crowd,
        strength=strength,
        prior=prior,
        pooled=pooled,
        tolerance=tolerance,
        iterations_at_most=iterations_at_most,
        threads=threads,
    )


def fit_crowd(
    crowd: Crowd,
    *,
    strength: float = STRENGTH,
    prior: Prior = "shares",
    pooled: npt.ArrayLike | None = None,
    tolerance: float = 1e-8,
    iterations_at_most: int = 2000,
    threads: int | None = None,
) -> DawidSkene:
    """`fit_dawid_skene` for labels that are coded already."""
    if not len(crowd.label):
        raise ValueError("There are no labels to fit.")
    if not (np.isfinite(strength) and strength >= 0):
        raise ValueError(f"A prior's strength is a number of labels, not {strength}.")
    if tolerance < 0 or iterations_at_most < 1:
        raise ValueError("A fit wants a tolerance of at least 0 and an iteration.")
    if prior not in ("shares", "estimated"):
        raise ValueError(f'The prior is "shares" or "estimated", not {prior!r}.')
    held = None if pooled is None else _matrix(pooled, len(crowd.classes))
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        return _run(
            _blocks(crowd, pool),
            strength=strength,
            prior=prior,
            held=held,
            tolerance=tolerance,
            iterations_at_most=iterations_at_most,
        )


def _blocks(crowd: Crowd, pool: ThreadPoolExecutor) -> Blocks:
    """The steps of EM, compiled where that pays."""
    if pays_to_compile(len(crowd.label)):
        return Blocks(crowd, pool)
    from .dawid_skene_plain import PlainBlocks

    return PlainBlocks(crowd, pool)


def _run(
    work: Blocks,
    *,
    strength: float,
    prior: Prior,
    held: Floats | None,
    tolerance: float,
    iterations_at_most: int,
) -> DawidSkene:
    totals = work.begin()
    votes = _spread(totals)
    shares = work.posterior.mean(axis=0) if prior == "estimated" else _shares(work.posterior)
    log_likelihood, iterations, converged = 0.0, 0, False
    while True:
        if held is not None:
            matrix = held
        elif strength > 0:
            matrix = (totals + ANCHOR * votes) / (totals.sum(axis=1, keepdims=True) + ANCHOR)
        else:
            matrix = _rows(totals)
        work.maximise(matrix, strength)
        log_likelihood, change, by_class = work.expect(shares)
        iterations += 1
        converged = change <= tolerance and tolerance > 0
        if converged or iterations == iterations_at_most:
            break
        if prior == "estimated":
            shares = by_class / len(work.posterior)
        totals = work.gather_counts()
    crowd = work.crowd
    return DawidSkene(
        items=crowd.items,
        workers=crowd.workers,
        classes=crowd.classes,
        strength=strength,
        prior=shares,
        pooled=matrix,
        confusion=np.ascontiguousarray(work.confusion.transpose(0, 2, 1)),
        counts=np.ascontiguousarray(work.counts.transpose(0, 2, 1)),
        posterior=work.posterior,
        log_likelihood=log_likelihood,
        iterations=iterations,
        converged=converged,
    )


def _shares(votes: Floats) -> Floats:
    """The votes' shares, an item counting once, and one more item that is undecided."""
    shares: Floats = (votes.sum(axis=0) + 1 / votes.shape[1]) / (len(votes) + 1)
    return shares


def _spread(totals: Floats) -> Floats:
    """Counts [truth, said] as a matrix, each row with one more label spread evenly."""
    matrix: Floats = (totals + 1 / len(totals)) / (totals.sum(axis=1, keepdims=True) + 1)
    return matrix


def _rows(totals: Floats) -> Floats:
    """Counts as a matrix; a row without counts is even."""
    sums = totals.sum(axis=1, keepdims=True)
    even = np.full_like(totals, 1 / len(totals))
    rows: Floats = np.divide(totals, sums, out=even, where=sums > 0)
    return rows


def _matrix(pooled: npt.ArrayLike, classes: int) -> Floats:
    matrix = np.array(pooled, dtype=np.float64)
    if matrix.shape != (classes, classes) or not np.isfinite(matrix).all() or (matrix < 0).any():
        raise ValueError(f"The pooled matrix is {classes} by {classes} shares.")
    if (abs(matrix.sum(axis=1) - 1) > 1e-6).any():
        raise ValueError("Each row of the pooled matrix adds up to 1.")
    return matrix
