"""A strict majority, and how far a vote is spread."""

import numpy as np
import pytest

from annotations.agreement import Measure, dispersion, majority


@pytest.mark.parametrize(
    ("votes", "label", "share"),
    [
        ({"faithful": 3, "evasive": 0, "censored": 0}, "faithful", 1.0),
        ({"faithful": 1, "evasive": 2, "censored": 0}, "evasive", 2 / 3),
        ({"faithful": 1, "evasive": 1, "censored": 1}, None, 1 / 3),
        ({"faithful": 2, "evasive": 2}, None, 0.5),
        ({"faithful": 3, "evasive": 2, "censored": 2}, None, 3 / 7),
        ({"faithful": 0, "evasive": 0, "censored": 1}, "censored", 1.0),
    ],
)
def test_more_than_half_decides(votes, label, share):
    found = majority(votes)
    assert found.label == label
    assert found.share == Measure(share)


def test_it_unpacks():
    label, share, spread = majority({"faithful": 2, "evasive": 1})
    assert (label, share.value, spread.value) == ("faithful", 2 / 3, 4 / 9)


def test_without_votes_there_is_nothing_to_say():
    nothing = Measure(None, "there are no labels")
    assert majority({"faithful": 0, "evasive": 0}) == (None, nothing, nothing)
    assert majority({}) == (None, nothing, nothing)
    assert dispersion([]) == nothing


def test_dispersion_runs_from_unanimous_to_even():
    assert dispersion([3, 0, 0]) == Measure(0.0)
    assert dispersion([2, 1, 0]) == Measure(4 / 9)
    assert dispersion([1, 1, 1]) == Measure(2 / 3)
    assert dispersion([50, 50]) == Measure(0.5)
    assert dispersion([2, 1]) == dispersion([1, 2, 0, 0])


def test_rows_of_a_table_are_votes_too():
    assert dispersion(np.array([2, 1, 0])) == Measure(4 / 9)
    assert majority(dict(enumerate(np.array([0, 4, 1])))).label == 1


def test_votes_are_counts():
    with pytest.raises(ValueError, match="negative"):
        majority({"faithful": 2, "evasive": -1})
    with pytest.raises(TypeError):
        dispersion([0.5, 0.5])
