"""One answer's posterior in plain Python: the batch's own E-step."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement.dawid_skene import fit_dawid_skene
from annotations.agreement.posterior import posterior, smoothed

from .crowds import make

POOLED = ((0.8, 0.15, 0.05), (0.2, 0.7, 0.1), (0.05, 0.15, 0.8))
NOTHING = ((0.0,) * 3,) * 3


def test_it_is_the_batch():
    crowd = make(11, items=400)
    fit = fit_dawid_skene(*crowd.columns, classes=3, strength=10.0)
    pooled, prior = fit.pooled.tolist(), fit.prior.tolist()
    matrices = [smoothed(counts, pooled, 10.0) for counts in fit.counts.tolist()]
    assert np.array(matrices) == pytest.approx(fit.confusion, abs=1e-12)
    for place, item in enumerate(fit.items):
        mine = crowd.items == item
        said = [
            (matrices[worker], label)
            for worker, label in zip(crowd.workers[mine].tolist(), crowd.labels[mine].tolist(), strict=True)
        ]
        assert posterior(said, prior) == pytest.approx(tuple(fit.posterior[place]), abs=1e-12)


def test_a_newcomer_is_the_pooled_matrix():
    assert np.array(smoothed(NOTHING, POOLED, 10.0)) == pytest.approx(np.array(POOLED), abs=1e-15)
    assert smoothed(NOTHING, POOLED, 0.0) == POOLED
    assert smoothed(((8.0, 2.0), (0.0, 0.0)), ((0.5, 0.5), (0.1, 0.9)), 10.0) == ((0.65, 0.35), (0.1, 0.9))


def test_without_labels_it_is_the_prior():
    assert posterior([], (0.2, 0.3, 0.5)) == pytest.approx((0.2, 0.3, 0.5), abs=1e-15)
    assert posterior([], (2.0, 6.0)) == pytest.approx((0.25, 0.75), abs=1e-15)


def test_bayes_by_hand():
    assert posterior([(POOLED, 0)], (0.5, 0.5, 0.0)) == pytest.approx((0.8, 0.2, 0.0), abs=1e-15)


def test_labels_no_class_can_have_led_to_leave_the_prior():
    sure = ((1.0, 0.0), (0.0, 1.0))
    assert posterior([(sure, 0), (sure, 1)], (0.4, 0.6)) == (0.4, 0.6)


def test_a_thousand_labels_do_not_underflow():
    assert posterior([(POOLED, 2)] * 1000 + [(POOLED, 0)] * 400, (0.3, 0.3, 0.4)) == pytest.approx((0, 0, 1), abs=1e-9)


@given(st.lists(st.integers(0, 2), max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_labels_leaves_no_trace(labels, random):
    said = [(smoothed(NOTHING, POOLED, 1.0 + number), label) for number, label in enumerate(labels)]
    one = posterior(said, (0.2, 0.3, 0.5))
    random.shuffle(said)
    assert posterior(said, (0.2, 0.3, 0.5)) == one
    assert sum(one) == pytest.approx(1, abs=1e-12)


def test_what_is_no_label_is_refused():
    with pytest.raises(ValueError, match="from 0 to 2"):
        posterior([(POOLED, -1)], (0.2, 0.3, 0.5))
    with pytest.raises(ValueError, match="number of labels"):
        smoothed(NOTHING, POOLED, -1.0)
    with pytest.raises(ValueError, match="zip"):
        smoothed(NOTHING[:2], POOLED, 1.0)
    with pytest.raises(ValueError, match="above 0"):
        posterior([], (0.0, 0.0))


def test_it_brings_no_compiler_with_it():
    words = "import sys, annotations.agreement.posterior; print(sorted({'numba', 'scipy'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
