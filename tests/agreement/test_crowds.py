"""Five real crowds whose truth is known: how often the consensus is right."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from annotations.agreement.dawid_skene import fit_dawid_skene
from annotations.agreement.strength import choose_strength

pytestmark = pytest.mark.shared

# With everybody's prior at ten labels.
CROWDS = [
    ("weather_cf", 0.890),
    ("weather_amt", 0.840),
    ("bluebirds", 0.889),
    ("music_ms", 0.791),
    ("sentpol_sp", 0.914),
]
# Of the method as it was first measured; ours must not be worse.
FIRST_MEASURED = {
    "weather_cf": 0.887,
    "weather_amt": 0.830,
    "bluebirds": 0.889,
    "music_ms": 0.791,
    "sentpol_sp": 0.914,
}


def read(crowd):
    with (Path(os.environ["CANDOR_SHARED"]) / "data" / "crowd" / f"{crowd}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    gold = {row["item"]: row["gold"] for row in rows}
    classes = sorted({row["label"] for row in rows} | set(gold.values()))
    columns = [[row[name] for row in rows] for name in ("item", "worker", "label")]
    return columns, classes, gold


def accuracy(fit, gold):
    return np.mean([said == gold[item] for item, said in zip(fit.items, fit.consensus(), strict=True)])


@pytest.mark.parametrize(("crowd", "right"), CROWDS)
def test_accuracy_at_all_labels(crowd, right):
    columns, classes, gold = read(crowd)
    fit = fit_dawid_skene(*columns, classes=classes)
    assert fit.converged
    assert round(accuracy(fit, gold), 3) == right >= FIRST_MEASURED[crowd]


@pytest.mark.parametrize("crowd", list(FIRST_MEASURED))
def test_the_strength_is_chosen_by_labels_alone(crowd):
    columns, classes, _ = read(crowd)
    found = choose_strength(*columns, classes=classes)
    by_strength = {row.strength: row.log_likelihood for row in found.table}
    # Next to no prior, and a prior nobody can argue with, foretell labels worse than the one chosen.
    assert by_strength[found.chosen] == max(by_strength.values()) > by_strength[1.0]
    assert found.chosen == {"weather_cf": 100.0, "bluebirds": 3.0}.get(crowd, 10.0)
