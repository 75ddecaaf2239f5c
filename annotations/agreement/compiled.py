"""Whether the compiled loops are used. Small sets are done by numpy, as all are where numba is not installed: loading
numba takes longer than they do. Both give the same numbers.

Asked only by what is called with enough to do: the first question about a large set loads numba.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

# Labels from which on loading the compiled loops pays.
COMPILED_FROM = 50_000

_wanted = ContextVar("compiled", default=True)


def pays_to_compile(labels: int) -> bool:
    """Whether so many labels are done by compiled loops."""
    return labels >= COMPILED_FROM and can_compile()


def can_compile() -> bool:
    """Whether numba is wanted and installed; loads it."""
    return _wanted.get() and _is_installed()


@contextmanager
def by_numpy() -> Iterator[None]:
    """Within it all is done by numpy: numba takes 100 MB, which a process that has to stay small would rather keep."""
    before = _wanted.set(False)
    try:
        yield
    finally:
        _wanted.reset(before)


@cache
def _is_installed() -> bool:
    try:
        import numba  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True
