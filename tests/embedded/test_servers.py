"""The servers the tests run on, and how they go away."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import redis

from embedded import testing
from tests.embedded.conftest import ROOT, eventually, processes_of

RUNS = """
import sys, time
from embedded.testing import servers
with servers() as urls:
    print(urls["REDIS_URL"], flush=True)
    time.sleep(float(sys.argv[1]))
"""


def run(seconds: float) -> tuple[subprocess.Popen, Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUNS, str(seconds)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "platform")},
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = Path(process.stdout.readline().strip().removeprefix("unix://")).parents[1]
    process.stdout.close()
    return process, folder


def test_they_are_real_private_and_gone_afterwards():
    with testing.servers() as urls:
        with psycopg.connect(urls["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_setting('fsync'), current_database()").fetchone() == (
                "off",
                "candor",
            )
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            assert client.dbsize() == 0
        folder = Path(urls["REDIS_URL"].removeprefix("unix://")).parents[1]
        assert folder.exists()
    assert not folder.exists()
    assert processes_of(folder) == {}


def test_a_killed_run_leaves_no_server_and_its_folder_goes_with_the_next():
    process, folder = run(1000)
    process.kill()
    process.wait()
    eventually(lambda: not processes_of(folder))
    assert folder.exists()
    testing.remove_orphans(Path(tempfile.gettempdir()) if folder.parent != Path("/tmp") else Path("/tmp"))
    assert not folder.exists()
