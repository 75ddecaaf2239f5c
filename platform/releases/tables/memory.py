"""Giving back what a large table took: a worker stays as small as what it holds, not as what it once held.

The C library keeps freed memory in its heap, and Arrow in its pool, for who asks next. Between one large table and the
next stage nobody asks for the same again, and both would stand beside it.
"""

import ctypes
from functools import cache

import pyarrow as pa

# Tables of fewer rows leave nothing worth the time.
LARGE = 100_000


def give_back() -> None:
    """What is free goes back to the machine, where the C library can do that (glibc; elsewhere Arrow's alone)."""
    pa.default_memory_pool().release_unused()
    trim = trimmer()
    if trim is not None:
        trim(0)


@cache
def trimmer() -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
