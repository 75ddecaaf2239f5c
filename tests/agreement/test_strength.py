"""The prior's strength by labels held out: it follows how alike people are, and needs no truth."""

import numpy as np
import pytest

from annotations.agreement.dawid_skene import fit_dawid_skene
from annotations.agreement.measure import Reason
from annotations.agreement.strength import Strengths, choose_strength

from .crowds import make


def test_people_who_differ_are_judged_by_their_own_labels():
    alike = make(21, items=500, workers=60, right=(0.75, 0.75))
    unlike = make(22, items=500, workers=20, right=(0.1, 1.0))
    found = choose_strength(*alike.columns, classes=3), choose_strength(*unlike.columns, classes=3)
    assert found[0].chosen == 100.0
    assert found[1].chosen <= 10.0
    assert [row.strength for row in found[0].table] == [1.0, 3.0, 10.0, 30.0, 100.0]
    for strengths in found:
        best = max(row.log_likelihood for row in strengths.table)
        assert [row.strength for row in strengths.table if row.log_likelihood == best] == [strengths.chosen]


def test_it_predicts_what_it_has_not_seen():
    crowd = make(23, items=60, workers=8, each=4)
    found = choose_strength(*crowd.columns, classes=3, candidates=[5], folds=2, seed=3)
    # The same by hand: labels in order of item and worker, dealt by the seed.
    order = np.lexsort((crowd.workers, crowd.items))
    items, workers, labels = (column[order] for column in crowd.columns)
    fold = np.random.default_rng(3).permutation(len(items)) % 2
    total, predicted = 0.0, 0
    for out in (0, 1):
        rest = fold != out
        fit = fit_dawid_skene(items[rest], workers[rest], labels[rest], classes=3, strength=5.0, tolerance=1e-5)
        for item, worker, label in zip(items[~rest], workers[~rest], labels[~rest], strict=True):
            if item in fit.items and worker in fit.workers:
                chance = fit.posterior[fit.items.index(item)] @ fit.confusion[fit.workers.index(worker)][:, label]
                total += np.log(chance)
                predicted += 1
    assert found.labels == predicted > 200
    assert found.table[0].log_likelihood == pytest.approx(total / predicted, abs=1e-12)


def test_the_order_of_rows_and_threads_leave_no_trace():
    crowd = make(24)
    one = choose_strength(*crowd.columns, classes=3, threads=1)
    order = np.random.default_rng(1).permutation(len(crowd.items))
    assert choose_strength(*(column[order] for column in crowd.columns), classes=3, threads=2) == one
    other = choose_strength(*crowd.columns, classes=3, seed=1)
    assert other.table != one.table


def test_nothing_to_predict():
    nothing = Strengths((), None, 0, Reason.NOTHING_TO_PREDICT)
    assert choose_strength([], [], [], classes=3) == nothing
    assert choose_strength([1], [1], [0], classes=3) == nothing
    # Two labels of two strangers say nothing of each other's matrices.
    assert choose_strength([1, 1], [1, 2], [0, 1], classes=3) == nothing


@pytest.mark.parametrize(
    ("options", "words"),
    [({"candidates": []}, "above 0"), ({"candidates": [0.0, 1.0]}, "above 0"), ({"folds": 1}, "two folds")],
)
def test_what_cannot_be_tried_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        choose_strength([1], [1], [0], classes=2, **options)
