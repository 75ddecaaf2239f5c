"""Keeps the servers and the site's processes running, and ends them all in time.

A process that dies is started again, at once the first time and then after longer and longer waits. At the end the
site's processes go first (they still need the servers, to give back what they hold), the servers last.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from embedded.errors import CannotRun
from embedded.guard import Guard
from embedded.logs import Log
from embedded.process import Pause, end, signal_group, spawn, wait_until

LONGEST_WAIT = 30.0  # seconds between a death and the next start
QUICK_DEATH = 10.0  # seconds: who lives longer than this is forgiven the deaths before
GIVEN_UP_AFTER = 4  # quick deaths of a process the site can do without, or of one that has never worked yet
# Seconds after the wish to stop: everything is over within five.
ASKED_AGAIN_AT = 3.0
KILLED_AT = 3.5
SERVERS_OVER_AT = 4.5


@dataclass(frozen=True)
class Child:
    """A process of the site: what a person calls it, and its command. The site can do without it if not `needed`."""

    name: str  # of its log
    what: str
    command: tuple[str, ...]
    needed: bool = True


class Server(Protocol):
    """An embedded server, as Postgres and Valkey are."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self, pause: Pause) -> None: ...
    def stop(self, seconds: float) -> None: ...


@dataclass
class Life:
    """Of a child or a server: how often it died of late, and when it may be started again."""

    deaths: int = 0
    begun: float = field(default_factory=time.monotonic)
    again_at: float | None = None
    trouble: str = ""  # the last one that was told

    def died(self) -> None:
        now = time.monotonic()
        self.deaths = 1 if now - self.begun > QUICK_DEATH else self.deaths + 1
        self.again_at = now + min(LONGEST_WAIT, 0.0 if self.deaths == 1 else 0.5 * 2.0 ** (self.deaths - 1))

    def may_begin(self) -> bool:
        if self.again_at is None or time.monotonic() < self.again_at:
            return False
        self.begun, self.again_at = time.monotonic(), None
        return True


class Supervisor:
    """Runs children in `root` with `env`, logs in `logs`, and watches over them and over the servers."""

    def __init__(
        self, *, root: Path, logs: Path, env: Mapping[str, str], guard: Guard, say: Callable[[str], None], pause: Pause
    ) -> None:
        self._root, self._logs, self._env = root, logs, env
        self._guard, self._say, self._pause = guard, say, pause
        self._servers: list[tuple[Server, Life]] = []
        self._children: list[Child] = []
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._lives: dict[str, Life] = {}
        self._files: dict[str, Log] = {}
        self.works = False  # whether the page has ever answered

    def start_server(self, server: Server) -> None:
        """Start a server and watch over it from now on."""
        self._servers.append((server, Life()))
        self._begin_server(server)

    def start_children(self, children: Sequence[Child]) -> None:
        for child in children:
            self._children.append(child)
            self._lives[child.name] = Life()
            self._files[child.name] = Log(self._logs / f"{child.name}.log")
            self._begin(child)

    def look_after(self) -> None:
        """Start again what has died, servers first. Raises CannotRun where a needed child has never worked."""
        for server, life in self._servers:
            self._look_after_server(server, life)
        for child in list(self._children):
            self._look_after_child(child, self._lives[child.name])

    def stop(self, since: float) -> None:
        """End everything within five seconds after `since` (on the monotonic clock)."""
        running = list(self._processes.values())
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for number, until in ((None, ASKED_AGAIN_AT), (signal.SIGQUIT, KILLED_AT)):
            for process in running:
                if number is not None and process.poll() is None:
                    process.send_signal(number)
            for process in running:
                wait_until(process, since + until)
        for process in running:
            end(process)
            self._guard.forget(process)
        for server, _ in reversed(self._servers):
            server.stop(max(0.6, since + SERVERS_OVER_AT - time.monotonic()))
            if server.process is not None:
                self._guard.forget(server.process)

    def _begin(self, child: Child) -> None:
        self._files[child.name].mark()
        process = spawn(child.command, cwd=self._root, env=self._env, log=self._files[child.name].path)
        self._processes[child.name] = process
        self._guard.watch(process)

    def _begin_server(self, server: Server) -> None:
        server.start(self._pause)
        assert server.process is not None
        self._guard.watch(server.process, signal.SIGINT)

    def _look_after_server(self, server: Server, life: Life) -> None:
        process = server.process
        if life.again_at is None and (process is None or process.poll() is not None):
            if process is not None:
                self._guard.forget(process)
                self._say(f"{server.name} {_ending(process.returncode)} and is started again.")
            life.died()
        if life.may_begin():
            try:
                self._begin_server(server)
            except CannotRun as trouble:
                if str(trouble) != life.trouble:
                    self._say(str(trouble))
                life.trouble = str(trouble)
                life.died()
            else:
                if life.trouble:
                    self._say(f"{server.name} runs again.")
                life.trouble = ""

    def _look_after_child(self, child: Child, life: Life) -> None:
        process = self._processes[child.name]
        if life.again_at is None and process.poll() is not None:
            signal_group(process, signal.SIGKILL)  # what it left behind may hold the port, or work on
            self._guard.forget(process)
            life.died()
            if life.deaths >= GIVEN_UP_AFTER and not (child.needed and self.works):
                self._give_up(child)
                return
            self._say(f"{_capital(child.what)} {_ending(process.returncode)} and is started again.")
        if life.may_begin():
            self._begin(child)

    def _give_up(self, child: Child) -> None:
        log = self._files[child.name]
        reason = f"{_capital(child.what)} ends as soon as it is started: {log.reason() or 'it gives no reason'}"
        if child.needed:
            raise CannotRun(f"{reason} (log: {log.path})")
        self._children.remove(child)
        self._say(f"{reason}. The site goes on without it (log: {log.path}).")


def _ending(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
