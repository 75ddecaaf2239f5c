"""EM's steps of the Dawid-Skene model in plain numpy, for where numba is not installed: to the same bits, more slowly.

Every sum and product takes its terms in the order of the compiled loops (`dawid_skene_kernels`): an item's product goes
label by label, and counts are added up as the labels lie. The log-likelihood alone is summed in another order.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from .crowd import Crowd
from .dawid_skene_blocks import Blocks, Floats

# As in the compiled loops: below this an item is done in logarithms.
_SMALLEST = 1e-200

# Labels whose places take too little memory to be spared.
_FEW = 200_000

Places = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint32]


class PlainBlocks(Blocks):
    """`turns`: of each block, which of its items have a first, a second label and so on, and the cells of these.

    Within a step each class has a column of its own, which numpy goes through several times as fast as through rows of
    three. It wants places of eight bytes. Of many labels they are kept in four, and are eight within a block alone.
    """

    def __init__(self, crowd: Crowd, pool: ThreadPoolExecutor) -> None:
        super().__init__(crowd, pool)
        self.sizes: Places = np.diff(crowd.starts)
        few = len(crowd.label) <= _FEW
        self.place: Places | Cells = self.cell.astype(np.int64) if few else self.cell
        self.turns: list[list[tuple[Places | slice, Places | Cells]]] = []
        for first, last in zip(self.items[:-1], self.items[1:], strict=True):
            sizes, starts = self.sizes[first:last], crowd.starts[first:last]
            turns: list[tuple[Places | slice, Places | Cells]] = []
            for turn in range(int(sizes.max(initial=0))):
                there = np.flatnonzero(sizes > turn)
                whole = len(there) == len(sizes)
                turns.append((slice(None) if whole else there, self.place[starts[there] + turn]))
            self.turns.append(turns)

    def begin(self) -> Floats:
        classes = len(self.width)
        for number in range(len(self.parts)):
            first, last = self.items[number], self.items[number + 1]
            sizes = self.sizes[first:last]
            said = self._cells_of(number) % classes
            votes = np.bincount(np.repeat(np.arange(last - first), sizes) * classes + said, minlength=0)
            shares = np.zeros((last - first) * classes)
            shares[: len(votes)] = votes
            self.posterior[first:last] = shares.reshape(-1, classes) / sizes[:, None]
            self._count(number)
        return self.gather_counts()

    def gather_counts(self) -> Floats:
        total = self.parts[0].copy()
        for part in self.parts[1:]:
            total += part
        self.counts[:] = total
        pooled = np.zeros((len(self.parts), *self.counts.shape[1:]))
        for number in range(len(self.parts)):
            theirs = self.counts[self.people[number] : self.people[number + 1]]
            if len(theirs):
                # One after the other: numpy's own sum would add them up in pairs.
                pooled[number] = np.cumsum(theirs, axis=0)[-1]
        return np.ascontiguousarray(pooled.sum(axis=0).T)

    def maximise(self, pooled: Floats, strength: float) -> None:
        said_first = np.ascontiguousarray(pooled.T)
        row = np.full((len(self.counts), len(self.width)), float(strength))
        for said in range(len(self.width)):
            row += self.counts[:, said, :]
        known = row > 0.0
        np.divide(
            self.counts + strength * said_first,
            np.where(known, row, 1.0)[:, None, :],
            out=self.confusion,
        )
        if not known.all():
            worker, truth = np.nonzero(~known)
            self.confusion[worker, :, truth] = said_first[:, truth].T

    def expect(self, prior: Floats) -> tuple[float, float, Floats]:
        classes = len(self.width)
        confusion = self.confusion.reshape(-1, classes)
        by_class = np.ascontiguousarray(confusion.T)
        for number, turns in enumerate(self.turns):
            first, last = self.items[number], self.items[number + 1]
            chance = np.repeat(prior[:, None], last - first, axis=1)
            for there, few in turns:
                cells = few.astype(np.int64, copy=False)
                for k in range(classes):
                    chance[k, there] *= by_class[k].take(cells)
            total = chance[0].copy()
            for k in range(1, classes):
                total += chance[k]
            tiny = np.flatnonzero(~(total > _SMALLEST))
            logs = 0.0
            for place in tiny.tolist():
                start, stop = self.crowd.starts[first + place], self.crowd.starts[first + place + 1]
                chance[:, place], log = in_logarithms(confusion[self.cell[start:stop]], prior)
                logs += log
                total[place] = 1.0
            logs += float(np.log(total).sum())
            chance *= 1.0 / total
            before = self.posterior[first:last].T
            change = float(np.abs(chance - before).max(initial=0.0))
            before[:] = chance
            self._count(number)
            self.sums[number, 0], self.sums[number, 1] = logs, change
            self.sums[number, 2:] = np.cumsum(chance, axis=1)[:, -1] if last > first else 0.0
        return float(self.sums[:, 0].sum()), float(self.sums[:, 1].max()), self.sums[:, 2:].sum(axis=0)

    def _count(self, number: int) -> None:
        """The block's counts from its posteriors."""
        first, last = self.items[number], self.items[number + 1]
        own = np.repeat(np.arange(last - first), self.sizes[first:last])
        cells, into = self._cells_of(number), self.cells(number)
        columns = np.ascontiguousarray(self.posterior[first:last].T)
        for k in range(len(self.width)):
            into[:, k] = np.bincount(cells, weights=columns[k].take(own), minlength=len(into))

    def _cells_of(self, number: int) -> Places:
        starts = self.crowd.starts
        cells = self.place[starts[self.items[number]] : starts[self.items[number + 1]]]
        return cells.astype(np.int64, copy=False)


def in_logarithms(said: Floats, prior: Floats) -> tuple[Floats, float]:
    """One item's posterior and log-likelihood, from the rows of its labels, where a plain product would underflow."""
    with np.errstate(divide="ignore"):
        logs = np.log(prior)
        for row in said:
            logs = logs + np.log(row)
    largest = float(logs.max())
    if largest == -np.inf:
        return prior, largest
    chance: Floats = np.exp(logs - largest)
    total = float(np.cumsum(chance)[-1])
    return chance / total, largest + float(np.log(total))
