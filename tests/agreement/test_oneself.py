"""Agreement with oneself: by hand, in any order, and undefined where there is nothing to say."""

import random

import pytest

from annotations.agreement.measure import Reason
from annotations.agreement.oneself import LEAST_PEOPLE, self_agreement
from annotations.agreement.rates import clustered_rate


def test_by_hand():
    found = self_agreement("aabbc", [0, 1, 2, 0, 1], [0, 1, 1, 0, 1], classes=3)
    assert (found.repeats, found.people) == (5, 3)
    assert found.table == ((2, 0, 0), (0, 2, 0), (0, 1, 0))
    # Four of five; by chance (2 * 2 + 2 * 3 + 1 * 0) / 25.
    assert found.percent.value == 4 / 5
    assert found.kappa.value == pytest.approx((4 / 5 - 10 / 25) / (1 - 10 / 25), rel=1e-15)
    for interval in (found.percent_interval, found.kappa_interval):
        assert (interval.low, interval.reason) == (None, Reason.TOO_FEW_PEOPLE)


def test_nothing_and_one_class():
    nothing = self_agreement([], [], [], classes=3)
    assert (nothing.repeats, nothing.percent.reason, nothing.kappa.reason) == (
        0,
        Reason.NOTHING_COUNTED,
        Reason.NOTHING_COUNTED,
    )
    alike = self_agreement(range(12), [1] * 12, [1] * 12, classes=3)
    assert (alike.percent.value, alike.kappa.value, alike.kappa.reason) == (1.0, None, Reason.ONE_CLASS)
    assert alike.percent_interval == clustered_rate([1] * 12, [1] * 12).interval
    assert (alike.percent_interval.low < 0.8, alike.percent_interval.high) == (True, 1.0)
    assert (alike.kappa_interval.low, alike.kappa_interval.reason) == (None, Reason.ONE_CLASS)


def test_all_the_same_again_proves_nothing():
    people, labels = [number // 3 for number in range(36)], [number % 3 for number in range(36)]
    found = self_agreement(people, labels, labels, classes=3)
    assert (found.percent.value, found.kappa.value) == (1.0, 1.0)
    assert found.percent_interval == clustered_rate([3] * 12, [3] * 12).interval
    assert found.percent_interval.low < 0.8
    assert (found.kappa_interval.low, found.kappa_interval.reason) == (None, Reason.NO_VARIATION)


def test_people_are_the_clusters_of_percent():
    """Half of the people always say the same again, the others never: twelve people are known, not sixty repeats."""
    people, first = [number // 5 for number in range(60)], [number % 2 for number in range(60)]
    again = [label if person % 2 else 1 - label for person, label in zip(people, first, strict=True)]
    found = self_agreement(people, first, again, classes=2)
    assert found.percent_interval == clustered_rate([0, 5] * 6, [5] * 12).interval
    assert found.percent_interval.high - found.percent_interval.low > 0.5


def test_the_order_of_rows_and_names_of_people_change_nothing():
    lot = random.Random(3)
    rows = [(lot.randrange(30), lot.randrange(3), lot.randrange(3)) for _ in range(200)]
    first = self_agreement(*zip(*rows, strict=True), classes=3)
    lot.shuffle(rows)
    second = self_agreement(*zip(*[(f"p{97 - one}", *rest) for one, *rest in rows], strict=True), classes=3)
    assert first == second
    assert first.people >= LEAST_PEOPLE
    assert first.kappa_interval.low < first.kappa.value < first.kappa_interval.high


@pytest.mark.parametrize(
    "rows", [([1], [0], []), ([1], [3], [0]), ([1], [0], [-1])], ids=["columns", "class", "negative"]
)
def test_what_is_no_table(rows):
    with pytest.raises(ValueError, match=r"repeat|classes"):
        self_agreement(*rows, classes=3)
