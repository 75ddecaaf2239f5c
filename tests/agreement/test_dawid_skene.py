"""The Dawid-Skene model: what its source printed, and what must not matter to it."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement.crowd import gather
from annotations.agreement.dawid_skene import ANCHOR, DawidSkene, fit_dawid_skene

from .crowds import make


def same(one: DawidSkene, other: DawidSkene) -> bool:
    """To the last bit."""
    arrays = ("prior", "pooled", "confusion", "counts", "posterior")
    numbers = ("items", "workers", "log_likelihood", "iterations", "converged")
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in numbers
    )


@pytest.mark.shared
def test_the_patients_of_1979():
    told = json.loads((Path(os.environ["CANDOR_SHARED"]) / "data" / "agreement_reference.json").read_text())["ds1979"]
    patients, observers, said = [], [], []
    for patient, row in enumerate(told["rows"]):
        # The first observer judged each patient three times.
        for observer, label in zip((0, 0, 0, 1, 2, 3, 4), row, strict=True):
            patients.append(patient)
            observers.append(observer)
            said.append(int(label))
    fit = fit_dawid_skene(
        patients,
        observers,
        said,
        classes=[1, 2, 3, 4],
        strength=0.0,
        prior="estimated",
        tolerance=1e-14,
        repeats="all",
    )
    assert fit.converged
    assert abs(fit.log_likelihood - -192.890881214) < 1e-9
    assert abs(fit.log_likelihood - told["converged"]["loglik"]) < 1e-9
    assert abs(fit.prior - np.array(told["converged"]["p"])).max() < 1e-9
    assert abs(fit.confusion - np.array(told["converged"]["pi"])).max() < 1e-9
    assert [round(share, 2) for share in fit.prior.tolist()] == told["published"]["p"] == [0.40, 0.42, 0.11, 0.07]
    for number, row in told["posterior_published_non_trivial"].items():
        assert fit.posterior[int(number) - 1].round(2).tolist() == row
    assert list(fit.consensus()) == told["converged"]["argmax"]


def test_maximum_likelihood_climbs_to_where_the_likelihood_is_flat():
    crowd = make(1)
    climbed = [
        fit_dawid_skene(
            *crowd.columns, classes=3, strength=0.0, prior="estimated", tolerance=0.0, iterations_at_most=number
        ).log_likelihood
        for number in (1, 2, 3, 5, 10, 40, 400)
    ]
    assert climbed == sorted(climbed)
    assert climbed[-1] > climbed[0] + 1


def test_every_part_of_a_fit_follows_from_the_others():
    crowd = make(2)
    fit = fit_dawid_skene(*crowd.columns, classes=3, strength=7.0, tolerance=1e-13)
    assert fit.converged
    assert fit.confusion.sum(axis=2) == pytest.approx(np.ones((25, 3)), abs=1e-12)
    # The matrices are the counts and seven labels of the pooled one.
    table = fit.counts + 7 * fit.pooled
    assert fit.confusion == pytest.approx(table / table.sum(axis=2, keepdims=True), abs=1e-14)
    # The counts are what the posteriors say of everybody's labels.
    counts = np.zeros((25, 3, 3))
    for item, worker, label in zip(*crowd.columns, strict=True):
        counts[worker, :, label] += fit.posterior[item]
    assert fit.counts == pytest.approx(counts, abs=1e-9)
    # The pooled matrix is all counts and the votes'.
    votes = np.zeros((300, 3))
    np.add.at(votes, (crowd.items, crowd.labels), 1)
    shares = votes / votes.sum(axis=1, keepdims=True)
    soft = shares.T @ votes + 1 / 3
    soft /= soft.sum(axis=1, keepdims=True)
    total = counts.sum(axis=0)
    assert fit.pooled == pytest.approx((total + ANCHOR * soft) / (total.sum(axis=1, keepdims=True) + ANCHOR), abs=1e-9)
    assert fit.prior == pytest.approx((shares.sum(axis=0) + 1 / 3) / 301, abs=1e-15)
    # The log-likelihood is that of the labels, item by item.
    likelihood = 0.0
    for item in range(300):
        mine = crowd.items == item
        chance = fit.prior.copy()
        for worker, label in zip(crowd.workers[mine], crowd.labels[mine], strict=True):
            chance *= fit.confusion[worker, :, label]
        likelihood += math.log(chance.sum())
        assert fit.posterior[item] == pytest.approx(chance / chance.sum(), abs=1e-12)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=1e-9)


def test_it_finds_the_truth_better_than_the_majority():
    crowd = make(3, items=800, workers=40, each=7, right=(0.2, 0.95))
    fit = fit_dawid_skene(*crowd.columns, classes=3)
    votes = np.zeros((800, 3))
    np.add.at(votes, (crowd.items, crowd.labels), 1)
    assert (fit.posterior.argmax(axis=1) == crowd.truth).mean() > (votes.argmax(axis=1) == crowd.truth).mean() + 0.05
    own = fit.confusion[:, [0, 1, 2], [0, 1, 2]].mean(axis=1)
    counted = np.zeros((40, 2))
    np.add.at(counted, (crowd.workers, (crowd.labels == crowd.truth[crowd.items]).astype(int)), 1)
    assert np.corrcoef(own, counted[:, 1] / counted.sum(axis=1))[0, 1] > 0.9


@pytest.mark.parametrize("strength", [0.0, 10.0])
def test_neither_the_order_of_rows_nor_threads_change_a_bit(strength):
    # Enough labels for several blocks, so that threads have something to share.
    crowd = make(4, items=30_000, workers=300, each=4)
    assert len(crowd.items) == 120_000
    prior = "shares" if strength else "estimated"
    settings = {"classes": 3, "strength": strength, "prior": prior, "iterations_at_most": 12}
    alone = fit_dawid_skene(*crowd.columns, threads=1, **settings)
    assert same(alone, fit_dawid_skene(*crowd.columns, threads=2, **settings))
    assert same(alone, fit_dawid_skene(*crowd.columns, threads=7, **settings))
    order = np.random.default_rng(0).permutation(len(crowd.items))
    assert same(alone, fit_dawid_skene(*(column[order] for column in crowd.columns), threads=2, **settings))


def test_shards_may_overlap():
    crowd = make(5)
    whole = fit_dawid_skene(*crowd.columns, classes=3)
    shards = [tuple(column[part] for column in crowd.columns) for part in (slice(900, None), slice(0, 1000))]
    merged = [np.concatenate(columns) for columns in zip(*shards, strict=True)]
    assert len(merged[0]) == len(crowd.items) + 100
    assert same(whole, fit_dawid_skene(*merged, classes=3))


def test_ids_may_be_numbers_texts_or_far_apart():
    crowd = make(6)
    whole = fit_dawid_skene(*crowd.columns, classes=3)
    far = fit_dawid_skene(crowd.items * 10**12 - 5, crowd.workers, crowd.labels, classes=3)
    assert far.posterior.tobytes() == whole.posterior.tobytes()
    assert far.items[:2] == (-5, 10**12 - 5)
    names = [f"{worker:03}" for worker in crowd.workers]
    values = [("censored", "evasive", "faithful")[label] for label in crowd.labels]
    named = fit_dawid_skene(crowd.items.tolist(), names, values, classes=["censored", "evasive", "faithful"])
    assert named.posterior.tobytes() == whole.posterior.tobytes()
    assert named.workers[0] == "000"
    assert set(named.consensus()) == {"censored", "evasive", "faithful"}


@pytest.mark.parametrize("strength", [0.0, 10.0])
def test_names_of_classes_do_not_matter(strength):
    crowd = make(7)
    prior = "shares" if strength else "estimated"
    one = fit_dawid_skene(*crowd.columns, classes=3, strength=strength, prior=prior, tolerance=1e-12)
    turned = np.array([2, 0, 1])
    other = fit_dawid_skene(
        crowd.items, crowd.workers, turned[crowd.labels], classes=3, strength=strength, prior=prior, tolerance=1e-12
    )
    assert other.posterior[:, turned] == pytest.approx(one.posterior, abs=1e-8)
    assert other.confusion[:, turned][:, :, turned] == pytest.approx(one.confusion, abs=1e-8)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-7)


def test_of_a_repeated_label_the_first_is_kept():
    fit = fit_dawid_skene([1, 1, 1], ["a", "b", "a"], [0, 0, 1], classes=2)
    assert same(fit, fit_dawid_skene([1, 1], ["a", "b"], [0, 0], classes=2))
    both = fit_dawid_skene([1, 1, 1], ["a", "b", "a"], [0, 0, 1], classes=2, repeats="all")
    assert both.counts.sum() == pytest.approx(3)
    turned = fit_dawid_skene([1, 1, 1], ["a", "b", "a"], [1, 0, 0], classes=2, repeats="all")
    assert same(both, turned)


def test_one_label_is_a_fit():
    fit = fit_dawid_skene(["x"], ["a"], ["yes"], classes=["yes", "no"])
    assert (fit.items, fit.workers, fit.converged) == (("x",), ("a",), True)
    assert fit.consensus() == ("yes",)
    assert 0.5 < fit.posterior[0, 0] < 1


def test_a_class_nobody_has_chosen_stays_possible():
    crowd = make(8, shares=(0.5, 0.5))
    fit = fit_dawid_skene(*crowd.columns, classes=3)
    assert 0 < fit.prior[2] < 0.002
    assert (fit.confusion > 0).all()
    assert fit.posterior[:, 2].max() < 0.01


def test_one_class_to_choose_from_is_certain():
    fit = fit_dawid_skene([1, 1, 2], [1, 2, 1], [0, 0, 0], classes=1)
    assert fit.posterior.tolist() == [[1.0], [1.0]]
    assert (fit.prior.tolist(), fit.pooled.tolist(), fit.log_likelihood) == ([1.0], [[1.0]], 0.0)


def test_one_worker_is_believed_as_the_votes_are():
    fit = fit_dawid_skene(range(40), ["a"] * 40, [n % 4 == 0 for n in range(40)], classes=[False, True])
    assert fit.consensus() == tuple(n % 4 == 0 for n in range(40))


def test_of_equally_likely_classes_the_first_is_taken():
    fit = fit_dawid_skene([1, 1], ["a", "b"], ["no", "yes"], classes=["yes", "no"])
    assert fit.posterior.tolist() == [[0.5, 0.5]]
    assert fit.consensus() == ("yes",)


def test_hundreds_of_labels_an_item_do_not_underflow():
    rng = np.random.default_rng(9)
    workers = np.tile(np.arange(3000), 4)
    items = np.repeat(np.arange(4), 3000)
    labels = np.where(rng.random(12_000) < 0.4, items % 2, rng.integers(0, 10, 12_000))
    fit = fit_dawid_skene(items, workers, labels, classes=10)
    assert fit.posterior.argmax(axis=1).tolist() == [0, 1, 0, 1]
    assert np.isfinite(fit.posterior).all()
    assert math.isfinite(fit.log_likelihood)


def test_the_pooled_matrix_may_be_given():
    held = [[0.9, 0.1], [0.3, 0.7]]
    fit = fit_dawid_skene([1, 1, 2], ["a", "b", "a"], [0, 1, 1], classes=2, pooled=held, strength=1e9)
    assert fit.pooled.tolist() == held
    assert fit.confusion[0] == pytest.approx(np.array(held), abs=1e-8)
    # Labels no class can have led to leave the prior.
    closed = fit_dawid_skene([1, 1], ["a", "b"], [0, 1], classes=2, pooled=np.eye(2), strength=1e300)
    assert closed.posterior.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        (([], [], []), {}, "no labels"),
        (([1], [1, 2], [0]), {}, "each row"),
        (([1], [1], [5]), {}, "Not among the classes: 5"),
        (([1], [None], [0]), {}, "row left out"),
        (([1], [1], [0]), {"classes": [0, 0]}, "listed twice"),
        (([1], [1], [0]), {"classes": 0}, "1 to 100 classes"),
        (([1], [1], [0]), {"strength": -1.0}, "number of labels"),
        (([1], [1], [0]), {"strength": math.nan}, "number of labels"),
        (([1], [1], [0]), {"tolerance": -1.0}, "tolerance"),
        (([1], [1], [0]), {"iterations_at_most": 0}, "iteration"),
        (([1], [1], [0]), {"prior": "even"}, "shares"),
        (([1], [1], [0]), {"pooled": [[1.0]]}, "2 by 2"),
        (([1], [1], [0]), {"pooled": [[0.9, 0.3], [0.5, 0.5]]}, "adds up to 1"),
        ((np.array([0.5]), [1], [0]), {}, "one-dimensional"),
    ],
)
def test_what_is_no_crowd_is_refused(columns, options, words):
    with pytest.raises(ValueError, match=words):
        fit_dawid_skene(*columns, **{"classes": 2, **options})


labels = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(labels, st.sampled_from([0.0, 0.5, 10.0]), st.randoms(use_true_random=False))
def test_any_table_gives_shares_and_its_order_leaves_no_trace(rows, strength, random):
    rows = list({(item, worker): (item, worker, label) for item, worker, label in rows}.values())
    prior = "shares" if strength else "estimated"
    one = fit_dawid_skene(*zip(*rows, strict=True), classes=3, strength=strength, prior=prior, iterations_at_most=50)
    random.shuffle(rows)
    assert same(
        one,
        fit_dawid_skene(*zip(*rows, strict=True), classes=3, strength=strength, prior=prior, iterations_at_most=50),
    )
    assert one.posterior.sum(axis=1) == pytest.approx(np.ones(len(one.items)), abs=1e-12)
    assert one.confusion.sum(axis=2) == pytest.approx(np.ones((len(one.workers), 3)), abs=1e-12)
    assert one.log_likelihood <= 1e-12


def test_gathered_labels_lie_by_item_and_worker():
    crowd = gather([7, 3, 7, 3], ["b", "b", "a", "a"], [1, 0, 0, 1], classes=2)
    assert (crowd.items, crowd.workers, crowd.starts.tolist()) == ((3, 7), ("a", "b"), [0, 2, 4])
    assert (crowd.worker.tolist(), crowd.label.tolist()) == ([0, 1, 0, 1], [1, 0, 0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_the_loop_for_three_classes_is_the_one_for_any_number(seed: int) -> None:
    """To the last bit, items that only logarithms can tell and items without a possible class among them."""
    from annotations.agreement.dawid_skene_kernels import expect, expect_three

    rng = np.random.default_rng(seed)
    starts = np.concatenate(([0], np.cumsum(rng.integers(1, 30, size=400)))).astype(np.int64)
    cell = rng.integers(0, 60, size=starts[-1]).astype(np.uint32)
    confusion = rng.dirichlet((5, 1, 1), size=60) ** rng.choice((1, 60), size=(60, 1))
    confusion[7] = 0
    prior = np.array((0.5, 0.3, 0.2))
    found = []
    for step in (expect, expect_three):
        posterior = np.full((400, 3), 1 / 3)
        counts, sums = np.empty((60, 3)), np.empty(5)
        for _ in range(2):
            step(0, 400, starts, cell, (0,) * 3, confusion, prior, posterior, counts, sums)
        found.append([table.tobytes() for table in (posterior, counts, sums)])
    assert found[0] == found[1]
