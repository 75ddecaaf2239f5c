"""The arrays of one fit of the Dawid-Skene model, and EM's steps block by block on as many threads as there are.

Blocks are cut by the number of labels and of people, never by that of threads, and reduced in their order. Each has
its own table of counts, so a crowd of very many people gets fewer blocks.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from .crowd import Crowd

Floats = npt.NDArray[np.float64]

_LABELS_A_BLOCK = 40_000
_MOST_BLOCKS = 16
_BLOCK_BYTES = 64_000_000


class Blocks:
    """posterior: (items, K); counts, confusion: (workers, K said, K truth), what `dawid_skene_kernels` works on."""

    def __init__(self, crowd: Crowd, pool: ThreadPoolExecutor) -> None:
        self.crowd, self.pool = crowd, pool
        people, classes = len(crowd.workers), len(crowd.classes)
        # A label's row in the tables. Unsigned, so that compiled code need not look out for places from the end.
        self.cell = crowd.worker.astype(np.uint32)
        self.cell *= np.uint32(classes)
        self.cell += crowd.label.view(np.uint8)
        self.width = (0,) * classes
        self.posterior: Floats = np.empty((len(crowd.items), classes))
        self.counts: Floats = np.empty((people, classes, classes))
        self.confusion: Floats = np.empty_like(self.counts)
        fits = max(2, _BLOCK_BYTES // max(1, self.counts.nbytes))
        blocks = min(_MOST_BLOCKS, fits, 1 + len(crowd.label) // _LABELS_A_BLOCK, len(crowd.items))
        self.parts: Floats = np.empty((blocks, *self.counts.shape))
        self.sums: Floats = np.empty((blocks, 2 + classes))
        cuts = np.searchsorted(crowd.starts, np.linspace(0, len(crowd.label), blocks + 1)).tolist()
        self.items = [*cuts[:-1], len(crowd.items)]
        self.people = np.linspace(0, people, blocks + 1).astype(int).tolist()

    def cells(self, block: int) -> Floats:
        """A block's counts, a row a cell."""
        cells: Floats = self.parts[block].reshape(-1, len(self.width))
        return cells

    def begin(self) -> Floats:
        """The votes' shares as posteriors; returns what `gather_counts` does."""
        from .dawid_skene_kernels import vote_shares

        crowd = self.crowd

        def block(number: int) -> None:
            vote_shares(
                self.items[number],
                self.items[number + 1],
                crowd.starts,
                self.cell,
                self.width,
                self.posterior,
                self.cells(number),
            )

        list(self.pool.map(block, range(len(self.parts))))
        return self.gather_counts()

    def gather_counts(self) -> Floats:
        """The blocks' counts summed up by worker; returns their sum over everybody, [truth, said]."""
        from .dawid_skene_kernels import add_blocks

        classes = self.counts.shape[1]
        pooled = np.empty((len(self.parts), classes, classes))

        def block(number: int) -> None:
            add_blocks(self.people[number], self.people[number + 1], self.parts, self.counts, pooled[number])

        list(self.pool.map(block, range(len(self.parts))))
        return np.ascontiguousarray(pooled.sum(axis=0).T)

    def maximise(self, pooled: Floats, strength: float) -> None:
        """Everybody's matrix from the counts gathered last."""
        from .dawid_skene_kernels import maximise

        said_first = np.ascontiguousarray(pooled.T)

        def block(number: int) -> None:
            first, last = self.people[number], self.people[number + 1]
            maximise(first, last, self.counts, said_first, strength, self.width, self.confusion)

        list(self.pool.map(block, range(len(self.parts))))

    def expect(self, prior: Floats) -> tuple[float, float, Floats]:
        """Log-likelihood, the largest change of a posterior, and the sum of posteriors by class."""
        from .dawid_skene_kernels import expect, expect_three

        crowd = self.crowd
        step = expect_three if len(self.width) == 3 else expect
        confusion = self.confusion.reshape(-1, len(self.width))

        def block(number: int) -> None:
            step(
                self.items[number],
                self.items[number + 1],
                crowd.starts,
                self.cell,
                self.width,
                confusion,
                prior,
                self.posterior,
                self.cells(number),
                self.sums[number],
            )

        list(self.pool.map(block, range(len(self.parts))))
        return float(self.sums[:, 0].sum()), float(self.sums[:, 1].max()), self.sums[:, 2:].sum(axis=0)
