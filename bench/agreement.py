"""`python -m bench.agreement`: alpha, its interval and consensus beside the libraries people use, in one run.

Simulated labels, three an answer, from people of unlike skill, at 100,000, a million and five million labels. Each line
is measured in a process of its own, so that its peak of memory is its own (with Python and the libraries it loads). Of
krippendorff's resamples ten are measured and taken for ten thousand. crowd-kit runs in an environment of its own
(bench.crowd_kit), on the same labels. `--labels 100000` measures that size alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import crowd_kit
from bench.agreement_jobs import PEER_REPLICATES, REPLICATES
from bench.report import Report

SIZES = (100_000, 1_000_000, 5_000_000)
MILLION, MOST = 1_000_000, 5_000_000


def job(name: str, *arguments: object) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.agreement_jobs", name, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout or "{}")
    return found


def alpha(report: Report, folder: Path, size: str, labels: int) -> None:
    ours, columns, peer, packed = (
        job(name, folder) for name in ("alpha", "alpha_of_columns", "alpha_peer", "alpha_peer_packed")
    )
    apart = max(abs(found["alpha"] - ours["alpha"]) for found in (columns, peer, packed))
    report.say(f"{size} labels: alpha {ours['alpha']:.6f}, the four ways apart by at most {apart:.1e}")
    mark = "<= 0.1" if labels == MOST else None
    report.add(f"alpha, {size}: from counts, vs krippendorff", ours["ms"], "ms", against=peer["ms"], mark=mark)
    report.add(f"alpha, {size}: from labels, vs krippendorff packed", columns["ms"], "ms", against=packed["ms"])
    report.add(f"alpha, {size}: memory, vs krippendorff", ours["peak_mb"], "MB", against=peer["peak_mb"])
    report.add(f"alpha, {size}: memory from labels, vs packed", columns["peak_mb"], "MB", against=packed["peak_mb"])


def interval(report: Report, folder: Path, size: str, labels: int) -> None:
    ours, peer = job("interval", folder), job("interval_peer", folder)
    name = f"interval, {size}: {REPLICATES:,} resamples"
    marked = labels == MILLION
    report.add(name, ours["ms"], "ms", mark="< 500" if marked else None)
    whole = peer["ms"] * REPLICATES
    report.say(f"{size} labels: a resample by krippendorff {peer['ms']:.1f} ms, the median of {PEER_REPLICATES}")
    report.add(f"{name}, vs krippendorff", ours["ms"], "ms", against=whole, mark="<= 0.001" if marked else None)
    report.add(f"interval, {size}: memory", ours["peak_mb"], "MB", against=peer["peak_mb"])


def one_more(report: Report, folder: Path, size: str, labels: int) -> None:
    plain, em = job("one_more", folder), job("one_more_em", folder)
    marked = labels == MILLION
    report.add(f"one label more, {size}: alpha", plain["us"], "us", mark="<= 1" if marked else None)
    report.add(f"one label more, {size}: reading alpha", plain["read_us"], "us")
    report.add(f"one label more, {size}: off the batch, 1e-12", plain["off"] * 1e12, "", mark="<= 1")
    report.add(f"one label more, {size}: EM", em["us"], "us", mark="<= 0.3" if marked else None)


def consensus(report: Report, folder: Path, size: str, labels: int) -> None:
    ours = job("consensus", folder)
    name = f"Dawid-Skene, {size}: an iteration"
    try:
        peer = crowd_kit.measure(folder, 1, 3)
    except crowd_kit.MissingError as error:
        report.say(f"{size} labels: crowd-kit could not be run here, so its mark does not hold: {error}")
        # Without the other there is no ratio: the line stands by itself, with a mark that it cannot meet.
        report.add(
            f"{name}, vs crowd-kit, which is missing", ours["ms"], "ms", mark="< 0" if labels >= MILLION else None
        )
    else:
        mark = f"<= {1 / 60:.5f}" if labels >= MILLION else None
        report.add(f"{name}, vs crowd-kit", ours["ms"], "ms", against=peer["ms"], mark=mark)
        report.add(f"Dawid-Skene, {size}: memory, vs crowd-kit", ours["peak_mb"], "MB", against=peer["peak_mb"])
    whole = labels == MOST
    report.add(f"Dawid-Skene, {size}: 50 iterations", ours["whole_ms"], "ms", mark="<= 3000" if whole else None)
    report.add(f"Dawid-Skene, {size}: memory", ours["peak_mb"], "MB", mark="< 600" if whole else None)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description="Agreement beside its peers.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--labels", type=int, nargs="+", default=list(SIZES), help="how many labels, one or more sizes")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    for labels in told.labels:
        size = f"{labels // 1000:,} k" if labels < MILLION else f"{labels / MILLION:g} M"
        report.say(f"{size} labels: load before {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            job("make", folder, labels)
            for measure in (alpha, interval, one_more, consensus):
                measure(report, folder, size, labels)
    report.print_table()


if __name__ == "__main__":
    main()
