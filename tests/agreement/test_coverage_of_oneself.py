"""How often the intervals of agreement with oneself hold the truth, in 1,000 drawn crowds each.

Everybody repeats themselves as often as they do: people differ (beta-binomial, intraclass correlation RHO), and some
were asked again more often than others.
"""

import numpy as np
import pytest

from annotations.agreement.oneself import LEAST_PEOPLE, self_agreement

RUNS = 1000
RHO = 0.1
CLASSES = (0.5, 0.3, 0.2)


def drawn(rng, people, truth):
    """A repeat is the same label again with the person's chance, and else any of the others as often as it occurs."""
    often = 5 + rng.poisson(10, people)
    person = np.repeat(np.arange(people), often)
    steady = rng.beta(truth * (1 - RHO) / RHO, (1 - truth) * (1 - RHO) / RHO, people)[person]
    first = rng.choice(3, size=len(person), p=CLASSES)
    other = (first + rng.integers(1, 3, len(person))) % 3
    return person.tolist(), first.tolist(), np.where(rng.random(len(person)) < steady, first, other).tolist()


def kappa_of(truth):
    shares = np.array(CLASSES)
    table = np.diag(shares * truth)
    for label in range(3):
        for step in (1, 2):
            table[label, (label + step) % 3] = shares[label] * (1 - truth) / 2
    chance = float(table.sum(axis=0) @ table.sum(axis=1))
    return (truth - chance) / (1 - chance)


@pytest.mark.parametrize("people", [LEAST_PEOPLE, 20, 50])
@pytest.mark.parametrize("truth", [0.7, 0.9])
def test_whole_people(people, truth):
    rng = np.random.default_rng([21, people, int(100 * truth)])
    held = {"percent": 0, "kappa": 0}
    for run in range(RUNS):
        found = self_agreement(*drawn(rng, people, truth), classes=3, replicates=500, seed=run)
        for name, value in (("percent", truth), ("kappa", kappa_of(truth))):
            interval = getattr(found, f"{name}_interval")
            held[name] += interval.low is not None and interval.low <= value <= interval.high
    assert 930 <= held["percent"] <= 970
    # Of ten people who nearly always say the same, too few were seen to differ for kappa's to be wide enough.
    least = 915 if (people, truth) == (LEAST_PEOPLE, 0.9) else 930
    assert least <= held["kappa"] <= 970
