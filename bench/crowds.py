"""`python -m bench.crowds`: how often the consensus is right on five real crowds with known truth, beside majority.

At all labels, and thinned at random to five and to three an item (20 seeds; an item with fewer keeps them all). Each
line is an accuracy in percent, against that of the majority on the same labels. Ties of the majority are broken by lot,
seeded; of classes equally likely by a model the first is taken. Plain Dawid-Skene is the same model
by maximum likelihood, without any prior; "chosen" takes the prior's strength from the likelihood
of labels held out instead of 10.

The crowds are read from $CANDOR_SHARED/data/crowd. The strength is never chosen by their truth. ANCHOR in
dawid_skene.py is one number for every crowd; it was settled in simulations and on these five,
where 100 to 1,000 differ by half a percent at most in the mean. Five sets are few: half a percent is within
what another draw of items would make.
"""

import argparse
import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotations.agreement.crowd import Crowd, gather
from annotations.agreement.dawid_skene import STRENGTH, fit_crowd
from annotations.agreement.strength import choose_strength
from bench.report import Report

# The method's accuracy at all labels as first measured, in percent.
CROWDS = {"weather_cf": 88.7, "weather_amt": 83.0, "bluebirds": 88.9, "music_ms": 79.1, "sentpol_sp": 91.4}
SEEDS = 20
TIES = 50  # draws of the majority's ties at all labels, where nothing else is random
WAYS = ("majority", "plain Dawid-Skene", "strength 10", "strength chosen")


@dataclass(frozen=True)
class Known:
    """A crowd's rows, coded, and the place of each item's true class."""

    items: npt.NDArray[np.int32]
    workers: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int8]
    truth: npt.NDArray[np.int64]
    classes: int


def read(name: str) -> Known:
    with (Path(os.environ["CANDOR_SHARED"]) / "data" / "crowd" / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    gold = {row["item"]: row["gold"] for row in rows}
    classes = sorted({row["label"] for row in rows} | set(gold.values()))
    columns = ([row[column] for row in rows] for column in ("item", "worker", "label"))
    crowd = gather(*columns, classes=classes)
    items = np.repeat(np.arange(len(crowd.items), dtype=np.int32), np.diff(crowd.starts))
    truth = np.array([classes.index(gold[item]) for item in crowd.items])
    return Known(items, crowd.worker, crowd.label, truth, len(classes))


def thin(known: Known, most: int | None, rng: np.random.Generator) -> Crowd:
    """At most so many labels of each item, drawn at random."""
    order = rng.permutation(len(known.items))
    order = order[np.argsort(known.items[order], kind="stable")]
    starts = np.searchsorted(known.items, known.items)
    kept = order if most is None else order[np.arange(len(order)) - starts < most]
    return gather(known.items[kept], known.workers[kept], known.labels[kept], classes=known.classes)


def majority(crowd: Crowd, truth: npt.NDArray[np.int64], rng: np.random.Generator, draws: int) -> float:
    votes = np.zeros((len(crowd.items), len(crowd.classes)))
    np.add.at(votes, (np.repeat(np.arange(len(crowd.items)), np.diff(crowd.starts)), crowd.label), 1)
    return float(
        np.mean([((votes + rng.random(votes.shape) / 2).argmax(axis=1) == truth).mean() for _ in range(draws)])
    )


def accuracies(known: Known, most: int | None, seed: int) -> dict[str, float]:
    """The accuracy of each way on one thinning, in percent."""
    rng = np.random.default_rng(seed)
    crowd = thin(known, most, rng)
    items = np.repeat(np.array(crowd.items), np.diff(crowd.starts))
    people = np.array(crowd.workers)[crowd.worker]
    chosen = choose_strength(items, people, crowd.label, classes=known.classes, seed=seed).chosen
    fits = {
        "plain Dawid-Skene": fit_crowd(crowd, strength=0.0, prior="estimated"),
        "strength 10": fit_crowd(crowd, strength=STRENGTH),
        "strength chosen": fit_crowd(crowd, strength=chosen or STRENGTH),
    }
    found = {name: float((fit.posterior.argmax(axis=1) == known.truth).mean()) for name, fit in fits.items()}
    found["majority"] = majority(crowd, known.truth, rng, TIES if most is None else 1)
    return {name: 100 * share for name, share in found.items()}


def measure(report: Report, most: int | None, seeds: int) -> None:
    """All crowds at one thinning: a line for each way and crowd, and the means over the crowds."""
    at = "all labels" if most is None else f"{most} labels"
    means: dict[str, list[float]] = {way: [] for way in WAYS}
    for name, first_measured in CROWDS.items():
        known = read(name)
        runs = [accuracies(known, most, seed) for seed in range(1 if most is None else seeds)]
        found = {way: float(np.mean([run[way] for run in runs])) for way in WAYS}
        for way in WAYS:
            means[way].append(found[way])
            against = None if way == "majority" else found["majority"]
            report.add(f"{name}, {at}: {way}", found[way], "% right", against=against)
        if most is None:
            # To the digits the mark has.
            right = round(found["strength 10"], 1)
            report.add(f"{name}, {at}: as first measured", right, "% right", mark=f">= {first_measured}")
    for way in WAYS:
        mean = float(np.mean(means[way]))
        against = None if way == "majority" else float(np.mean(means["majority"]))
        mark = None if way in ("majority", "plain Dawid-Skene") else ">= 1"
        report.add(f"mean of five, {at}: {way}", mean, "% right", against=against, mark=mark)
    plain = float(np.mean(means["plain Dawid-Skene"]))
    ours = float(np.mean(means["strength 10"]))
    report.add(f"mean of five, {at}: strength 10 vs plain", ours, "% right", against=plain, mark=">= 1")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.crowds", description="Accuracy on real crowds.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"thinnings of each crowd, {SEEDS} otherwise")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    report.say(f"{told.seeds} seeds; at all labels the majority's ties drawn {TIES} times")
    for most in (None, 5, 3):
        measure(report, most, told.seeds)
    report.print_table()


if __name__ == "__main__":
    main()
