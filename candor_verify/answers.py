"""The answers of a release as columns of numbers: what other tables say of them is looked up here, row by row.

A release may have a million labels, so nothing here is a Python object for each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from candor_verify.folder import Folder
from candor_verify.numbers import CLASSES, Ids, texts
from candor_verify.reading import batches

STATES: Final = ("settled", "contested", "unjudgeable", "thinned")
NONE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """In the order of their ids: the version of the prompt, the state as its place in STATES, the counted labels by
    class, shape (answers, 3), and of whatever class. A last row, which is that of place -1, stands for no answer.
    """

    ids: Ids
    version: npt.NDArray[np.int64]
    state: npt.NDArray[np.int8]
    votes: npt.NDArray[np.int64]
    counted: npt.NDArray[np.int64]


def read_answers(folder: Folder) -> Answers:
    """Goes through answers and labels once. Raises Unreadable as `batches` does."""
    ids, versions, states = [texts([])], [np.zeros(0, np.int64)], [np.zeros(0, np.int8)]
    for _, _, batch in batches(folder, "answers", ("answer_id", "version_id", "state")):
        ids.append(texts(batch.column("answer_id").to_pylist()))
        versions.append(whole(batch.column("version_id")))
        states.append(places_of(batch.column("state"), STATES))
    known = Ids(np.concatenate(ids))
    counted = np.zeros(len(known.sorted) + 1, np.int64)
    votes = np.zeros((len(known.sorted) + 1, len(CLASSES)), np.int64)
    for _, _, batch in batches(folder, "labels", ("answer_id", "label", "counted")):
        at = known.places(batch.column("answer_id").to_pylist())
        label = places_of(batch.column("label"), CLASSES)
        counts = truths(batch.column("counted")) & (at >= 0)
        np.add.at(counted, at[counts], 1)
        counts &= label >= 0
        np.add.at(votes, (at[counts], label[counts]), 1)
    version, state = np.concatenate(versions)[known.order], np.concatenate(states)[known.order]
    return Answers(known, np.append(version, NONE), np.append(state, NONE).astype(np.int8), votes, counted)


def places_of(column: pa.Array, words: Sequence[str]) -> npt.NDArray[np.int8]:
    """Which of these words each value is; NONE where it is none."""
    found = pc.index_in(column, value_set=pa.array(words, pa.string()))
    said: npt.NDArray[np.int8] = pc.fill_null(found, NONE).to_numpy(zero_copy_only=False).astype(np.int8)
    return said


def whole(column: pa.Array) -> npt.NDArray[np.int64]:
    """Whole numbers; -1 where there is none."""
    said: npt.NDArray[np.int64] = pc.fill_null(column, NONE).to_numpy(zero_copy_only=False).astype(np.int64)
    return said


def truths(column: pa.Array) -> npt.NDArray[np.bool_]:
    said: npt.NDArray[np.bool_] = pc.fill_null(column, False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return said


def there(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Where there is a value."""
    said: npt.NDArray[np.bool_] = pc.is_valid(column).to_numpy(zero_copy_only=False)
    return said


def looked_up(
    wanted: npt.NDArray[np.int64], keys: npt.NDArray[Any], values: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each number the value beside its key; keys ascend. -1 where there is none."""
    if not len(keys):
        return np.full(len(wanted), NONE, np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: npt.NDArray[np.int64] = np.where(keys[at] == wanted, values[at], NONE)
    return found
