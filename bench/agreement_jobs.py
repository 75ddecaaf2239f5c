"""What bench.agreement measures, each in a process of its own: `python -m bench.agreement_jobs JOB FOLDER`.

A job reads the labels in the folder, does its work several times and prints one JSON object: `ms`, the median of the
runs (or what its docstring says), and `peak_mb`, the most memory the process had resident, its libraries with it.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.processes import peak_mb

CLASSES = 3
LABELS_AN_ITEM = 3
SHARES = (0.7, 0.2, 0.1)
REPLICATES = 10_000
PEER_REPLICATES = 10
ITERATIONS = 50

Column = npt.NDArray[Any]


def make(folder: Path, labels: int) -> None:
    """Labels of three people for each answer, right four times in five and more, in random order."""
    rng = np.random.default_rng(1979)
    items = labels // LABELS_AN_ITEM
    people = max(30, labels // 500)
    truth = rng.choice(CLASSES, size=items, p=SHARES).astype(np.int8)
    item = np.repeat(np.arange(items, dtype=np.int32), LABELS_AN_ITEM)
    # Three different people: one at random, and two at random distances that cannot meet.
    step = rng.integers(1, people // 3, size=(items, 2))
    ahead = np.column_stack([np.zeros(items, dtype=np.int64), np.cumsum(step, axis=1)])
    person = ((rng.integers(0, people, size=(items, 1)) + ahead) % people).astype(np.int32).reshape(-1)
    skill = rng.uniform(0.6, 0.95, size=people)
    said = truth[item]
    wrong = rng.random(len(item)) > skill[person]
    said[wrong] = (said[wrong] + rng.integers(1, CLASSES, size=int(wrong.sum()))) % CLASSES
    order = rng.permutation(len(item))
    for name, column in (("items", item), ("people", person), ("said", said)):
        np.save(folder / f"{name}.npy", column[order])
    counts = np.zeros((items, CLASSES), dtype=np.int64)
    np.add.at(counts, (item, said), 1)
    np.save(folder / "counts.npy", counts)


def columns(folder: Path) -> tuple[Column, Column, Column]:
    items, people, said = (np.load(folder / f"{name}.npy") for name in ("items", "people", "said"))
    return items, people, said


def timed(work: Callable[[], object], runs: int) -> float:
    """Milliseconds, the median; one run before them does not count: it compiles or loads what was compiled."""
    work()
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def alpha(folder: Path) -> dict[str, float]:
    """Alpha from counts, and what it is."""
    from annotations.agreement import krippendorff_alpha

    counts = np.load(folder / "counts.npy")
    return {"ms": timed(lambda: krippendorff_alpha(counts), 7), "alpha": krippendorff_alpha(counts).value or 0.0}


def alpha_of_columns(folder: Path) -> dict[str, float]:
    """All coefficients straight from the columns of labels, in the order in which they came."""
    from annotations.agreement import measure_labels

    items, _, said = columns(folder)
    found = measure_labels(items, said, classes=CLASSES)
    return {"ms": timed(lambda: measure_labels(items, said, classes=CLASSES), 5), "alpha": found.alpha.value or 0.0}


def alpha_peer(folder: Path) -> dict[str, float]:
    """Alpha by the package krippendorff, from counts."""
    import krippendorff

    counts = np.load(folder / "counts.npy")

    def work() -> float:
        return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))

    return {"ms": timed(work, 3), "alpha": work()}


def alpha_peer_packed(folder: Path) -> dict[str, float]:
    """The same from a table of raters by items, each item's labels moved together, so that it is small."""
    import krippendorff

    items, _, said = columns(folder)
    order = np.argsort(items, kind="stable")
    packed = said[order].reshape(-1, LABELS_AN_ITEM).T.astype(np.float64)

    def work() -> float:
        return float(krippendorff.alpha(reliability_data=packed, level_of_measurement="nominal"))

    return {"ms": timed(work, 3), "alpha": work()}


def interval(folder: Path) -> dict[str, float]:
    """The three intervals from 10,000 resamples, from counts that are not folded yet."""
    from annotations.agreement import bootstrap_agreement

    counts = np.load(folder / "counts.npy")
    return {"ms": timed(lambda: bootstrap_agreement(counts, replicates=REPLICATES), 5)}


def interval_peer(folder: Path) -> dict[str, float]:
    """One resample through the package krippendorff: items drawn again, alpha of them. The median of ten."""
    import krippendorff

    counts = np.load(folder / "counts.npy")
    rng = np.random.default_rng(5)

    def work() -> float:
        drawn = counts[rng.integers(0, len(counts), size=len(counts))]
        return float(krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal"))

    return {"ms": timed(work, PEER_REPLICATES)}


def one_more(folder: Path) -> dict[str, float]:
    """A label more in plain Python: microseconds a label, those of reading alpha, and how far off the batch."""
    from annotations.agreement import RunningAgreement, krippendorff_alpha

    items, _, said = columns(folder)
    labels = list(zip(items.tolist(), said.tolist(), strict=True))
    took = []
    for _ in range(3):
        running = RunningAgreement(CLASSES)
        add = running.add
        begun = time.perf_counter()
        for item, label in labels:
            add(item, label)
        took.append((time.perf_counter() - begun) / len(labels) * 1e6)
    begun = time.perf_counter()
    for _ in range(100_000):
        running.alpha()
    read = (time.perf_counter() - begun) * 10
    batch = krippendorff_alpha(np.load(folder / "counts.npy")).value or 0.0
    return {"us": statistics.median(took), "read_us": read, "off": abs((running.alpha().value or 0.0) - batch)}


def one_more_em(folder: Path) -> dict[str, float]:
    """A label more in incremental EM: microseconds a label of a stream."""
    from annotations.agreement.incremental import IncrementalDawidSkene

    items, people, said = columns(folder)
    IncrementalDawidSkene(classes=CLASSES).extend(items[:1000], people[:1000], said[:1000])
    took = []
    for _ in range(3):
        crowd = IncrementalDawidSkene(classes=CLASSES)
        begun = time.perf_counter()
        crowd.extend(items, people, said)
        took.append((time.perf_counter() - begun) / len(items) * 1e6)
    return {"us": statistics.median(took)}


def consensus(folder: Path) -> dict[str, float]:
    """Dawid-Skene: milliseconds an iteration (what forty more of them add), and of 50 from the columns on."""
    from annotations.agreement.dawid_skene import fit_dawid_skene

    items, people, said = columns(folder)

    def fit(iterations: int) -> object:
        return fit_dawid_skene(items, people, said, classes=CLASSES, tolerance=0, iterations_at_most=iterations)

    whole, part = timed(lambda: fit(ITERATIONS), 3), timed(lambda: fit(ITERATIONS - 40), 3)
    return {"ms": (whole - part) / 40, "whole_ms": whole}


JOBS: dict[str, Callable[[Path], dict[str, float]]] = {
    job.__name__: job
    for job in (
        alpha,
        alpha_of_columns,
        alpha_peer,
        alpha_peer_packed,
        interval,
        interval_peer,
        one_more,
        one_more_em,
        consensus,
    )
}


def main() -> None:
    job, folder = sys.argv[1], Path(sys.argv[2])
    if job == "make":
        make(folder, int(sys.argv[3]))
        return
    found = JOBS[job](folder)
    print(json.dumps({**found, "peak_mb": peak_mb(os.getpid())}))


if __name__ == "__main__":
    main()
