"""The loops of incremental EM, compiled. Imported by number workers only, inside functions.

Layouts are those of `dawid_skene_kernels`: tables [.., said, truth]. An item's labels are a chain: head[item] is the
last one taken in, links[label] = (the one before it or -1, the worker, the class said).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

# Beyond these a product may have lost a class: such an item is done in logarithms.
_SMALLEST, _LARGEST = 1e-200, 1e200
_AHEAD = 64  # labels whose items are fetched into the cache together
_POOLED_EVERY = 16  # labels; the pooled matrix moves too little to be worked out for each


@njit(cache=True, nogil=True, error_model="numpy")
def take(
    item: Array,
    worker: Array,
    label: Array,
    taken: int,
    width: Any,
    chain: Any,
    posterior: Array,
    people: Array,
    crowd: Any,
    strength: float,
    anchor: float,
) -> int:
    """Take labels in one after the other, each followed by the E-step of its item. Returns how many there are now.

    taken: labels there were; chain: (head, links); posterior: (items, K);
    people: counts (workers, said, truth), and after what can be said their sums;
    crowd: (counts (said, truth), votes' counts (said, truth), votes' shares (truth,), [items]).
    A label of a worker who has labelled the item already is left out.
    """
    head, links = chain
    classes = len(width)
    chance, whole, votes = np.empty(classes), np.empty(classes), np.empty(classes)
    pooled = np.empty((classes, classes))
    fetched = np.zeros(1)
    for x in range(len(item)):
        if x % _AHEAD == 0:
            fetched[0] += _fetch(item[x : x + _AHEAD], head, links, posterior)
        i, j, c = item[x], worker[x], label[x]
        if x % _POOLED_EVERY == 0:
            _pool(crowd, anchor, width, pooled)
        votes[:] = 0.0
        place = head[i]
        while place >= 0 and links[place, 1] != j:
            votes[links[place, 2]] += 1.0
            place = links[place, 0]
        if place >= 0:
            continue
        _count_vote(votes, c, crowd, width)
        links[taken, 0], links[taken, 1], links[taken, 2] = head[i], j, c
        head[i] = taken
        taken += 1
        _weigh(i, chain, posterior, people, crowd, pooled, strength, width, chance, whole, True)
    return taken


@njit(cache=True, nogil=True)
def _fetch(item: Array, head: Array, links: Array, posterior: Array) -> float:
    """Read what the next labels' items have, all at once: one after the other, each would wait for memory.

    Returns a sum that means nothing, so that the reading is not left out.
    """
    sum_of_all = 0.0
    for i in item:
        sum_of_all += posterior[i, 0] + links[max(head[i], 0), 1]
    return sum_of_all


@njit(cache=True, nogil=True, error_model="numpy")
def sweep(
    items: int,
    width: Any,
    chain: Any,
    posterior: Array,
    people: Array,
    crowd: Any,
    strength: float,
    anchor: float,
) -> float:
    """The E-step of each item in turn, the sums following at once. Returns the largest change of a posterior."""
    classes = len(width)
    chance, whole = np.empty(classes), np.empty(classes)
    pooled = np.empty((classes, classes))
    largest = 0.0
    for i in range(items):
        if i % _POOLED_EVERY == 0:
            _pool(crowd, anchor, width, pooled)
        largest = max(
            largest, _weigh(i, chain, posterior, people, crowd, pooled, strength, width, chance, whole, False)
        )
    return largest


@njit(cache=True, nogil=True)
def recount(items: int, chain: Any, posterior: Array, people: Array, crowd: Any) -> None:
    """All sums over posteriors afresh, so that roundings do not pile up."""
    head, links = chain
    classes = posterior.shape[1]
    totals = crowd[0]
    people[:] = 0.0
    totals[:] = 0.0
    for i in range(items):
        place = head[i]
        while place >= 0:
            j, c = links[place, 1], links[place, 2]
            for k in range(classes):
                people[j, c, k] += posterior[i, k]
                people[j, classes, k] += posterior[i, k]
                totals[c, k] += posterior[i, k]
            place = links[place, 0]


@njit(cache=True, nogil=True)
def pool(crowd: Any, anchor: float, width: Any, pooled: Array) -> None:
    """The pooled matrix [said, truth] into `pooled`."""
    _pool(crowd, anchor, width, pooled)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _count_vote(votes: Array, said: int, crowd: Any, width: Any) -> None:
    """One vote more for an item that had these: its part in the crowd's sums is replaced."""
    _, soft, shares, labelled = crowd
    classes = len(width)
    number = 0.0
    for k in range(classes):
        number += votes[k]
    if number == 0.0:
        labelled[0] += 1.0
    before, now = 1.0 / max(number, 1.0), 1.0 / (number + 1.0)
    for k in range(classes):
        was, votes_now = before * votes[k], votes[k]
        if k == said:
            votes_now += 1.0
        share = now * votes_now
        shares[k] += share - was
        for c in range(classes):
            soft[c, k] += (share - was) * votes[c]
        soft[said, k] += share


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _pool(crowd: Any, anchor: float, width: Any, pooled: Array) -> None:
    totals, soft, _, _ = crowd
    classes = len(width)
    for k in range(classes):
        own, voted = anchor, 1.0
        for c in range(classes):
            own += totals[c, k]
            voted += soft[c, k]
        weight = anchor / voted
        for c in range(classes):
            pooled[c, k] = (totals[c, k] + weight * (soft[c, k] + 1.0 / classes)) / own


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _weigh(
    i: int,
    chain: Any,
    posterior: Array,
    people: Array,
    crowd: Any,
    pooled: Array,
    strength: float,
    width: Any,
    chance: Array,
    whole: Array,
    newest: bool,
) -> float:
    """One item's E-step; its part in all sums is replaced. With `newest` its last label is in no sum yet."""
    head, links = chain
    totals, _, shares, labelled = crowd
    classes = len(width)
    even, part = 1.0 / classes, 1.0 / (labelled[0] + 1.0)
    for k in range(classes):
        chance[k] = (shares[k] + even) * part
        whole[k] = 1.0
    place = head[i]
    while place >= 0:
        j, c = links[place, 1], links[place, 2]
        for k in range(classes):
            chance[k] *= people[j, c, k] + strength * pooled[c, k]
            whole[k] *= people[j, classes, k] + strength
        place = links[place, 0]
    total, longest = 0.0, 0.0
    for k in range(classes):
        longest = max(longest, whole[k], chance[k])
        chance[k] /= whole[k]
        total += chance[k]
    if not (total > _SMALLEST and longest < _LARGEST):
        highest = -np.inf
        for k in range(classes):
            value = np.log((shares[k] + 1.0 / classes) / (labelled[0] + 1.0))
            place = head[i]
            while place >= 0:
                j, c = links[place, 1], links[place, 2]
                value += np.log((people[j, c, k] + strength * pooled[c, k]) / (people[j, classes, k] + strength))
                place = links[place, 0]
            chance[k] = value
            highest = max(highest, value)
        total = 0.0
        for k in range(classes):
            chance[k] = np.exp(chance[k] - highest)
            total += chance[k]
    largest, part = 0.0, 1.0 / total
    for k in range(classes):
        value = chance[k] * part
        change = value - posterior[i, k]
        largest = max(largest, abs(change))
        posterior[i, k] = value
        chance[k] = change
    place = head[i]
    while place >= 0:
        j, c = links[place, 1], links[place, 2]
        first = newest and place == head[i]
        for k in range(classes):
            change = posterior[i, k] if first else chance[k]
            people[j, c, k] = max(0.0, people[j, c, k] + change)
            people[j, classes, k] = max(0.0, people[j, classes, k] + change)
            totals[c, k] = max(0.0, totals[c, k] + change)
        place = links[place, 0]
    return largest
