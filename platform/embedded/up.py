"""`manage.py up`: the whole site on this machine, under one supervisor.

manage.py calls `main` before it loads any settings: a wrong variable or a missing database gives one plain line.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedded import variables
from embedded.errors import CannotRun
from embedded.progress import Progress

if TYPE_CHECKING:
    from embedded.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
USAGE = """\
usage: manage.py up

Runs the site on this machine until Ctrl-C. What can be chosen is chosen in the environment (all of it: config/env.py):
  PORT              the page's port on 127.0.0.1; 8000 if unset
  FILES_PORT        the port of files and streams; the one after PORT if unset
  CANDOR_DATA       the data folder; var/ if unset
  DATABASE_URL      a PostgreSQL of your own instead of the built-in one
  REDIS_URL         a Valkey or Redis of your own instead of the built-in one
  MODEL_IN_THE_BOX  no: run without the built-in model"""


def main(argv: Sequence[str] = (), make_plan: "Callable[[Path], Plan] | None" = None, root: Path = ROOT) -> int:
    """Run the site until it is stopped; returns the exit code. `argv` is what follows `up` on the command line.

    `make_plan` gives the commands to run in `root`, if not the site's own (tests run small ones).
    """
    if argv:
        asked = argv[0] in ("-h", "--help")
        Progress().say(USAGE if asked else f"`up` takes no “{argv[0]}”. See: manage.py up --help")
        return 0 if asked else 2
    try:
        wanted = variables.read(os.environ, root)
        variables.check_system(wanted)
        # Only now: none of these can even be imported on Windows.
        from embedded.plan import site
        from embedded.running import run

        run(wanted, (make_plan or site)(root))
    except CannotRun as trouble:
        Progress(sys.stderr).say(str(trouble))
        return 1
    return 0
