"""Crowds made of known people: items with a true class, and people who err as their matrices say."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Made:
    items: np.ndarray
    workers: np.ndarray
    labels: np.ndarray
    truth: np.ndarray

    @property
    def columns(self):
        return self.items, self.workers, self.labels


def make(seed, *, items=300, workers=25, each=5, right=(0.5, 0.95), shares=(0.2, 0.3, 0.5)):
    """Everybody is right with a chance of their own, drawn evenly from `right`; an error is any other class."""
    rng = np.random.default_rng(seed)
    classes = len(shares)
    truth = rng.choice(classes, items, p=shares)
    skill = rng.uniform(*right, workers)
    item = np.repeat(np.arange(items), each)
    worker = np.concatenate([rng.choice(workers, each, replace=False) for _ in range(items)])
    wrong = (truth[item] + rng.integers(1, classes, len(item))) % classes
    label = np.where(rng.random(len(item)) < skill[worker], truth[item], wrong)
    return Made(item, worker, label, truth)


def camps(seed, *, items=60, workers=30, each=12, larger=0.6, divided=True):
    """Half of the items divide two camps, who say yes to .9 and .1 of them; of the others all say yes as often."""
    rng = np.random.default_rng(seed)
    camp = rng.permutation(np.arange(workers) < larger * workers)
    splits = rng.permutation(np.arange(items) < items // 2)
    usual = rng.choice([0.1, 0.9], items)
    item = np.repeat(np.arange(items), each)
    worker = np.concatenate([rng.choice(workers, each, replace=False) for _ in range(items)])
    chance = usual[item]
    if divided:
        chance = np.where(splits[item], np.where(camp[worker], 0.9, 0.1), chance)
    value = (rng.random(len(item)) < chance).astype(float)
    return item, worker, value, camp, splits
