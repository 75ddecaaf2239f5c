"""The deck as the site runs it, with people who come and go: who is given what, by the site's own rules.

People come in turns by lot, each equally often, and are given one answer each time, or gold instead. What an answer
waits for, who is ahead of the crowd, which answer a person gets, when it is closed and whose labels are set aside are
decided by the code that decides it on the site. The crowd is fitted again, and the calibration learned again, whenever
there are a tenth more labels.

Left out: questions with several answers, hands of several cards, labels on their way, and the time it takes until gold
has labels enough to calibrate on (here twenty on each from the start). Gold may come to a person twice.
"""

from dataclasses import dataclass

import numpy as np

from annotations.agreement.calibration import Calibration, Measured
from annotations.agreement.dawid_skene import fit_dawid_skene
from annotations.agreement.matching import Need, best_first, is_ahead, need, order_of
from annotations.agreement.posterior import posterior
from annotations.agreement.stopping import State, decide
from annotations.choices import Standing
from annotations.trust import SLOWED_GOLD_TIMES, Record, earned
from bench.crowd_collecting import (
    AT_LEAST,
    AT_MOST,
    CONTESTED,
    OPEN,
    SETTLED,
    SURE,
    Collected,
    Fitted,
    Gold,
    Panel,
    fit,
)
from bench.crowd_people import CLASSES, Answers, Ints, People, say

# As the site has them: labels for a first fit and more for the next, and how many answers a person's are drawn from.
FIRST_FIT, GROWTH, LEAST_NEW = 200, 0.1, 100
DRAWN_FROM = 20
GOLD_SHARE = 0.08
# What nobody has labelled comes behind what was begun.
FRESH = "fresh"
PILES = (*Need, FRESH)
# The best order where nothing is known of anybody.
WHOEVER = (Need.FIRST, Need.DOUBTFUL, Need.LITTLE)


def said_by_all(rng: np.random.Generator, people: People, answers: Answers, panel: Panel) -> Ints:
    """What everybody would say of everything, shape (answers, people); of those in the panel what they say there."""
    said = say(rng, people, answers, np.broadcast_to(np.arange(len(people)), (len(answers), len(people))))
    np.put_along_axis(said, panel.who, panel.said, axis=1)
    return said


@dataclass(frozen=True, slots=True)
class Place:
    """What there is to label and to check people with: what everybody would say of each answer and each gold answer."""

    said: Ints
    gold: Gold
    said_of_gold: Ints


class Deck:
    """Labels as they come in. `matched`: it matters who is ahead, and on what a person's own label is worth most."""

    def __init__(self, place: Place, rng: np.random.Generator, seed: int, *, matched: bool) -> None:
        self.place, self.rng, self.seed, self.matched = place, rng, seed, matched
        answers, people = place.said.shape
        # By answer: its labels by person, how likely each class is, its state, and the pile in which it waits.
        self.labels: list[dict[int, int]] = [{} for _ in range(answers)]
        self.likely: list[tuple[float, ...]] = [()] * answers
        self.state = np.full(answers, OPEN)
        self.pile = [FRESH] * answers
        self.piles: dict[str, set[int]] = {pile: set() for pile in PILES}
        self.piles[FRESH] = set(range(answers))
        # By person: what they have labelled, how their gold went, the newest first, and their standing.
        self.had: list[set[int]] = [set() for _ in range(people)]
        self.asked: list[list[bool]] = [[] for _ in range(people)]
        self.standing: list[str] = [Standing.NEW] * people
        self.came = self.fitted_at = 0
        self.fitted: Fitted | None = None
        self.calibration: Calibration | None = None
        self.measured: Measured | None = None
        self.ahead: set[int] = set()

    def give(self, person: int) -> bool:
        """One card, labelled at once: gold, by lot, or an answer. Whether there was an answer to be had."""
        if self.standing[person] == Standing.QUARANTINED:
            return False
        answer = self.draw(person)
        if answer is None:
            return False
        share = GOLD_SHARE * (SLOWED_GOLD_TIMES if self.standing[person] == Standing.SLOWED else 1)
        if self.rng.random() < share:
            self.check(person)
            return True
        self.labels[answer][person] = int(self.place.said[answer, person])
        self.had[person].add(answer)
        self.came += 1
        self.look(answer)
        if self.came >= FIRST_FIT and self.came - self.fitted_at >= max(LEAST_NEW, GROWTH * self.fitted_at):
            self.fit()
        return True

    def check(self, person: int) -> None:
        """A gold answer; who fails too many is in quarantine: their labels do not count, and the answers open again."""
        gold = int(self.rng.integers(len(self.place.said_of_gold)))
        right = self.place.said_of_gold[gold, person] == self.place.gold.answers.truth[gold]
        self.asked[person].insert(0, bool(right))
        self.standing[person] = earned(Record(self.asked[person]), self.standing[person])
        if self.standing[person] == Standing.QUARANTINED:
            for answer in sorted(self.had[person]):
                del self.labels[answer][person]
                self.look(answer)

    def draw(self, person: int) -> int | None:
        ahead = person in self.ahead and self.standing[person] != Standing.SLOWED
        order = order_of(ahead=ahead, lot=self.rng.random()) if self.matched else WHOEVER
        own = self.fitted.skills.get(person) if self.fitted and self.matched else None
        for pile in (pile for waits in order for pile in ((waits, FRESH) if waits == Need.FIRST else (waits,))):
            there = sorted(self.piles[pile] - self.had[person])
            if not there:
                continue
            some = self.rng.permutation(there)[:DRAWN_FROM].tolist()
            if own is None or pile in {Need.FIRST, FRESH}:
                return int(some[0])
            rooms = [AT_MOST - len(self.labels[answer]) for answer in some]
            return int(some[best_first([self.likely[answer] for answer in some], rooms, own.tolist())[0]])
        return None

    def look(self, answer: int) -> None:
        """What its labels mean for an answer: whether it is closed, and what it waits for if it is not."""
        labels, fitted = self.labels[answer], self.fitted
        votes = np.bincount(list(labels.values()), minlength=CLASSES).tolist()
        likely: tuple[float, ...] | None = None
        waits: str = Need.FIRST if labels else FRESH
        if fitted is not None:
            pooled, prior = fitted.pooled.tolist(), fitted.prior.tolist()
            matrices = {person: fitted.skills[person].tolist() for person in labels if person in fitted.skills}
            likely = posterior([(matrices.get(person, pooled), label) for person, label in labels.items()], prior)
            self.likely[answer] = likely
            if labels:
                waits = need(likely, pooled, labels=len(labels), at_least=AT_LEAST, at_most=AT_MOST)
        found = decide(votes, likely, self.calibration, at_least=AT_LEAST, at_most=AT_MOST, sure=SURE).state
        self.state[answer] = {State.MORE: OPEN, State.ENOUGH: SETTLED, State.CONTESTED: CONTESTED}[found]
        self.piles[self.pile[answer]].discard(answer)
        if found == State.MORE:
            self.pile[answer] = waits
            self.piles[waits].add(answer)

    def columns(self) -> tuple[Ints, Ints, Ints]:
        """answers, people, labels: all that count."""
        rows = [(answer, person, said) for answer, one in enumerate(self.labels) for person, said in one.items()]
        answers, people, labels = np.array(rows, dtype=np.int64).T
        return answers, people, labels

    def fit(self) -> None:
        """Learns the crowd anew, and looks at everything that is open and has labels."""
        self.fitted = fit(*self.columns())
        self.fitted_at = self.came
        self.calibration, self.measured = self.place.gold.learn(self.fitted, self.seed)
        pooled, prior = self.fitted.pooled.tolist(), self.fitted.prior.tolist()
        self.ahead = {
            who
            for who, matrix in self.fitted.skills.items()
            if is_ahead(matrix.tolist(), pooled, prior, labels=len(self.had[who]))
        }
        for answer in np.nonzero(self.state == OPEN)[0].tolist():
            if self.labels[answer]:
                self.look(answer)

    def collected(self) -> Collected:
        """As everything stands now. `taken` is of the labels that count; an answer without is called what most are."""
        answers, people, labels = self.columns()
        found = fit_dawid_skene(answers, people, labels, classes=CLASSES)
        called = np.full(len(self.labels), int(np.asarray(found.prior).argmax()))
        called[np.asarray(found.items)] = np.asarray(found.posterior).argmax(axis=1)
        votes = np.zeros((len(called), CLASSES), dtype=np.int64)
        np.add.at(votes, (answers, labels), 1)
        return Collected(self.state.copy(), called, votes.sum(axis=1), votes, self.measured)


@dataclass(frozen=True, slots=True)
class Run:
    """What had come of it once so many labels had come in, and at last, with all labels an answer, set aside or not."""

    middle: Collected
    came_by_then: float
    last: Collected
    came: float
    quarantined: int


def run_deck(place: Place, mean: float, *, seed: int = 0, matched: bool = True) -> Run:
    """The deck until nobody can be given anything; `mean` labels an answer have come in at `middle`, where it takes so
    many, else as many as at last.
    """
    deck = Deck(place, np.random.default_rng(seed), seed, matched=matched)
    answers, people = place.said.shape
    middle: tuple[Collected, float] | None = None
    given = True
    while given:
        given = False
        for person in deck.rng.permutation(people).tolist():
            given |= deck.give(person)
            if middle is None and deck.came >= round(mean * answers):
                middle = deck.collected(), deck.came / answers
    last = deck.collected(), deck.came / answers
    then, came_by_then = middle or last
    return Run(then, came_by_then, *last, quarantined=deck.standing.count(Standing.QUARANTINED))
