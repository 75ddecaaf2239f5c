"""Random tables: the same as two independent computations, and blind to what must not matter."""

from fractions import Fraction
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotations.agreement import (
    compress,
    count_labels,
    gwet_ac1,
    krippendorff_alpha,
    measure_agreement,
    percent_agreement,
)


@st.composite
def ratings(draw):
    """Raters by items, None where a label is missing; some tables too empty or too uniform to measure."""
    raters, items, classes = draw(st.integers(1, 5)), draw(st.integers(1, 12)), draw(st.integers(1, 4))
    cell = st.one_of(st.none(), st.integers(0, classes - 1))
    row = st.lists(cell, min_size=items, max_size=items)
    return draw(st.lists(row, min_size=raters, max_size=raters))


def counted(table):
    labels = [(item, value) for row in table for item, value in enumerate(row) if value is not None]
    return count_labels([item for item, _ in labels], [value for _, value in labels], classes=range(4)).counts


def labels_of(table):
    return [[row[item] for row in table if row[item] is not None] for item in range(len(table[0]))]


def alpha_by_pairs(table):
    """Alpha from the coincidence matrix, pair by pair, as the definition reads."""
    coincidences = {}
    for labels in labels_of(table):
        for pair in permutations(labels, 2):
            coincidences[pair] = coincidences.get(pair, 0) + Fraction(1, len(labels) - 1)
    totals = {}
    for (one, _), weight in coincidences.items():
        totals[one] = totals.get(one, 0) + weight
    number = sum(totals.values())
    expected = sum(totals[one] * totals[other] for one, other in permutations(totals, 2))
    observed = sum(weight for (one, other), weight in coincidences.items() if one != other)
    return None if not expected else float(1 - (number - 1) * observed / expected)


def percent_by_pairs(table):
    pairs = [list(permutations(labels, 2)) for labels in labels_of(table) if len(labels) > 1]
    shares = [Fraction(sum(one == other for one, other in of_item), len(of_item)) for of_item in pairs]
    return sum(shares) / len(shares) if shares else None


def ac1_by_pairs(table, classes=4):
    observed = percent_by_pairs(table)
    if observed is None:
        return None
    given_labels = [labels for labels in labels_of(table) if labels]
    expected = Fraction(0)
    for label in range(classes):
        share = sum(Fraction(labels.count(label), len(labels)) for labels in given_labels) / len(given_labels)
        expected += share * (1 - share) / (classes - 1)
    return float((observed - expected) / (1 - expected))


@given(ratings())
@settings(deadline=None, max_examples=300)
def test_alpha_is_the_krippendorff_packages(table):
    ours = krippendorff_alpha(counted(table)).value
    data = np.array([[np.nan if value is None else float(value) for value in row] for row in table])
    assume(ours is not None)  # where there is nothing to measure the package raises, or answers with NaN or 1
    assert ours == pytest.approx(krippendorff.alpha(data, level_of_measurement="nominal"), abs=1e-12)


@given(ratings())
@settings(deadline=None, max_examples=300)
def test_every_coefficient_is_its_definition_rounded_once(table):
    found = measure_agreement(counted(table))
    percent = percent_by_pairs(table)
    assert found.alpha.value == alpha_by_pairs(table)
    assert found.percent.value == (None if percent is None else float(percent))
    assert found.ac1.value == ac1_by_pairs(table)


@given(ratings(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_and_names_do_not_matter(table, random):
    counts = counted(table)
    before = measure_agreement(counts)
    rows, columns = list(range(len(counts))), list(range(counts.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    after = measure_agreement(counts[rows][:, columns])
    assert (after.alpha, after.ac1, after.percent) == (before.alpha, before.ac1, before.percent)
    assert after.labels_by_class == tuple(before.labels_by_class[column] for column in columns)


@given(ratings(), st.integers(1, 5))
@settings(deadline=None)
def test_a_compressed_table_says_the_same(table, shards):
    counts = counted(table)
    whole = compress(counts)
    assert measure_agreement(whole.vectors, whole.times) == measure_agreement(counts)
    repeated = compress(np.concatenate([counts] * shards))
    assert repeated.vectors.tolist() == whole.vectors.tolist()
    assert repeated.times.tolist() == [shards * times for times in whole.times.tolist()]
    halves = [compress(counts[: len(counts) // 2]), compress(counts[len(counts) // 2 :])]
    merged = compress(
        np.concatenate([half.vectors for half in halves]), np.concatenate([half.times for half in halves])
    )
    assert (merged.vectors.tolist(), merged.times.tolist()) == (whole.vectors.tolist(), whole.times.tolist())


@given(ratings(), st.integers(2, 1000))
@settings(deadline=None)
def test_repeating_a_table_leaves_the_shares(table, times):
    counts = counted(table)
    often = [times] * len(counts)
    assert percent_agreement(counts, often) == percent_agreement(counts)
    assert gwet_ac1(counts, often) == gwet_ac1(counts)


@given(ratings())
@settings(deadline=None)
def test_an_unused_class_changes_neither_alpha_nor_percent(table):
    counts = counted(table)
    wider = np.pad(counts, ((0, 0), (0, 2)))
    assert krippendorff_alpha(wider) == krippendorff_alpha(counts)
    assert percent_agreement(wider) == percent_agreement(counts)


def test_large_tables_stay_exact():
    # A million times the same ten rows: floating sums would drift, whole numbers do not.
    rows = [
        [3, 0, 0],
        [2, 1, 0],
        [1, 1, 1],
        [0, 2, 1],
        [0, 0, 2],
        [0, 5, 2],
        [1, 0, 0],
        [0, 1, 6],
        [4, 0, 0],
        [0, 4, 1],
    ]
    found = measure_agreement(rows, [1_000_000] * 10)
    table = [[label for label, count in enumerate(row) for _ in range(count)] for row in rows]
    raters = [[labels[place] if place < len(labels) else None for labels in table] for place in range(7)]
    assert (found.labels, found.pairable_labels, found.pairable_items) == (38_000_000, 37_000_000, 9_000_000)
    assert found.percent.value == float(percent_by_pairs(raters))
    assert found.ac1.value == ac1_by_pairs(raters, classes=3)
