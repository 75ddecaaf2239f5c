"""The order in which a person is given what they might get; and one process that meets one fit after another."""

import random

import pytest

from annotations.actions.offers import Offer, in_turn, worth_most
from tests.annotations.crowd import CAREFUL, SPAMMER, fitted


def offer(answer: int, *, version: int | None = None, turn: int = 1, **more) -> Offer:
    told = {"fresh": False, "beside": False, "by_worth": True, **more}
    return Offer(answer=answer, version=answer if version is None else version, turn=turn, **told)


def order(offers, best=(), *, seed=1):
    return [one.answer for one in in_turn(offers, best, lot=random.Random(seed))]


def test_bands_come_in_the_order_of_the_person():
    assert order([offer(1, turn=3), offer(2, turn=1), offer(3, turn=2)], best=[1, 3, 2]) == [2, 3, 1]


def test_what_was_begun_comes_before_what_is_fresh():
    assert order([offer(1, fresh=True), offer(2)], best=[1, 2]) == [2, 1]


def test_of_what_has_its_first_labels_the_best_comes_first_and_the_rest_by_lot():
    offers = [offer(answer) for answer in (1, 2, 3)] + [offer(answer, by_worth=False) for answer in (4, 5, 6)]
    found = {tuple(order(offers, best=[6, 3, 1, 2, 5, 4], seed=seed)) for seed in range(200)}
    assert {one[:3] for one in found} == {(3, 1, 2)}
    assert len({one[3:] for one in found}) == 6


def test_without_a_worth_the_lot_decides_alone():
    assert len({tuple(order([offer(answer) for answer in range(3)], seed=seed)) for seed in range(200)}) == 6


def test_the_second_answer_to_a_question_comes_behind_the_others_of_its_turn():
    offers = [offer(1, version=7), offer(2, version=7), offer(3, version=8), offer(4, version=9, turn=2)]
    assert order(offers, best=[2, 1, 3, 4]) == [2, 3, 1, 4]
    offers[2] = offer(3, version=8, beside=True)
    assert order(offers, best=[3, 2, 1, 4]) == [2, 3, 1, 4]


@pytest.mark.django_db
def test_the_next_fit_is_met_at_once():
    """Two careful people differ on the first answer, two on whom nothing rests on the second."""
    said = [(1, "censored", CAREFUL), (1, "faithful", CAREFUL), (2, "censored", SPAMMER), (2, "faithful", SPAMMER)]
    even, sure = fitted(), fitted(prior=[0.0, 0.0, 1.0])
    # Of the third nothing was said yet.
    assert list(worth_most(CAREFUL, [2, 1, 3], even.pk, said)) == [3, 1, 2]
    # Where all are faithful no label changes anything.
    assert list(worth_most(CAREFUL, [2, 1, 3], sure.pk, said)) == [2, 1, 3]
    assert worth_most(CAREFUL, [1, 2], None, said) == []
