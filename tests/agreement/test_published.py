"""The numbers in the papers and in the documentation of the reference programs, to the digits printed there."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from annotations.agreement import (
    count_labels,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    measure_agreement,
    percent_agreement,
)

from . import tables
from .davidson import DAVIDSON


def fleiss_kappa_from(alpha, labels):
    """With as many labels on every item, alpha is Fleiss' kappa with a correction for the number of labels n:
    1 - alpha = (1 - kappa) (n - 1) / n. So a published kappa checks alpha."""
    return 1 - (1 - alpha) * labels / (labels - 1)


def test_krippendorffs_four_observers():
    found = measure_agreement(tables.of_ratings(*tables.KRIPPENDORFF).counts)
    assert found.alpha.value == pytest.approx(0.743421052631579, abs=1e-15)
    assert round(found.alpha.value, 3) == 0.743
    assert (found.items, found.labels, found.pairable_items, found.pairable_labels) == (12, 41, 11, 40)
    assert found.labels_by_class == (9, 13, 11, 5, 3)
    assert [share.value for share in found.marginals] == [9 / 41, 13 / 41, 11 / 41, 5 / 41, 3 / 41]


def test_gwets_four_raters():
    found = measure_agreement(tables.of_ratings(*tables.KRIPPENDORFF).counts)
    assert round(found.ac1.value, 5) == 0.77544
    assert round(found.percent.value, 5) == 0.81818


def test_gwets_fleiss_kappa_rests_on_the_same_propensities():
    # Gwet's generalisation of Fleiss' kappa takes the same p_a and pi_k, with p_e = sum of pi_k squared.
    # AC1 has p_e = (1 - that sum) / (q - 1), so AC1 gives that sum, and the sum gives his kappa.
    found = measure_agreement(tables.of_ratings(*tables.KRIPPENDORFF).counts)
    by_chance = (found.percent.value - found.ac1.value) / (1 - found.ac1.value)
    squares = 1 - by_chance * (5 - 1)
    assert round((found.percent.value - squares) / (1 - squares), 5) == 0.76117
    assert round(fleiss_kappa(tables.of_ratings(*tables.KRIPPENDORFF).counts).value, 5) == 0.76117


def test_wikipedias_three_coders():
    counts = tables.of_ratings(*tables.WIKIPEDIA).counts
    assert counts.shape == (13, 4)
    assert round(krippendorff_alpha(counts).value, 6) == 0.691358


def test_fleiss_example():
    found = measure_agreement(tables.FLEISS_EXAMPLE)
    assert round(fleiss_kappa(tables.FLEISS_EXAMPLE).value, 6) == 0.209931
    assert round(fleiss_kappa_from(found.alpha.value, found.labels), 6) == 0.209931


def test_gwets_abstractors():
    found = measure_agreement(*tables.of_confusion(tables.ABSTRACTORS))
    assert found.percent.value == 0.89
    assert round(found.ac1.value, 7) == 0.8493305
    assert round(found.alpha.value, 7) == 0.7972585


def test_where_one_class_dominates_ac1_and_alpha_part_ways():
    found = measure_agreement(*tables.of_confusion(tables.PARADOX))
    assert found.percent.value == 118 / 125
    assert round(found.ac1.value, 6) == 0.940776
    assert round(found.alpha.value, 6) == -0.024691


def test_disagreement_everywhere_is_below_chance():
    assert krippendorff_alpha([[1, 1], [1, 1]]).value == -0.5
    assert percent_agreement([[1, 1], [1, 1]]).value == 0.0
    assert gwet_ac1([[1, 1], [1, 1]]).value == -1.0


def shared(name):
    return Path(os.environ["CANDOR_SHARED"]) / "data" / name


def test_davidsons_three_classes():
    counts = np.repeat(np.array(list(DAVIDSON)), list(DAVIDSON.values()), axis=0)
    assert [sum(row.argmax() == place for row in counts) for place in range(3)] == [1430, 19190, 4163]
    found = measure_agreement(counts)
    assert found.items == 24783
    assert round(found.alpha.value, 10) == 0.5427989976
    assert round(found.ac1.value, 10) == 0.7622672200
    # Elsewhere it ends in 57. But it is a whole number of 1/31,226,580, and none of these lies so near.
    assert found.percent.value == pytest.approx(25343663 / 31226580, abs=1e-15)
    assert round(found.percent.value, 9) == 0.811605466


@pytest.mark.shared
def test_fleiss_1971():
    rows = json.loads(shared("agreement_reference.json").read_text())["fleiss1971"]["rows"]
    items = [item for item, row in enumerate(rows) for _ in row]
    counted = count_labels(items, [value for row in rows for value in row])
    found = measure_agreement(counted.counts)
    assert (found.items, found.labels) == (30, 180)
    assert round(fleiss_kappa_from(found.alpha.value, 180), 6) == 0.430245
    assert fleiss_kappa(counted.counts).value == pytest.approx(0.4302445200601408, abs=1e-15)
    assert round(found.ac1.value, 6) == 0.447885
    assert round(found.alpha.value, 6) == 0.433410
    assert found.percent.value == pytest.approx(0.5555555555555556, abs=1e-15)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("crowd", "alpha"),
    [
        ("weather_cf", 0.576837),
        ("weather_amt", 0.520895),
        ("bluebirds", 0.125501),
        ("music_ms", 0.301031),
        ("sentpol_sp", 0.427629),
    ],
)
def test_real_crowds(crowd, alpha):
    first = {}
    with shared(f"crowd/{crowd}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            first.setdefault((row["item"], row["worker"]), row["label"])
    table = count_labels([item for item, _ in first], list(first.values()))
    assert round(krippendorff_alpha(table.counts).value, 6) == alpha
