"""`python -m bench.probing`: how near the probing engine comes to a bare HTTP loop with as many calls in flight.

Both ask the same provider, a process of its own on this machine that answers after one second, the same questions. The
engine is the whole of it: a Celery worker with two children, beat, Valkey, and PostgreSQL (with fsync) into which every
probe, answer and payload is written. Both rates are of a window in the middle. The bare loop's window begins three
seconds after its start. The engine's begins two seconds after the provider has seen 95 % of the wanted number at once,
or RAMP_AT_MOST_S after the first answer where it never does; probes are still due at the window's end, so there is no
tail in it. The engine's rate counts rows by their `finished_at`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench import bare
from bench.processes import cpu_of, peak_mb, tree
from bench.report import Report
from tests.workers.site import ROOT, Site
from workers.providers.openai_chat import request_body
from workers.providers.results import Call

MODEL = "answer,delay:1000"
CHILDREN = 2
SAMPLES = 100  # the most a round takes
RAMP_S = 3.0
RAMP_AT_MOST_S = 30.0
MARKS = {200: ">= 0.85", 500: ">= 0.75"}
LEAST_MEMORY = "< 200"


@dataclass(frozen=True)
class Engine:
    """What came of the engine in the window. CPU is milliseconds a probe."""

    rate: float
    answered: int
    most_in_flight: int
    ramp_s: float
    peak_mb: float
    children_ms: float
    postgres_ms: float
    provider_ms: float
    rest_ms: float
    failed: int


@contextmanager
def provider() -> Iterator[tuple[int, str]]:
    """The fake provider as a process of its own: its process id and its address."""
    command = [sys.executable, "-m", "tests.fake_provider", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.pid, f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def seen(root: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{root}/_count?pairs=no", timeout=30) as response:
        found: dict[str, int] = json.load(response)
        return found


def run_bare(in_flight: int, stream: bool, window_s: float) -> bare.Bare:
    call = Call(base_url="", model=MODEL, prompt="", allow_private=True, stream=stream)
    with provider() as (_, root), ProcessPoolExecutor(1, get_context("spawn")) as process:
        bodies = [request_body(replaced(call, root, number)) for number in range(prompts_for(in_flight, window_s))]
        url = f"{root}/v1/chat/completions"
        return process.submit(bare.measure, url, bodies, in_flight, RAMP_S, window_s).result()


def replaced(call: Call, root: str, number: int) -> Call:
    prompt = f"What happened in the year {1700 + number}?"
    return Call(f"{root}/v1", call.model, prompt, allow_private=call.allow_private, stream=call.stream)


def prompts_for(in_flight: int, window_s: float) -> int:
    """Enough prompts that the queue is not empty at the end, whatever the engine does."""
    return 1 + round(in_flight * (RAMP_AT_MOST_S + window_s + 4) / SAMPLES)


def run_engine(in_flight: int, stream: bool, window_s: float) -> Engine:
    with tempfile.TemporaryDirectory(prefix="candor-bench-", ignore_cleanup_errors=True) as name, provider() as asked:
        pid, root = asked
        # PostgreSQL runs under another account where this runs as root.
        Path(name).chmod(0o755)
        site = Site(
            Path(name),
            f"{root}/v1",
            children=CHILDREN,
            environ={"PROBES_IN_FLIGHT": str(in_flight // CHILDREN)},
            arena={
                "model": MODEL,
                "prompts": prompts_for(in_flight, window_s),
                "samples": SAMPLES,
                "in_flight": in_flight,
                "stream": stream,
            },
        )
        try:
            site.start()
            return watch(site, pid, root, in_flight, window_s)
        finally:
            site.stop()


def watch(site: Site, provider_pid: int, root: str, in_flight: int, window_s: float) -> Engine:
    ramp_s = ramp(root, in_flight)
    database, broker = site.postgres.process, site.valkey.process
    assert database is not None and broker is not None
    children, servers = site.children(), tree(database.pid)
    others = [site.worker.pid, site.beat.pid, broker.pid]
    groups = (children, servers, [provider_pid], others)
    # A server that is gone has left its time with its parent, a new one brings its own.
    before = [cpu_of(group) for group in groups]
    begun = site.rows("SELECT clock_timestamp()")[0][0]
    time.sleep(window_s)
    over = site.rows("SELECT clock_timestamp()")[0][0]
    servers[:] = tree(database.pid)
    used = [cpu_of(group) - was for group, was in zip(groups, before, strict=True)]
    answered, failed = site.rows(
        f"SELECT count(*), count(*) FILTER (WHERE delivery <> 'delivered') FROM probes_probe "
        f"WHERE finished_at >= '{begun}' AND finished_at < '{over}'"
    )[0]
    if site.count("due") == 0:
        sys.exit("The queue ran empty within the window: this measured nothing.")
    of_children, of_postgres, of_provider, of_rest = (one * 1000 / max(1, answered) for one in used)
    return Engine(
        answered / (over - begun).total_seconds(),
        answered,
        seen(root)["most_in_flight"],
        ramp_s,
        max(peak_mb(child) for child in children),
        of_children,
        of_postgres,
        of_provider,
        of_rest,
        failed,
    )


def ramp(root: str, in_flight: int) -> float:
    """Waits until the engine is in its stride; returns the seconds since its first call."""
    deadline = time.monotonic() + 60
    while (now := seen(root))["total"] == 0:
        if time.monotonic() > deadline:
            sys.exit("The engine asked nothing for a minute.")
        time.sleep(0.1)
    begun = time.monotonic()
    while now["in_flight"] < 0.95 * in_flight and time.monotonic() - begun < RAMP_AT_MOST_S:
        time.sleep(0.25)
        now = seen(root)
    time.sleep(2)
    return time.monotonic() - begun - 2


def compare(report: Report, in_flight: int, stream: bool, window_s: float) -> None:
    name = f"{in_flight} in flight, {'streaming' if stream else 'whole'}"
    load = os.getloadavg()[0]
    peer = run_bare(in_flight, stream, window_s)
    engine = run_engine(in_flight, stream, window_s)
    report.say(
        f"{name}: load before {load:.1f}; {peer.answered} and {engine.answered} answers in {window_s:g} s; "
        f"ramp {engine.ramp_s:.1f} s; at most {engine.most_in_flight} at once; {engine.failed} not delivered"
    )
    report.add(f"{name}: engine", engine.rate, "answers/s", against=peer.rate, mark=MARKS[in_flight])
    report.add(f"{name}: peak memory of a child", engine.peak_mb, "MB", mark=LEAST_MEMORY)
    report.add(f"{name}: CPU of the children", engine.children_ms, "ms/probe", against=peer.cpu_ms)
    report.add(f"{name}: CPU of PostgreSQL", engine.postgres_ms, "ms/probe")
    report.add(f"{name}: CPU of the rest of the engine", engine.rest_ms, "ms/probe")
    report.add(f"{name}: CPU of the provider", engine.provider_ms, "ms/probe")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.probing", description="Throughput of the probing engine.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quick", action="store_true", help="windows of 8 seconds instead of 30")
    parser.add_argument("--in-flight", type=int, choices=list(MARKS), action="append", help="only this number")
    parser.add_argument("--only", choices=["whole", "streaming"], help="only this way of answering")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    for in_flight in told.in_flight or MARKS:
        for way in [told.only] if told.only else ["whole", "streaming"]:
            compare(report, in_flight, way == "streaming", 8.0 if told.quick else 30.0)
    report.print_table()


if __name__ == "__main__":
    main()
