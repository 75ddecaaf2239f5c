"""From nothing to a site that answers, and on until somebody stops it.

In this order: hold the data folder, check what can be checked, start the servers, dump and prepare the database, start
the site's processes, and say the address once the page really answers.
"""

import http.client
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from embedded import backup, model, plan, postgres, valkey, variables
from embedded.errors import CannotRun, Interrupted
from embedded.folder import DataFolder, explain
from embedded.guard import Guard
from embedded.logs import Log
from embedded.plan import Command, Plan
from embedded.postgres import Postgres
from embedded.process import Lines, Pause, end, spawn
from embedded.progress import Progress
from embedded.supervisor import Supervisor
from embedded.valkey import Valkey
from embedded.variables import Variables

LOOK_EVERY = 0.2  # seconds
NO_PAGE_AFTER = 20.0  # seconds until we say where to look
SPACE_EVERY = 5.0
SPACE_LOW = 50  # MB; PostgreSQL stops when it cannot write


class Stop:
    """The wish to stop: Ctrl-C, a closed terminal, or `kill`. Later wishes change nothing."""

    def __init__(self) -> None:
        self.since: float | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._wish)

    def _wish(self, *_: object) -> None:
        if self.since is None:
            self.since = time.monotonic()


def run(wanted: Variables, commands: Plan) -> None:
    """Run the site until a wish to stop. Raises CannotRun with one line where it cannot run."""
    stop, progress = Stop(), Progress()

    def pause(seconds: float) -> None:
        progress.tick()
        if stop.since is None:
            time.sleep(seconds)
        if stop.since is not None:
            raise Interrupted

    _check(commands)
    folder = DataFolder(wanted.data)
    folder.make()
    if wanted.database_url is None or wanted.redis_url is None:
        folder.make_sockets()
    with suppress(Interrupted), folder.locked(wanted.address, pause) as held:
        folder.check_space()
        variables.check_ports(wanted)
        variables.check_servers(wanted)
        guard = Guard(held)
        site = Site(wanted, commands, folder, progress=progress, guard=guard, pause=pause)
        try:
            site.bring_up()
            site.keep_up()
        finally:
            if stop.since is not None:
                progress.say("Stopping ...")
            site.supervisor.stop(stop.since or time.monotonic())
            guard.dismiss()
            if stop.since is not None:
                progress.say("Stopped.")


def _check(commands: Plan) -> None:
    """Asks the site itself whether it can use its variables. Raises CannotRun with its one line."""
    if not commands.check:
        return
    env = os.environ | {"PYTHONPATH": _path(commands.root)}
    check = subprocess.run(commands.check, cwd=commands.root, env=env, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ours
    if check.returncode != 0:
        raise CannotRun((check.stderr.strip().splitlines() or ["The variables cannot be checked."])[-1])


def _path(root: Path) -> str:
    """Where the site's code is looked for."""
    return os.pathsep.join([str(root), str(root / "platform"), *filter(None, [os.environ.get("PYTHONPATH")])])


class Site:
    """One run of the site."""

    def __init__(
        self, wanted: Variables, commands: Plan, folder: DataFolder, *, progress: Progress, guard: Guard, pause: Pause
    ) -> None:
        self.wanted, self.commands, self.folder = wanted, commands, folder
        self.progress, self.guard, self.pause = progress, guard, pause
        self.database_url = wanted.database_url or postgres.url(folder)
        self.redis_url = wanted.redis_url or valkey.url(folder)
        self.model_port = self._choose_model()
        self.env = self._environment()
        self.supervisor = Supervisor(
            root=commands.root, logs=folder.logs, env=self.env, guard=guard, say=progress.say, pause=pause
        )

    def bring_up(self) -> None:
        """Start everything, and return once the page answers."""
        if self.model_port is not None:  # first, so that nobody else takes its port meanwhile
            self.progress.say("Starting the model in the box ...")
            self.supervisor.start_children([plan.model_in_the_box(self.model_port)])
        if self.wanted.database_url is None:
            with self.progress.step("Starting PostgreSQL"):
                self.supervisor.start_server(Postgres(self.folder, careless=self.commands.careless))
        if self.wanted.redis_url is None:
            with self.progress.step("Starting Valkey"):
                self.supervisor.start_server(Valkey(self.folder))
        self._dump_before_migration()
        with self.progress.step("Preparing the site"):
            self._prepare()
        children = self.commands.children(self.wanted.port, self.wanted.files_port)
        with self.progress.step(f"Starting {_listed([child.what for child in children])}"):
            self.supervisor.start_children(children)
            self._wait_for_page()
        self.supervisor.works = True
        self._announce()

    def keep_up(self) -> None:
        """Look after everything for ever; ends by what `pause` raises."""
        space_at, low = 0.0, False
        while True:
            self.supervisor.look_after()
            if time.monotonic() >= space_at:
                space_at = time.monotonic() + SPACE_EVERY
                low = self._warn_of_space(low)
            self.pause(LOOK_EVERY)

    def _choose_model(self) -> int | None:
        if not self.wanted.model:
            return None
        reason = model.why_not()
        if reason is None:
            return model.free_port()
        self.progress.say(f"The model in the box does not run here: {reason}. The site runs without it.")
        return None

    def _environment(self) -> dict[str, str]:
        """The environment of the site's processes."""
        env = os.environ | {
            "PORT": str(self.wanted.port),
            "FILES_PORT": str(self.wanted.files_port),
            "CANDOR_DATA": str(self.folder.path),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PYTHONPATH": _path(self.commands.root),
            "PYTHONUNBUFFERED": "1",
        }
        if not self.wanted.host:  # else the page is known elsewhere, by addresses that we cannot know
            for name, address in (("SITE_URL", self.wanted.address), ("FILES_URL", self.wanted.files_address)):
                env[name] = env.get(name) or address
        env.pop("MODEL_IN_THE_BOX_URL", None)
        if self.model_port is not None:
            env["MODEL_IN_THE_BOX_URL"] = model.url(self.model_port)
        return env

    def _dump_before_migration(self) -> None:
        if not backup.has_data(self.database_url):
            return
        log = Log(self.folder.logs / "migrate.log")
        if self._code_of(self.commands.is_migrated, log) == 0:
            return
        # A pending migration is told by the exit code alone. Whatever says more is a fault, and no reason to dump.
        if reason := log.reason():
            raise CannotRun(f"The site could not be prepared: {reason} (log: {log.path})")
        with self.progress.step("The database wants migrating: dumping it first"):
            kept = backup.dump(self.database_url, self.folder, self.pause)
        self.progress.say(f"  the dump is {kept}")

    def _prepare(self) -> None:
        """Migrate and fill the database. Raises CannotRun with the reason that was given at last."""
        log = Log(self.folder.logs / "prepare.log")
        code = self._code_of(self.commands.prepare, log)
        if code != 0:
            if log.tells_full_disk():
                raise CannotRun(explain(OSError(28, ""), self.folder.path))
            reason = log.reason() or f"it ended with code {code}"
            raise CannotRun(f"The site could not be prepared: {reason} (log: {log.path})")

    def _code_of(self, command: Command, log: Log) -> int:
        """Run a command to its end; what it says is said at once, its errors go to the log."""
        process = spawn(command, cwd=self.commands.root, env=self.env, log=log.path, read_output=True)
        self.guard.watch(process)
        lines = Lines(process)
        try:
            while process.poll() is None:
                for line in lines.new():
                    self.progress.say(f"  {line}")
                self.pause(0.05)
        finally:
            end(process, (signal.SIGTERM, 1.0))
            self.guard.forget(process)
            for line in lines.last():
                self.progress.say(f"  {line}")
        return process.returncode

    def _wait_for_page(self) -> None:
        begun, said = time.monotonic(), False
        while self._page_status() != http.client.OK:
            self.supervisor.look_after()
            if not said and time.monotonic() - begun > NO_PAGE_AFTER:
                said = True
                status = self._page_status()
                what = "does not answer yet" if status is None else f"answers, but with status {status}"
                self.progress.say(f"The page {what}; why is in {self.folder.logs / 'web.log'}")
            self.pause(LOOK_EVERY)

    def _page_status(self) -> int | None:
        """The status of the front page; None where nobody answers.

        Asked directly, as a proxy in front of the site would: by the site's own name and, for all we know, by HTTPS.
        """
        headers = {"Accept": "text/html", "X-Forwarded-Proto": "https"}
        if self.wanted.host not in ("", "*"):
            headers["Host"] = self.wanted.host
        connection = http.client.HTTPConnection(variables.HOST, self.wanted.port, timeout=1.0)
        try:
            connection.request("GET", "/", headers=headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _announce(self) -> None:
        self.progress.say()
        self.progress.say(f"Candor is ready: {self.wanted.address}")
        with suppress(OSError):
            self.progress.say(self.folder.first_sign_in.read_text().strip())
        self.progress.say("Ctrl-C stops it.")
        self.progress.say()

    def _warn_of_space(self, low: bool) -> bool:
        free = shutil.disk_usage(self.folder.path).free // (1024 * 1024)
        if free < SPACE_LOW and not low:
            self.progress.say(f"The disk of {self.folder.path} has only {free} MB left: free some space soon.")
        return free < SPACE_LOW


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
