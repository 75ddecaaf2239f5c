"""The data folder: where everything that has to survive a restart lies, and where the sockets are.

    up.lock              held by the supervisor for as long as it runs; says who and where
    pg18/                PostgreSQL's cluster, or a link to where root had to put it
    valkey/              Valkey's append-only file
    run/                 the sockets
    logs/                one file a process
    backups/             dumps taken before migrations
    first-sign-in.txt    written by `manage.py prepare`

A socket's path may have about a hundred bytes, and it travels in an address: where the data folder's own path is too
long or holds unusual characters, the sockets go to a private folder in /tmp whose name follows from that path.

PostgreSQL refuses to run as root, so root lends it another account (see `process.lent_account`). Where that account
cannot reach the data folder (under /root, say), cluster and sockets lie in a folder of their own in /var/lib/candor.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from embedded.errors import CannotRun
from embedded.process import Account, Pause, is_alive, is_root, lent_account, may_enter

CLUSTER = "pg18"  # the major version is in the name: another major cannot read it
LONGEST_SOCKET = 100  # bytes; the kernel's limit is 108 on Linux and 104 on macOS
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")
ROOTS_OWN = Path("/var/lib/candor")
LOCK = "up.lock"
TIDY_WITHIN = 10.0  # seconds for the guard of a killed supervisor
LEAST_FREE = 200  # MB: a new cluster takes 40, and its log may grow by 64 before it is used again


class DataFolder:
    """The data folder at `path`. Nothing is made before `make`."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.logs = self.path / "logs"
        self.backups = self.path / "backups"
        self.valkey = self.path / "valkey"
        self.first_sign_in = self.path / "first-sign-in.txt"

    @property
    def account(self) -> Account | None:
        """Whom PostgreSQL runs as, if not as ourselves."""
        return lent_account() if is_root() else None

    @property
    def _apart(self) -> Path | None:
        """The folder in /var/lib that stands in where PostgreSQL's account cannot enter the data folder."""
        account = self.account
        if account is None or not self.path.exists() or may_enter(self.path, account):
            return None
        return ROOTS_OWN / self._mark

    @property
    def _mark(self) -> str:
        return hashlib.sha256(os.fsencode(self.path)).hexdigest()[:10]

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own folder; it may not exist yet."""
        link = self.path / CLUSTER
        if link.is_symlink():
            target = link.readlink()
            if not target.exists():
                raise CannotRun(
                    f"The database of this data folder lay in {target} and is gone. "
                    f"Put it back, or remove {link} to begin with an empty one."
                )
            return target
        return link if self._apart is None or link.exists() else self._apart / CLUSTER

    @property
    def sockets(self) -> Path:
        """Where the sockets are. It follows from the path and its owner alone, so that every client finds them."""
        folder = (self._apart or self.path) / "run"
        longest = os.fsencode(folder / "pg" / ".s.PGSQL.5432")
        if PLAIN_PATH.fullmatch(str(folder)) and len(longest) < LONGEST_SOCKET:
            return folder
        owner = self.path.stat().st_uid if self.path.exists() else os.geteuid()
        return Path("/tmp") / f"candor-{owner}-{self._mark}"  # noqa: S108 - `make` checks whose it is

    @property
    def postgres_socket(self) -> Path:
        """The folder PostgreSQL's socket lies in (libpq wants the folder, not the socket)."""
        return self.sockets / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def make(self) -> None:
        """Make the folder and what lies in it. Raises CannotRun where that is not possible."""
        with plain_errors(self.path):
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            for folder in (self.logs, self.backups, self.valkey):
                folder.mkdir(mode=0o700, exist_ok=True)
            if not os.access(self.path, os.W_OK | os.X_OK) or self._made_by_another():
                raise PermissionError(errno.EACCES, "not ours", str(self.path))

    def _made_by_another(self) -> bool:
        """Root could use anybody's folder, but would leave files in it that its owner can no longer use."""
        lock = self.path / LOCK
        return lock.exists() and lock.stat().st_uid != os.geteuid()

    def make_sockets(self) -> None:
        """Make the folders of the sockets. Raises CannotRun where somebody else has them."""
        account = self.account
        if self._apart is not None:
            own_folder(self._apart, 0o755)
        # Others may pass through to PostgreSQL's folder only where PostgreSQL itself is one of the others.
        own_folder(self.sockets, 0o711 if account else 0o700)
        own_folder(self.postgres_socket, 0o700, account)

    def check_space(self) -> None:
        """Raises CannotRun where too little of the disk is free to start at all."""
        for place in {place for place in (self.path, self.cluster.parent) if place.exists()}:
            free = shutil.disk_usage(place).free // (1024 * 1024)
            if free < LEAST_FREE:
                raise CannotRun(
                    f"The disk of {place} has only {free} MB left and Candor wants {LEAST_FREE} MB to start: "
                    "free some space, or set CANDOR_DATA to a folder on another disk."
                )

    @contextlib.contextmanager
    def locked(self, note: str, pause: Pause = time.sleep) -> Iterator[list[int]]:
        """Hold the data folder, and give the file descriptors that hold it.

        Raises CannotRun where another `up` holds it. One that was killed is waited for: its guard keeps the lock until
        it has ended what was left.
        """
        # A copied data folder may link to a cluster that is in use.
        places = {place for place in (self.path, self.cluster.parent) if place.exists()}
        with contextlib.ExitStack() as stack:
            files = []
            for place in sorted(places):
                with plain_errors(place):
                    file = stack.enter_context((place / LOCK).open("a+"))
                _lock(file, pause)
                with plain_errors(place):
                    file.truncate(0)
                    file.write(f"{os.getpid()} {note}")
                    file.flush()
                files.append(file.fileno())
            yield files


def _lock(file: TextIO, pause: Pause) -> None:
    deadline = time.monotonic() + TIDY_WITHIN
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            process, _, note = file.read().partition(" ")
            if is_alive(process) or time.monotonic() > deadline:
                raise CannotRun(
                    f"Candor is already running on {Path(file.name).parent} ({note or 'it has just begun'}): "
                    "stop that one first, or set CANDOR_DATA to another folder for a second site."
                ) from error
            pause(0.1)
        else:
            return


def own_folder(path: Path, mode: int, account: Account | None = None) -> None:
    """Make a folder with exactly this mode and owner. Raises CannotRun where somebody else owns it."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    owner = path.lstat().st_uid
    if path.is_symlink() or owner not in (uid, os.geteuid()):
        raise CannotRun(f"{path} belongs to another account: remove it, or set CANDOR_DATA to another folder.")
    if owner != uid:
        os.chown(path, uid, gid)
    path.chmod(mode)


@contextlib.contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what the system says about a path into one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise CannotRun(explain(error, path)) from error


def explain(error: OSError, path: Path) -> str:
    """One line for an error of the system."""
    place = error.filename or path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {place} is full: free some space, or set CANDOR_DATA to a folder on another disk."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{place} may not be written by this account: run Candor as the account that made it, "
            "or set CANDOR_DATA to a folder of your own."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{place} is not a folder: set CANDOR_DATA to a folder."
    return f"{place}: {error.strerror}. Set CANDOR_DATA to a folder that can be used."
