"""Specific agreement, class by class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement import Measure, specific_agreement

from . import tables


def by_pairs(counts, label):
    """Of all ordered pairs of labels on one item whose first is this class, how many have a second of it."""
    pairs = same = 0
    for row in counts:
        labels = [column for column, count in enumerate(row) for _ in range(count)]
        for place, one in enumerate(labels):
            others = labels[:place] + labels[place + 1 :]
            pairs += (one == label) * len(others)
            same += (one == label) * others.count(label)
    return same / pairs if pairs else None


def test_of_two_people_it_is_positive_and_negative_agreement():
    # Of the 118 + 5 + 2: 2a / (2a + b + c) and 2d / (2d + b + c).
    found = specific_agreement(*tables.of_confusion(tables.PARADOX))
    assert found == (Measure(236 / 243), Measure(0.0))


def test_gwets_abstractors():
    found = specific_agreement(*tables.of_confusion(tables.ABSTRACTORS))
    assert [measure.value for measure in found] == [1.0, 40 / 51, 112 / 123]


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=8))
@settings(deadline=None)
def test_it_is_its_definition_pair_by_pair(counts):
    found = specific_agreement(counts)
    assert [measure.value for measure in found] == [by_pairs(counts, label) for label in range(3)]
    assert specific_agreement(counts, [7] * len(counts)) == found
    assert specific_agreement([row[::-1] for row in reversed(counts)]) == found[::-1]


def test_what_nobody_said_is_undefined():
    assert specific_agreement([[2, 0, 0], [1, 1, 0], [0, 0, 1]])[2].reason == (
        "nobody used this class on an answer with two labels"
    )
    assert specific_agreement([[1, 0], [0, 1]]) == (Measure(None, "no answer has two labels"),) * 2
    assert specific_agreement([[2, 1]], [0]) == (Measure(None, "no answer has two labels"),) * 2
    assert specific_agreement(np.zeros((0, 2), dtype=int)) == (Measure(None, "no answer has two labels"),) * 2


def test_what_is_no_table_is_refused():
    with pytest.raises(ValueError, match="between 0 and"):
        specific_agreement([[1, -1]])
