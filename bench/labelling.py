"""`python -m bench.labelling`: how many labels a second the real server takes, and how long a labeller waits for each.

A label is one request that saves a verdict and brings the next card. It goes over HTTP to the web server as `manage.py
up` runs it (granian, two processes with two threads each), in front of PostgreSQL with fsync; the labellers are in one
process on the same machine and do nothing else. Measured with 10,000 and with 1,000,000 open answers; one labeller has
20,000 labels behind them, 4,000 of them on answers that are still open. A fit knows everybody, every second one as
ahead of the crowd, and 4,000 answers are in doubt. Beside it runs the same SQL, bare: sent by psycopg in as many
threads, without a web server and with the lot alone deciding who gets what, in the same minute on the same database.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from bench.labellers import Labelled, at, bare, over_http
from bench.labelling_site import WRONG, Person, Site, fit_people, make_people, running_site
from bench.report import Report

PEOPLE = (1, 8, 64)
# Three more have labelled what is in doubt.
OTHERS = 3
DOUBTFUL = 4_000
FEW, MANY = 10_000, 1_000_000
BEHIND_OPEN, BEHIND_CLOSED = 4_000, 16_000
# psycopg's threads stay below the connections that PostgreSQL allows.
BARE_AT_MOST = 8
RATE, WAIT, RATIO, SLOWDOWN = ">= 200", "< 60", ">= 0.2", "<= 1.5"

T = TypeVar("T")


def apart(work: Callable[..., T], *given: object) -> T:
    """Runs it in a fresh process, so that nobody shares an interpreter with this one."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(work, *given).result()


def measure(report: Report, site: Site, people: Sequence[Person], answers: int, window_s: float) -> Labelled:
    """So many labellers over HTTP, and where there are few enough the same bare; the lines of both."""
    number = len(people)
    name = f"{answers:,} open, {number} {'labeller' if number == 1 else 'labellers'}"
    load = os.getloadavg()[0]
    peer = apart(bare, site.postgres.url, people, window_s / 2) if number <= BARE_AT_MOST else None
    found = apart(over_http, site.port, people, window_s, site.programs())
    over_cap, drifted = site.row(WRONG)
    heavy = sorted(found.took[people[0].pk])
    report.say(
        f"{name}: load before {load:.1f}; {len(found.all)} labels in {window_s:g} s"
        + (f", bare {len(peer.all)} in {peer.window_s:g} s" if peer else "")
        + "".join(f"\n  {error}" for error in [*found.errors, *(peer.errors if peer else [])][:5])
    )
    mark = RATE if number == BARE_AT_MOST else None
    report.add(f"{name}: labels", found.rate, "labels/s", mark=mark)
    if peer:
        report.add(f"{name}: beside the same SQL bare", found.rate, "labels/s", against=peer.rate, mark=RATIO)
    report.add(f"{name}: p50", at(0.5, found.all), "ms")
    report.add(f"{name}: p95", at(0.95, found.all), "ms", mark=WAIT if number == BARE_AT_MOST else None)
    report.add(f"{name}: p95 of who has 20,000 behind", at(0.95, heavy), "ms")
    for program, used in found.used.items():
        report.add(f"{name}: CPU of {program}", used, "ms/label")
    report.add(f"{name}: errors", len(found.errors), "errors", mark="<= 0")
    report.add(f"{name}: answers above their cap", over_cap, "answers", mark="<= 0")
    report.add(f"{name}: counters that drifted", drifted, "answers", mark="<= 0")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.labelling", description="Labels a second, and the wait.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quick", action="store_true", help="windows of 4 seconds; 100,000 answers, not a million")
    parser.add_argument("--labellers", type=int, choices=PEOPLE, action="append", help="only so many at once")
    parser.add_argument("--few", action="store_true", help="only the 10,000 answers")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    window_s, many = (4.0, MANY // 10) if told.quick else (8.0, MANY)
    numbers: Sequence[int] = told.labellers or PEOPLE
    with running_site() as site:
        os.environ.update(site.environ)
        everybody = apart(make_people, max(PEOPLE) + OTHERS)
        people, others = everybody[:-OTHERS], everybody[-OTHERS:]
        apart(fit_people, everybody)
        site.add_answers(BEHIND_CLOSED, "settled")
        site.add_labels_behind(people[0], BEHIND_CLOSED, "settled")
        rates: dict[int, list[float]] = {}
        for answers in [FEW] if told.few else [FEW, many]:
            site.add_answers(BEHIND_CLOSED + answers)
            if answers == FEW:
                site.add_labels_behind(people[0], BEHIND_OPEN, "open")
            site.add_doubtful(others, DOUBTFUL)
            site.settle_down()
            for number in numbers:
                found = measure(report, site, people[:number], answers, window_s)
                rates.setdefault(number, []).append(found.rate)
    for number, (*before, after) in rates.items():
        if before:
            name = f"{FEW:,} to {many:,} open, {number} {'labeller' if number == 1 else 'labellers'}: times slower"
            report.add(name, before[0] / max(after, 0.001), "times", mark=SLOWDOWN)
    report.print_table()


if __name__ == "__main__":
    main()
