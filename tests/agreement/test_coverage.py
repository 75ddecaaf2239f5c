"""How often intervals of rates hold the truth, in 1,000 drawn crowds each: 930 to 970 times is right.

Clusters differ from each other (beta-binomial, intraclass correlation RHO): what answers to one family of prompts do.
"""

import numpy as np
import pytest

from annotations.agreement import wilson_interval
from annotations.agreement.mcnemar import mcnemar
from annotations.agreement.ppi import ppi_rate
from annotations.agreement.rates import clustered_rate

RUNS = 1000
RHO = 0.2


def holds(interval, truth):
    return interval.low <= truth <= interval.high


def shares(rng, truth, clusters):
    return rng.beta(truth * (1 - RHO) / RHO, (1 - truth) * (1 - RHO) / RHO, clusters)


@pytest.mark.parametrize("truth", [0.1, 0.3, 0.62])
def test_wilson(truth):
    successes = np.random.default_rng([11, int(100 * truth)]).binomial(137, truth, RUNS)
    assert 930 <= sum(holds(wilson_interval(int(found), 137), truth) for found in successes) <= 970


@pytest.mark.parametrize(
    ("clusters", "truth"), [(10, 0.3), (15, 0.3), (20, 0.3), (50, 0.3), (50, 0.6), (200, 0.1), (200, 0.6)]
)
def test_clustered(clusters, truth):
    rng = np.random.default_rng([12, clusters, int(100 * truth)])
    hits, naive = 0, 0
    for _ in range(RUNS):
        whole = 1 + rng.poisson(6, clusters)
        part = rng.binomial(whole, shares(rng, truth, clusters))
        hits += holds(clustered_rate(part, whole).interval, truth)
        naive += holds(wilson_interval(int(part.sum()), int(whole.sum())), truth)
    assert 930 <= hits <= 970
    # What taking answers for independent does: this is why families are drawn and not answers.
    assert naive <= 850


@pytest.mark.parametrize(
    ("clusters", "truth", "skill"),
    [(10, 0.4, 0.6), (15, 0.4, 0.7), (20, 0.4, 0.7), (40, 0.4, 0.8), (60, 0.3, 0.6)],
)
def test_with_a_judge(clusters, truth, skill):
    """It is right with chance `skill` and tosses a coin otherwise; it reads five times the families people label."""
    rng = np.random.default_rng([13, clusters])
    hits, width, width_of_people = 0, 0.0, 0.0
    for _ in range(RUNS):
        sizes = 1 + rng.poisson(4, 6 * clusters)
        of = np.repeat(np.arange(6 * clusters), sizes)
        people = rng.random(len(of)) < shares(rng, truth, 6 * clusters)[of]
        judge = np.where(rng.random(len(of)) < skill, people, rng.random(len(of)) < 0.5)
        seen = of < clusters
        found = ppi_rate(people[seen], judge[seen], of[seen], judge[~seen], of[~seen])
        alone = clustered_rate(np.bincount(of[seen], weights=people[seen]).astype(np.int64), np.bincount(of[seen]))
        hits += holds(found.interval, truth)
        width += found.interval.high - found.interval.low
        width_of_people += alone.interval.high - alone.interval.low
    assert 930 <= hits <= 970
    # A judge that is right eight times in ten makes intervals a quarter narrower at least.
    assert skill < 0.8 or width <= 0.75 * width_of_people


@pytest.mark.parametrize("cells", [(0.3, 0.12, 0.05, 0.53), (0.2, 0.3, 0.1, 0.4), (0.1, 0.08, 0.08, 0.74)])
def test_paired_difference(cells):
    drawn = np.random.default_rng(14).multinomial(150, cells, RUNS).tolist()
    assert 930 <= sum(holds(mcnemar(*counts).interval, cells[1] - cells[2]) for counts in drawn) <= 970
