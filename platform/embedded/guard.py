"""The guard: a small process that ends the supervisor's children should the supervisor itself be killed.

The kernel tells children of their parent's death on Linux only, and only once, gently. The guard reads a pipe from the
supervisor; when the pipe breaks off it asks every group that is left to end and then makes it. It inherits the lock of
the data folder, so that the next start waits until all is tidy.

This file is also run as a script of its own, with the standard library alone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

GENTLE_SECONDS = 4.0


class Guard:
    """The supervisor's end of the pipe."""

    def __init__(self, keep_open: Iterable[int] = ()) -> None:
        """Start the guard; it keeps the file descriptors `keep_open` open for as long as it lives."""
        self._process = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            pass_fds=tuple(keep_open),
        )

    def watch(self, process: subprocess.Popen[bytes], gentle: int = signal.SIGTERM) -> None:
        """From now on this child's group is ended with ours: by the signal `gentle` first."""
        self._tell(f"{process.pid} {int(gentle)}\n")

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """This child has ended: its number may become another program's."""
        self._tell(f"{process.pid} 0\n")

    def dismiss(self) -> None:
        """End the guard. What it still watches, it ends first."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # a guard that was killed is missed only if we are killed too
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


def guard() -> None:
    """What the guard does, from its start to its end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in sys.stdin.buffer:
        group, gentle = (int(word) for word in line.split())
        if gentle:
            watched[group] = gentle
        else:
            watched.pop(group, None)
    left = {group for group, gentle in watched.items() if _signal(group, gentle)}
    deadline = time.monotonic() + GENTLE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if _signal(group, 0)}
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Signal a group; returns whether there still is one."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of which only a zombie is left
        return False
    return True


if __name__ == "__main__":
    guard()
