"""Ids as codes: ascending, whatever they are, however far apart they lie and whatever type a column has."""

import numpy as np
import pytest

from annotations.agreement.codes import encode


@pytest.mark.parametrize(
    ("column", "ids", "codes"),
    [
        ([], (), []),
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
        (np.array(["b", "a", "b"]), ("a", "b"), [1, 0, 1]),
        ([30, -4, 30], (-4, 30), [1, 0, 1]),
        (np.array([30, -4, 30]), (-4, 30), [1, 0, 1]),
        (np.array([127, -128, 0], dtype=np.int8), (-128, 0, 127), [2, 0, 1]),
        (np.array([2**31 - 1, 2**31 - 3, 2**31 - 1], dtype=np.int32), (2**31 - 3, 2**31 - 1), [1, 0, 1]),
        (np.array([-(2**62), 2**62, 5]), (-(2**62), 5, 2**62), [0, 2, 1]),
        (np.array([2**64 - 1, 2**64 - 2], dtype=np.uint64), (2**64 - 2, 2**64 - 1), [1, 0]),
        (np.array([True, False]), (False, True), [1, 0]),
    ],
)
def test_ids_ascend_and_codes_say_which(column, ids, codes):
    found, places = encode(column)
    assert (found, places.tolist(), places.dtype) == (ids, codes, np.int32)


@pytest.mark.parametrize("column", [np.array([0.5]), np.array([[1]]), [None, "a"], [float("nan")]])
def test_what_is_no_id_is_refused(column):
    with pytest.raises(ValueError, match=r"A column is one-dimensional|A missing label is a row left out"):
        encode(column)
