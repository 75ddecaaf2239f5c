"""What two camps of labellers agree on: support that is left once camps are accounted for.

A value between 0 and 1 (say, 1 where somebody called an answer censored) is modelled with one factor:

    value_ij ~ mean + leaning_j + support_i + side_j * split_i

leaning is how readily person j says so at all, support how readily it is said of item i, side where a person stands,
and split how far the item divides the sides. If sides show, people fall into two camps. Each would say the mean of
what its members would, and halfway between the two is the item's bridged support, however many are in each camp.

Sides are only believed where they show more than chance: the first singular value of what the leanings and supports do
not explain has to exceed that of every one of 39 shufflings of it (one false alarm in forty). An item wants ten labels,
a person five such items; with fewer the factor is noise. In simulation camps of 30 people cannot be seen at five labels
an item.

Source: S. Wojcik et al., Birdwatch: crowd wisdom and bridging algorithms can inform understanding and reduce the spread
of misinformation, arXiv 2210.15723, 2022; the test by shuffling: A. Buja, N. Eyuboglu, Remarks on parallel analysis,
Multivariate Behavioral Research 27 (1992), 509-540.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .codes import Column, encode
from .measure import Measure, Reason

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

LEAST_LABELS = 10
LEAST_RATED = 5
LEAST_RATERS = 10
_SHUFFLINGS = 39
_RIDGE = 0.3  # labels of nothing in particular, for each parameter
_POWER_STEPS = 60
_SWEEPS_AT_MOST = 500
_SETTLED = 1e-7


@dataclass(frozen=True, slots=True)
class BridgedItem:
    """One item, all shares between 0 and 1.

    plain: the mean of its values; bridged: what would be said halfway between the camps; apart: how far the camps are
    from each other on it, 0 where no camps show. The last two are undefined with too few labels or people.
    """

    item: Any
    labels: int
    plain: Measure
    bridged: Measure
    apart: Measure


@dataclass(frozen=True, slots=True)
class Bridged:
    """items: ascending by id; camps: the ids of those in each camp, the one with the lowest id first, empty if none."""

    items: tuple[BridgedItem, ...]
    camps: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    item: Places
    worker: Places
    value: Floats
    items: int
    workers: int

    def by_item(self, terms: Floats) -> Floats:
        sums: Floats = np.bincount(self.item, terms, self.items).astype(np.float64)
        return sums

    def by_worker(self, terms: Floats) -> Floats:
        sums: Floats = np.bincount(self.worker, terms, self.workers).astype(np.float64)
        return sums


def bridge(
    items: Column, workers: Column, values: npt.ArrayLike, *, at_least: int = LEAST_LABELS, seed: int = 0
) -> Bridged:
    """Bridged support of each item that has `at_least` labels by people who rated enough of such items.

    values: numbers from 0 to 1, a row each as items and workers. Of several by one worker for one item the first is
    kept. The same for a seed whatever the order of the rows otherwise. ValueError if the columns differ in length, a
    value is out of range, or at_least is below 10: fewer labels cannot show camps.
    """
    value = np.asarray(values, dtype=np.float64)
    if not len(items) == len(workers) == len(value):
        raise ValueError("Each row is an item, a worker and a value.")
    if not ((value >= 0) & (value <= 1)).all():
        raise ValueError("Values lie between 0 and 1.")
    if at_least < LEAST_LABELS:
        raise ValueError(f"Fewer than {LEAST_LABELS} labels an item cannot show camps.")
    if not len(value):
        return Bridged((), ())
    item_ids, item = encode(items)
    worker_ids, worker = encode(workers)
    cells = item.astype(np.int64) * len(worker_ids) + worker
    _, first = np.unique(cells, return_index=True)
    given = _Values(item[first], worker[first], value[first], len(item_ids), len(worker_ids))
    counted = np.bincount(given.item, minlength=given.items)
    plain = given.by_item(given.value) / counted
    kept = _dense(given, at_least)
    bridged, apart, side = _bridged(kept, seed)
    inside = np.bincount(kept.item, minlength=given.items) > 0
    rows = []
    for place, name in enumerate(item_ids):
        found = bridged is not None and apart is not None and inside[place]
        few = Reason.TOO_FEW_LABELS_FOR_CAMPS if counted[place] < at_least else Reason.TOO_FEW_RATERS
        rows.append(
            BridgedItem(
                item=name,
                labels=int(counted[place]),
                plain=Measure(float(plain[place])),
                bridged=Measure(float(bridged[place])) if found and bridged is not None else Measure(None, few),
                apart=Measure(float(apart[place])) if found and apart is not None else Measure(None, few),
            )
        )
    return Bridged(tuple(rows), _camps(side, worker_ids))


def _dense(given: _Values, at_least: int) -> _Values:
    """The values of items with enough labels by people with enough items, of each other."""
    kept = np.ones(len(given.value), dtype=np.bool_)
    while True:
        labels = np.bincount(given.item[kept], minlength=given.items)
        rated = np.bincount(given.worker[kept & (labels >= at_least)[given.item]], minlength=given.workers)
        still = kept & (labels >= at_least)[given.item] & (rated >= LEAST_RATED)[given.worker]
        if (still == kept).all():
            return _Values(given.item[kept], given.worker[kept], given.value[kept], given.items, given.workers)
        kept = still


def _bridged(given: _Values, seed: int) -> tuple[Floats | None, Floats | None, Floats]:
    """Bridged support and distance of camps by item, None where people are too few; and the side of each worker,
    NaN for those left out, empty where no sides show."""
    none = np.zeros(0)
    people = np.bincount(given.worker, minlength=given.workers) > 0
    if people.sum() < LEAST_RATERS:
        return None, None, none
    side, split = np.zeros(given.workers), np.zeros(given.items)
    mean, leaning, support, side, split = _fit(given, side, split)
    rest = given.value - mean - leaning[given.worker] - support[given.item]
    rng = np.random.default_rng(seed)
    begin = rng.standard_normal(given.items)
    found, direction = _first_singular(given, rest, begin)
    chance = max(_first_singular(given, rng.permutation(rest), begin)[0] for _ in range(_SHUFFLINGS))
    if found <= chance:
        level = mean + leaning[people].mean() + support
        return np.clip(level, 0, 1), np.zeros(given.items), none
    side = given.by_worker(rest * direction[given.item])
    side /= np.sqrt((side[people] ** 2).mean())
    mean, leaning, support, side, split = _fit(given, side, direction)
    cut = _cut(side[people])
    low, high = people & (side < cut), people & (side >= cut)
    # A camp that says yes more readily as a whole shows in its leanings, so both are part of what it would say.
    lower = leaning[low].mean() + side[low].mean() * split
    higher = leaning[high].mean() + side[high].mean() * split
    level = mean + support + (lower + higher) / 2
    return np.clip(level, 0, 1), np.clip(abs(higher - lower), 0, 1), np.where(people, side - cut, np.nan)


def _fit(given: _Values, side: Floats, split: Floats) -> tuple[float, Floats, Floats, Floats, Floats]:
    """Ridge least squares by turns, beginning with these sides and splits; without sides they stay 0."""
    item, worker, value = given.item, given.worker, given.value
    rated, labelled = given.by_worker(np.ones_like(value)), given.by_item(np.ones_like(value))
    mean, leaning, support = float(value.mean()), np.zeros(given.workers), np.zeros(given.items)
    sided, ridge = bool(side.any()), _RIDGE
    for _ in range(_SWEEPS_AT_MOST):
        before = leaning[worker] + support[item] + side[worker] * split[item]
        rest = value - mean - side[worker] * split[item]
        support = given.by_item(rest - leaning[worker]) / (labelled + _RIDGE)
        leaning = given.by_worker(rest - support[item]) / (rated + _RIDGE)
        if sided:
            rest = value - mean - leaning[worker] - support[item]
            weight = given.by_item(side[worker] ** 2) + ridge
            split = given.by_item(rest * side[worker]) / weight
            side = given.by_worker(rest * split[item]) / (given.by_worker(split[item] ** 2) + _RIDGE)
            side /= np.sqrt((side[rated > 0] ** 2).mean())
            # How far items split the camps is itself estimated from all of them, so that noise is no distance.
            noise = float(((rest - side[worker] * split[item]) ** 2).mean())
            there = labelled > 0
            ridge = noise / float((split[there] ** 2 + noise / weight[there]).mean())
        if abs(leaning[worker] + support[item] + side[worker] * split[item] - before).max() < _SETTLED:
            break
    return mean, leaning, support, side, split


def _first_singular(given: _Values, rest: Floats, begin: Floats) -> tuple[float, Floats]:
    """The first singular value of the table of `rest`, 0 where there is none, and its direction over the items."""
    direction, size = begin, 0.0
    for _ in range(_POWER_STEPS):
        people = given.by_worker(rest * direction[given.item])
        people /= max(float(np.linalg.norm(people)), 1e-300)
        direction = given.by_item(rest * people[given.worker])
        size = float(np.linalg.norm(direction))
        direction = direction / max(size, 1e-300)
    return size, direction


def _cut(side: Floats) -> float:
    """Where to part the sides in two groups so that each lies closest together, by least squares."""
    ordered = np.sort(side)
    number = np.arange(1, len(ordered))
    below = np.cumsum(ordered)[:-1]
    between = below**2 / number + (ordered.sum() - below) ** 2 / (len(ordered) - number)
    last = int(between.argmax())
    return float((ordered[last] + ordered[last + 1]) / 2)


def _camps(side: Floats, workers: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    low = tuple(name for name, where in zip(workers, side.tolist(), strict=False) if where < 0)
    high = tuple(name for name, where in zip(workers, side.tolist(), strict=False) if where >= 0)
    return tuple(sorted(camp for camp in (low, high) if camp))
