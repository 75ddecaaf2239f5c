"""Labels that come and go one by one add up to what the batch makes of those that are left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement import Measure, RunningAgreement, krippendorff_alpha, measure_agreement

STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 2)), max_size=60)


def batch(votes):
    return measure_agreement([row for row in votes.values() if sum(row)] or [[0, 0, 0]])


@given(STEPS)
@settings(deadline=None, max_examples=200)
def test_after_every_label_it_is_the_batch(steps):
    running, votes = RunningAgreement(3), {}
    for comes, item, label in steps:
        row = votes.setdefault(item, [0, 0, 0])
        if comes:
            running.add(item, label)
            row[label] += 1
        elif row[label]:
            running.remove(item, label)
            row[label] -= 1
        assert running.votes(item) == tuple(row)
        assert running.alpha() == batch(votes).alpha
    assert running.measure() == batch(votes)
    assert sum(running.counts().values()) == batch(votes).items


def test_what_came_and_went_leaves_nothing():
    running = RunningAgreement(3)
    labels = [(item, (item * step) % 3) for item in range(50) for step in range(1, 12)]
    for item, label in labels:
        running.add(item, label)
    assert list(running.counts()) == sorted(running.counts())
    for item, label in reversed(labels):
        running.remove(item, label)
    assert running.counts() == {}
    assert running.alpha() == Measure(None, "no answer has two labels")


def test_it_stays_exact_over_many_labels_of_many_sizes():
    running = RunningAgreement(4)
    for number in range(20_000):
        running.add(number % 1999 if number % 3 else number % 41, (number * number + number // 7) % 4)
    counts = running.counts()
    assert max(map(sum, counts)) > 100
    assert running.alpha() == krippendorff_alpha(list(counts), list(counts.values()))
    assert running.measure() == measure_agreement(list(counts), list(counts.values()))


def test_one_class_has_its_reason():
    running = RunningAgreement(2)
    running.add("a", 1)
    running.add("a", 1)
    assert running.alpha() == Measure(None, "only one class was used")
    running.add("b", 0)
    assert running.alpha() == Measure(None, "only one class was used on answers with two labels or more")


def test_what_cannot_be_is_refused_and_changes_nothing():
    running = RunningAgreement(2)
    running.add("a", 1)
    for label in (2, -1):
        with pytest.raises(ValueError, match="no class"):
            running.add("a", label)
    for item, label in [("a", 0), ("b", 1), ("a", 2), ("a", -1)]:
        with pytest.raises(ValueError, match="no label of class"):
            running.remove(item, label)
    assert running.counts() == {(0, 1): 1}
    with pytest.raises(ValueError, match="at least one class"):
        RunningAgreement(0)
