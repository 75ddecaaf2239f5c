"""Ending what a killed supervisor left behind.

Whoever calls this holds the lock of the data folder, so a server on it is nobody's.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from embedded.process import is_alive

STEPS = ((signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0))
FAST_SHUTDOWN = 5.0  # seconds for a clean end


def end_left_over(cluster: Path) -> None:
    """End a PostgreSQL left on this cluster, and the backends of one that was killed."""
    server = _server(cluster)
    left = _processes(cluster, server)
    if server in left:
        _signal({server}, signal.SIGINT)
        left = _wait(cluster, server, FAST_SHUTDOWN)
    for number, seconds in STEPS:
        if left:
            _signal(left, number)
            left = _wait(cluster, server, seconds)
    # A number written there before a crash may be another program's by now, and PostgreSQL would wait for that one.
    if sys.platform == "linux" and not left and server is not None and is_alive(server):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _server(cluster: Path) -> int | None:
    try:
        return int((cluster / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _processes(cluster: Path, server: int | None) -> set[int]:
    """The processes at work in a cluster: each of PostgreSQL's has it as its working folder."""
    if sys.platform == "linux":
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if (entry / "cwd").readlink() == cluster:
                        found.add(int(entry.name))
        return found
    if server is None or not is_alive(server):
        return set()
    shown = subprocess.run(["ps", "-o", "args=", "-p", str(server)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return {server} if str(cluster) in shown.stdout else set()


def _wait(cluster: Path, server: int | None, seconds: float) -> set[int]:
    deadline = time.monotonic() + seconds
    while (left := _processes(cluster, server)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _signal(processes: set[int], number: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)
