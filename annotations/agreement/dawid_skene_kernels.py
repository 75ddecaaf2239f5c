"""The loops of the Dawid-Skene model, compiled. Imported by number workers only, inside functions.

Tables of people are laid out [worker, said, truth], so that what one label says about all classes lies together: a
row of [worker * classes + said, truth], whose number is the label's `cell`. `width` is a tuple with one entry a class:
its length is known when the loops are compiled, and they unroll.

Items are worked through in blocks cut by the number of labels alone. Each block is one call and adds up its own
sums; they are reduced in the order of the blocks. So any number of threads gives the same bits.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

# A product of probabilities below this may have lost a class to underflow: such an item is done in logarithms.
_SMALLEST = 1e-200
# Items' likelihoods are multiplied down to this before a logarithm is taken: it costs as much as all else of an item.
_SMALL = 1e-100


@njit(cache=True, nogil=True)
def canonical_order(
    item: Array, worker: Array, label: Array, items: int, workers: int, classes: int, keep_repeats: bool
) -> Array:
    """Places of the labels by item, then worker (then label where repeats are kept); without them, the first of each.

    Counting sorts from the last key to the first, each stable. Returns int32, shape (labels kept,).
    """
    order = np.arange(len(item)).astype(np.int32)
    if keep_repeats:
        order = _sorted_by(order, label, classes)
    order = _sorted_by(order, worker, workers)
    order = _sorted_by(order, item, items)
    if keep_repeats:
        return order
    kept = 0
    for place in range(len(order)):
        this = order[place]
        if kept:
            last = order[kept - 1]
            if item[this] == item[last] and worker[this] == worker[last]:
                continue
        order[kept] = this
        kept += 1
    return order[:kept]


@njit(cache=True, nogil=True)
def _sorted_by(order: Array, key: Array, keys: int) -> Array:
    place = np.zeros(keys + 1, dtype=np.int64)
    for value in key:
        place[value + 1] += 1
    for value in range(keys):
        place[value + 1] += place[value]
    sorted_order = np.empty_like(order)
    for entry in order:
        value = key[entry]
        sorted_order[place[value]] = entry
        place[value] += 1
    return sorted_order


@njit(cache=True, nogil=True)
def vote_shares(first: int, last: int, starts: Array, cell: Array, width: Any, posterior: Array, counts: Array) -> None:
    """EM's beginning for items first to last: each item's posterior is its votes' shares. Adds to the block's counts.

    posterior: (items, classes), written; counts: (cells, classes true), overwritten.
    """
    classes = np.uint32(len(width))
    counts[:] = 0.0
    for i in range(first, last):
        for k in range(classes):
            posterior[i, k] = 0.0
        for x in range(starts[i], starts[i + 1]):
            posterior[i, cell[x] % classes] += 1.0
        for k in range(classes):
            posterior[i, k] /= starts[i + 1] - starts[i]
        for x in range(starts[i], starts[i + 1]):
            row = counts[cell[x]]
            for k in range(classes):
                row[k] += posterior[i, k]


@njit(cache=True, nogil=True, error_model="numpy")
def expect(
    first: int,
    last: int,
    starts: Array,
    cell: Array,
    width: Any,
    confusion: Array,
    prior: Array,
    posterior: Array,
    counts: Array,
    sums: Array,
) -> None:
    """The E-step of items first to last, and the counts of the next M-step with it.

    posterior_ik is proportional to prior_k times the product of the confusion[cell, k] of the item's labels.
    posterior and counts as in `vote_shares`. sums, overwritten: the log-likelihood of these items, their largest
    change of a posterior, and from the third place on their posteriors by class.
    """
    classes = len(width)
    chance = np.empty(classes)
    counts[:] = 0.0
    sums[:] = 0.0
    likelihood = 1.0
    for i in range(first, last):
        for k in range(classes):
            chance[k] = prior[k]
        for x in range(starts[i], starts[i + 1]):
            said = confusion[cell[x]]
            for k in range(classes):
                chance[k] *= said[k]
        total = 0.0
        for k in range(classes):
            total += chance[k]
        if total > _SMALLEST:
            likelihood *= total
            if likelihood < _SMALL:
                sums[0] += np.log(likelihood)
                likelihood = 1.0
        else:
            sums[0] += _in_logarithms(starts[i], starts[i + 1], cell, confusion, prior, chance)
            total = 1.0
        share = 1.0 / total
        for k in range(classes):
            value = chance[k] * share
            change = abs(value - posterior[i, k])
            sums[1] = max(sums[1], change)
            posterior[i, k] = value
            chance[k] = value
            sums[2 + k] += value
        for x in range(starts[i], starts[i + 1]):
            row = counts[cell[x]]
            for k in range(classes):
                row[k] += chance[k]
    sums[0] += np.log(likelihood)


@njit(cache=True, nogil=True, error_model="numpy")
def expect_three(
    first: int,
    last: int,
    starts: Array,
    cell: Array,
    width: Any,
    confusion: Array,
    prior: Array,
    posterior: Array,
    counts: Array,
    sums: Array,
) -> None:
    """`expect` for three classes, to the same bits: what belongs to an item stays in registers, half as fast again."""
    chance = np.empty(3)
    counts[:] = 0.0
    likelihood, logs, largest = 1.0, 0.0, 0.0
    whole_a, whole_b, whole_c = 0.0, 0.0, 0.0
    for i in range(first, last):
        start, stop = starts[i], starts[i + 1]
        a, b, c = prior[0], prior[1], prior[2]
        for x in range(start, stop):
            said = confusion[cell[x]]
            a *= said[0]
            b *= said[1]
            c *= said[2]
        total = a + b + c
        if total > _SMALLEST:
            likelihood *= total
            if likelihood < _SMALL:
                logs += np.log(likelihood)
                likelihood = 1.0
        else:
            logs += _in_logarithms(start, stop, cell, confusion, prior, chance)
            a, b, c = chance[0], chance[1], chance[2]
            total = 1.0
        share = 1.0 / total
        a *= share
        b *= share
        c *= share
        largest = max(largest, abs(a - posterior[i, 0]))
        largest = max(largest, abs(b - posterior[i, 1]))
        largest = max(largest, abs(c - posterior[i, 2]))
        posterior[i, 0] = a
        posterior[i, 1] = b
        posterior[i, 2] = c
        whole_a += a
        whole_b += b
        whole_c += c
        for x in range(start, stop):
            row = counts[cell[x]]
            row[0] += a
            row[1] += b
            row[2] += c
    sums[0] = logs + np.log(likelihood)
    sums[1] = largest
    sums[2], sums[3], sums[4] = whole_a, whole_b, whole_c


@njit(cache=True, nogil=True, error_model="numpy")
def _in_logarithms(first: int, last: int, cell: Array, confusion: Array, prior: Array, chance: Array) -> float:
    """One item's posterior into `chance`, and its log-likelihood, where a plain product would underflow."""
    classes = len(chance)
    largest = -np.inf
    for k in range(classes):
        value = np.log(prior[k])
        for x in range(first, last):
            value += np.log(confusion[cell[x], k])
        chance[k] = value
        largest = max(largest, value)
    if largest == -np.inf:
        # No class can have led to these labels. The prior is all there is to say.
        for k in range(classes):
            chance[k] = prior[k]
        return largest
    total = 0.0
    for k in range(classes):
        chance[k] = np.exp(chance[k] - largest)
        total += chance[k]
    for k in range(classes):
        chance[k] /= total
    return float(largest + np.log(total))


@njit(cache=True, nogil=True)
def add_blocks(first: int, last: int, blocks: Array, counts: Array, pooled: Array) -> None:
    """Counts of workers first to last, summed over the blocks in their order; `pooled` gets their sum.

    blocks: (blocks, workers, said, truth); counts: (workers, said, truth); pooled: (said, truth), overwritten.
    """
    classes = counts.shape[1]
    pooled[:] = 0.0
    for j in range(first, last):
        for said in range(classes):
            for k in range(classes):
                total = 0.0
                for block in range(len(blocks)):
                    total += blocks[block, j, said, k]
                counts[j, said, k] = total
                pooled[said, k] += total


@njit(cache=True, nogil=True, error_model="numpy")
def maximise(
    first: int, last: int, counts: Array, pooled: Array, strength: float, width: Any, confusion: Array
) -> None:
    """The M-step of workers first to last: (counts + strength * pooled) by row of the truth; pooled where that is 0."""
    classes = len(width)
    for j in range(first, last):
        for k in range(classes):
            row = strength
            for said in range(classes):
                row += counts[j, said, k]
            if row > 0.0:
                for said in range(classes):
                    confusion[j, said, k] = (counts[j, said, k] + strength * pooled[said, k]) / row
            else:
                for said in range(classes):
                    confusion[j, said, k] = pooled[said, k]
