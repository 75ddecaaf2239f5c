"""Cohen's kappa where items come in clusters: its interval, against one that draws each resample by itself."""

import numpy as np
import pytest

from annotations.agreement import LEAST_FAMILIES, Reason, cluster_bootstrap_kappa, cohen_kappa
from annotations.agreement.resampling import degrees_of, interval_of

CLUSTERS = 14


@pytest.fixture
def tables():
    rng = np.random.default_rng(31)
    return rng.poisson(np.array([[3, 1, 0.5], [0.5, 2, 1], [0.5, 1, 4]]), (CLUSTERS, 3, 3)).astype(np.int64)


def ordered(tables):
    return tables[np.lexsort(tables.reshape(len(tables), -1).T)]


def test_each_resample_by_itself(tables):
    stood = ordered(tables)
    draws = np.random.default_rng(5).multinomial(CLUSTERS, np.full(CLUSTERS, 1 / CLUSTERS), size=200)
    values = np.array(
        [cohen_kappa(sum(n * table for n, table in zip(draw, stood, strict=True))).value for draw in draws]
    )
    without = np.array([cohen_kappa(np.delete(stood, place, axis=0).sum(axis=0)).value for place in range(CLUSTERS)])
    sizes = stood.sum(axis=(1, 2)).astype(float)
    expected = interval_of(
        values,
        cohen_kappa(tables.sum(axis=0)).value,
        units=CLUSTERS,
        degrees=degrees_of(without, np.ones(CLUSTERS), sizes),
        level=0.9,
        undefined="",
    )
    assert cluster_bootstrap_kappa(tables, level=0.9, replicates=200, seed=5) == expected


def test_neither_order_nor_tables_of_nothing_matter(tables):
    found = cluster_bootstrap_kappa(tables, seed=2)
    empty = np.zeros((3, 3, 3), dtype=np.int64)
    assert cluster_bootstrap_kappa(np.concatenate([empty, tables[::-1]]), seed=2) == found


def test_where_there_is_none_it_says_why(tables):
    few = cluster_bootstrap_kappa(tables[: LEAST_FAMILIES - 1])
    assert few.reason == Reason.TOO_FEW_FAMILIES
    assert cluster_bootstrap_kappa(np.zeros((20, 3, 3), dtype=np.int64)).reason == Reason.NOTHING_COUNTED
    one_class = np.zeros((20, 3, 3), dtype=np.int64)
    one_class[:, 1, 1] = 4
    assert cluster_bootstrap_kappa(one_class).reason == Reason.ONE_CLASS
    one_class[:, 2, 2] = 1
    assert cluster_bootstrap_kappa(one_class).reason == Reason.NO_VARIATION


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        (np.zeros((12, 3), dtype=int), "square table"),
        (np.zeros((12, 2, 3), dtype=int), "square table"),
        (np.full((12, 2, 2), -1), "between 0 and"),
        (np.full((12, 2, 2), 0.5), "whole numbers"),
    ],
)
def test_what_are_no_such_tables_are_refused(tables, why):
    with pytest.raises(ValueError, match=why):
        cluster_bootstrap_kappa(tables)
