"""How the labellers of a release label, and what that makes of each answer: the row of crowd, and of each consensus.

The fit is to the release's own counted labels and knows people by the names of this release alone, which leave no trace
in it (see record_people). What the site has learned is another fit, to the same labels under other names, and differs
in the last digits: folds and the ways through the deck are dealt in another order.

Everything that went through a logarithm is told to six decimals: the last bits of a logarithm are the processor's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .calibration import Calibration, Measured
from .consensus import majority
from .crowd import gather
from .dawid_skene import STRENGTH, DawidSkene, fit_crowd
from .gold import calibrate_on_gold
from .posterior import smoothed
from .record import CLASSES, NOBODY, STATES, Record
from .record_people import gold_columns, numbered
from .strength import choose_strength

Floats = npt.NDArray[np.float64]

K: Final = len(CLASSES)
# With fewer there is nothing to learn of anybody: by as few people a fit is mostly its own prior.
LEAST_LABELS: Final = 200
LEAST_PEOPLE: Final = 5
# Labels with which the strength is chosen; whole answers are drawn from more of them.
CHOSEN_WITH: Final = 100_000
FOLDS: Final = 5
SEED: Final = 0
DIGITS: Final = 6
ANSWERS_AT_ONCE: Final = 50_000
_SMALLEST: Final = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """What is kept of a fit: shares of the classes, shape (3,), and the crowd's matrix, (3, 3); see `DawidSkene`."""

    strength: float
    prior: Floats
    pooled: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What the labels of a release teach. Without a fit (too few labels or people) there are counts alone.

    answers, labels, people: what the fit is of, or would be. posterior: by answer of the record, shape (answers, 3),
    NaN where it has no label; strengths: what was tried, and the mean log-likelihood of labels held out.
    """

    answers: int
    labels: int
    people: int
    crowd: Matrix | None
    strengths: Mapping[float, float]
    calibration: Calibration | None
    measured: Measured | None
    posterior: Floats | None


def learn(record: Record) -> Learned:
    """The fit, its calibration on gold, and every answer's posterior."""
    judged = record.state[record.label_answer] >= 0
    answers, people, values = record.label_answer[judged], record.label_person[judged], record.label_value[judged]
    nobody = record.people.index(NOBODY)
    many = len(np.unique(people[people != nobody]))
    counts = {"answers": len(np.unique(answers)), "labels": len(values), "people": many}
    if len(values) < LEAST_LABELS or many < LEAST_PEOPLE:
        return Learned(**counts, crowd=None, strengths={}, calibration=None, measured=None, posterior=None)
    some = sample(answers)
    number = numbered(answers, people, values, many=len(record.people))
    people = number[people]
    tried = choose_strength(answers[some], people[some], values[some], classes=K, folds=FOLDS, seed=SEED, repeats="all")
    coded = gather(answers, people, values, classes=K, repeats="all")
    # What is as long as the labels, and not needed any more, does not stay beside what comes next.
    del judged, some, answers, people, values
    fit = fit_crowd(coded, strength=tried.chosen or STRENGTH)
    skills = {person: matrix for person, matrix in matrices(fit).items() if person != number[nobody]}
    known = {name: own for name, own in zip(record.people, number.tolist(), strict=True) if own in skills}
    gold = gold_columns(record.gold, known)
    calibration, measured = calibrate_on_gold(
        gold.items,
        gold.workers,
        gold.labels,
        gold.truths,
        skills=skills,
        pooled=fit.pooled.tolist(),
        prior=fit.prior.tolist(),
        seed=SEED,
        at_least=record.rules.at_least,
        at_most=record.rules.at_most,
        sure=record.rules.sure,
    )
    crowd = Matrix(fit.strength, fit.prior, fit.pooled)
    del fit, coded
    return Learned(
        **counts,
        crowd=crowd,
        strengths={one.strength: one.log_likelihood for one in tried.table},
        calibration=calibration,
        measured=measured,
        posterior=posteriors(record, crowd, skills, number),
    )


def sample(answers: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which labels are among about CHOSEN_WITH of them, in whole answers, whatever the order of the rows."""
    share = CHOSEN_WITH / max(1, len(answers))
    if share >= 1:
        return np.ones(len(answers), dtype=np.bool_)
    # Multiplied by an odd number and cut off, numbers that follow each other fall anywhere.
    lot = (answers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return lot < np.uint64(int(share * 2**32))


def matrices(fit: DawidSkene) -> dict[int, tuple[tuple[float, ...], ...]]:
    """How each person labels: row the truth, column what they say."""
    pooled = fit.pooled.tolist()
    return {
        person: smoothed(counts, pooled, fit.strength)
        for person, counts in zip(fit.workers, fit.counts.tolist(), strict=True)
    }


def posteriors(
    record: Record, crowd: Matrix, skills: Mapping[int, tuple[tuple[float, ...], ...]], number: npt.NDArray[np.int32]
) -> Floats:
    """Each answer's chances by all its counted labels; a label of somebody who has left is weighed as the crowd's.

    skills: how each person of the fit labels. number: of each of the record's people the one they have in the fit.
    """
    logs = np.log(np.maximum(np.repeat(crowd.pooled[None], len(record.people), axis=0), _SMALLEST))
    for person, matrix in skills.items():
        logs[person] = np.log(np.maximum(np.array(matrix), _SMALLEST))
    many = len(record.answers)
    chances: Floats = np.empty((many, K))
    # Some answers at a time, whose labels are few beside all of them.
    for first in range(0, many, ANSWERS_AT_ONCE):
        some = slice(first, min(first + ANSWERS_AT_ONCE, many))
        theirs = np.flatnonzero((record.label_answer >= some.start) & (record.label_answer < some.stop))
        answer, value = record.label_answer[theirs] - np.int32(first), record.label_value[theirs]
        who = number[record.label_person[theirs]]
        # An answer's logarithms are added up in the order of these numbers: that of the rows hangs on names.
        order = np.lexsort((value, who, answer))
        answer, who, value = answer[order], who[order], value[order]
        for k in range(K):
            chances[some, k] = np.bincount(answer, weights=logs[who, k, value], minlength=some.stop - first)
        chances[some][np.bincount(answer, minlength=some.stop - first) == 0] = np.nan
    chances += np.log(np.maximum(crowd.prior / crowd.prior.sum(), _SMALLEST))
    chances -= chances.max(axis=1, keepdims=True)
    np.exp(chances, out=chances)
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


def crowd_rows(learned: Learned) -> Iterator[dict[str, Any]]:
    """The one row of crowd, exact; see `told` for what of it is published."""
    fit, calibration, measured = learned.crowd, learned.calibration, learned.measured
    yield {
        "crowd": 1,
        "answers": learned.answers,
        "labels": learned.labels,
        "people": learned.people,
        "strength": fit.strength if fit else None,
        "strengths": {f"{strength:g}": found for strength, found in learned.strengths.items()},
        **{f"prior_{name}": float(fit.prior[k]) if fit else None for k, name in enumerate(CLASSES)},
        **{
            f"{truth}_called_{said}": float(fit.pooled[k, column]) if fit else None
            for k, truth in enumerate(CLASSES)
            for column, said in enumerate(CLASSES)
        },
        "calibration": calibration.to_dict() if calibration else {},
        "measured": measured.to_dict() if measured else {},
        "seed": SEED,
    }


def consensus_rows(record: Record, learned: Learned) -> Iterator[dict[str, Any]]:
    """A row for each settled or contested answer, in the order of their ids."""
    votes = record.votes()
    # There are a million answers, but few ways to vote.
    summed_up = cache(lambda *counts: majority(dict(zip(CLASSES, counts, strict=True))))
    for place in np.flatnonzero(record.state >= 0).tolist():
        counts = votes[place].tolist()
        most = summed_up(*counts)
        likely: list[float] | None = None
        confidence = None
        if learned.posterior is not None and sum(counts):
            likely = learned.posterior[place].tolist()
            if learned.calibration:
                confidence = learned.calibration.chance_right(likely, sum(counts))
        yield {
            "answer_id": record.answers[place].decode("utf-8", "surrogatepass"),
            "state": STATES[record.state[place]],
            **dict(zip(CLASSES, counts, strict=True)),
            "label": most.label,
            "share": most.share.value,
            "dispersion": most.dispersion.value,
            **{f"posterior_{name}": likely[k] if likely else None for k, name in enumerate(CLASSES)},
            "confidence": confidence,
        }
