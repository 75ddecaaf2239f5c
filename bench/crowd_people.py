"""Invented labellers and answers, for which the truth is known: what the figures about real ones are tried on.

A labeller is a confusion matrix, drawn from Dirichlet distributions about a pooled one: row the truth, column what is
said. Spammers say the same whatever they see, or anything at all. Camps label the answers of one topic their own way,
each side its own. Colluders are as good as anybody, but on the answers they are after they all say one wrong label.

An answer has a truth, and may be hard: then a labeller goes, with the chance given by its difficulty, by what the
answer looks like and not by what it is. What it looks like is anything, or for a lure one wrong label that draws
everybody.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Censored, evasive, faithful: as in the record, most answers are faithful.
PREVALENCE = (0.15, 0.25, 0.60)
# Where a wrong label goes: an evasive answer is mistaken for either, the two others mostly for evasive.
MISTAKEN_FOR = np.array([[0.0, 0.8, 0.2], [0.45, 0.0, 0.55], [0.2, 0.8, 0.0]])
CLASSES = 3
NOBODY = -1


@dataclass(frozen=True, slots=True)
class People:
    """matrices: (people, 3, 3); side: 0 or 1 for the two camps, else NOBODY; colludes: who is in it."""

    matrices: Floats
    side: Ints
    colludes: npt.NDArray[np.bool_]
    spams: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.matrices)


@dataclass(frozen=True, slots=True)
class Answers:
    """truth: the right label; difficulty: 0 to 1; lure: the wrong label a hard one looks like, or NOBODY for any.

    topic: is of the topic the camps fight about; agreed: the wrong label colluders say of it, or NOBODY.
    """

    truth: Ints
    difficulty: Floats
    lure: Ints
    topic: npt.NDArray[np.bool_]
    agreed: Ints

    def __len__(self) -> int:
        return len(self.truth)


def pooled_matrix(skill: float) -> Floats:
    """What everybody together says: `skill` on the diagonal, the rest where mistakes go."""
    return skill * np.eye(CLASSES) + (1 - skill) * MISTAKEN_FOR


def make_people(
    rng: np.random.Generator,
    number: int,
    *,
    skill: float = 0.75,
    alike: float = 12.0,
    spammers: float = 0.0,
    camps: float = 0.0,
    colluders: float = 0.0,
) -> People:
    """`skill` is the mean chance of a right label of those who try; `alike` is the Dirichlets' strength.

    spammers, camps and colluders are shares of all. Half the spammers say anything, half always the same.
    """
    base = pooled_matrix(skill)
    # Gamma draws divided by their sum are a Dirichlet, and this way one draw makes everybody.
    drawn = rng.standard_gamma(np.broadcast_to(alike * base + 1e-3, (number, CLASSES, CLASSES)))
    matrices = drawn / drawn.sum(axis=2, keepdims=True)
    order = rng.permutation(number)
    ends = np.round(np.cumsum([spammers, camps, colluders]) * number).astype(int)
    spam, camp, collude = np.split(order[: ends[-1]], ends[:-1])
    for place, person in enumerate(spam):
        same = np.eye(CLASSES)[rng.integers(CLASSES)]
        matrices[person] = same if place % 2 else 1 / CLASSES
    side = np.full(number, NOBODY)
    side[camp] = np.arange(len(camp)) % 2
    return People(matrices, side, np.isin(np.arange(number), collude), np.isin(np.arange(number), spam))


def make_answers(
    rng: np.random.Generator,
    number: int,
    *,
    prevalence: tuple[float, ...] = PREVALENCE,
    hard: float = 0.0,
    lures: float = 0.0,
    topic: float = 0.0,
    targets: float = 0.0,
) -> Answers:
    """hard and lures, topic and targets are shares of all answers. A lure is as hard as can be told: .3 to .7."""
    truth = rng.choice(CLASSES, size=number, p=prevalence)
    lot = rng.random(number)
    difficulty = np.where(lot < hard + lures, rng.uniform(0.3, 0.7, number), 0.0)
    wrong = (truth + rng.integers(1, CLASSES, number)) % CLASSES
    lure = np.where(lot < lures, wrong, NOBODY)
    others = (truth + rng.integers(1, CLASSES, number)) % CLASSES
    agreed = np.where(rng.random(number) < targets, others, NOBODY)
    return Answers(truth, difficulty, lure, rng.random(number) < topic, agreed)


def say(rng: np.random.Generator, people: People, answers: Answers, who: Ints) -> Ints:
    """What each of `who`, shape (answers, places), says of the answer of its row: the labels, in the same shape."""
    truth = answers.truth[:, None]
    rows = people.matrices[who, truth]
    said = _draw(rng, rows)
    misled = (rng.random(who.shape) < answers.difficulty[:, None]) & ~people.spams[who]
    anything = rng.integers(CLASSES, size=who.shape)
    lure = np.broadcast_to(answers.lure[:, None], who.shape)
    said = np.where(misled, np.where(lure == NOBODY, anything, lure), said)
    # On the topic one camp sees no censorship anywhere, the other nothing but.
    side = people.side[who]
    said = np.where(answers.topic[:, None] & (side != NOBODY), np.where(side == 0, CLASSES - 1, 0), said)
    agreed = np.broadcast_to(answers.agreed[:, None], who.shape)
    return np.where((agreed != NOBODY) & people.colludes[who], agreed, said).astype(np.int64)


def _draw(rng: np.random.Generator, rows: Floats) -> Ints:
    """One class from each row of chances."""
    edges = rows.cumsum(axis=-1)
    above = rng.random(rows.shape[:-1])[..., None] > edges[..., :-1]
    return np.asarray(above.sum(axis=-1), dtype=np.int64)
