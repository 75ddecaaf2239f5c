"""`python -m bench.streams`: how fast lists are streamed, and what slow readers cost those who label.

Closed answers with three labels, a probe and a consensus each, in a PostgreSQL of the bench's own, behind the web
server and the process for files and streams as `manage.py up` runs them. Each stream is read whole over HTTP,
uncompressed.
Beside it runs a bare COPY of the same rows and columns (the same joins, names that are computed among them, no JSON of
them made; facets are a list, and one cell of JSON in both) in the same order, which a stream promises, on the same
database; both three times in turn, and the medians count. Answers come without `given_by`, by `fields`: a list of
objects in each row, for which a COPY has no plain columns.
How fast COPY is in no order is said too. PostgreSQL may use several processes for a COPY, and for a stream uses one.
Then eight people label, with and without fifty readers of
2 KB/s beside them, in turn.
"""

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from bench.labellers import at, over_http
from bench.labelling import apart
from bench.labelling_site import Person, Site, make_people, running_site
from bench.live_agreement_record import fill, make_panel
from bench.processes import peak_mb, tree
from bench.report import Report
from embedded import plan
from tests.workers.site import ROOT

ANSWERS = 100_000
NOUNS = ("answers", "labels", "consensus")
FORMS = {"NDJSON": "application/x-ndjson", "CSV": "text/csv"}
ROUNDS = 3
READERS, SPEED = 50, 2048  # bytes a second each
OPEN = 10_000
# What is asked for of each row, where it is not all there is.
FIELDS: dict[str, tuple[str, ...]] = {
    "answers": (
        *("id", "prompt", "text", "escaped", "sha256", "state", "closed_on", "consensus"),
        *("adjudication", "givers_known"),
    )
}
RATIO, FIRST_MS, SLOWDOWN, PEAK_MB = ">= 0.4", "< 100", "<= 1.5", "< 300"
CONSENSUS = """
    INSERT INTO annotations_consensus (answer_id, censored, evasive, faithful, value, share, dispersion, posterior,
        confidence, computed_at)
    SELECT id, 0, 1, 2, 'faithful', 2.0 / 3, 4.0 / 9, ARRAY[0.0123, 0.2345, 0.7532], 0.8123, now()
    FROM probes_answer WHERE state = 'settled'
"""


def bare_statements() -> dict[str, dict[str, str]]:
    """By noun, a COPY of the columns of its stream, `sorted` as the stream is and in `any` order; in a process whose
    environment names the site's servers.
    """
    import django

    django.setup()
    from django.db import connection

    from api.answers import Answers
    from api.consensus import ConsensusList
    from api.labels import Labels
    from api.streams.made import Columns, lay
    from api.streams.nouns import NOUNS as WRITTEN

    found: dict[str, dict[str, str]] = {}
    for noun, view in (("answers", Answers), ("labels", Labels), ("consensus", ConsensusList)):
        written = WRITTEN[view.serializer_class]
        columns = Columns()
        lay({name: written.members[name] for name in FIELDS.get(noun, written.members)}, {}, columns)
        rows = written.prepare(view.queryset.all().prefetch_related(None)).annotate(**columns.expressions)
        rows = rows.values_list(*columns.expressions)
        found[noun] = {}
        for name, keys in (("sorted", view.keys), ("any", ())):
            sql, values = rows.order_by(*keys).query.sql_with_params()
            with connection.cursor() as cursor:
                connection.ensure_connection()
                plain = psycopg.ClientCursor(cursor.connection).mogrify(sql, values)
            found[noun][name] = f"COPY ({plain}) TO STDOUT (FORMAT csv)"
    return found


def copied(url: str, statement: str) -> tuple[float, int]:
    """Seconds and bytes of a bare COPY."""
    begun, length = time.perf_counter(), 0
    with psycopg.connect(url) as connection, connection.cursor().copy(statement) as rows:
        for chunk in rows:
            length += len(chunk)
    return time.perf_counter() - begun, length


def address(noun: str) -> str:
    """Where a list is, with the fields that are measured."""
    return f"/api/v1/{noun}/" + (f"?fields={','.join(FIELDS[noun])}" if noun in FIELDS else "")


def streamed(port: int, noun: str, accept: str, *, whole: bool = True) -> tuple[float, float, int]:
    """Seconds to the first byte of the body and to the last, and its length."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    begun, length = time.perf_counter(), 0
    connection.request("GET", address(noun), headers={"Accept": accept, "Accept-Encoding": "identity"})
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"{noun} came with status {response.status}: {response.read(500)!r}")
    first = response.read(1)
    first_at = time.perf_counter() - begun
    length = len(first)
    while whole and (chunk := response.read1(1 << 20)):
        length += len(chunk)
    connection.close()
    return first_at, time.perf_counter() - begun, length


@contextmanager
def files_process(site: Site) -> Iterator[tuple[int, int]]:
    """The process for files and streams: its port, and its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    [child] = [one for one in plan.site(ROOT).children(site.port, port) if one.name == "files"]
    there = os.environ | site.environ | {"STREAMS_PER_ADDRESS": "64"}
    process = subprocess.Popen(child.command, cwd=ROOT, env=there, stdout=site.log, stderr=site.log)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                streamed(port, "topics", FORMS["CSV"])
                break
            except OSError:
                time.sleep(0.3)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def measure_speed(report: Report, site: Site, port: int, pid: int) -> None:
    statements = apart(bare_statements)
    for noun in NOUNS:
        bare: list[float] = []
        unsorted: list[float] = []
        took: dict[str, list[float]] = {form: [] for form in FORMS}
        firsts: dict[str, list[float]] = {form: [] for form in FORMS}
        for _ in range(ROUNDS):
            bare.append(copied(site.postgres.url, statements[noun]["sorted"])[0])
            unsorted.append(copied(site.postgres.url, statements[noun]["any"])[0])
            for form, accept in FORMS.items():
                _, seconds, length = streamed(port, noun, accept)
                took[form].append(seconds)
                firsts[form] += [streamed(port, noun, accept, whole=False)[0] for _ in range(5)]
        for form in FORMS:
            speed, peer = 1 / statistics.median(took[form]), 1 / statistics.median(bare)
            report.add(f"{noun} as {form}: of the speed of a bare COPY", speed, "a second", against=peer, mark=RATIO)
            report.add(f"{noun} as {form}: first byte", 1000 * statistics.median(firsts[form]), "ms", mark=FIRST_MS)
        report.say(
            f"{noun}: bare {statistics.median(bare):.2f} s, in no order {statistics.median(unsorted):.2f} s; "
            f"{length / 1e6:.0f} MB as the last form; load {os.getloadavg()[0]:.1f}"
        )
    report.add("peak memory of the process", max(peak_mb(one) for one in tree(pid)), "MB", mark=PEAK_MB)


@contextmanager
def slow_readers(port: int) -> Iterator[list[int]]:
    """Fifty who read all answers at 2 KB/s; the bytes each has had."""
    over, had = threading.Event(), [0] * READERS

    def read(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as door:
            door.sendall(b"GET /api/v1/answers/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/x-ndjson\r\n\r\n")
            while not over.wait(1.0):
                had[number] += len(door.recv(SPEED))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(5)  # until they have filled what waits for them on the way
        yield had
    finally:
        over.set()
        for thread in threads:
            thread.join()


def measure_labelling(report: Report, site: Site, people: Sequence[Person], port: int, window_s: float) -> None:
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(ROUNDS):
        alone.append(at(0.95, apart(over_http, site.port, people, window_s, {}).all))
        with slow_readers(port) as had:
            beside.append(at(0.95, apart(over_http, site.port, people, window_s, {}).all))
        report.say(f"p95 {alone[-1]:.1f} ms alone, {beside[-1]:.1f} ms beside {sum(map(bool, had))} readers")
    name = f"p95 of labelling beside {READERS} slow readers"
    report.add(name, statistics.median(beside), "ms", against=statistics.median(alone), mark=SLOWDOWN)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.streams", description="Streams beside a bare COPY.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--answers", type=int, default=ANSWERS, help=f"closed answers; {ANSWERS:,} unless told")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    with running_site() as site:
        os.environ.update(site.environ)
        apart(make_panel)
        people = apart(make_people, 8)
        fill(site, told.answers)
        site.write(CONSENSUS)
        site.write("DELETE FROM annotations_stale")
        site.add_answers(told.answers + OPEN)
        site.settle_down()
        with files_process(site) as (port, pid):
            report.say(f"{told.answers:,} answers; load before {os.getloadavg()[0]:.1f}")
            measure_speed(report, site, port, pid)
            measure_labelling(report, site, people, port, 6.0)
    report.print_table()


if __name__ == "__main__":
    main()
