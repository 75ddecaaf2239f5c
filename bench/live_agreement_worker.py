"""How long after a label the figures say so: from the commit that closes an answer to its new row, with real workers.

The workers for numbers and the schedule run as in `manage.py up`. An answer gets its three labels, the last of which
closes it, and the row over all answers is read until it counts one answer more. The same while the slow worker fits the
crowd, and while it counts everything afresh.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.labelling_site import Site
from embedded import plan
from embedded.process import end

if TYPE_CHECKING:
    from accounts.models import User

ROOT = Path(__file__).resolve().parents[1]
TRIES = 8
# A row that has not come by then is not waited for.
AT_MOST_S = 60.0
CHILDREN = ("numbers", "slow", "beat")


@contextmanager
def workers(site: Site) -> Iterator[None]:
    """The processes that bring figures up to date, on this site."""
    there = os.environ | site.environ
    running = [
        subprocess.Popen(child.command, cwd=ROOT, env=there, stdout=site.log, stderr=site.log, start_new_session=True)
        for child in plan.site(ROOT).children(site.port, site.port + 1)
        if child.name in CHILDREN
    ]
    try:
        yield
    finally:
        for process in running:
            end(process, (signal.SIGTERM, 8.0))


def count_all() -> None:
    """The tallies, cells and rows of everything that is there."""
    set_up()
    from annotations.actions.measure import measure_slices
    from annotations.actions.tally import retally
    from annotations.choices import Slice
    from probes.models import Answer

    answers = list(Answer.objects.filter(state="settled").order_by("pk").values_list("pk", flat=True))
    touched = set[tuple[Slice, str]]()
    for start in range(0, len(answers), 20_000):
        touched |= retally(answers[start : start + 20_000])
    measure_slices(touched)


def delays(people: list[int], meanwhile: str) -> list[float]:
    """Seconds from the closing label to the row, of so many tries; `meanwhile` is a task that runs all the time."""
    set_up()
    from accounts.models import User
    from annotations.models import Agreement, DeckSettings, Fit, Sweep
    from workers.celery import app

    def ends() -> int:
        return (Fit.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + Sweep.objects.count()

    # Checks are no labels.
    DeckSettings.objects.update_or_create(pk=1, defaults={"gold_share": 0.0, "repeat_share": 0.0})
    readers = list(User.objects.filter(pk__in=people))
    found: list[float] = []
    begun = -1
    for number in range(TRIES + 1):
        if meanwhile and begun != ends():
            begun = ends()
            app.send_task(meanwhile, queue="slow_numbers")
            time.sleep(2.0)
        # At any moment between two looks of the schedule.
        time.sleep(number * 0.31 % 2)
        rows = Agreement.objects.filter(slice="all", scale="labels")
        before = rows.values_list("answers", flat=True).get()
        close_one(readers)
        committed = time.perf_counter()
        while rows.values_list("answers", flat=True).get() <= before:
            if time.perf_counter() - committed > AT_MOST_S:
                break
            time.sleep(0.02)
        found.append(time.perf_counter() - committed)
    # The first finds workers that have only just started.
    return found[1:]


def close_one(readers: "Sequence[User]") -> None:
    """Labels until one answer has closed that counts."""
    from annotations.actions import assign_next, submit_label
    from probes.models import Answer

    turn = 0
    while True:
        for card in assign_next(by=readers[turn % len(readers)], limit=1):
            submit_label(by=readers[turn % len(readers)], assignment_id=card.id, value="faithful")
            closed = Answer.objects.filter(assignments=card.id).exclude(state="open")
            if closed.exclude(version__prompt__family__kind="harm_control").exists():
                return
        turn += 1


def set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
