"""Learning on gold how far a posterior may be believed, and measuring what is then called settled.

A gold answer was labelled by many people, each once. Drawn from them in random order, they are people as the deck would
have sent them: after 3, 4 ... 7 of them there is a posterior, from what each is known to say on other answers, and,
since the truth is known, whether it was right. From these a calibration is learned (see calibrating.py). To measure
what it settles, gold is cut into five parts, and each goes its ways by what was learned on the four others.

Gold has other shares of the classes than the record; answers are weighted so that it has the same.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .calibrating import calibrate
from .calibration import Calibration, Measured
from .intervals import wilson_interval
from .stopping import State, decide

Floats = npt.NDArray[np.float64]

# Ways through the deck that are drawn from each gold answer, and how many folds its truth is kept out of in turn.
WAYS = 20
FOLDS = 5
# No gold answer counts for more than so many others, however rare its class is in gold.
WEIGHT_AT_MOST = 4.0
LEAST = 1e-9


def gold_needed(sure: float, *, level: float = 0.95) -> int:
    """With fewer gold answers not even all of them right would show, at this level, that so large a share is right.

        the smallest n with sure^n <= 1 - level

    59 for a share of .95.
    """
    return math.ceil(math.log(1 - level) / math.log(sure))


def calibrate_on_gold(
    items: Sequence[Hashable],
    workers: Sequence[Hashable],
    labels: Sequence[int],
    truths: Mapping[Any, Sequence[int]],
    *,
    skills: Mapping[Any, npt.ArrayLike],
    pooled: npt.ArrayLike,
    prior: Sequence[float],
    seed: int = 0,
    at_least: int = 3,
    at_most: int = 7,
    sure: float = 0.95,
) -> tuple[Calibration | None, Measured]:
    """When labels are enough, as learned on gold, and how it fares on gold kept out of the learning.

    items, workers, labels: one row a label on a gold answer, the classes numbered from 0; the first of a repeated
    (item, worker) counts. truths: the right class of each item, then those that are taken for right too.
    skills: each worker's matrix, row the truth, column what they say, learned on answers that are no gold; who is not
    among them has the pooled one. prior: the shares of the classes.

    Gold answers with fewer than `at_most` labels cannot show the whole way and are left out. There is no calibration
    where fewer than gold_needed(sure) are left, nor where not even the surest answers are right often enough: then the
    votes decide alone, and what is measured is how the votes fare.
    The order of the rows changes nothing. ValueError if the columns differ in length or a label is no class.
    """
    said: dict[Any, dict[Any, int]] = {}
    for item, worker, label in zip(items, workers, labels, strict=True):
        if not 0 <= label < len(prior):
            raise ValueError(f"{label} is none of {len(prior)} classes.")
        if item in truths:
            said.setdefault(item, {}).setdefault(worker, label)
    played = _play(
        said, truths, skills=skills, pooled=pooled, prior=prior, seed=seed, at_least=at_least, at_most=at_most
    )
    gold, needed = len(played.right), gold_needed(sure)
    whole, why = None, ""
    if gold < needed:
        why = f"{gold} gold answers have {at_most} labels; with fewer than {needed} nothing can be shown"
    else:
        whole = played.learn(np.ones(gold, dtype=bool), at_least)
        if whole.surest() < sure:
            whole, why = None, "not even the surest answers are right often enough on gold"
    kept_out = None
    if whole is not None:
        folds = np.random.default_rng([seed, gold]).permutation(gold) % FOLDS
        by_fold = [played.learn(folds != fold, at_least) for fold in range(FOLDS)]
        kept_out = [by_fold[fold] for fold in folds]
    return whole, _measure(played, kept_out, at_least=at_least, at_most=at_most, sure=sure, why=why)


@dataclass(frozen=True, slots=True)
class _Played:
    """The ways drawn from each gold answer, G of them with W ways of S stops each.

    posteriors (G, W, S, K), votes the same, right (G, W, S), weights (G,), labels: how many there were to draw from.
    """

    posteriors: Floats
    votes: npt.NDArray[np.int64]
    right: npt.NDArray[np.bool_]
    weights: Floats
    labels: int

    def learn(self, chosen: npt.NDArray[np.bool_], at_least: int) -> Calibration:
        right = self.right[chosen]
        answers, ways, stops = right.shape
        each = np.broadcast_to(np.arange(answers)[:, None, None], right.shape)
        many = np.broadcast_to(at_least + np.arange(stops), right.shape)
        weights = np.broadcast_to(self.weights[chosen][:, None, None], right.shape)
        return calibrate(
            self.posteriors[chosen].reshape(answers * ways * stops, -1),
            many.reshape(-1),
            right.reshape(-1),
            gold=each.reshape(-1),
            weights=weights.reshape(-1),
        )


def _play(
    said: Mapping[Any, Mapping[Any, int]],
    truths: Mapping[Any, Sequence[int]],
    *,
    skills: Mapping[Any, npt.ArrayLike],
    pooled: npt.ArrayLike,
    prior: Sequence[float],
    seed: int,
    at_least: int,
    at_most: int,
) -> _Played:
    """Draw the ways, from what each worker said of each item. All is sorted first: no order of rows matters."""
    enough = sorted(item for item, by_worker in said.items() if len(by_worker) >= at_most)
    classes, stops = len(prior), at_most - at_least + 1
    spoken_for = {worker: _logs(matrix) for worker, matrix in skills.items()}
    nobody, start = _logs(pooled), _logs(prior)
    shape = (len(enough), WAYS, stops, classes)
    posteriors, votes = np.empty(shape), np.empty(shape, dtype=np.int64)
    right = np.empty(shape[:3], dtype=np.bool_)
    rng = np.random.default_rng(seed)
    for place, item in enumerate(enough):
        given = sorted(said[item].items())
        labels = np.array([label for _, label in given])
        likelihood = np.array([spoken_for.get(worker, nobody)[:, label] for worker, label in given])
        drawn = rng.random((WAYS, len(given))).argsort(axis=1)[:, :at_most]
        logs = start + likelihood[drawn].cumsum(axis=1)[:, at_least - 1 :]
        shares = np.exp(logs - logs.max(axis=2, keepdims=True))
        posteriors[place] = shares / shares.sum(axis=2, keepdims=True)
        votes[place] = np.eye(classes, dtype=np.int64)[labels[drawn]].cumsum(axis=1)[:, at_least - 1 :]
        right[place] = np.isin(posteriors[place].argmax(axis=2), list(truths[item]))
    truth = np.array([truths[item][0] for item in enough], dtype=np.int64)
    weights = _weights(truth, np.asarray(prior, dtype=np.float64))
    return _Played(posteriors, votes, right, weights, sum(len(said[item]) for item in enough))


def _weights(truth: npt.NDArray[np.int64], prior: Floats) -> Floats:
    """What each gold answer counts for, so that the classes have their shares of the record; 1 on average."""
    if not len(truth):
        return np.zeros(0)
    shares = np.bincount(truth, minlength=len(prior)) / len(truth)
    weights = np.minimum(prior[truth] / shares[truth], WEIGHT_AT_MOST)
    return np.asarray(weights / weights.mean())


def _measure(
    played: _Played, kept_out: list[Calibration] | None, *, at_least: int, at_most: int, sure: float, why: str
) -> Measured:
    """Go every way to its end, each answer by the calibration that never saw its truth, or by votes alone."""
    gold, ways = played.right.shape[:2]
    settled, right, asked = np.zeros(gold), np.zeros(gold), np.zeros(gold)
    for place in range(gold):
        calibration = None if kept_out is None else kept_out[place]
        posteriors, votes = played.posteriors[place].tolist(), played.votes[place].tolist()
        for way in range(ways):
            stop = 0
            while True:
                state = decide(
                    votes[way][stop], posteriors[way][stop], calibration, at_least=at_least, at_most=at_most, sure=sure
                ).state
                if state is not State.MORE:
                    break
                stop += 1
            asked[place] += (at_least + stop) / ways
            if state is State.ENOUGH:
                settled[place] += 1 / ways
                right[place] += played.right[place, way, stop] / ways
    weights = played.weights
    whole = float(weights @ settled)
    share = low = high = None
    if whole > 0:
        share = float(weights @ right) / whole
        # As many answers of equal weight as would tell as much (Kish). Rounding must not make the interval narrower.
        counted = max(1, math.floor(whole**2 / float(np.square(weights * settled).sum()) + LEAST))
        low = wilson_interval(math.floor(share * counted + LEAST), counted).low
        high = wilson_interval(min(counted, math.ceil(share * counted - LEAST)), counted).high
    return Measured(
        settled=whole / gold if gold else None,
        right=share,
        low=low,
        high=high,
        asked=float(weights @ asked) / gold if gold else None,
        gold=gold,
        labels=played.labels,
        calibrated=kept_out is not None,
        why=why,
    )


def _logs(chances: npt.ArrayLike) -> Floats:
    return np.asarray(np.log(np.maximum(np.asarray(chances, dtype=np.float64), LEAST)))
