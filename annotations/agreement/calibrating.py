"""A calibration from cases whose outcome is known: what a posterior claimed, and whether it was right.

    logit P(right) = a + b * log odds + c * labels,    b >= 0

by logistic regression, shrunk towards the posterior as it stands (a = 0, b = 1, c = 0). Cases of one answer say nearly
the same, so answers are counted and not cases: each has the weight of one, and the errors of a, b and c come from how
answers differ (a sandwich by answer). What is kept is not the estimate but what lies one standard error below it.

Sources: J. Platt, Probabilistic outputs for support vector machines, 1999 (logistic calibration); K.-Y. Liang and
S. L. Zeger, Longitudinal data analysis using generalized linear models, Biometrika 73 (1986), 13-22 (the sandwich).
"""

import numpy as np
import numpy.typing as npt

from .calibration import LOG_ODDS_AT_MOST, Calibration

Floats = npt.NDArray[np.float64]

KNOTS = tuple(float(at) for at in np.round(np.linspace(-2.0, LOG_ODDS_AT_MOST, 80), 3))
# The shrinkage: a, b and c are these, give or take standard deviations of so much.
CENTRE = np.array([0.0, 1.0, 0.0])
SPREAD = np.array([1.0, 0.5, 1.0])
# How many standard errors below its estimate a chance is taken to be.
BELOW = 1.0
# Surer than so large a part of what was seen is taken for no surer: there is nothing to go by.
SEEN = 0.9
LEAST = 1e-9
STEPS_AT_MOST = 50
CONVERGED = 1e-10


def calibrate(
    posteriors: npt.ArrayLike,
    labels: npt.ArrayLike,
    right: npt.ArrayLike,
    *,
    gold: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
) -> Calibration:
    """A calibration from cases: the posterior (cases, classes), from how many labels, and whether it was right.

    gold: which answer each case is of, since cases of one answer are not independent; weights: of each answer, told at
    each of its cases, 1 if None. ValueError without any case.
    """
    best = np.asarray(posteriors, dtype=np.float64)
    if not len(best):
        raise ValueError("A calibration wants cases to learn from.")
    many = np.asarray(labels, dtype=np.int64)
    _, answer = np.unique(np.asarray(gold), return_inverse=True)
    weight = np.ones(len(best)) if weights is None else np.asarray(weights, dtype=np.float64)
    sure = np.clip(best.max(axis=1), LEAST, 1 - LEAST)
    odds = np.clip(np.log(sure) - np.log1p(-sure), -LOG_ODDS_AT_MOST, LOG_ODDS_AT_MOST)
    found, errors = _regress(
        _terms(odds, many), np.asarray(right, dtype=np.float64), weight / np.bincount(answer)[answer], answer
    )
    chances = {}
    for size in np.unique(many).tolist():
        seen = float(np.quantile(odds[many == size], SEEN))
        at = _terms(np.minimum(KNOTS, seen), np.full(len(KNOTS), size))
        below = at @ found - BELOW * np.sqrt(np.einsum("ij,jk,ik->i", at, errors, at))
        # Where the error grows faster than the estimate: who is surer is at least as likely to be right.
        careful = np.maximum.accumulate(_sigmoid(below))
        chances[size] = tuple(float(chance) for chance in careful)
    return Calibration(KNOTS, chances, int(answer.max()) + 1)


def _terms(log_odds: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """Rows 1, log odds, labels: the last two so that their coefficients are of one size."""
    return np.stack([np.ones(len(log_odds)), log_odds, (labels - 5) / 2], axis=1)


def _regress(terms: Floats, right: Floats, weight: Floats, answer: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Coefficients of the logistic regression with its shrinkage, by Newton's method, and their covariance."""
    tie = np.diag(1 / np.square(SPREAD))

    def loss(at: Floats) -> float:
        heights = _heights(terms, at)
        surprise = np.maximum(heights, 0) + np.log1p(np.exp(-np.abs(heights))) - right * heights
        return float((weight * surprise).sum() + (np.square((at - CENTRE) / SPREAD)).sum() / 2)

    found, now = CENTRE.copy(), loss(CENTRE)
    for _ in range(STEPS_AT_MOST):
        chance = _sigmoid(_heights(terms, found))
        slope = np.einsum("ni,n->i", terms, weight * (right - chance)) - (found - CENTRE) / np.square(SPREAD)
        step = np.linalg.solve(_bend(terms, weight, chance) + tie, slope)
        # A whole step may go too far where the start is far off; the loss is convex, so some half of it does not.
        while (then := loss(found + step)) > now and np.abs(step).max() > CONVERGED:
            step = step / 2
        if np.abs(step).max() <= CONVERGED:
            break
        found, now = found + step, then
    if found[1] < 0:
        # The surer, the more often wrong: nothing to go by, so the log odds are left out.
        found, errors = _regress(terms * [1.0, 0.0, 1.0], right, weight, answer)
        found[1] = errors[1] = errors[:, 1] = 0.0
        return found, errors
    chance = _sigmoid(_heights(terms, found))
    scores = np.zeros((int(answer.max()) + 1, 3))
    np.add.at(scores, answer, terms * (weight * (right - chance))[:, None])
    inverse = np.linalg.inv(_bend(terms, weight, chance) + tie)
    # The shrinkage has an error too: without it few answers that all went well would have none at all.
    return found, inverse @ (np.einsum("ni,nj->ij", scores, scores) + tie) @ inverse


# Sums over cases are einsum's, in one thread: a matrix product's last digits would depend on how many there are.
def _heights(terms: Floats, at: Floats) -> Floats:
    return np.asarray(np.einsum("ni,i->n", terms, at))


def _bend(terms: Floats, weight: Floats, chance: Floats) -> Floats:
    return np.asarray(np.einsum("ni,n,nj->ij", terms, weight * chance * (1 - chance), terms))


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))
