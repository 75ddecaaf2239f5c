"""From labels to a table of counts, and to its distinct rows."""

from enum import StrEnum

import numpy as np
import pytest

from annotations.agreement import compress, count_labels


class Verdict(StrEnum):
    FAITHFUL = "faithful"
    EVASIVE = "evasive"
    CENSORED = "censored"


def test_labels_become_rows_and_columns():
    table = count_labels([7, 3, 7, 7], ["evasive", "faithful", "evasive", "censored"])
    assert table.items == (3, 7)
    assert table.classes == ("censored", "evasive", "faithful")
    assert table.counts.tolist() == [[0, 0, 1], [1, 2, 0]]
    assert table.counts.dtype == np.int64


def test_the_scale_fixes_the_columns_and_their_order():
    table = count_labels([1, 1], ["evasive", "evasive"], classes=list(Verdict))
    assert table.classes == ("faithful", "evasive", "censored")
    assert table.counts.tolist() == [[0, 2, 0]]


def test_arrays_and_lists_count_alike():
    items, values = [5, 2, 5, 9, 2], ["b", "a", "b", "a", "c"]
    lists, arrays = count_labels(items, values), count_labels(np.array(items), np.array(values))
    assert arrays.items == lists.items == (2, 5, 9)
    assert arrays.classes == lists.classes == ("a", "b", "c")
    assert arrays.counts.tolist() == lists.counts.tolist() == [[1, 0, 1], [0, 2, 0], [1, 0, 0]]
    assert all(type(item) is int for item in arrays.items)


def test_no_labels_is_an_empty_table():
    assert count_labels([], []).counts.shape == (0, 0)
    assert count_labels([], [], classes=["a", "b"]).counts.shape == (0, 2)
    assert compress(count_labels([], [], classes=["a", "b"]).counts).vectors.shape == (0, 2)
    assert compress(count_labels([], []).counts).times.tolist() == []


@pytest.mark.parametrize(
    ("items", "values", "classes", "complaint"),
    [
        ([1], ["a", "b"], None, "1 items but 2 values"),
        ([1, 1], ["a", None], None, "missing label"),
        ([1, 1], [1.0, float("nan")], None, "missing label"),
        ([None, 1], ["a", "b"], None, "missing label"),
        ([1, 1], ["a", "z"], ["a", "b"], "Not among the classes: 'z'"),
        ([1], ["a"], ["a", "a"], "listed twice"),
        (np.array([[1]]), ["a"], None, "one-dimensional"),
        (np.array([1.5]), ["a"], None, "one-dimensional"),
    ],
)
def test_what_is_no_column_of_labels_is_refused(items, values, classes, complaint):
    with pytest.raises(ValueError, match=complaint):
        count_labels(items, values, classes=classes)


def test_equal_rows_are_folded_and_ordered():
    table = compress([[2, 0], [0, 3], [2, 0], [1, 1], [2, 0]])
    assert table.vectors.tolist() == [[0, 3], [1, 1], [2, 0]]
    assert table.times.tolist() == [1, 1, 3]


def test_multiplicities_add_and_rows_that_never_occur_vanish():
    table = compress([[2, 0], [0, 3], [2, 0]], [5, 0, 2])
    assert table.vectors.tolist() == [[2, 0]]
    assert table.times.tolist() == [7]


def test_rows_too_wide_to_pack_fold_the_same_way():
    rng = np.random.default_rng(4)
    narrow = rng.integers(0, 2, (200, 6))
    wide = np.concatenate([narrow, np.full((200, 1), 2_000_000), np.full((200, 3), 90_000)], axis=1)
    assert compress(wide).vectors[:, :6].tolist() == compress(narrow).vectors.tolist()
    assert compress(wide).times.tolist() == compress(narrow).times.tolist()
