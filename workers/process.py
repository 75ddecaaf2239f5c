"""The runner of this worker process, its loop for machine judges, and its thread for webhooks."""

import threading

from django.conf import settings

from workers.judging import Judging
from workers.runner import Runner
from workers.webhooks import Telling

_runner: Runner | None = None
_judging: Judging | None = None
_telling: Telling | None = None
_lock = threading.Lock()


def runner() -> Runner:
    """This process's runner, started on first use (after the fork, never before), and anew where its loop has ended."""
    global _runner  # noqa: PLW0603 -- one for each process is the point
    with _lock:
        if _runner is None or _runner.is_over():
            _runner = Runner(settings.ENV.probes_in_flight)
        return _runner


def judging() -> Judging:
    """This process's loop for machine judges; it begins when it is woken."""
    global _judging  # noqa: PLW0603 -- one for each process is the point
    with _lock:
        if _judging is None:
            _judging = Judging(settings.ENV.probes_in_flight)
        return _judging


def telling() -> Telling:
    """This process's thread for webhooks; it begins when it is woken."""
    global _telling  # noqa: PLW0603 -- one for each process is the point
    with _lock:
        if _telling is None:
            _telling = Telling()
        return _telling


def stop() -> None:
    """Stops what this process has of the three, all at once."""
    if _judging is not None:
        _judging.stopping.set()
    if _telling is not None:
        _telling.stopping.set()
    for loop in (_runner, _judging, _telling):
        if loop is not None:
            loop.stop()
