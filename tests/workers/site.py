"""A site of a test's own, each process of which can be killed and started again: servers, Celery worker, beat.

The test plays the supervisor. What happened is read from the tables and from the provider, never from the engine's
insides, so that these tests hold whatever the engine looks like.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import redis

from embedded.folder import DataFolder
from embedded.postgres import Postgres
from embedded.valkey import Valkey
from tests.fake_provider import FakeProvider

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def running_site(*, children: int = 2, environ: dict[str, str] | None = None, **arena: Any) -> Iterator["Site"]:
    """A site with its worker and beat running, and the provider it asks as `site.provider`; all stopped afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="candor-faults-", ignore_cleanup_errors=True) as folder,
        FakeProvider() as provider,
    ):
        # PostgreSQL runs under another account where the tests run as root.
        Path(folder).chmod(0o755)
        site = Site(Path(folder), provider.base_url, children=children, environ=environ, arena=arena)
        site.provider = provider
        try:
            site.start()
            yield site
        finally:
            site.stop()


def until(condition: Callable[[], object], seconds: float, pause: float = 0.1) -> bool:
    """Waits for something to come true; the last look decides."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())


def words_of(options: Mapping[str, Any]) -> Iterator[str]:
    """Options of a program from keyword arguments: in_flight=8 is --in-flight 8, stream=True is --stream alone."""
    for name, value in options.items():
        if value is not False:
            yield f"--{name.replace('_', '-')}"
            if value is not True:
                yield str(value)


class Site:
    """Everything on one folder. `arena` are options of tests.workers.arena, `environ` variables of the engine."""

    provider: FakeProvider
    worker: subprocess.Popen[bytes]
    beat: subprocess.Popen[bytes]

    def __init__(
        self,
        folder: Path,
        base_url: str,
        *,
        children: int = 2,
        environ: Mapping[str, str] | None = None,
        arena: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = DataFolder(folder)
        self.folder.make()
        self.folder.make_sockets()
        self.children_wanted = children
        self.postgres, self.valkey = Postgres(self.folder), Valkey(self.folder)
        self.log = (folder / "celery.log").open("ab")
        self.environ = {
            **os.environ,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "CANDOR_DATA": str(folder),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform"), *extra_path()]),
            **(environ or {}),
        }
        try:
            self.postgres.start()
            self.valkey.start()
            command = [sys.executable, "-m", "tests.workers.arena", base_url, *words_of(arena or {})]
            subprocess.run(command, cwd=ROOT, env=self.environ, check=True)
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        self.start_worker()
        self.start_beat()

    def celery(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "workers.celery:app", *words, "--loglevel", "WARNING"]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environ, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def start_worker(self) -> None:
        children = str(self.children_wanted)
        self.worker = self.celery("worker", "-Q", "probes", "-c", children, "--without-gossip", "--without-mingle")

    def start_beat(self) -> None:
        self.beat = self.celery("beat", "-S", "redbeat.RedBeatScheduler", "--pidfile=")

    def kill_worker(self) -> None:
        """kill -9 of the worker and its children, as when a container is killed."""
        kill_group(self.worker)

    def kill_workers_head(self) -> None:
        """kill -9 of the worker's main process alone; its children find themselves orphans."""
        kill(self.worker)

    def kill_beat(self) -> None:
        kill_group(self.beat)

    def children(self) -> list[int]:
        """The process ids of the worker's children that live."""
        return [pid for pid in children_of(self.worker.pid) if state_of(pid) not in ("", "Z")]

    def kill_child(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def kill_valkey(self) -> None:
        kill(self.valkey.process)

    def kill_postgres(self) -> None:
        kill(self.postgres.process)

    def raise_concurrency(self, limit: int) -> None:
        """Lets the adaptive limit of the only endpoint be this at once, as if it had grown so far."""
        endpoint = self.rows("SELECT id FROM probes_endpoint")[0][0]
        with contextlib.closing(redis.Redis(unix_socket_path=str(self.folder.valkey_socket), db=3)) as line:
            line.hset(f"limits:{{{endpoint}}}:state", "limit", limit)

    def empty_valkey(self) -> None:
        """FLUSHALL: the queue, the schedule, beat's lock and every counter are gone."""
        with contextlib.closing(redis.Redis(unix_socket_path=str(self.folder.valkey_socket))) as line:
            line.flushall()

    def scheduled(self) -> int:
        """How many tasks beat has sent by its schedule, over all beats; 0 once Valkey is emptied."""
        with contextlib.closing(redis.Redis(unix_socket_path=str(self.folder.valkey_socket), db=2)) as line:
            entries = [key for key in line.keys("redbeat:*") if line.type(key) == b"hash"]
            metas = [json.loads(meta) for key in entries if (meta := line.hget(key, "meta"))]
        return sum(int(meta.get("total_run_count") or 0) for meta in metas)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement brings; patient while the database is away."""
        end = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.postgres.url, connect_timeout=5) as connection:
                    cursor = connection.execute(statement.encode())
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def count(self, status: str = "done") -> int:
        return int(self.rows(f"SELECT count(*) FROM probes_probe WHERE status = '{status}'")[0][0])

    def look_after(self) -> None:
        """Starts again what has ended by itself, as a supervisor does; an end of theirs is no fault of the engine."""
        if self.worker.poll() is not None:
            self.start_worker()
        if self.beat.poll() is not None:
            self.start_beat()

    def wait_for(self, number: int, seconds: float, *, looked_after: bool = False) -> int:
        """Waits until so many are done; returns how many are. What the engine said is shown where they are too few."""
        end = time.monotonic() + seconds
        while (done := self.count()) < number and time.monotonic() < end:
            if looked_after:
                self.look_after()
            time.sleep(0.2)
        if done < number:
            sys.stderr.write((self.folder.path / "celery.log").read_text()[-4000:])
        return done

    def hold(self, number: int) -> None:
        """Takes so many due probes out of sight until `release`: they are not due for a day."""
        self.rows(
            "UPDATE probes_probe SET due_at = now() + interval '1 day' WHERE id IN "
            f"(SELECT id FROM probes_probe WHERE status = 'due' ORDER BY id DESC LIMIT {number})"
        )

    RELEASE = "UPDATE probes_probe SET due_at = now() WHERE status = 'due' AND due_at > now() + interval '1 hour'"

    def release(self) -> None:
        self.rows(self.RELEASE)

    def check_all_recorded_once(self, number: int) -> None:
        """Asserts that there are exactly so many probes, all delivered, with one answer and one payload each."""
        assert self.rows("SELECT count(*), count(DISTINCT (version_id, endpoint_id, sample)) FROM probes_probe") == [
            (number, number)
        ]
        assert self.rows("SELECT status, delivery, count(*) FROM probes_probe GROUP BY 1, 2") == [
            ("done", "delivered", number)
        ]
        assert self.rows("SELECT count(*) FROM probes_probe WHERE answer_id IS NULL OR finished_at IS NULL") == [(0,)]
        # A second result for a probe would have been refused, and would have left a second payload.
        assert self.rows("SELECT count(*), count(DISTINCT probe_id) FROM probes_payload") == [(number, number)]

    def stop(self) -> None:
        running = [process for process in (getattr(self, "beat", None), getattr(self, "worker", None)) if process]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(8)
            kill_group(process)
        self.valkey.stop(1, careful=False)
        self.postgres.stop(1, careful=False)
        self.log.close()


def extra_path() -> list[str]:
    """What the caller's own PYTHONPATH holds, so that a look from outside (a profiler) can be put in."""
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def kill(process: subprocess.Popen[bytes] | None) -> None:
    """kill -9 of one process, whatever becomes of its children."""
    assert process is not None
    process.kill()
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def state_of(pid: int) -> str:
    """The kernel's letter for what a process does; empty for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
