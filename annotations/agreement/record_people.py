"""The people of a release in an order that no name decides: by what they said.

Names are drawn anew for every release. What is dealt or added up in the order of people (folds, ways through the deck,
sums of fractions) would differ from release to release on the very same labels if names ordered them. So people are
numbered by the answers they labelled and how; two who said the very same of the same answers can change places
without a trace. Gold answers, whose ids are new in each release too, are numbered by who said what of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .record import CLASSES, Gold

Codes = npt.NDArray[np.int32]


def numbered(
    answers: npt.NDArray[np.integer[Any]],
    people: npt.NDArray[np.integer[Any]],
    values: npt.NDArray[np.integer[Any]],
    *,
    many: int,
) -> Codes:
    """A number for each of `many` people, shape (many,), from 0, from their labels in three parallel columns."""
    # Person, answer and value as one number, sorted in place: a list of places beside them would take as much again.
    span = (int(answers.max(initial=0)) + 1) * len(CLASSES)
    said = people.astype(np.int64)
    said *= span
    said += answers.astype(np.int64) * len(CLASSES)
    said += values
    said.sort()
    said %= span
    ends = np.cumsum(np.bincount(people, minlength=many)).tolist()
    # As big-endian bytes, texts of numbers are in order as the numbers are.
    histories = [said[start:end].astype(">i8").tobytes() for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    number = np.empty(many, dtype=np.int32)
    number[sorted(range(many), key=histories.__getitem__)] = np.arange(many, dtype=np.int32)
    return number


@dataclass(frozen=True, slots=True)
class GoldColumns:
    """Labels on gold as parallel columns, and the right classes of each item."""

    items: list[int]
    workers: list[int]
    labels: list[int]
    truths: dict[int, tuple[int, ...]]


def gold_columns(gold: Iterable[Gold], numbers: dict[str, int]) -> GoldColumns:
    """What was said of gold, items and people as numbers; `numbers` has those of whom something else is known.

    The others are numbered by what they said of each item: nothing that they said elsewhere makes them one.
    """
    said: dict[str, dict[str, int]] = {}
    right: dict[str, tuple[int, ...]] = {}
    for one in gold:
        said.setdefault(one.gold, {}).setdefault(one.person, one.label)
        right[one.gold] = one.right
    beyond = max(numbers.values(), default=-1) + 1
    contents = []
    for name, by_person in said.items():
        known = sorted((numbers[person], label) for person, label in by_person.items() if person in numbers)
        others = sorted(label for person, label in by_person.items() if person not in numbers)
        contents.append((right[name], [*known, *((beyond + place, label) for place, label in enumerate(others))]))
    columns = GoldColumns([], [], [], {})
    for item, (truths, labels) in enumerate(sorted(contents)):
        columns.truths[item] = truths
        for worker, label in labels:
            columns.items.append(item)
            columns.workers.append(worker)
            columns.labels.append(label)
    return columns
