"""When an answer has enough labels, by votes and by a calibration, and what one label more is worth."""

import ast
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import calibration as calibration_module
from annotations.agreement import gain as gain_module
from annotations.agreement import stopping as stopping_module
from annotations.agreement.calibration import Calibration, log_odds
from annotations.agreement.gain import gain
from annotations.agreement.stopping import Decision, State, decide, leads

SURE = Calibration((-1.0, 1.0), dict.fromkeys(range(3, 8), (0.96, 0.99)), 100)
UNSURE = Calibration((-1.0, 1.0), dict.fromkeys(range(3, 8), (0.5, 0.94)), 100)
STANDARD = {
    "math", "bisect", "collections.abc", "dataclasses", "enum", "functools", "itertools", "operator", "typing",
}  # fmt: skip
POOLED = ((0.8, 0.15, 0.05), (0.1, 0.8, 0.1), (0.05, 0.15, 0.8))

votes_of_seven = [votes for votes in product(range(8), repeat=3) if sum(votes) <= 7]


def test_two_labels_are_never_enough():
    for calibration in (None, SURE):
        assert {decide(v, (1.0, 0.0, 0.0), calibration).state for v in votes_of_seven if sum(v) < 3} == {State.MORE}


def test_votes_alone_settle_by_a_lead_of_three():
    settled = {tuple(sorted(v, reverse=True)) for v in votes_of_seven if decide(v, None, None).state is State.ENOUGH}
    assert settled == {
        (3, 0, 0), (4, 0, 0), (5, 0, 0), (6, 0, 0), (7, 0, 0), (4, 1, 0), (5, 1, 0), (6, 1, 0), (5, 2, 0), (4, 1, 1),
        (5, 1, 1),
    }  # fmt: skip


def test_a_posterior_without_a_calibration_changes_nothing():
    for votes in votes_of_seven:
        assert decide(votes, (0.98, 0.01, 0.01), None) == decide(votes, None, None) == decide(votes, None, SURE)


def test_with_a_calibration_a_lead_of_two_is_enough_below_five():
    of_four = {v: decide(v, (0.0, 0.0, 1.0), SURE).state for v in votes_of_seven if sum(v) in (3, 4)}
    assert {v for v, state in of_four.items() if state is State.ENOUGH} == {(0, 0, 3), (0, 0, 4), (0, 1, 3), (1, 0, 3)}


def test_what_is_split_is_not_settled_by_being_sure():
    for votes in ((3, 2, 0), (3, 1, 1), (2, 2, 1), (4, 2, 0), (3, 3, 0)):
        assert decide(votes, (1.0, 0.0, 0.0), SURE) == Decision(State.MORE, 0.99)
    for votes in ((4, 3, 0), (4, 2, 1), (3, 3, 1)):
        assert decide(votes, (1.0, 0.0, 0.0), SURE) == Decision(State.CONTESTED, 0.99)
    assert decide((4, 1, 0), (1.0, 0.0, 0.0), SURE) == Decision(State.ENOUGH, 0.99)


def test_who_is_outvoted_is_no_consensus():
    # Three who always say censored, against one who is nearly always right.
    assert decide((3, 0, 1), (0.02, 0.0, 0.98), SURE).state is State.MORE
    assert decide((7, 0, 0), (0.02, 0.0, 0.98), SURE).state is State.CONTESTED


def test_too_unsure_means_one_more_and_at_seven_contested():
    assert decide((3, 0, 0), (1.0, 0.0, 0.0), UNSURE) == Decision(State.MORE, 0.94)
    assert decide((6, 0, 0), (1.0, 0.0, 0.0), UNSURE) == Decision(State.MORE, 0.94)
    assert decide((7, 0, 0), (1.0, 0.0, 0.0), UNSURE) == Decision(State.CONTESTED, 0.94)
    assert decide((3, 0, 0), (1.0, 0.0, 0.0), UNSURE, sure=0.9) == Decision(State.ENOUGH, 0.94)


WEIGHTS = st.lists(st.floats(0.001, 1), min_size=3, max_size=3)


@given(st.sampled_from(votes_of_seven), WEIGHTS, st.sampled_from([SURE, UNSURE]))
def test_whatever_is_settled_is_the_most_voted_label_and_the_most_probable(votes, weights, calibration):
    posterior = tuple(weight / sum(weights) for weight in weights)
    if decide(votes, posterior, calibration).state is State.ENOUGH:
        second, first = sorted(votes)[1:]
        assert first >= second + 2
        assert posterior[votes.index(first)] == max(posterior)


def test_a_site_may_want_one_label():
    assert decide((0, 1, 0), None, None, at_least=1, at_most=3).state is State.ENOUGH
    assert decide((0, 1, 0), (0.0, 1.0, 0.0), SURE, at_least=1, at_most=3).state is State.ENOUGH
    assert decide((1, 1, 0), None, None, at_least=1, at_most=3).state is State.MORE
    assert decide((1, 1, 1), None, None, at_least=1, at_most=3).state is State.CONTESTED
    assert (leads((2, 0, 0), 2), leads((2, 1, 0), 2), leads((), 1)) == (True, False, False)


def test_bad_questions_are_refused():
    with pytest.raises(ValueError, match="range"):
        decide((1, 0, 0), None, None, at_least=4, at_most=3)
    with pytest.raises(ValueError, match="same classes"):
        decide((1, 0, 0), (0.5, 0.5), None)


def test_the_chance_goes_straight_between_knots_and_stays_beyond():
    found = Calibration((0.0, 2.0), {3: (0.5, 0.9), 5: (0.6, 0.8)}, 60)
    assert found.chance_right((0.5, 0.5), 3) == 0.5
    assert found.chance_right((0.2, 0.4, 0.4), 3) == 0.5
    assert found.chance_right((1.0, 0.0), 3) == 0.9
    assert found.chance_right((0.7310585786300049, 0.2689414213699951), 3) == pytest.approx(0.7, abs=1e-12)
    # Numbers of labels that were not measured: the nearest, of two the smaller.
    assert [found.chance_right((0.5, 0.5), n) for n in (1, 4, 5, 9)] == [0.5, 0.5, 0.6, 0.6]
    assert found.surest() == 0.9


def test_a_calibration_comes_back_from_json():
    assert Calibration.from_dict(SURE.to_dict()) == SURE
    assert SURE.to_dict()["chances"]["3"] == [0.96, 0.99]


@pytest.mark.parametrize(
    ("knots", "rows"),
    [
        ((), {3: ()}),
        ((0.0,), {}),
        ((1.0, 0.0), {3: (0.1, 0.2)}),
        ((0.0, 1.0), {3: (0.1,)}),
        ((0.0, 1.0), {3: (0.1, 1.2)}),
        ((0.0, 1.0), {3: (0.4, 0.3)}),
    ],
)
def test_what_is_no_calibration_is_refused(knots, rows):
    with pytest.raises(ValueError, match=r"calibration|surer"):
        Calibration(knots, rows, 60)


def test_log_odds_are_finite_everywhere():
    assert (log_odds(0.0), log_odds(0.5), log_odds(1.0)) == (-13.8, 0.0, 13.8)


def test_the_gain_of_one_label_by_hand():
    # Even odds and a labeller who is right nine times in ten: wrong half the time before, one time in ten after.
    assert gain((0.5, 0.5), ((0.9, 0.1), (0.1, 0.9)), room=1) == pytest.approx(0.4, abs=1e-12)
    # .95 to .05 against the same labeller: even who disagrees does not turn the call, but two who disagree do.
    assert gain((0.95, 0.05), ((0.9, 0.1), (0.1, 0.9)), room=1) == pytest.approx(0.0, abs=1e-12)
    turned = 0.05 * 0.81 - 0.95 * 0.01
    assert gain((0.95, 0.05), ((0.9, 0.1), (0.1, 0.9)), room=2) == pytest.approx(turned / 2, abs=1e-12)


def test_where_nothing_can_change_there_is_no_gain():
    assert gain((0.5, 0.3, 0.2), POOLED, room=0) == 0.0
    assert gain((1.0, 0.0, 0.0), POOLED) == pytest.approx(0.0, abs=1e-12)
    assert gain((0.5, 0.3, 0.2), ((1 / 3,) * 3,) * 3) == pytest.approx(0.0, abs=1e-12)


def test_doubt_is_worth_more_than_certainty():
    worth = [gain((p, 1 - p, 0.0), POOLED) for p in (0.5, 0.7, 0.9, 0.97, 0.999)]
    assert worth == sorted(worth, reverse=True)
    assert worth[-1] > 0


def test_a_matrix_of_other_classes_is_refused():
    with pytest.raises(ValueError, match="class"):
        gain((0.5, 0.5), POOLED)


@pytest.mark.parametrize("module", [calibration_module, stopping_module, gain_module])
def test_deciding_wants_no_numpy(module):
    tree = ast.parse(Path(module.__file__).read_text())
    told = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]
    assert set(told) <= STANDARD | {"calibration"}
