"""Settling, collusion and asking those who can tell, on invented crowds for which the truth is known.

Each number is a count over fixed seeds. The crowds are those of `python -m bench.simulate_crowd`, smaller.
"""

import csv
from functools import cache

import numpy as np
import pytest

from bench.crowd_collecting import (
    CONTESTED,
    OPEN,
    SETTLED,
    collect_fixed,
    collect_until_sure,
    draw_panel,
)
from bench.crowd_deck import run_deck
from bench.crowd_people import make_answers, make_people, pooled_matrix, say
from bench.simulate_crowd import SCENARIOS, make_world, write_labels

SEEDS = (1, 2)
ANSWERS = 800


@cache
def worlds(name):
    return [make_world(SCENARIOS[name], seed, answers=ANSWERS, gold=70) for seed in SEEDS]


@cache
def until_sure(name, with_gold=True):
    return [collect_until_sure(world.panel, world.gold if with_gold else None, seed=1) for world in worlds(name)]


def share(name, ways, chosen=lambda world, way: np.ones(ANSWERS, dtype=bool)):
    """How much of what is chosen is right, over all seeds."""
    right = [world.right(way)[chosen(world, way)] for world, way in zip(worlds(name), ways, strict=True)]
    return np.concatenate(right).mean()


def settled(world, way):
    return way.state == SETTLED


def targeted(world, way):
    return world.answers.agreed >= 0


@pytest.mark.parametrize("name", ["good", "fair", "spammers", "hard", "poor", "lures", "easy gold"])
def test_what_is_called_settled_is_right_at_least_95_times_in_100(name):
    ways = until_sure(name)
    assert share(name, ways, settled) >= 0.95
    # Not by settling nothing: the poorest crowd still settles an answer in six.
    assert np.mean([(way.state == SETTLED).mean() for way in ways]) > 0.16
    assert all(way.measured.calibrated for way in ways)
    assert all(way.taken.min() >= 3 and way.taken.max() <= 7 for way in ways)
    assert all((way.taken[way.state == CONTESTED] == 7).all() for way in ways)


def test_votes_alone_do_not_hold_that_where_labellers_are_poor():
    assert share("poor", until_sure("poor", with_gold=False), settled) < 0.92


def test_good_labellers_are_asked_less_than_votes_alone_would_ask():
    labels, alone = ([way.labels for way in until_sure("good", with_gold)] for with_gold in (True, False))
    assert max(labels) < min(alone)
    assert share("good", until_sure("good"), settled) > 0.985


@pytest.mark.parametrize("name", ["fair", "spammers", "hard"])
def test_what_gold_says_of_settled_answers_is_so(name):
    for world, way in zip(worlds(name), until_sure(name), strict=True):
        right = world.right(way)[way.state == SETTLED].mean()
        assert way.measured.low < right < way.measured.high
        assert way.measured.right == pytest.approx(right, abs=0.03)
        assert way.measured.settled == pytest.approx((way.state == SETTLED).mean(), abs=0.12)


@cache
def decks(name, *, matched=True):
    """The site's deck in 2,000 answers, and how many are right by seven labels on each."""
    drawn = [make_world(SCENARIOS[name], seed, answers=2000) for seed in SEEDS]
    seven = sum(int(world.right(collect_fixed(world.panel)).sum()) for world in drawn)
    return drawn, seven, [run_deck(world.place(1), 4.5, seed=1, matched=matched) for world in drawn]


def right_in(name, when, *, matched=True):
    drawn, _, runs = decks(name, matched=matched)
    return sum(int(world.right(when(run)).sum()) for world, run in zip(drawn, runs, strict=True))


@pytest.mark.parametrize("name", ["fair", "spammers", "hard"])
def test_the_deck_makes_four_and_a_half_labels_as_good_as_seven(name):
    _, seven, runs = decks(name)
    assert all(run.came_by_then <= 4.5 for run in runs)
    assert right_in(name, lambda run: run.middle) >= seven


def test_where_all_are_good_it_stops_earlier_and_is_right_nearly_as_often():
    _, seven, runs = decks("good")
    assert all(run.came < 4 and run.quarantined == 0 for run in runs)
    assert seven * 0.994 <= right_in("good", lambda run: run.last)


@pytest.mark.parametrize("name", ["fair", "spammers", "hard", "poor"])
def test_what_the_deck_settles_is_right_at_least_95_times_in_100(name):
    drawn, _, runs = decks(name)
    for world, run in zip(drawn, runs, strict=True):
        assert world.right(run.last)[run.last.state == SETTLED].mean() >= 0.95
        assert run.last.taken.max() <= 7
        assert (run.last.state != OPEN).all()


def test_who_is_given_what_is_worth_an_answer_in_a_hundred():
    """Given to whoever comes, the same number of labels is right less often."""
    matched, lot = (right_in("spammers", lambda run: run.middle, matched=matched) for matched in (True, False))
    assert matched > lot + 40


def test_dawid_skene_of_seven_is_better_than_the_majority_of_seven():
    for name in ("fair", "spammers", "hard", "poor"):
        majority = [collect_fixed(world.panel, majority=True) for world in worlds(name)]
        assert share(name, [collect_fixed(world.panel) for world in worlds(name)]) > share(name, majority) + 0.01


def test_colluders_are_held_in_check_by_the_lot():
    right = {many: share(f"colluders {many}", until_sure(f"colluders {many}"), targeted) for many in (10, 20, 30)}
    assert right[10] > right[20] > right[30]
    assert right[10] > 0.9
    assert right[30] > 0.6
    # Elsewhere nothing is lost.
    elsewhere = share("colluders 30", until_sure("colluders 30"), lambda world, way: world.answers.agreed < 0)
    assert elsewhere > 0.97


def test_five_who_choose_what_they_label_decide_it():
    assert [int(world.people.colludes.sum()) for world in worlds("five choose")] == [5, 5]
    ways = until_sure("five choose")
    assert share("five choose", ways, targeted) == 0.0
    assert share("five choose", [collect_fixed(world.panel) for world in worlds("five choose")], targeted) == 0.0
    # And by votes, posteriors and gold alike all of it looks settled.
    assert all(
        (way.state[world.answers.agreed >= 0] == SETTLED).all()
        for world, way in zip(worlds("five choose"), ways, strict=True)
    )


def test_what_camps_fight_over_is_contested_more_often_than_the_rest():
    for world, way in zip(worlds("camps"), until_sure("camps"), strict=True):
        contested = way.state == CONTESTED
        assert contested[world.answers.topic].mean() > 2 * contested[~world.answers.topic].mean()
        leading = np.sort(way.votes, axis=1)
        assert (leading[settled(world, way), 2] - leading[settled(world, way), 1]).min() >= 2


def test_the_same_seed_makes_the_same_crowd():
    one, other, another = (make_world(SCENARIOS["fair"], seed, answers=50) for seed in (5, 5, 6))
    assert (one.panel.said == other.panel.said).all()
    assert (one.panel.who == other.panel.who).all()
    assert (one.panel.said != another.panel.said).any()


def test_nobody_labels_an_answer_twice_and_labels_come_round_after_round():
    panel = make_world(SCENARIOS["fair"], 3, answers=200).panel
    assert all(len(set(row)) == panel.who.shape[1] for row in panel.who.tolist())
    taken = np.arange(200) % 5 + 3
    items, workers, labels = panel.columns(taken)
    assert (np.bincount(items) == taken).all()
    assert items[:600].tolist() == [*range(200)] * 3
    assert (workers[:200] == panel.who[:, 0]).all()
    assert panel.votes(taken).sum() == len(labels)


def test_people_are_as_good_as_asked():
    rng = np.random.default_rng(2)
    people = make_people(rng, 400, skill=0.7, spammers=0.2, camps=0.1, colluders=0.1)
    assert [int(kind.sum()) for kind in (people.spams, people.side >= 0, people.side == 1, people.colludes)] == [
        80,
        40,
        20,
        40,
    ]
    assert people.matrices.sum(axis=2) == pytest.approx(1)
    assert people.matrices[~people.spams].mean(axis=0) == pytest.approx(pooled_matrix(0.7), abs=0.02)
    answers = make_answers(rng, 4000)
    assert np.bincount(answers.truth) / 4000 == pytest.approx([0.15, 0.25, 0.6], abs=0.02)
    panel = draw_panel(rng, people, answers, 3)
    trying = ~people.spams[panel.who]
    assert (panel.said == answers.truth[:, None])[trying & (people.side[panel.who] < 0)].mean() == pytest.approx(
        0.7, abs=0.02
    )


def test_camps_and_colluders_say_what_they_want_said():
    rng = np.random.default_rng(4)
    people = make_people(rng, 40, camps=0.5, colluders=0.5)
    answers = make_answers(rng, 300, topic=0.5, targets=0.5)
    said = say(rng, people, answers, np.broadcast_to(np.arange(40), (300, 40)))
    assert (said[np.ix_(answers.topic, people.side == 0)] == 2).all()
    assert (said[np.ix_(answers.topic, people.side == 1)] == 0).all()
    on_targets = said[np.ix_(answers.agreed >= 0, people.colludes)]
    assert (on_targets == answers.agreed[answers.agreed >= 0][:, None]).all()
    assert (answers.agreed[answers.agreed >= 0] != answers.truth[answers.agreed >= 0]).all()


def test_labels_are_written_as_a_table(tmp_path):
    world = make_world(SCENARIOS["fair"], 3, answers=30)
    write_labels(world, tmp_path / "labels.csv", each=2)
    with (tmp_path / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert [int(row["item"]) for row in rows] == [*range(30)] * 2
    assert [int(row["label"]) for row in rows] == world.panel.said[:, :2].T.ravel().tolist()
    assert [int(row["truth"]) for row in rows[:30]] == world.answers.truth.tolist()
