"""Two transactions that wait for each other: PostgreSQL ends one of them, which may simply be done again."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

TIMES = 3
# deadlock_detected, serialization_failure
ENDED = {"40P01", "40001"}

T = TypeVar("T")


def ended_for_another(error: OperationalError) -> bool:
    """Whether PostgreSQL ended a transaction so that another could go on."""
    return getattr(error.__cause__, "sqlstate", None) in ENDED


def done_again(work: Callable[[], T], *, times: int = TIMES) -> T:
    """What `work` gives; done again where PostgreSQL ended it for another. `work` has to be atomic.

    Raises:
        OperationalError: it was ended `times` times, or the database is away.
    """
    for _ in range(times - 1):
        try:
            return work()
        except OperationalError as error:
            if not ended_for_another(error):
                raise
    return work()
