"""Whom to ask about what: what an open answer waits for, who is ahead of the crowd, and what is best asked of whom."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import matching
from annotations.agreement.gain import gain
from annotations.agreement.matching import (
    AHEAD,
    OTHERS,
    TO_AN_END,
    WORTH,
    Need,
    accuracy,
    best_first,
    is_ahead,
    need,
    order_of,
)

# Right nine times in ten, and always.
NINE = ((0.9, 0.1), (0.1, 0.9))
ALWAYS = ((1.0, 0.0), (0.0, 1.0))
POOLED = ((0.75, 0.25), (0.25, 0.75))
EVEN = (0.5, 0.5)


def test_below_three_labels_an_answer_waits_for_its_first():
    assert [need(EVEN, NINE, labels=labels) for labels in range(4)] == [Need.FIRST] * 3 + [Need.DOUBTFUL]
    # However little one more would change, and however many figures have it.
    assert need((1.0, 0.0), NINE, labels=2, times=1000) == Need.FIRST
    assert need(EVEN, NINE, labels=1, at_least=1) == Need.DOUBTFUL


def test_it_is_doubtful_from_a_gain_of_three_in_a_hundred_on():
    """Who is always right takes away all there is of a chance to be wrong, with one label."""
    assert WORTH == 0.03
    assert need((0.97, 0.03), ALWAYS, labels=3) == Need.DOUBTFUL
    assert need((0.971, 0.029), ALWAYS, labels=3) == Need.LITTLE
    assert need((1.0, 0.0), ALWAYS, labels=3) == Need.LITTLE


def test_a_label_that_counts_twice_is_worth_twice():
    # Two who disagree turn the call: (.05 * .81 - .95 * .01) / 2 = .0155 a label.
    assert gain((0.95, 0.05), NINE) == pytest.approx(0.0155, abs=1e-12)
    assert need((0.95, 0.05), NINE, labels=3) == Need.LITTLE
    assert need((0.95, 0.05), NINE, labels=3, times=2) == Need.DOUBTFUL


def test_what_may_get_no_more_labels_is_not_doubtful():
    assert [need(EVEN, NINE, labels=labels, times=100) for labels in (6, 7, 8)] == [
        *(Need.DOUBTFUL, Need.LITTLE, Need.LITTLE)
    ]
    assert need(EVEN, NINE, labels=3, at_most=3) == Need.LITTLE
    # One more turns nothing, and there is no room for two.
    assert need((0.95, 0.05), NINE, labels=6, times=2) == Need.LITTLE
    assert need((0.95, 0.05), NINE, labels=5, times=2) == Need.DOUBTFUL


def test_how_often_somebody_is_right():
    assert accuracy(ALWAYS, (0.3, 0.7)) == 1.0
    assert accuracy(((0.9, 0.1), (0.4, 0.6)), (0.25, 0.75)) == pytest.approx(0.675, abs=1e-12)
    pooled = ((0.8, 0.1, 0.1), (0.2, 0.6, 0.2), (0.05, 0.05, 0.9))
    assert accuracy(pooled, (0.3, 0.2, 0.5)) == pytest.approx(0.81, abs=1e-12)
    # Who says the second of everything is right as often as there is one.
    assert accuracy(((0.0, 1.0), (0.0, 1.0)), (0.25, 0.75)) == 0.75


def test_who_is_right_as_often_as_all_together_is_ahead():
    other = ((1.0, 0.0), (0.5, 0.5))
    assert (accuracy(other, EVEN), accuracy(POOLED, EVEN)) == (0.75, 0.75)
    assert [is_ahead(one, POOLED, EVEN, labels=30) for one in (ALWAYS, NINE, other)] == [True] * 3
    # 1/4 + 3/8 is below 3/4: they are bad at what is common.
    assert not is_ahead(other, POOLED, (0.25, 0.75), labels=30)
    assert is_ahead(other, POOLED, (0.75, 0.25), labels=30)
    assert not is_ahead(((0.5, 0.5), (0.5, 0.5)), POOLED, EVEN, labels=30)


def test_of_whom_little_is_known_is_not_ahead():
    assert [is_ahead(ALWAYS, POOLED, EVEN, labels=labels) for labels in (0, 1, 29, 30)] == [False, False, False, True]


def test_one_draw_in_seven_brings_answers_to_an_end():
    assert [order_of(ahead=True, lot=lot) for lot in (0.0, 0.1499, 0.15, 0.99)] == [TO_AN_END] * 2 + [AHEAD] * 2
    assert [order_of(ahead=False, lot=lot) for lot in (0.0, 0.1499, 0.15, 0.99)] == [TO_AN_END] * 2 + [OTHERS] * 2
    assert {frozenset(order) for order in (AHEAD, OTHERS, TO_AN_END)} == {frozenset(Need)}


def test_the_most_worth_comes_first():
    # .5 to .9, .7 to .9, and with .95 one label turns nothing.
    assert best_first([(0.95, 0.05), (0.7, 0.3), EVEN], [1, 1, 1], NINE) == [2, 1, 0]
    # Two of them do: .0155, which is more than what has no room.
    assert best_first([EVEN, (0.95, 0.05)], [0, 2], NINE) == [1, 0]


def test_ties_stay_as_they_came():
    assert best_first([(0.7, 0.3), EVEN, (0.7, 0.3), EVEN], [1, 1, 1, 1], NINE) == [1, 3, 0, 2]
    assert best_first([EVEN] * 4, [0] * 4, NINE) == [0, 1, 2, 3]
    # Whose label tells nothing has no best.
    assert best_first([(0.75, 0.25), EVEN, (1.0, 0.0)], [1, 1, 1], (EVEN, EVEN)) == [0, 1, 2]
    assert best_first([], [], NINE) == []


def test_each_person_has_another_best():
    """One tells the first class from the second, and not the second from the third; the other the reverse."""
    first = ((1.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.0, 0.5, 0.5))
    last = ((0.5, 0.5, 0.0), (0.5, 0.5, 0.0), (0.0, 0.0, 1.0))
    split = [(0.5, 0.5, 0.0), (0.0, 0.5, 0.5)]
    assert [[gain(one, matrix, room=1) for one in split] for matrix in (first, last)] == [[0.5, 0.0], [0.0, 0.5]]
    assert best_first(split, [1, 1], first) == [0, 1]
    assert best_first(split, [1, 1], last) == [1, 0]


SPLITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), max_size=8)


@given(SPLITS)
def test_each_answer_has_one_place_and_none_is_worth_more_than_the_one_before(found):
    posteriors, rooms = [(share, 1 - share) for share, _ in found], [room for _, room in found]
    order = best_first(posteriors, rooms, NINE)
    worth = [gain(posteriors[place], NINE, room=rooms[place]) for place in order]
    assert sorted(order) == list(range(len(found)))
    assert worth == sorted(worth, reverse=True)


def test_what_does_not_fit_together_is_refused():
    three = (0.5, 0.3, 0.2)
    with pytest.raises(ValueError, match="class"):
        need(three, NINE, labels=3)
    with pytest.raises(ValueError, match="class"):
        best_first([EVEN, three], [1, 1], NINE)
    with pytest.raises(ValueError, match="class"):
        best_first([EVEN], [1], ((0.9, 0.1), (1.0,)))
    for rooms in ([1], [1, 1, 1]):
        with pytest.raises(ValueError, match="zip"):
            best_first([EVEN, EVEN], rooms, NINE)
    with pytest.raises(ValueError, match="zip"):
        accuracy(NINE, three)
    with pytest.raises(ValueError, match="zip"):
        is_ahead(NINE, POOLED, three, labels=30)


def test_it_wants_no_numpy_and_no_site():
    tree = ast.parse(Path(matching.__file__).read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    told = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert told == {"collections.abc", "enum", "gain"}
