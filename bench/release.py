"""`python -m bench.release`: how long a release takes, and how much memory.

Closed answers with three labels each and a probe each, in a PostgreSQL of the bench's own: 10,000, 100,000 and a
million labels. Each size is built whole by a process of its own, as a worker would: read, figures, three formats,
documents, store. The smallest is built again in the warm process. Beside it stands a bare COPY of the same three tables
to a file, which computes nothing and writes one format. The memory is the most the process had resident.

What was built is then checked by candor_verify in a process of its own, which has numpy and pyarrow and nothing else,
as a stranger has: every sum, every row in three formats, every figure again. It has no mark. It finds that the bench's
answers are made up: the SHA-256 of a text and the state of an answer are not what a site would have written.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.labelling import apart
from bench.labelling_site import running_site
from bench.live_agreement_record import fill, make_panel
from bench.processes import peak_mb
from bench.report import Report
from tests.workers.site import ROOT

SIZES = (10_000, 100_000, 1_000_000)
WARM_S, PEAK_MB = "< 2", "< 300"
TABLES = ("probes_answer", "probes_probe", "annotations_label")
# candor_verify where neither pandas nor numba is installed.
VERIFY = """
import sys
class Without:
    @staticmethod
    def find_spec(name, *_):
        if name in {"pandas", "numba"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without())
from candor_verify.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Built:
    """One build: seconds in all and by stage, the most memory so far in MB, and the bytes of the release."""

    seconds: float
    stages: dict[str, float]
    peak_mb: float
    bytes: int
    labels: int


class WithoutPandas:
    """Where pandas is installed pyarrow loads it, 50 MB of it; a server has none."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


@dataclass
class Verified:
    """One check of a release by candor_verify."""

    seconds: float
    peak_mb: float


def build(times: int, folder: Path) -> list[Built]:
    """Builds a release so many times in one process; what was built is discarded each time. The first one is laid out
    in `folder`.
    """
    import django

    sys.meta_path.insert(0, WithoutPandas())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from releases.actions import build_waiting, discard_release, start_release
    from releases.actions.progress import Progress
    from releases.files.layout import lay_out
    from releases.models import Release

    entered: list[tuple[str, float]] = []

    class Timed(Progress):
        """Notes when each stage begins."""

        def begin(self) -> None:
            entered.append(("freezing", time.perf_counter()))
            super().begin()

        def enter(self, stage: Any) -> None:
            entered.append((str(stage), time.perf_counter()))
            super().enter(stage)

    from releases.actions import progress

    progress.Progress = Timed  # type: ignore[misc]
    found = []
    for _ in range(times):
        entered.clear()
        start_release(by=None)
        begun = time.perf_counter()
        release = build_waiting()
        ended = time.perf_counter()
        if release is None or release.status != "built":
            raise SystemExit(f"The release could not be built: {release and release.error}")
        ends = [*(at for _, at in entered[1:]), ended]
        stages = {stage: end - at for (stage, at), end in zip(entered, ends, strict=True)}
        size, labels = release.counts["bytes"], release.counts["tables"]["labels"]
        found.append(Built(ended - begun, stages, peak_mb(os.getpid()), size, labels))
        if len(found) == 1:
            lay_out(release, folder)
        discard_release(by=None, release=Release.objects.get(pk=release.pk))
    return found


def verified(folder: Path) -> Verified:
    begun = time.perf_counter()
    program = subprocess.Popen([sys.executable, "-c", VERIFY, str(folder)], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, ended, used = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(ended)
    if program.returncode not in {0, 1}:
        raise SystemExit("candor_verify could not read the release.")
    return Verified(time.perf_counter() - begun, used.ru_maxrss * 1024 / 1e6)


def copied(url: str, folder: Path) -> float:
    """Seconds of a bare COPY of the same three tables to a file."""
    begun = time.perf_counter()
    with psycopg.connect(url) as connection, (folder / "copied.csv").open("wb") as file:
        for table in TABLES:
            with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT csv)") as rows:
                for chunk in rows:
                    file.write(chunk)
    return time.perf_counter() - begun


def measure(report: Report, labels: int) -> None:
    with running_site() as site, TemporaryDirectory(prefix="candor-bench-") as place:
        folder = Path(place) / "release"
        os.environ.update(site.environ)
        apart(make_panel)
        fill(site, labels // 3 + 1)
        name = f"{labels:,} labels"
        load = os.getloadavg()[0]
        small = labels == SIZES[0]
        first, *again = apart(build, 6 if small else 1, folder)
        bare = statistics.median(copied(site.postgres.url, site.folder.path) for _ in range(3))
        report.say(
            f"{name}: load before {load:.1f}; {first.bytes / 1e6:.1f} MB; "
            + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in first.stages.items())
        )
        report.add(f"{name}: in a fresh process", first.seconds, "s")
        if again:
            warm = statistics.median(each.seconds for each in again)
            stages = again[len(again) // 2].stages
            report.say("warm: " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in stages.items()))
            report.add(f"{name}: in a warm process", warm, "s", mark=WARM_S)
            report.add(f"{name}: beside a bare COPY", warm, "s", against=bare)
        else:
            report.add(f"{name}: beside a bare COPY", first.seconds, "s", against=bare)
        report.add(f"{name}: peak memory", first.peak_mb, "MB", mark=PEAK_MB)
        checked = verified(folder)
        report.add(f"{name}: candor_verify", checked.seconds, "s")
        report.add(f"{name}: candor_verify, peak memory", checked.peak_mb, "MB")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--sizes", type=int, nargs="*", default=list(SIZES), help="labels")
    chosen = options.parse_args()
    report = Report(as_json=chosen.json)
    for labels in chosen.sizes:
        measure(report, labels)
    report.print_table()


if __name__ == "__main__":
    main()
