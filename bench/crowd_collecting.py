"""How labels come in: who gets which answer, how many labels each gets, and when it is closed.

Every answer has a row of people in the order they would be asked, drawn by lot, never one person twice. What they say
is drawn too, so that two ways of collecting are compared on the very same people and words: one takes the first seven
of each row, the other stops where its rule says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotations.agreement.calibration import Calibration, Measured
from annotations.agreement.dawid_skene import fit_dawid_skene
from annotations.agreement.gold import calibrate_on_gold
from annotations.agreement.stopping import State, decide
from bench.crowd_people import CLASSES, Answers, Floats, Ints, People, say

AT_LEAST, AT_MOST, SURE = 3, 7, 0.95
OPEN, SETTLED, CONTESTED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Panel:
    """who would be asked about each answer, and what they would say: both (answers, places), first come first."""

    who: Ints
    said: Ints

    def columns(self, taken: Ints) -> tuple[Ints, Ints, Ints]:
        """items, workers and labels of the first so many of each row, in the order they arrive: round after round."""
        place, item = np.nonzero(np.arange(self.who.shape[1])[:, None] < taken[None, :])
        return item, self.who[item, place], self.said[item, place]

    def votes(self, taken: Ints) -> Ints:
        """By answer and class."""
        item, _, label = self.columns(taken)
        return np.bincount(item * CLASSES + label, minlength=len(taken) * CLASSES).reshape(-1, CLASSES)


def draw_panel(
    rng: np.random.Generator, people: People, answers: Answers, places: int = AT_MOST, *, chosen: bool = False
) -> Panel:
    """By lot; or `chosen`: colluders take the answers they are after before anybody else can."""
    lot = rng.random((len(answers), len(people)))
    if chosen:
        lot -= (answers.agreed >= 0)[:, None] & people.colludes[None, :]
    first = np.argpartition(lot, places - 1, axis=1)[:, :places]
    who = np.take_along_axis(first, np.take_along_axis(lot, first, axis=1).argsort(axis=1), axis=1)
    return Panel(who, say(rng, people, answers, who))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fit says: the posterior (answers, classes), matrices by person, the pooled one, the classes' shares."""

    posterior: Floats
    skills: Mapping[int, Floats]
    pooled: Floats
    prior: Floats


def fit(items: Ints, workers: Ints, labels: Ints) -> Fitted:
    """What parallel columns of labels teach. The posterior has a row for each item that has one, ascending."""
    found = fit_dawid_skene(items, workers, labels, classes=CLASSES)
    skills = dict(zip((int(one) for one in found.workers), np.asarray(found.confusion), strict=True))
    return Fitted(np.asarray(found.posterior), skills, np.asarray(found.pooled), np.asarray(found.prior))


@dataclass(frozen=True, slots=True)
class Gold:
    """Answers of known truth that many have labelled."""

    answers: Answers
    panel: Panel

    def learn(self, fitted: Fitted, seed: int) -> tuple[Calibration | None, Measured]:
        items, workers, labels = self.panel.columns(np.full(len(self.answers), self.panel.who.shape[1]))
        return calibrate_on_gold(
            items.tolist(),
            workers.tolist(),
            labels.tolist(),
            {place: (int(truth),) for place, truth in enumerate(self.answers.truth)},
            skills=fitted.skills,
            pooled=fitted.pooled.tolist(),
            prior=fitted.prior.tolist(),
            seed=seed,
            at_least=AT_LEAST,
            at_most=AT_MOST,
            sure=SURE,
        )


@dataclass(slots=True)
class Collected:
    """state: of each answer; called: the label it got; taken: how many labels that took; measured: what gold said."""

    state: Ints
    called: Ints
    taken: Ints
    votes: Ints
    measured: Measured | None = None

    @property
    def labels(self) -> float:
        return float(self.taken.mean())


def collect_fixed(panel: Panel, each: int = AT_MOST, *, majority: bool = False) -> Collected:
    """So many of every answer: by the most votes, of equals the first that was said, or by Dawid-Skene."""
    taken = np.full(len(panel.who), each)
    votes = panel.votes(taken)
    if majority:
        first = np.array([(panel.said[:, :each] == label).argmax(axis=1) for label in range(CLASSES)]).T
        called = (votes * 100 - np.where(votes > 0, first, 99)).argmax(axis=1)
    else:
        called = fit(*panel.columns(taken)).posterior.argmax(axis=1)
    return Collected(np.full(len(taken), OPEN), called, taken, votes)


def collect_until_sure(panel: Panel, gold: Gold | None, *, seed: int = 0) -> Collected:
    """Three each, then one more for each answer that is not settled, up to seven, whoever comes. The deck stops as this
    does and gives answers to whom it matters: see crowd_deck.py.

    After each round the crowd is fitted anew and the calibration learned anew, as is done every night.
    """
    answers = len(panel.who)
    taken, state = np.full(answers, AT_LEAST), np.full(answers, OPEN)
    while True:
        fitted = fit(*panel.columns(taken))
        calibration, measured = (None, None) if gold is None else gold.learn(fitted, seed)
        votes = panel.votes(taken)
        for item in np.nonzero(state == OPEN)[0]:
            found = decide(
                votes[item].tolist(),
                fitted.posterior[item].tolist(),
                calibration,
                at_least=AT_LEAST,
                at_most=AT_MOST,
                sure=SURE,
            ).state
            state[item] = {State.MORE: OPEN, State.ENOUGH: SETTLED, State.CONTESTED: CONTESTED}[found]
        if not (state == OPEN).any():
            return Collected(state, fitted.posterior.argmax(axis=1), taken, votes, measured)
        taken = taken + (state == OPEN)
