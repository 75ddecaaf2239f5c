"""`python -m bench.live_agreement`: how fast the live figures are read, and what keeping them costs.

A million closed answers with three labels each, in a PostgreSQL of the bench's own. Alpha over all of them is read from
the sums that the site keeps, beside counting it from the labels themselves; then two slices crossed, a refresh of 1,000
answers that changed, and one label with and without what figures add to it (live_agreement_label). Then with the real
workers, how long after a label the figures say so (live_agreement_worker), with 300,000 labels to fit.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.labelling import apart
from bench.labelling_site import make_people, running_site
from bench.live_agreement_label import prices
from bench.live_agreement_record import fill, make_panel
from bench.live_agreement_worker import count_all, delays, workers
from bench.report import Report

ANSWERS, STALE = 1_000_000, 1000
# Of the site on which the workers run.
FITTED = 100_000
READ_MS, LABEL_RATIO, STATEMENTS, FRESH_S, LIVE_S = "< 150", "<= 1.05", "<= 0", "< 10", "<= 10"
MEANWHILE = {
    "": "",
    ", while the crowd is fitted": "workers.tasks.slow_numbers_fit_crowd",
    ", while all is counted afresh": "workers.tasks.slow_numbers_sweep",
}


@dataclass
class Found:
    """Seconds by name, each the median of several runs where there are several; and what was counted on the way."""

    seconds: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)


def median(run: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def site_of_this_process() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def figures() -> Found:
    """Counts everything once, reads it in each way, and counts again what changed."""
    site_of_this_process()
    from django.core.cache import cache
    from django.db import connection

    from annotations import selectors
    from annotations.actions import refresh_stale
    from annotations.actions.measure import measure_slices
    from annotations.actions.tally import retally
    from annotations.agreement import krippendorff_alpha
    from annotations.choices import Slice
    from annotations.models import Agreement, Cell, Stale
    from probes.models import Answer

    found = Found()
    answers = list(Answer.objects.filter(state="settled").order_by("pk").values_list("pk", flat=True))
    begun = time.perf_counter()
    touched = set[tuple[Slice, str]]()
    for start in range(0, len(answers), 20_000):
        touched |= retally(answers[start : start + 20_000])
    found.seconds["tallies"] = time.perf_counter() - begun
    begun = time.perf_counter()
    measure_slices(touched)
    found.seconds["slices"] = time.perf_counter() - begun
    found.numbers |= {"slices": len(touched), "cells": Cell.objects.count()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    def live() -> float | None:
        cells = selectors.cells_of(Slice.ALL, "")
        return krippendorff_alpha(cells.votes, cells.times).value

    found.seconds["live"] = median(live, 7)
    found.seconds["raw"] = median(from_labels, 3)
    assert live() == from_labels() == Agreement.objects.get(slice="all", scale="labels").alpha

    def crossed() -> None:
        cache.clear()
        assert selectors.crossed((Slice.MODEL, "bench-7"), (Slice.LANGUAGE, "en")) is not None

    def table() -> None:
        cache.clear()
        assert len(selectors.crossed_table(Slice.COUNTRY, Slice.LANGUAGE, 50)) > 1

    found.seconds["crossed"], found.seconds["table"] = median(crossed, 5), median(table, 3)
    stale = answers[:: max(1, len(answers) // STALE)][:STALE]

    def refresh() -> None:
        # As when one label each had been set aside, and come back.
        with connection.cursor() as cursor:
            cursor.execute(TURNED, {"answers": stale})
        Stale.objects.bulk_create([Stale(answer_id=answer) for answer in stale])
        begun = time.perf_counter()
        assert refresh_stale(limit=STALE) == len(stale)
        found.seconds.setdefault("refreshes", 0.0)
        found.seconds["refreshes"] = max(found.seconds["refreshes"], time.perf_counter() - begun)

    for _ in range(2):
        refresh()
    return found


# One label of each answer is set aside, or is current again.
TURNED = """
    UPDATE annotations_label SET status = CASE status WHEN 'current' THEN 'set_aside' ELSE 'current' END
    WHERE id IN (SELECT min(id) FROM annotations_label WHERE answer_id = ANY(%(answers)s) GROUP BY answer_id)
"""


def from_labels() -> float | None:
    """Alpha of all answers, counted from their labels."""
    from annotations import selectors
    from annotations.agreement import count_labels, krippendorff_alpha
    from annotations.choices import Value

    rows = selectors.closed_labels().values_list("answer_id", "value")
    items, values = zip(*rows.iterator(chunk_size=50_000), strict=True)
    return krippendorff_alpha(count_labels(items, values, classes=list(Value.values)).counts).value


def add_figures(report: Report, answers: int) -> None:
    with running_site() as site:
        os.environ.update(site.environ)
        apart(make_panel)
        fill(site, answers)
        found = apart(figures)
    seconds, name = found.seconds, f"{answers:,} answers"
    report.say(f"{name}: {found.numbers['slices']:.0f} slices in {found.numbers['cells']:,.0f} cells")
    report.add(f"{name}: live alpha of all from PostgreSQL", seconds["live"] * 1000, "ms", mark=READ_MS)
    report.add(f"{name}: the same beside counting the labels", seconds["live"], "s", against=seconds["raw"])
    report.add(f"{name}: two slices crossed, with intervals", seconds["crossed"] * 1000, "ms")
    report.add(f"{name}: table of two kinds of slices crossed", seconds["table"] * 1000, "ms")
    report.add(f"{name}: refresh of {STALE:,} that changed", seconds["refreshes"], "s", mark=FRESH_S)
    report.add(f"{name}: all tallies and cells counted once", seconds["tallies"], "s")
    report.add(f"{name}: all slices measured once", seconds["slices"], "s")


def add_labels(report: Report) -> None:
    with running_site() as site:
        os.environ.update(site.environ)
        site.add_answers(12_000)
        site.settle_down()
        people = apart(make_people, 6)
        price = apart(prices, [person.pk for person in people])
    report.say(f"labels: {price.each} of each kind, with and without; load {os.getloadavg()[0]:.1f}")
    for name, with_figures, without, statements in (
        ("a label that leaves its answer open", price.plain_with, price.plain_without, price.statements_plain),
        ("a label that closes its answer", price.closing_with, price.closing_without, price.statements_closing),
    ):
        report.add(f"{name}: statements for figures", statements, "statements", mark=STATEMENTS)
        report.add(
            f"{name}, beside one without figures", with_figures * 1000, "ms", against=without * 1000, mark=LABEL_RATIO
        )


def add_delays(report: Report, answers: int) -> None:
    with running_site() as site:
        os.environ.update(site.environ)
        apart(make_panel)
        fill(site, answers)
        apart(count_all)
        site.add_answers(answers + 1000)
        site.settle_down()
        people = [person.pk for person in apart(make_people, 3)]
        with workers(site):
            for name, task in MEANWHILE.items():
                took = apart(delays, people, task)
                report.say(f"load {os.getloadavg()[0]:.1f}: {', '.join(f'{seconds:.1f}' for seconds in took)} s")
                report.add(f"from a label to its figures{name}: median", statistics.median(took), "s")
                report.add(f"from a label to its figures{name}: worst", max(took), "s", mark=LIVE_S)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.live_agreement", description="Live figures, and their price."
    )
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--answers", type=int, default=ANSWERS, help="closed answers; a million unless told")
    parser.add_argument("--only", choices=("figures", "labels", "delays"), help="one part; all unless told")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    # The third label closes its answer, so that all that figures add to a label is in it.
    os.environ["SETTLING_MINUTES"] = "0"
    if told.only in {None, "figures"}:
        add_figures(report, told.answers)
    if told.only in {None, "labels"}:
        add_labels(report)
    if told.only in {None, "delays"}:
        add_delays(report, FITTED)
    report.print_table()


if __name__ == "__main__":
    main()
