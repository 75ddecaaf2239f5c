"""Answers to families of prompts, for the simulations of coverage: what a family shares makes its answers alike."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from annotations.agreement import measure_agreement


@dataclass(frozen=True)
class World:
    """classes: their shares over all families; answers: about how many a family has, very unequally (1 to 8 times as
    many); mixed: the smaller, the more a family leans to one class, 0 for not at all; right: the chance that a label is
    right, which varies by family."""

    classes: tuple[float, ...]
    answers: int
    mixed: float
    right: float

    def draw(self, rng, families):
        """Counts of shape (answers, classes), and the family of each row."""
        width = len(self.classes)
        sizes = np.ones(families, dtype=int)
        if self.answers > 1:
            sizes += np.minimum(rng.geometric(1 / self.answers, families), 8 * self.answers)
        family = np.repeat(np.arange(families), sizes)
        number = len(family)
        shares = np.tile(self.classes, (families, 1))
        if self.mixed:
            shares = rng.dirichlet(np.array(self.classes) * self.mixed, families)
        truth = (rng.random(number)[:, None] > shares.cumsum(axis=1)[family][:, :-1]).sum(axis=1)
        labels = rng.choice([3, 4, 5, 7], number, p=[0.8, 0.1, 0.05, 0.05])
        right = rng.binomial(labels, rng.beta(20 * self.right, 20 * (1 - self.right), families)[family])
        wrong = labels - right
        next_class = wrong if width == 2 else rng.binomial(wrong, 0.7)
        counts = np.zeros((number, width), dtype=np.int64)
        rows = np.arange(number)
        counts[rows, truth] += right
        counts[rows, (truth + 1) % width] += next_class
        counts[rows, (truth + 2) % width] += wrong - next_class
        return counts, family


@cache
def truth_of(world):
    """The coefficients over so many families that what is left of chance is a hundredth of any interval."""
    found = measure_agreement(world.draw(np.random.default_rng(2019), 100_000)[0])
    return {"alpha": found.alpha.value, "ac1": found.ac1.value, "percent": found.percent.value}
