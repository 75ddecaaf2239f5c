"""The whole site as a newcomer runs it: `manage.py up` on an empty data folder, with the model in the box."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg

from embedded import connect

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 150
SIGN_IN = re.compile(r"Sign in as (\S+) with the password (\S+)")


class Site:
    """A running site: its address, what it printed, and how the maintainer signs in.

    `more` are variables beside those that a journey is run with.
    """

    def __init__(self, folder, **more):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.printed = folder / "up.txt"
        self.data = folder / "data"
        # The servers of the test run itself are somebody else's here.
        environ = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        environ |= {"PORT": str(port), "CANDOR_DATA": str(self.data)}
        # Answers close with their third label, and at once: the journey's own labels are to be seen in the figures.
        environ |= {"LABELS_AT_MOST": "3", "SETTLING_MINUTES": "0"}
        environ |= more
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=environ, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def wait_until_up(self):
        end = time.monotonic() + UP_WITHIN_S
        while not (found := SIGN_IN.search(self.printed.read_text())):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the site did not come up:\n{self.printed.read_text()}")
            time.sleep(0.2)
        self.maintainer, self.password = found.groups()
        return self

    def get(self, path):
        """A page or a file as anybody gets it, without an account."""
        with urllib.request.urlopen(self.address + path, timeout=30) as response:
            return response.read()

    def deliveries(self, questions):
        """How the probes of these questions ended, from the site's own database: nothing public tells."""
        rows = self.rows(
            "SELECT version.text, probe.delivery FROM probes_probe probe "
            "JOIN prompts_promptversion version ON version.id = probe.version_id "
            "WHERE version.text = ANY(%s) AND probe.delivery <> ''",
            list(questions),
        )
        return dict(rows)

    def rows(self, statement, *values):
        """What a statement brings from the site's own database."""
        with psycopg.connect(connect.urls(self.data)["DATABASE_URL"]) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def stop(self):
        """Ctrl-C; returns how many seconds it took to be gone."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        return time.monotonic() - began


@contextlib.contextmanager
def running(**environ):
    # Where the temporary folder is root's own, PostgreSQL's account could not enter it.
    with tempfile.TemporaryDirectory(prefix="candor-journey-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        site = Site(folder, **environ)
        try:
            yield site.wait_until_up()
        finally:
            if site.process.poll() is None:
                site.stop()
