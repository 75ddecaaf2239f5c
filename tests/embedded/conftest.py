"""A data folder of one's own, and supervisors that run on it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from embedded.folder import DataFolder
from embedded.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).with_name("standin.py")
PATIENCE = 40.0  # seconds, on a machine that has other things to do


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def processes_of(data: Path) -> dict[int, str]:
    """The processes that were started for this data folder: they carry its path in their command or environment."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if os.fsencode(data) in command + (entry / "environ").read_bytes():
                    found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def eventually(happens, seconds: float = PATIENCE):
    """Wait until `happens()` is true, and return what it gave."""
    deadline = time.monotonic() + seconds
    while not (result := happens()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return result


class Up:
    """One `up` with stand-in children, as a process."""

    def __init__(self, data: Path, standin: dict | None = None, **env: str) -> None:
        self.data = data
        self.port = int(env.get("PORT", free_port())) if env.get("PORT", "1").isdigit() else 0
        self.out = tempfile.TemporaryFile("w+")  # noqa: SIM115 - the fixture closes it
        names = ("DATABASE_URL", "REDIS_URL", "PORT", "FILES_PORT", "CANDOR_DATA", "MODEL_IN_THE_BOX")
        clean = {name: value for name, value in os.environ.items() if name not in names}
        self.process = subprocess.Popen(
            [sys.executable, STANDIN],
            env=clean
            | {"PYTHONPATH": str(ROOT / "platform"), "CANDOR_DATA": str(data), "PORT": str(self.port)}
            | {"FILES_PORT": str(free_port()), "MODEL_IN_THE_BOX": "off", "STANDIN": json.dumps(standin or {})}
            | env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=self.out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        self.out.seek(0)
        return self.out.read()

    def ready(self) -> "Up":
        eventually(lambda: "Candor is ready" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        return self

    def ended(self) -> int:
        """Wait for its own end, and return the exit code."""
        return self.process.wait(PATIENCE)

    def stop(self, number: int = signal.SIGINT) -> float:
        """Ask it to stop; returns the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return time.monotonic() - begun

    def pid_of(self, words: str) -> int:
        """The process whose command has these words."""
        return eventually(lambda: [pid for pid, command in processes_of(self.data).items() if words in command])[0]


@contextlib.contextmanager
def temporary_folder():
    # Not pytest's own tmp_path: PostgreSQL's account cannot enter that when the tests run as root.
    path = Path(tempfile.mkdtemp(prefix="candor-up-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data():
    with temporary_folder() as path:
        yield path


@pytest.fixture(scope="session")
def empty_cluster():
    """An empty cluster to be copied: a second quicker than a new one."""
    with temporary_folder() as path:
        folder = DataFolder(path)
        folder.make()
        folder.make_sockets()
        server = Postgres(folder, careless=True)
        server.start()
        server.stop(10.0)
        yield folder.cluster


@pytest.fixture
def database_url():
    """The database of this run of tests."""
    return os.environ["DATABASE_URL"]


@contextlib.contextmanager
def supervisors(data, empty_cluster):
    """Start supervisors, on this data folder if no other is given.

    `servers`: "copied" starts them on a copy of an empty cluster, "fresh" from nothing, and "given" uses those of this
    run of tests, which is quickest.
    """
    started = []

    def start(standin: dict | None = None, *, data: Path = data, servers: str = "copied", **env: str) -> Up:
        if servers == "copied" and data.is_dir() and not list(data.glob("pg*")):
            shutil.copytree(empty_cluster, data / "pg18")
        if servers == "given":
            env = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")} | env
        started.append(Up(data, standin, **env))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop()
        one.out.close()
    eventually(lambda: not processes_of(data))


@pytest.fixture
def up(data, empty_cluster):
    """See `supervisors`."""
    with supervisors(data, empty_cluster) as start:
        yield start
