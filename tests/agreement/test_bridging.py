"""Camps of labellers: seen from ten labels an item on, believed only beyond chance, undefined below."""

import numpy as np
import pytest

from annotations.agreement.bridging import bridge
from annotations.agreement.measure import Measure, Reason

from .crowds import camps


def right(found, camp):
    """The share of people who are in the camp they were made for, whichever camp is called first."""
    first = np.isin(np.arange(len(camp)), found.camps[0])
    return max((first == camp).mean(), (first != camp).mean())


def values(found, name, chosen):
    return np.array([getattr(row, name).value for row in found.items])[chosen]


@pytest.mark.parametrize("seed", range(5))
def test_camps_are_seen_and_accounted_for(seed):
    item, worker, value, camp, splits = camps(seed, each=15, larger=0.7)
    found = bridge(item, worker, value)
    assert len(found.camps) == 2
    assert right(found, camp) > 0.9
    assert values(found, "apart", splits).mean() > 0.55
    assert values(found, "apart", ~splits).mean() < 0.25
    agreed = values(found, "plain", ~splits)
    assert abs(values(found, "bridged", ~splits) - agreed).mean() < 0.1


def test_bridged_support_does_not_depend_on_how_many_are_in_a_camp():
    plain, bridged = [], []
    for seed in range(12):
        item, worker, value, _, splits = camps(seed, each=15, larger=0.7)
        found = bridge(item, worker, value)
        plain.append(values(found, "plain", splits).mean())
        bridged.append(values(found, "bridged", splits).mean())
    # Seven in ten say .9 and three .1: the votes say .66, halfway between the camps it is .5.
    assert np.mean(plain) == pytest.approx(0.66, abs=0.02)
    assert np.mean(bridged) == pytest.approx(0.5, abs=0.03)


def test_ten_labels_show_camps_more_often_than_not():
    seen = [len(bridge(*camps(seed, each=10)[:3]).camps) == 2 for seed in range(10)]
    assert sum(seen) >= 8


def test_where_there_are_no_camps_none_are_seen():
    seen = []
    for seed in range(20):
        item, worker, value, *_ = camps(seed, each=12, divided=False)
        found = bridge(item, worker, value, seed=seed)
        seen.append(bool(found.camps))
        if not found.camps:
            assert {row.apart for row in found.items} == {Measure(0.0)}
            every = np.ones(60, dtype=bool)
            assert abs(values(found, "bridged", every) - values(found, "plain", every)).max() < 0.25
    # One in forty by chance.
    assert sum(seen) <= 2


def test_with_fewer_than_ten_labels_it_is_undefined():
    item, worker, value, *_ = camps(3, each=9)
    found = bridge(item, worker, value)
    assert found.camps == ()
    for row in found.items:
        assert row.labels == 9
        assert row.plain.value == pytest.approx(value[item == row.item].mean())
        assert row.bridged == row.apart == Measure(None, Reason.TOO_FEW_LABELS_FOR_CAMPS)


def test_an_item_with_few_labels_leaves_the_others_alone():
    item, worker, value, *_ = camps(4, each=15)
    whole = bridge(item, worker, value)
    more = bridge(np.append(item, 999), np.append(worker, 0), np.append(value, 1.0))
    assert more.items[:-1] == whole.items
    assert more.items[-1].bridged == Measure(None, Reason.TOO_FEW_LABELS_FOR_CAMPS)
    assert more.camps == whole.camps


def test_people_who_rated_little_cannot_show_camps():
    # Ten labels each, all by different people.
    found = bridge(np.repeat(np.arange(6), 10), np.arange(60), np.tile([0.0, 1.0], 30))
    assert found.camps == ()
    assert [row.plain for row in found.items] == [Measure(0.5)] * 6
    assert {row.bridged for row in found.items} == {Measure(None, Reason.TOO_FEW_RATERS)}


def test_when_all_say_the_same_there_are_no_camps():
    found = bridge(np.repeat(np.arange(8), 12), np.tile(np.arange(12), 8), np.ones(96))
    assert found.camps == ()
    assert {row.bridged for row in found.items} == {Measure(1.0)}
    assert {row.apart for row in found.items} == {Measure(0.0)}


def test_the_order_of_rows_leaves_no_trace():
    item, worker, value, *_ = camps(5, each=14)
    order = np.random.default_rng(0).permutation(len(item))
    assert bridge(item[order], worker[order], value[order]) == bridge(item, worker, value)
    named = bridge([f"{place:02}" for place in item], [f"{place:02}" for place in worker], value)
    assert [row.bridged for row in named.items] == [row.bridged for row in bridge(item, worker, value).items]


def test_yes_and_no_are_alike():
    item, worker, value, _, splits = camps(6, each=15)
    one, other = bridge(item, worker, value), bridge(item, worker, 1 - value)
    assert set(map(frozenset, one.camps)) == set(map(frozenset, other.camps))
    assert values(other, "apart", splits) == pytest.approx(values(one, "apart", splits), abs=1e-3)
    assert values(other, "bridged", splits) == pytest.approx(1 - values(one, "bridged", splits), abs=1e-3)


def test_a_second_value_of_one_person_is_left_out():
    item, worker, value, *_ = camps(7, each=11)
    again = bridge(np.append(item, item[:50]), np.append(worker, worker[:50]), np.append(value, 1 - value[:50]))
    assert again == bridge(item, worker, value)


def test_nothing_and_what_is_no_table():
    assert bridge([], [], []).items == ()
    with pytest.raises(ValueError, match="Each row"):
        bridge([1], [1], [0.5, 0.5])
    with pytest.raises(ValueError, match="between 0 and 1"):
        bridge([1], [1], [2.0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        bridge([1], [1], [float("nan")])
    with pytest.raises(ValueError, match="Fewer than 10"):
        bridge([1], [1], [0.5], at_least=9)
