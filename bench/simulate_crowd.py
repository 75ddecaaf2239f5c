"""What labels are worth, tried on invented people and answers for which the truth is known.

    python -m bench.simulate_crowd                        every scenario, the median of several crowds
    python -m bench.simulate_crowd --scenario spammers    one of them
    python -m bench.simulate_crowd --scenario spammers --write labels.csv

Each scenario is a crowd (bench/crowd_people.py) that labels the same answers in several ways: those of
bench/crowd_collecting.py, and the site's own deck (bench/crowd_deck.py). As everywhere, a mark that does not hold says
so and stays.
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, stdev

import numpy as np

from bench.crowd_collecting import (
    CONTESTED,
    SETTLED,
    Collected,
    Gold,
    Panel,
    collect_fixed,
    collect_until_sure,
    draw_panel,
)
from bench.crowd_deck import Place, run_deck, said_by_all
from bench.crowd_people import Answers, Floats, People, make_answers, make_people
from bench.report import Report

# Labels on each gold answer, and on each answer as far as they are given to whoever comes.
ON_GOLD = 20
PLACES = 9
MEAN = 4.5
# Gold has as many of each class: it is written to teach, not to be like the record.
EVENLY = (1 / 3, 1 / 3, 1 / 3)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Shares, but for `skill`, the mean chance of a right label. gold_hard is `hard` of gold, where that differs."""

    skill: float = 0.8
    spammers: float = 0.0
    hard: float = 0.0
    lures: float = 0.0
    camps: float = 0.0
    topic: float = 0.0
    colluders: float = 0.0
    targets: float = 0.0
    chosen: bool = False
    gold_hard: float | None = None


SCENARIOS = {
    "good": Scenario(skill=0.85),
    "fair": Scenario(skill=0.8, spammers=0.1, hard=0.1),
    "spammers": Scenario(skill=0.75, spammers=0.2),
    "hard": Scenario(skill=0.75, spammers=0.1, hard=0.2),
    "poor": Scenario(skill=0.65, spammers=0.2, hard=0.1),
    "lures": Scenario(skill=0.8, spammers=0.1, hard=0.1, lures=0.05),
    "easy gold": Scenario(skill=0.8, spammers=0.1, hard=0.2, gold_hard=0.0),
    "camps": Scenario(skill=0.8, spammers=0.1, camps=0.4, topic=0.1),
    "colluders 10": Scenario(colluders=0.1, targets=0.1),
    "colluders 20": Scenario(colluders=0.2, targets=0.1),
    "colluders 30": Scenario(colluders=0.3, targets=0.1),
    "five choose": Scenario(colluders=0.1, targets=0.1, chosen=True),
}


@dataclass(frozen=True, slots=True)
class World:
    """One drawing of a scenario."""

    people: People
    answers: Answers
    panel: Panel
    gold: Gold

    def place(self, seed: int) -> Place:
        """For the deck: the same people saying of the same answers what they say in the panels, and of all others."""
        told = ((self.answers, self.panel), (self.gold.answers, self.gold.panel))
        said, of_gold = (
            said_by_all(np.random.default_rng([seed, number]), self.people, answers, panel)
            for number, (answers, panel) in enumerate(told)
        )
        return Place(said, self.gold, of_gold)

    def right(self, collected: Collected) -> Floats:
        return np.asarray(collected.called == self.answers.truth, dtype=np.float64)


def make_world(
    scenario: Scenario, seed: int, *, answers: int = 2000, people: int = 50, gold: int = 80, places: int = PLACES
) -> World:
    """The same for the same seed and numbers. Nobody fights or colludes about gold: nobody knows that it is gold."""
    rng = np.random.default_rng(seed)
    crowd = make_people(
        rng,
        people,
        skill=scenario.skill,
        spammers=scenario.spammers,
        camps=scenario.camps,
        colluders=scenario.colluders,
    )
    asked = make_answers(
        rng,
        answers,
        hard=scenario.hard,
        lures=scenario.lures,
        topic=scenario.topic,
        targets=scenario.targets,
    )
    panel = draw_panel(rng, crowd, asked, places, chosen=scenario.chosen)
    hard = scenario.hard if scenario.gold_hard is None else scenario.gold_hard
    known = make_answers(rng, gold, prevalence=EVENLY, hard=hard, lures=scenario.lures)
    return World(crowd, asked, panel, Gold(known, draw_panel(rng, crowd, known, ON_GOLD)))


def write_labels(world: World, path: Path, each: int = 7) -> None:
    """As a table: item, worker, label, truth, in the order the labels arrive."""
    columns = world.panel.columns(np.full(len(world.answers), each))
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["item", "worker", "label", "truth"])
        for item, worker, label in zip(*(column.tolist() for column in columns), strict=True):
            rows.writerow([item, worker, label, int(world.answers.truth[item])])


def shares(world: World, seed: int) -> dict[str, float]:
    """Everything that is said of one drawing, all in per cent but the labels."""
    run = run_deck(world.place(seed), MEAN, seed=seed)
    lot = run_deck(world.place(seed), MEAN, seed=seed, matched=False)
    ways = {
        "majority of 7": collect_fixed(world.panel, majority=True),
        "Dawid-Skene of 7": collect_fixed(world.panel),
        "lead of three": collect_until_sure(world.panel, None, seed=seed),
        "until sure": collect_until_sure(world.panel, world.gold, seed=seed),
        f"the deck, {MEAN} labels": run.middle,
        "the deck, to the end": run.last,
        f"by lot, {MEAN} labels": lot.middle,
        "by lot, to the end": lot.last,
    }
    came = {id(lot.middle): lot.came_by_then, id(lot.last): lot.came}
    came |= {id(run.middle): run.came_by_then, id(run.last): run.came}
    found: dict[str, float] = {}
    for name, way in ways.items():
        right = world.right(way)
        found[f"{name}: right"] = 100 * float(right.mean())
        found[f"{name}: labels"] = came.get(id(way), way.labels)
        settled = way.state == SETTLED
        if settled.any():
            found[f"{name}: settled"] = 100 * float(settled.mean())
            found[f"{name}: contested"] = 100 * float((way.state == CONTESTED).mean())
            found[f"{name}: right of settled"] = 100 * float(right[settled].mean())
        for kind, chosen in (("targets", world.answers.agreed >= 0), ("topic", world.answers.topic)):
            if chosen.any():
                found[f"{name}: right on {kind}"] = 100 * float(right[chosen].mean())
                if (chosen & settled).any():
                    found[f"{name}: {kind} settled"] = 100 * float(settled[chosen].mean())
                    found[f"{name}: right of {kind} settled"] = 100 * float(right[chosen & settled].mean())
        if way.measured is not None and way.measured.right is not None:
            found[f"{name}: right of settled, by gold"] = 100 * way.measured.right
    found["the deck: people in quarantine"] = run.quarantined
    return found


def add_lines(report: Report, name: str, scenario: Scenario, found: dict[str, float]) -> None:
    """Marks are for what was promised: not for camps and colluders, whose answers nobody can call settled rightly.

    What has come of the deck with MEAN labels an answer on average should be as often right as seven labels on every
    answer: the same consensus of seven, and the majority of seven, which is what most who label have. Labels that were
    set aside are counted too, gold cards are not. The mark is the mean of the differences, crowd by crowd (see
    add_differences); medians stand beside it. At last, when nobody can be given anything more, what is settled counts.
    `by lot` is the same deck where it does not matter who comes.
    """
    plain = not (scenario.camps or scenario.colluders)
    seven, votes = found["Dawid-Skene of 7: right"], found["majority of 7: right"]
    for what, value in found.items():
        unit = "labels" if what.endswith("labels") else "people" if what.endswith("quarantine") else "%"
        if what in {"until sure: right of settled", "the deck, to the end: right of settled"} and plain:
            report.add(f"{name}: {what}", value, unit, mark=">= 95")
        elif what.startswith("the deck") and what.endswith(": right") and plain:
            report.add(f"{name}: {what}, to 7 each", value, unit, against=seven)
            report.add(f"{name}: {what}, to the majority of 7 each", value, unit, against=votes)
        else:
            report.add(f"{name}: {what}", value, unit)


def add_differences(report: Report, name: str, scenario: Scenario, drawn: list[dict[str, float]]) -> None:
    """The deck beside what it should equal, crowd by crowd: in one crowd both are of the same people and answers, so
    that the mean of the differences is surer than the difference of two medians.
    """
    if len(drawn) < 2:
        return
    deck = f"the deck, {MEAN} labels"
    plain = not (scenario.camps or scenario.colluders)
    for other in ("Dawid-Skene of 7", "majority of 7", f"by lot, {MEAN} labels"):
        apart = [one[f"{deck}: right"] - one[f"{other}: right"] for one in drawn]
        mark = ">= 0" if plain and other.endswith("of 7") else None
        report.add(f"{name}: {deck}, less {other}, mean", mean(apart), "points", mark=mark)
        report.add(f"{name}: {deck}, less {other}, standard error", stdev(apart) / len(apart) ** 0.5, "points")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate_crowd", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--scenario", choices=SCENARIOS, action="append", help="only this one (may be repeated)")
    parser.add_argument("--answers", type=int, default=2000)
    parser.add_argument("--people", type=int, default=50, help="how many label")
    parser.add_argument("--gold", type=int, default=80, help="answers of known truth")
    parser.add_argument("--crowds", type=int, default=10, help="drawings of each scenario; their median is told")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the first drawing's labels, no more")
    told = parser.parse_args()
    if told.people < ON_GOLD or min(told.answers, told.gold, told.crowds) < 1:
        parser.error(f"It takes {ON_GOLD} people, and at least one answer, gold answer and crowd.")
    named = told.scenario or list(SCENARIOS)
    made: Callable[[Scenario, int], World] = lambda scenario, seed: make_world(  # noqa: E731
        scenario, seed, answers=told.answers, people=told.people, gold=told.gold
    )
    if told.write:
        write_labels(made(SCENARIOS[named[0]], told.seed), told.write)
        return
    report = Report(as_json=told.json)
    report.say(f"{told.answers} answers, {told.people} people, {told.gold} gold answers, {told.crowds} crowds each")
    for name in named:
        drawn = [shares(made(SCENARIOS[name], seed), seed) for seed in range(told.seed, told.seed + told.crowds)]
        common = [what for what in drawn[0] if all(what in one for one in drawn)]
        add_lines(report, name, SCENARIOS[name], {what: median(one[what] for one in drawn) for what in common})
        add_differences(report, name, SCENARIOS[name], drawn)
    report.print_table()


if __name__ == "__main__":
    main()
