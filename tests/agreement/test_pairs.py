"""Cohen's kappa of a table, and of all pairs of people with enough in common."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement import Measure, cohen_kappa, pairwise_kappas

from . import tables


@st.composite
def labelled(draw):
    """Items, workers and labels, nobody labelling an item twice, in any order of rows."""
    items, workers = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    cells = [(item, worker) for item in range(items) for worker in range(workers)]
    chosen = draw(st.lists(st.sampled_from(cells), unique=True, max_size=len(cells)))
    return [(item, worker, draw(st.integers(0, 2))) for item, worker in chosen]


def one_by_one(rows, at_least):
    """The same with a table for each two people, whether they met or not."""
    found = []
    for one, other in combinations(sorted({worker for _, worker, _ in rows}), 2):
        first = {item: label for item, worker, label in rows if worker == one}
        second = {item: label for item, worker, label in rows if worker == other}
        table = np.zeros((3, 3), dtype=int)
        for item in first.keys() & second.keys():
            table[first[item], second[item]] += 1
        if table.sum() >= at_least:
            found.append((one, other, table.sum(), np.trace(table), cohen_kappa(table)))
    return found


def test_gwets_abstractors_and_the_paradox():
    assert round(cohen_kappa(tables.ABSTRACTORS).value, 7) == 0.7964094
    assert round(cohen_kappa(tables.PARADOX).value, 6) == -0.023392


def test_who_gave_which_label_first_does_not_matter():
    assert cohen_kappa(np.array(tables.PARADOX).T) == cohen_kappa(tables.PARADOX)


def test_one_class_throughout_is_no_agreement_beyond_chance():
    assert cohen_kappa([[9, 0], [0, 0]]) == Measure(None, "only one class was used")
    assert cohen_kappa([[0, 0], [0, 0]]) == Measure(None, "nothing was counted")
    assert cohen_kappa([[0, 9], [0, 0]]) == Measure(0.0)
    with pytest.raises(ValueError, match="square"):
        cohen_kappa([[1, 2, 3], [4, 5, 6]])


@given(labelled(), st.integers(1, 4))
@settings(deadline=None)
def test_all_pairs_are_each_pair(rows, at_least):
    items, workers, labels = ([row[column] for row in rows] for column in range(3))
    found = pairwise_kappas(items, workers, labels, classes=3, at_least=at_least)
    assert [(pair.one, pair.other, pair.items, pair.agreeing, pair.kappa) for pair in found] == one_by_one(
        rows, at_least
    )


def test_people_and_items_go_by_any_name():
    found = pairwise_kappas(["a", "b", "a", "b"], ["zoe", "zoe", "ann", "ann"], [0, 1, 0, 1], classes=2, at_least=2)
    assert [(pair.one, pair.other, pair.items, pair.kappa.value) for pair in found] == [("ann", "zoe", 2, 1.0)]


def test_many_people_who_rarely_meet():
    # A thousand people in a ring, each with three items in common with the next: a thousand pairs of half a million.
    items = np.repeat(np.arange(3000), 2)
    workers = np.stack([np.arange(3000) // 3, (np.arange(3000) // 3 + 1) % 1000], axis=1).reshape(-1)
    labels = np.random.default_rng(4).integers(0, 3, 6000)
    found = pairwise_kappas(items, workers, labels, classes=3, at_least=3)
    assert len(found) == 1000
    assert {pair.items for pair in found} == {3}
    order = np.random.default_rng(5).permutation(6000)
    assert pairwise_kappas(items[order], workers[order], labels[order], classes=3, at_least=3) == found


@pytest.mark.parametrize(
    ("items", "workers", "labels", "at_least", "complaint"),
    [
        ([1, 1], [1], [0, 0], 1, "no rows"),
        ([1, 1], [1, 2], [0, 3], 1, "numbered from 0 to 2"),
        ([1, 1], [1, 2], [0, -1], 1, "numbered from 0 to 2"),
        ([1, 1], [1, 1], [0, 1], 1, "an item twice"),
        ([1, 1], [1, 2], [0, 1], 0, "in common"),
    ],
)
def test_what_are_no_labels_is_refused(items, workers, labels, at_least, complaint):
    with pytest.raises(ValueError, match=complaint):
        pairwise_kappas(items, workers, labels, classes=3, at_least=at_least)
