"""A 95 % interval holds the truth 93 to 97 times in a hundred, with answers that stand alone and with whole families.

A thousand samples each from a world whose coefficients are known, every one with its own seed. The sharp bounds leave
no room for an interval that is a little too narrow: taking the answers of families for independent holds far less.
"""

import numpy as np
import pytest

from annotations.agreement import LEAST_FAMILIES, bootstrap_agreement, cluster_bootstrap_agreement

from .crowds_in_families import World, truth_of

RUNS = 1000
REPLICATES = 500
SKEWED = World(classes=(0.8, 0.15, 0.05), answers=6, mixed=3, right=0.85)
TWO_CLASSES = World(classes=(0.85, 0.15), answers=8, mixed=3, right=0.9)
EVEN = World(classes=(0.5, 0.3, 0.2), answers=4, mixed=10, right=0.85)


def hits(world, families, interval_of):
    """How many of the intervals hold the truth, by coefficient; one that is missing holds nothing."""
    truth = truth_of(world)
    held = dict.fromkeys(truth, 0)
    for run in range(RUNS):
        found = interval_of(*world.draw(np.random.default_rng([families, run]), families), run)
        for name, value in truth.items():
            interval = getattr(found, name)
            held[name] += interval.low is not None and interval.low <= value <= interval.high
    return held


def of_families(counts, family, seed):
    return cluster_bootstrap_agreement(counts, None, family, replicates=REPLICATES, seed=seed)


def of_answers(counts, _, seed):
    return bootstrap_agreement(counts, replicates=REPLICATES, seed=seed)


@pytest.mark.parametrize("families", [LEAST_FAMILIES, 40, 200])
@pytest.mark.parametrize("world", [SKEWED, TWO_CLASSES, EVEN], ids=["skewed", "two classes", "even"])
def test_whole_families(world, families):
    held = hits(world, families, of_families)
    assert all(930 <= count <= 970 for count in held.values()), held


@pytest.mark.parametrize("answers", [50, 200])
@pytest.mark.parametrize(
    "world",
    [
        World(classes=(0.8, 0.15, 0.05), answers=1, mixed=0, right=0.85),
        World(classes=(0.92, 0.05, 0.03), answers=1, mixed=0, right=0.9),
        World(classes=(0.5, 0.5), answers=1, mixed=0, right=0.9),
    ],
    ids=["skewed", "rare", "even"],
)
def test_answers_that_stand_alone(world, answers):
    held = hits(world, answers, of_answers)
    assert all(930 <= count <= 970 for count in held.values()), held


def test_answers_of_a_family_taken_alone_would_deceive():
    held = hits(SKEWED, 60, of_answers)
    assert all(count < 900 for count in held.values()), held
