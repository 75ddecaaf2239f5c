"""Cohen's kappa: of a table of two people's labels, and of all pairs of people with enough answers in common."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .codes import encode
from .compiled import can_compile
from .counts import checked
from .measure import Measure, Reason

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, one before the other in the order of their ids.

    items: what both labelled; agreeing: how many of these they gave the same label; kappa: see `cohen_kappa`.
    """

    one: Any
    other: Any
    items: int
    agreeing: int
    kappa: Measure


def cohen_kappa(table: npt.ArrayLike) -> Measure:
    """Cohen's kappa of two people: agreement beyond what their own shares of each class make by chance.

        p_o = sum_k x_kk / n,   p_e = sum_k x_k. x_.k / n^2,   kappa = (p_o - p_e) / (1 - p_e)

    table: whole numbers, shape (classes, classes), x_jk items that the one gave class j and the other class k.
    Undefined where nothing was counted, and where both used one and the same class throughout (p_e = 1).
    ValueError if the table is no square one.

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20
    (1960), 37-46.
    """
    cells, _ = checked(table)
    if cells.shape[0] != cells.shape[1]:
        raise ValueError(f"Two people's labels make a square table, not {cells.shape}.")
    return kappas_of(cells[None])[0]


def pairwise_kappas(
    items: Sequence[Hashable] | npt.NDArray[Any],
    workers: Sequence[Hashable] | npt.NDArray[Any],
    labels: npt.NDArray[np.integer[Any]] | Sequence[int],
    *,
    classes: int,
    at_least: int,
) -> list[Pair]:
    """Cohen's kappa of every two people who labelled at least so many items both, in the order of their ids.

    items, workers, labels: three parallel columns, one row a label; items and workers by any ids, labels by class
    numbers from 0 to classes - 1. Only pairs that meet on an item cost anything: the work is the sum of the squares of
    the items' numbers of labels, and the memory that of the labels and one table a person.
    ValueError if the columns differ in length, a label is out of range, a person labels an item twice, or at_least < 1.
    """
    codes = np.asarray(labels, dtype=np.int64) if len(labels) else np.zeros(0, dtype=np.int64)
    if not len(items) == len(workers) == len(codes):
        raise ValueError(f"{len(items)} items, {len(workers)} workers and {len(codes)} labels are no rows.")
    if at_least < 1:
        raise ValueError("Two people have at least one item in common, or nothing can be said of them.")
    if len(codes) and (codes.min() < 0 or codes.max() >= classes):
        raise ValueError(f"Labels are numbered from 0 to {classes - 1}.")
    if not len(codes):
        return []
    item_ids, item_of = encode(items)
    ids, worker_of = encode(workers)
    rows = np.column_stack([item_of, worker_of, codes]).astype(np.int64)[np.lexsort((worker_of, item_of))]
    if (rows[1:, :2] == rows[:-1, :2]).all(axis=1).any():
        raise ValueError("A person labelled an item twice.")
    if can_compile():
        from .pairs_kernels import tables_of_pairs

        pairs, tables = tables_of_pairs(rows, len(item_ids), len(ids), classes, at_least)
    else:
        pairs, tables = _tables(rows, len(ids), classes, at_least)
    places = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs, tables = pairs[places], tables[places].reshape(-1, classes, classes)
    columns = (pairs[:, 0], pairs[:, 1], tables.sum(axis=(1, 2)), np.trace(tables, axis1=1, axis2=2))
    return [
        Pair(ids[one], ids[other], number, agreeing, kappa)
        for one, other, number, agreeing, kappa in zip(
            *(column.tolist() for column in columns), kappas_of(tables), strict=True
        )
    ]


def _tables(rows: Ints, workers: int, classes: int, at_least: int) -> tuple[Ints, Ints]:
    """What `pairs_kernels.tables_of_pairs` gives, without numba: each two rows of an item, one distance at a time."""
    cells = classes * classes
    met: list[Ints] = []
    distance = 1
    while (same := rows[distance:, 0] == rows[:-distance, 0]).any():
        one, other = rows[:-distance][same], rows[distance:][same]
        met.append((one[:, 1] * workers + other[:, 1]) * cells + one[:, 2] * classes + other[:, 2])
        distance += 1
    found, times = np.unique(np.concatenate(met) if met else np.zeros(0, np.int64), return_counts=True)
    pairs, place = np.unique(found // cells, return_inverse=True)
    tables = np.zeros((len(pairs), cells), dtype=np.int64)
    tables[place, found % cells] = times
    enough = tables.sum(axis=1) >= at_least
    return np.column_stack([pairs // workers, pairs % workers])[enough], tables[enough]


def kappas_of(tables: npt.NDArray[np.int64]) -> list[Measure]:
    """`cohen_kappa` of each of many tables, shape (tables, classes, classes), which are taken as they are."""
    same = np.trace(tables, axis1=1, axis2=2)
    by_chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    columns = (tables.sum(axis=(1, 2)), same, by_chance)
    return [_kappa(*counts) for counts in zip(*(column.tolist() for column in columns), strict=True)]


def _kappa(number: int, same: int, by_chance: int) -> Measure:
    """From whole numbers, rounded once. by_chance: the sum of x_k. x_.k"""
    if not number:
        return Measure(None, Reason.NOTHING_COUNTED)
    below = number**2 - by_chance
    return Measure((number * same - by_chance) / below) if below else Measure(None, Reason.ONE_CLASS)
