"""What `manage.py up` runs: the commands, in one place."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded import model
from embedded.supervisor import Child
from embedded.variables import HOST

Command = tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The commands of a site. All run in `root`, with its code on the path."""

    root: Path
    is_migrated: Command  # exits with 0 where no migration is pending
    prepare: Command  # migrates and fills an empty database; safe to run twice
    # by the ports of the web server and of the process for files and streams
    children: Callable[[int, int], list[Child]]
    check: Command = ()  # exits with 0 where no variable is wrong, else with one line on its stderr
    careless: bool = False  # for tests: the servers do not wait for the disk


def site(root: Path) -> Plan:
    """The plan of the real site."""
    python = sys.executable
    manage = (python, "manage.py")
    return Plan(
        root=root,
        check=(python, "-m", "config.env", "check"),
        is_migrated=(*manage, "migrate", "--check", "-v0"),
        prepare=(*manage, "prepare"),
        children=lambda port, files: [_web(python, port), _files(python, files), *_workers(python)],
    )


def model_in_the_box(port: int) -> Child:
    return Child("model", "the model in the box", model.command(port), needed=False)


def _web(python: str, port: int) -> Child:
    # Two processes with two threads each serve labels best on two cores. No access log: labelling is nobody's business.
    options = ("--workers", "2", "--blocking-threads", "2", "--no-ws", "--respawn-failed-workers")
    stop = ("--workers-kill-timeout", "2", "--log-level", "warning")
    where = ("--interface", "wsgi", "--host", HOST, "--port", str(port))
    return Child("web", "the web server", (python, "-m", "granian", *where, *options, *stop, "config.wsgi:application"))


def _files(python: str, port: int) -> Child:
    # One process with a thread for each reader there can be (64 of streams, 64 of files) and some to refuse others in:
    # a thread waits for its reader, however slow, and the labelling does not know.
    options = ("--workers", "1", "--blocking-threads", "160", "--no-ws", "--respawn-failed-workers")
    stop = ("--workers-kill-timeout", "2", "--log-level", "warning")
    where = ("--interface", "wsgi", "--host", HOST, "--port", str(port))
    command = (python, "-m", "granian", *where, *options, *stop, "config.files_wsgi:application")
    return Child("files", "the server of files", command)


def _workers(python: str) -> list[Child]:
    celery = (python, "-m", "celery", "-A", "workers.celery:app")
    level = ("--loglevel", "WARNING")
    worker = (*celery, "worker", "--without-gossip", "--without-mingle", *level)
    return [
        Child("worker", "the worker", (*worker, "-n", "probes@%h", "-Q", "probes", "-c", "2")),
        # Numbers have processes of their own: their libraries would make each probing process 100 MB heavier. What may
        # take minutes has another, or the figures on the pages would wait for it.
        Child("numbers", "the worker for numbers", (*worker, "-n", "numbers@%h", "-Q", "numbers", "-c", "1")),
        Child("slow", "the worker for slow numbers", (*worker, "-n", "slow@%h", "-Q", "slow_numbers", "-c", "1")),
        Child("beat", "the schedule", (*celery, "beat", "-S", "redbeat.RedBeatScheduler", "--pidfile=", *level)),
    ]
