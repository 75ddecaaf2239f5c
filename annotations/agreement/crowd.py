"""Who gave what which label, coded and in one fixed order: what the models of a crowd work on.

The labels are sorted by item and worker, so the order in which rows came, and into how many pieces a table was cut,
leave no trace in any result. A label then takes five bytes: the worker's place and the class.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .codes import Codes, Column, encode
from .compiled import pays_to_compile

Repeats = Literal["first", "all"]
Classes = npt.NDArray[np.int8]
Starts = npt.NDArray[np.int64]

MOST_CLASSES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Labels, coded. Item i's are `worker[starts[i]:starts[i + 1]]` and `label[...]`, by worker ascending.

    items, workers: the ids met, ascending; classes: all there were to choose from, in the order of the columns.
    worker: places in `workers`, int32; label: places in `classes`, int8; starts: int64, one more than items.
    """

    items: tuple[Any, ...]
    workers: tuple[Any, ...]
    classes: tuple[Any, ...]
    starts: Starts
    worker: Codes
    label: Classes


def gather(
    items: Column, workers: Column, labels: Column, *, classes: int | Sequence[Hashable], repeats: Repeats = "first"
) -> Crowd:
    """Code three parallel columns: each row says that a worker gave an item a label.

    Ids are whole numbers or texts, all of one kind. classes: the scale in the order of the columns, or how many there
    are where labels are the numbers from 0. Where one worker labelled one item more than once, `repeats="first"` keeps
    the row that comes first (the only case in which the order of rows matters) and "all" keeps each as a label of its
    own. ValueError if the columns differ in length, a value is missing, or a label is not among the classes.
    """
    if not len(items) == len(workers) == len(labels):
        raise ValueError(
            f"{len(items)} items, {len(workers)} workers and {len(labels)} labels: each row is one of all."
        )
    scale = scale_of(classes)
    item_ids, item = encode(items)
    worker_ids, worker = encode(workers)
    label = _places(labels, scale)
    if not len(item):
        return Crowd(item_ids, worker_ids, scale, np.zeros(1, np.int64), worker, label)
    keep = repeats == "all"
    # Counted before they are put in order where that makes no difference: both take eight bytes a label for a moment.
    counted = np.bincount(item, minlength=len(item_ids)) if keep else None
    order = _order(item, worker, label, (len(item_ids), len(worker_ids), len(scale)), keep_repeats=keep)
    if counted is None:
        counted = np.bincount(item[order], minlength=len(item_ids))
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counted, dtype=np.int64)))
    return Crowd(item_ids, worker_ids, scale, starts, worker[order], label[order])


def _order(
    item: Codes, worker: Codes, label: Classes, sizes: tuple[int, int, int], *, keep_repeats: bool
) -> npt.NDArray[np.integer[Any]]:
    """Places of the labels by item, then worker, then label; without repeats, of each item and worker the first row."""
    if pays_to_compile(len(label)):
        from .dawid_skene_kernels import canonical_order

        compiled: npt.NDArray[np.integer[Any]] = canonical_order(item, worker, label, *sizes, keep_repeats)
        return compiled
    if keep_repeats:
        return np.lexsort((label, worker, item))
    order = np.lexsort((worker, item))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (item[order][1:] != item[order][:-1]) | (worker[order][1:] != worker[order][:-1])
    return order[first]


def scale_of(classes: int | Sequence[Hashable]) -> tuple[Any, ...]:
    """The classes in the order of the columns, given as such or as their number. ValueError if they are no scale."""
    scale = tuple(range(classes)) if isinstance(classes, int) else tuple(classes)
    if not 1 <= len(scale) <= MOST_CLASSES:
        raise ValueError(f"There are 1 to {MOST_CLASSES} classes, not {len(scale)}.")
    if len(set(scale)) != len(scale):
        raise ValueError("A class is listed twice.")
    return scale


def _places(labels: Column, scale: tuple[Any, ...]) -> Classes:
    place = {value: column for column, value in enumerate(scale)}
    found, codes = encode(labels)
    unknown = [value for value in found if value not in place]
    if unknown:
        raise ValueError(f"Not among the classes: {', '.join(map(repr, unknown[:5]))}.")
    return np.array([place[value] for value in found], dtype=np.int8)[codes]
