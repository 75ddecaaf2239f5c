"""The Dawid-Skene model kept up to date label by label: Neal and Hinton's incremental EM.

EM's sums run over all items. When one item's posterior changes, only its own part of them does; so after each label the
E-step is done for that item alone, its part in the sums is replaced, and the matrices of everybody follow at once. A
label costs some tenths of a microsecond in a stream, whatever has gone before.

Between sweeps the other items wait with posteriors from before, so values depend on the order in which labels came.
`settle` sweeps until nothing moves. That is a fixed point of the batch EM with its pooled prior and the votes' shares
(`fit_dawid_skene` with the same strength), the same one unless labels are too few to tell several apart.

Source: R. M. Neal, G. E. Hinton, A view of the EM algorithm that justifies incremental, sparse, and other variants,
in: Learning in Graphical Models, 1998, 355-368.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .codes import Column, encode
from .crowd import scale_of
from .dawid_skene import ANCHOR, STRENGTH
from .posterior import Matrix

Floats = npt.NDArray[np.float64]


class IncrementalDawidSkene:
    """A crowd to which labels are added. `classes` as in `crowd.gather`; strength: above 0, as in `fit_dawid_skene`."""

    def __init__(self, *, classes: int | Sequence[Hashable], strength: float = STRENGTH) -> None:
        self.classes = scale_of(classes)
        if not (np.isfinite(strength) and strength > 0):
            raise ValueError(f"A prior's strength is a number of labels above 0, not {strength}.")
        self.strength = float(strength)
        self.labels = 0
        number = len(self.classes)
        self._width = (0,) * number
        self._place = {value: column for column, value in enumerate(self.classes)}
        self._items: dict[Any, int] = {}
        self._workers: dict[Any, int] = {}
        self._head = np.empty(0, np.int32)
        self._links = np.empty((0, 3), np.int32)
        self._posterior: Floats = np.zeros((0, number))
        self._people: Floats = np.zeros((0, number + 1, number))
        self._crowd = (np.zeros((number, number)), np.zeros((number, number)), np.zeros(number), np.zeros(1))

    def add(self, item: Hashable, worker: Hashable, label: Hashable) -> tuple[float, ...]:
        """Take one label in; returns the item's posterior. A second label of a worker for an item changes nothing."""
        self.extend([item], [worker], [label])
        return self.posterior(item)

    def extend(self, items: Column, workers: Column, labels: Column) -> int:
        """Take labels in, in the order given; returns how many were new. Errors as in `crowd.gather`."""
        from .incremental_kernels import take

        if not len(items) == len(workers) == len(labels):
            raise ValueError("Each row is an item, a worker and a label.")
        label = _numbered(labels, self._place, grow=False).astype(np.int8)
        item, worker = _numbered(items, self._items, grow=True), _numbered(workers, self._workers, grow=True)
        self._make_room(len(label))
        before = self.labels
        self.labels = take(
            item,
            worker,
            label,
            before,
            self._width,
            self._chain,
            self._posterior,
            self._people,
            self._crowd,
            self.strength,
            ANCHOR,
        )
        return self.labels - before

    def sweep(self) -> float:
        """Every item once, in the order in which they first came. Returns the largest change of a posterior."""
        from .incremental_kernels import recount, sweep

        items = len(self._items)
        recount(items, self._chain, self._posterior, self._people, self._crowd)
        return float(
            sweep(
                items,
                self._width,
                self._chain,
                self._posterior,
                self._people,
                self._crowd,
                self.strength,
                ANCHOR,
            )
        )

    def settle(self, *, tolerance: float = 1e-8, sweeps_at_most: int = 2000) -> int | None:
        """Sweep until no posterior changes by more than the tolerance. Returns the sweeps it took, None if too few."""
        for number in range(1, sweeps_at_most + 1):
            if self.sweep() <= tolerance:
                return number
        return None

    def posterior(self, item: Hashable) -> tuple[float, ...]:
        """How likely each class is an item's true one. KeyError if the item has no label."""
        return tuple(self._posterior[self._items[item]].tolist())

    def counts(self, worker: Hashable) -> Matrix:
        """A worker's expected labels [truth, said], all 0 for a stranger; `posterior.smoothed` makes a matrix of it."""
        code = self._workers.get(worker)
        table = np.zeros((len(self.classes),) * 2) if code is None else self._people[code, :-1].T
        return tuple(tuple(row) for row in table.tolist())

    @property
    def pooled(self) -> Matrix:
        """What a worker nobody knows yet is taken for, [truth, said]."""
        from .incremental_kernels import pool

        table = np.empty((len(self.classes),) * 2)
        pool(self._crowd, ANCHOR, self._width, table)
        return tuple(tuple(row) for row in table.T.tolist())

    @property
    def prior(self) -> tuple[float, ...]:
        """The votes' shares, an item counting once, and one more item that is undecided."""
        _, _, shares, labelled = self._crowd
        return tuple(((shares + 1 / len(shares)) / (labelled[0] + 1)).tolist())

    @property
    def _chain(self) -> tuple[npt.NDArray[Any], ...]:
        return self._head, self._links

    def _make_room(self, labels: int) -> None:
        self._head = _room(self._head, len(self._items), -1)
        self._posterior = _room(self._posterior, len(self._items), 0)
        self._people = _room(self._people, len(self._workers), 0)
        self._links = _room(self._links, self.labels + labels, 0)


def _room(table: npt.NDArray[Any], rows: int, empty: float) -> npt.NDArray[Any]:
    """The table, or one at least twice as long that begins with it, where it is too short."""
    if rows <= len(table):
        return table
    longer = np.full((max(rows, 2 * len(table), 64), *table.shape[1:]), empty, dtype=table.dtype)
    longer[: len(table)] = table
    return longer


def _numbered(column: Column, known: dict[Any, int], *, grow: bool) -> npt.NDArray[np.int32]:
    """Each entry's number; with `grow` an unknown value gets the next, in ascending order."""
    distinct, codes = encode(column)
    unknown = [value for value in distinct if value not in known]
    if unknown and not grow:
        raise ValueError(f"Not among the classes: {unknown[0]!r}.")
    first = len(known)
    known.update(zip(unknown, range(first, first + len(unknown)), strict=True))
    if not first:
        return codes
    return np.fromiter(map(known.__getitem__, distinct), dtype=np.int32, count=len(distinct))[codes]
