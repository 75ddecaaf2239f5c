"""Child processes that end when we end.

Each child leads a session of its own, so that Ctrl-C in the terminal reaches only the supervisor, which then stops
the children in order; and so that a child's whole group can be ended at once. On Linux the kernel also signals a child
when its parent dies (PR_SET_PDEATHSIG), however the parent died. It watches the *thread* that made the child: call
`spawn` from the main thread.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import CannotRun

PR_SET_PDEATHSIG = 1
Pause = Callable[[float], object]  # waits that many seconds; may raise Interrupted


@dataclass(frozen=True)
class Account:
    """Whom a child runs as."""

    uid: int
    gid: int


def is_root() -> bool:
    return os.geteuid() == 0


def is_alive(process: str | int) -> bool:
    """Whether there is a process of this number; a number that is none stands for no process."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def lent_account() -> Account:
    """The account root lends to a server that refuses to run as root."""
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotRun(
            "PostgreSQL does not run as root and there is no account `nobody` here to run it: "
            "start Candor as an ordinary user."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid)


def may_enter(path: Path, account: Account) -> bool:
    """Whether the account may pass through this folder and every folder above it."""
    real = path.resolve()
    for folder in (real, *real.parents):
        found = folder.stat()
        if found.st_uid == account.uid:
            bit = 0o100
        elif found.st_gid == account.gid:
            bit = 0o010
        else:
            bit = 0o001
        if not found.st_mode & bit:
            return False
    return True


def _die_with_parent(death_signal: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def set_up() -> None:  # runs in the child, between fork and exec
        libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return set_up


def spawn(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: Path | None = None,
    read_output: bool = False,
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own; its output and errors go to the end of `log`, or to ours without one.

    `read_output` sends only the errors to `log` and leaves the output to be read (see `Lines`). Raises CannotRun if the
    child does not start.
    """
    with contextlib.ExitStack() as stack:
        output = None if log is None else stack.enter_context(log.open("ab"))
        try:
            return subprocess.Popen(  # noqa: S603 - the commands are ours
                [str(part) for part in command],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if read_output else output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent(death_signal),  # noqa: PLW1509 - the supervisor has one thread
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotRun(f"Could not start {Path(command[0]).name}: {error}.") from error


class Lines:
    """What a child started with `read_output` writes, line by line and without waiting for more."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._stream = process.stdout
        self._rest = b""
        os.set_blocking(self._stream.fileno(), False)

    def new(self) -> list[str]:
        """The lines that have been finished since the last time."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._stream.fileno(), 65536):
                self._rest += chunk
        *lines, self._rest = self._rest.split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def last(self) -> list[str]:
        """The lines that are left once the child has ended, finished or not."""
        lines = [*self.new(), self._rest.decode(errors="replace")]
        self._stream.close()
        return lines if lines[-1] else lines[:-1]


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal every process of a child's group; the group may outlive the child itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def wait_until(process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Wait for a child's end until `deadline` (on the monotonic clock). Returns whether it has ended."""
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def end(process: subprocess.Popen[bytes], *signals: tuple[int, float]) -> None:
    """End a child: each signal in turn with the seconds it has for it, SIGKILL to its whole group at last."""
    for number, seconds in signals:
        if process.poll() is None:
            process.send_signal(number)
            wait_until(process, time.monotonic() + seconds)
    signal_group(process, signal.SIGKILL)
    process.wait()
