"""Whole families drawn again: blind to names and order, wider where families are alike, undefined with a reason."""

import numpy as np
import pytest
from scipy import stats

from annotations.agreement import LEAST_FAMILIES, bootstrap_agreement, cluster_bootstrap_agreement
from annotations.agreement.student import student_quantile

from .crowds_in_families import World

WORLD = World(classes=(0.7, 0.2, 0.1), answers=5, mixed=2, right=0.85)


def sample(families=30, seed=1):
    return WORLD.draw(np.random.default_rng(seed), families)


def reasons(found):
    return found.alpha.reason, found.ac1.reason, found.percent.reason


def test_neither_order_nor_names_nor_shards_leave_a_trace():
    counts, family = sample()
    found = cluster_bootstrap_agreement(counts, None, family, seed=4)
    order = np.random.default_rng(2).permutation(len(counts))
    assert cluster_bootstrap_agreement(counts[order], None, family[order], seed=4) == found
    names = np.random.default_rng(3).permutation(1000)[family]
    assert cluster_bootstrap_agreement(counts, None, names, seed=4) == found
    assert cluster_bootstrap_agreement(counts, None, [f"family-{name}" for name in names], seed=4) == found
    # The same table as a database's GROUP BY gives it.
    rows, times = np.unique(np.column_stack([family, counts]), axis=0, return_counts=True)
    assert cluster_bootstrap_agreement(rows[:, 1:], times, rows[:, 0], seed=4) == found
    assert cluster_bootstrap_agreement(counts, None, family, seed=5) != found


def test_unlabelled_rows_and_rows_that_never_occur_are_as_if_absent():
    counts, family = sample()
    found = cluster_bootstrap_agreement(counts, None, family)
    more = np.concatenate([counts, [[0, 0, 0], [2, 1, 0]]])
    times = [*[1] * len(counts), 5, 0]
    assert cluster_bootstrap_agreement(more, times, [*family, 777, 778]) == found


def test_families_of_one_answer_each_are_answers():
    counts, _ = sample(100)
    alone = cluster_bootstrap_agreement(counts, None, np.arange(len(counts)), replicates=4000)
    items = bootstrap_agreement(counts, replicates=4000)
    for name in ("alpha", "ac1", "percent"):
        one, other = getattr(alone, name), getattr(items, name)
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.01)


def test_families_that_are_alike_inside_widen_the_interval():
    counts, family = sample(60)
    whole, items = cluster_bootstrap_agreement(counts, None, family), bootstrap_agreement(counts)
    for name in ("alpha", "ac1", "percent"):
        assert getattr(whole, name).high - getattr(whole, name).low > 1.3 * (
            getattr(items, name).high - getattr(items, name).low
        )


def test_families_of_single_labels_enter_ac1_alone():
    counts, family = sample()
    found = cluster_bootstrap_agreement(counts, None, family)
    singles = np.eye(3, dtype=int)[[0, 1, 1, 2] * 10]
    more = cluster_bootstrap_agreement(
        np.concatenate([counts, singles]), None, np.concatenate([family, 1000 + np.arange(40) // 2])
    )
    assert (more.alpha, more.percent) == (found.alpha, found.percent)
    assert more.ac1 != found.ac1


def test_too_few_families_have_no_interval():
    counts, family = sample(LEAST_FAMILIES)
    assert reasons(cluster_bootstrap_agreement(counts, None, family)) == ("", "", "")
    fewer = family < LEAST_FAMILIES - 1
    few = "the answers are to too few families of prompts"
    assert reasons(cluster_bootstrap_agreement(counts[fewer], None, family[fewer])) == (few, few, few)
    # A family whose answers have a single label is none that could show anything.
    padded = np.concatenate([counts[fewer], [[1, 0, 0]]])
    assert reasons(cluster_bootstrap_agreement(padded, None, [*family[fewer], 99])) == (few, few, few)
    assert reasons(cluster_bootstrap_agreement([[1, 0], [0, 1]], None, [1, 2])) == ("no answer has two labels",) * 3


def test_what_resampling_cannot_show_has_its_reason():
    families = np.arange(40) // 2
    same = "resampling the answers always gives the same value"
    assert reasons(cluster_bootstrap_agreement([[3, 0]] * 40, None, families)) == (
        "only one class was used",
        same,
        same,
    )
    rare = cluster_bootstrap_agreement([[3, 0]] * 39 + [[2, 1]], None, families)
    assert reasons(rare) == ("too few answers got anything but one class", "", "")


@pytest.mark.parametrize(
    ("clusters", "complaint"),
    [([1], "as many clusters"), ([1.5, 2.5], "by number or by name"), (3, "as many clusters")],
)
def test_every_row_has_a_cluster(clusters, complaint):
    with pytest.raises(ValueError, match=complaint):
        cluster_bootstrap_agreement([[2, 1], [0, 3]], None, clusters)


def test_students_t_is_scipys():
    for degrees in (1, 1.5, 2, 4, 9, 19.3, 49, 1000, 1001, 333_333.0):
        for chance in (0.025, 0.5, 0.6, 0.9, 0.975, 0.9995):
            assert student_quantile(chance, degrees) == pytest.approx(stats.t.ppf(chance, degrees), rel=1e-8, abs=1e-12)
    for chance, degrees in [(0.0, 5), (1.0, 5), (0.5, 0.5)]:
        with pytest.raises(ValueError, match="degrees of freedom"):
            student_quantile(chance, degrees)
