"""The compiled loop over all pairs of people who meet on an item."""

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def tables_of_pairs(rows: Ints, items: int, workers: int, classes: int, at_least: int) -> tuple[Ints, Ints]:
    """Of each two people with at least so many items in common: their codes, shape (pairs, 2), and how often each pair
    of labels occurs, shape (pairs, classes^2).

    rows: item, worker and label by code, shape (labels, 3), sorted by item and then worker. For one person after the
    other, a table for each they meet.
    """
    ends = np.zeros(items, dtype=np.int64)  # where the rows of an item end
    theirs = np.zeros(workers + 1, dtype=np.int64)  # where the rows of a worker begin in `by_worker`
    for row in range(rows.shape[0]):
        ends[rows[row, 0]] = row + 1
        theirs[rows[row, 1] + 1] += 1
    for worker in range(workers):
        theirs[worker + 1] += theirs[worker]
    free = theirs.copy()
    by_worker = np.empty(rows.shape[0], dtype=np.int64)
    for row in range(rows.shape[0]):
        by_worker[free[rows[row, 1]]] = row
        free[rows[row, 1]] += 1
    cells = classes * classes
    tables = np.zeros((workers, cells), dtype=np.int64)
    common = np.zeros(workers, dtype=np.int64)
    met = np.empty(workers, dtype=np.int64)
    pairs = np.empty((1024, 2), dtype=np.int64)
    kept = np.empty((1024, cells), dtype=np.int64)
    found = 0
    for one in range(workers):
        many = 0
        for place in range(theirs[one], theirs[one + 1]):
            row = by_worker[place]
            # Rows of an item are in the order of its workers, so those after it are the others.
            for next_row in range(row + 1, ends[rows[row, 0]]):
                other = rows[next_row, 1]
                if common[other] == 0:
                    met[many] = other
                    many += 1
                common[other] += 1
                tables[other, rows[row, 2] * classes + rows[next_row, 2]] += 1
        for place in range(many):
            other = met[place]
            if common[other] >= at_least:
                if found == pairs.shape[0]:
                    more_pairs = np.empty((2 * found, 2), dtype=np.int64)
                    more_pairs[:found] = pairs
                    pairs = more_pairs
                    more_kept = np.empty((2 * found, cells), dtype=np.int64)
                    more_kept[:found] = kept
                    kept = more_kept
                pairs[found, 0] = one
                pairs[found, 1] = other
                kept[found] = tables[other]
                found += 1
            common[other] = 0
            tables[other] = 0
    return pairs[:found], kept[:found]
