"""Label by label, and swept: where the batch ends, to within 1e-9."""

import numpy as np
import pytest

from annotations.agreement.dawid_skene import fit_dawid_skene
from annotations.agreement.incremental import IncrementalDawidSkene
from annotations.agreement.posterior import posterior, smoothed

from .crowds import make

TOLERANCE = 1e-9


def assert_at_the_fixed_point(live, batch):
    assert np.array([live.posterior(item) for item in batch.items]) == pytest.approx(batch.posterior, abs=TOLERANCE)
    assert np.array([live.counts(worker) for worker in batch.workers]) == pytest.approx(batch.counts, abs=1e-7)
    assert np.array(live.pooled) == pytest.approx(batch.pooled, abs=TOLERANCE)
    assert np.array(live.prior) == pytest.approx(batch.prior, abs=TOLERANCE)


def test_after_sweeps_it_is_the_batch():
    crowd = make(31, items=600, each=4)
    live = IncrementalDawidSkene(classes=3)
    order = np.random.default_rng(0).permutation(len(crowd.items))
    assert live.extend(*(column[order] for column in crowd.columns)) == 2400
    batch = fit_dawid_skene(*crowd.columns, classes=3, tolerance=1e-13)
    before = np.array([live.posterior(item) for item in batch.items])
    # Already before a sweep nearly all items have the class they will have.
    assert (before.argmax(axis=1) == batch.posterior.argmax(axis=1)).mean() > 0.95
    assert live.settle(tolerance=1e-13) is not None
    assert_at_the_fixed_point(live, batch)


def test_it_goes_on_from_a_fixed_point():
    crowd = make(32)
    live = IncrementalDawidSkene(classes=3, strength=4.0)
    live.extend(*(column[:1000] for column in crowd.columns))
    live.settle()
    for item, worker, label in zip(*(column[1000:].tolist() for column in crowd.columns), strict=True):
        live.add(item, worker, label)
    assert live.labels == 1500
    live.settle(tolerance=1e-13)
    assert_at_the_fixed_point(live, fit_dawid_skene(*crowd.columns, classes=3, strength=4.0, tolerance=1e-13))


def test_a_label_moves_its_item_at_once():
    live = IncrementalDawidSkene(classes=["no", "yes"])
    first = live.add("x", "a", "yes")
    second = live.add("x", "b", "yes")
    assert 0.5 < first[1] < second[1] < 1
    assert live.add("y", "a", "no")[0] > 0.5
    assert live.posterior("x") == second
    # It is the E-step by everybody's counts from before.
    before = [smoothed(live.counts(name), live.pooled, 10.0) for name in ("a", "c")]
    pooled, votes = live.pooled, live.prior
    third = live.add("y", "c", "no")
    assert third == pytest.approx(posterior([(before[0], 0), (before[1], 0)], live.prior), abs=0.02)
    assert (pooled, votes) != (live.pooled, live.prior)


def test_one_at_a_time_is_a_stream():
    crowd = make(33, items=40, workers=9)
    at_once, singly = IncrementalDawidSkene(classes=3), IncrementalDawidSkene(classes=3)
    for row in zip(*(column.tolist() for column in crowd.columns), strict=True):
        singly.add(*row)
    at_once.extend(*crowd.columns)
    for live in (at_once, singly):
        live.settle(tolerance=1e-13)
    for item in range(40):
        assert at_once.posterior(item) == pytest.approx(singly.posterior(item), abs=TOLERANCE)


def test_a_second_label_of_the_same_worker_changes_nothing():
    live = IncrementalDawidSkene(classes=2)
    assert live.extend([1, 1, 1], ["a", "a", "b"], [0, 1, 0]) == 2
    once = IncrementalDawidSkene(classes=2)
    once.extend([1, 1], ["a", "b"], [0, 0])
    assert live.posterior(1) == pytest.approx(once.posterior(1), abs=1e-12)
    kept = live.posterior(1), live.pooled, live.counts("a")
    assert live.add(1, "a", 1) == kept[0]
    assert (live.posterior(1), live.pooled, live.counts("a"), live.labels) == (*kept, 2)


def test_hundreds_of_labels_an_item_do_not_underflow():
    live = IncrementalDawidSkene(classes=2)
    live.extend([0, 1] * 2000, np.repeat(np.arange(2000), 2), [0, 1] * 2000)
    live.settle()
    assert live.posterior(0)[0] == pytest.approx(1)
    assert live.posterior(1)[1] == pytest.approx(1)


def test_strangers():
    live = IncrementalDawidSkene(classes=3)
    assert live.counts("nobody") == ((0.0,) * 3,) * 3
    assert live.prior == pytest.approx((1 / 3,) * 3)
    assert live.extend([], [], []) == 0
    assert live.sweep() == 0.0
    with pytest.raises(KeyError):
        live.posterior("nothing")


def test_what_is_no_label_is_refused_and_leaves_no_trace():
    live = IncrementalDawidSkene(classes=2)
    with pytest.raises(ValueError, match="Not among the classes: 2"):
        live.add("x", "a", 2)
    with pytest.raises(ValueError, match="Each row"):
        live.extend([1], [], [0])
    with pytest.raises(ValueError, match="above 0"):
        IncrementalDawidSkene(classes=2, strength=0.0)
    with pytest.raises(KeyError):
        live.posterior("x")
    live.add("y", "a", 1)
    assert live.settle(sweeps_at_most=1) is None
    assert live.labels == 1
