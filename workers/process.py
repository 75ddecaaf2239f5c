"""The runner of this worker process."""

import threading

from django.conf import settings

from workers.runner import Runner

_runner: Runner | None = None
_lock = threading.Lock()


def runner() -> Runner:
    """This process's runner, started on first use (after the fork, never before), and anew where its loop has ended."""
    global _runner  # noqa: PLW0603 -- one for each process is the point
    with _lock:
        if _runner is None or _runner.is_over():
            _runner = Runner(settings.ENV.probes_in_flight)
        return _runner


def stop() -> None:
    """Stops this process's runner, if it has one."""
    if _runner is not None:
        _runner.stop()
