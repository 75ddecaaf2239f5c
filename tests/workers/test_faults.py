"""kill -9 of the worker, of Valkey and of PostgreSQL while 200 probes run: all are recorded, each once.

Everything is real and of this test's own: the servers, a Celery worker with two processes, beat, and a provider. The
test plays the supervisor: what it killed, it starts again.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from embedded.folder import DataFolder
from embedded.postgres import Postgres
from embedded.valkey import Valkey
from tests.fake_provider import FakeProvider

ROOT = Path(__file__).resolve().parents[2]
PROBES = 200
IN_FLIGHT = 8
# A killed worker's leases run out after 30 seconds; beat looks every five.
WITHIN_S = 120

pytestmark = pytest.mark.faults


class Site:
    """The processes under test, each of which can be killed and started again."""

    def __init__(self, folder, base_url):
        self.folder = DataFolder(folder)
        self.folder.make()
        self.folder.make_sockets()
        self.postgres, self.valkey = Postgres(self.folder), Valkey(self.folder)
        self.postgres.start()
        self.valkey.start()
        self.environ = {
            **os.environ,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "CANDOR_DATA": str(folder),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        }
        subprocess.run([sys.executable, "-m", "tests.workers.arena", base_url], cwd=ROOT, env=self.environ, check=True)
        self.log = (folder / "celery.log").open("ab")
        self.start_worker()
        self.beat = self.celery("beat", "-S", "redbeat.RedBeatScheduler", "--pidfile=")

    def celery(self, *words):
        command = [sys.executable, "-m", "celery", "-A", "workers.celery:app", *words, "--loglevel", "WARNING"]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environ, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def start_worker(self):
        self.worker = self.celery("worker", "-Q", "probes", "-c", "2", "--without-gossip", "--without-mingle")

    def rows(self, statement):
        """A look at the database, patient while it is away."""
        end = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.postgres.url, connect_timeout=5) as connection:
                    return connection.execute(statement).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def done(self):
        return self.rows("SELECT count(*) FROM probes_probe WHERE status = 'done'")[0][0]

    def wait_for(self, number, seconds):
        end = time.monotonic() + seconds
        while (done := self.done()) < number and time.monotonic() < end:
            time.sleep(0.2)
        if done < number:
            sys.stderr.write((self.folder.path / "celery.log").read_text()[-4000:])
        return done

    def stop(self):
        for process in (self.beat, self.worker):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in (self.beat, self.worker):
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.valkey.stop(1, careful=False)
        self.postgres.stop(1, careful=False)
        self.log.close()


@pytest.fixture
def site():
    with (
        tempfile.TemporaryDirectory(prefix="candor-faults-", ignore_cleanup_errors=True) as folder,
        FakeProvider() as provider,
    ):
        Path(folder).chmod(0o755)
        running = Site(Path(folder), provider.base_url)
        running.provider = provider
        yield running
        running.stop()


def test_two_hundred_probes_survive_three_kills(site):
    assert site.wait_for(30, 60) >= 30
    os.killpg(site.worker.pid, signal.SIGKILL)
    site.worker.wait()
    site.start_worker()
    assert site.wait_for(80, 60) >= 80
    site.valkey.process.kill()
    site.valkey.process.wait()
    site.valkey.start()
    assert site.wait_for(130, 60) >= 130
    site.postgres.process.kill()
    site.postgres.process.wait()
    site.postgres.start()
    assert site.wait_for(PROBES, WITHIN_S) == PROBES

    assert site.rows("SELECT count(*), count(DISTINCT (version_id, endpoint_id, sample)) FROM probes_probe") == [
        (PROBES, PROBES)
    ]
    assert site.rows("SELECT status, delivery, count(*) FROM probes_probe GROUP BY 1, 2") == [
        ("done", "delivered", PROBES)
    ]
    assert site.rows("SELECT count(*) FROM probes_probe WHERE answer_id IS NULL") == [(0,)]
    # One successful payload each: a second result for a probe would have been refused.
    assert site.rows("SELECT count(*), count(DISTINCT probe_id) FROM probes_payload") == [(PROBES, PROBES)]
    asked = sum(row["asked"] for row in site.provider.counts()["asked"])
    # What was in flight at the kill of the worker, and at that of PostgreSQL, may have been asked twice.
    assert PROBES <= asked <= PROBES + 2 * IN_FLIGHT
