"""What another label would be worth: how much less likely the answer's label would be wrong. Pure Python.

Asking where it helps most is what makes few labels go far. One label more often cannot change anything: after 3-0 it
takes two to turn the call. Looking one label ahead such answers would never be asked about again, so the gain is the
best that any small number of labels brings, for each of them.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import factorial, prod
from operator import mul

AHEAD = 4


def gain(posterior: Sequence[float], pooled: Sequence[Sequence[float]], *, room: int = AHEAD) -> float:
    """The expected fall in the chance of being wrong, for each label asked of people who label like `pooled`.

        max over m = 1..room of (E[max_k p(k | m labels more)] - max_k p(k)) / m

    posterior: the chance of each class now (for an answer without labels, the classes' shares); pooled: row the truth,
    column the label, what people together say, or what one person does; room: how many labels the answer may still get,
    of which at most four are looked ahead. At least 0, and 0 without room. ValueError if the matrix is not of the
    posterior's classes.

    Source: P. I. Frazier, W. B. Powell, Paradoxes in learning and the marginal value of information, Decision Analysis
    7 (2010), 378-403: the policy KG(*).
    """
    classes = len(posterior)
    if len(pooled) != classes or any(len(row) != classes for row in pooled):
        raise ValueError("The matrix has a row and a column for each class of the posterior.")
    now = max(posterior)
    matrix = tuple(tuple(row) for row in pooled)
    best = 0.0
    for more in range(1, min(room, AHEAD) + 1):
        then = sum(max(map(mul, posterior, chances)) for chances in _outlook(matrix, more))
        best = max(best, (then - now) / more)
    return best


@lru_cache(maxsize=1024)  # four for each person's matrix
def _outlook(pooled: tuple[tuple[float, ...], ...], labels: int) -> tuple[tuple[float, ...], ...]:
    """For each way that so many labels can fall on the classes: how likely it is under each truth."""
    outlook = []
    for said in _parts(labels, len(pooled)):
        orders = factorial(labels) // prod(map(factorial, said))
        outlook.append(tuple(orders * prod(map(pow, row, said)) for row in pooled))
    return tuple(outlook)


def _parts(total: int, places: int) -> Iterator[tuple[int, ...]]:
    if places == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _parts(total - first, places - 1):
            yield (first, *rest)
