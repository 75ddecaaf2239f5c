"""What `manage.py up` takes from the environment, checked before anything is started.

Every variable is documented in config/env.py, and `up` has it check them all; these few are read here as well, because
the servers have to run before the settings can be loaded.
"""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import CannotRun

HOST = "127.0.0.1"
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
ASK_WITHIN = 5  # seconds a server of one's own has to answer
POSTGRESQL = 18  # the least major version of a server of one's own


@dataclass(frozen=True)
class Variables:
    """The variables, read and checked."""

    data: Path
    port: int
    files_port: int  # of the process for files and streams
    database_url: str | None
    redis_url: str | None
    model: bool
    host: str  # the name the page is known by; empty for the usual ones

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def files_address(self) -> str:
        return f"http://{HOST}:{self.files_port}"


def read(environ: Mapping[str, str], root: Path) -> Variables:
    """Raises CannotRun with one line for the first variable that is wrong. An empty variable counts as unset."""
    port = _port(environ, "PORT", 8000)
    return Variables(
        data=Path(_given(environ, "CANDOR_DATA") or root / "var"),
        port=port,
        files_port=_port(environ, "FILES_PORT", port + 1 if port < 65535 else port - 1),
        database_url=_address(
            environ, "DATABASE_URL", ("postgresql", "postgres"), "postgresql://user@localhost/candor"
        ),
        redis_url=_address(environ, "REDIS_URL", ("redis", "rediss", "unix"), "redis://localhost:6379/0"),
        model=_switch(environ, "MODEL_IN_THE_BOX"),
        host=_given(environ, "ALLOWED_HOSTS").split(",")[0].strip().lstrip("."),
    )


def _port(environ: Mapping[str, str], name: str, otherwise: int) -> int:
    text = _given(environ, name) or str(otherwise)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotRun(f"{name} is “{text}”, and has to be a number from 1 to 65535, such as {name}=8001.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = _given(environ, name) or "yes"
    if text.lower() not in YES | NO:
        raise CannotRun(f"{name} is “{text}”, and has to be yes or no.")
    return text.lower() in YES


def _given(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


def _address(environ: Mapping[str, str], name: str, schemes: tuple[str, ...], example: str) -> str | None:
    text = _given(environ, name)
    if not text:
        return None
    if not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        # The value is not shown: it may hold a password.
        raise CannotRun(f"{name} has to begin with {schemes[0]}:// (for instance {name}={example}), and does not.")
    return text


def check_ports(variables: Variables) -> None:
    """Raises CannotRun where the page, or files, could not be served on their ports."""
    check_port(variables.port)
    if variables.files_port == variables.port:
        raise CannotRun(f"PORT and FILES_PORT are both {variables.port}: choose two (make up FILES_PORT=8001).")
    check_port(variables.files_port, "FILES_PORT")


def check_port(port: int, name: str = "PORT") -> None:
    """Raises CannotRun where nothing could be served on this port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                line = f"Port {port} is for root alone: choose one from 1024 up (make up {name}=8000)."
            else:
                other = port + 1 if port < 65535 else 8000
                choice = f"choose another (make up {name}={other})"
                line = f"Port {port} is taken by another program: end that one, or {choice}."
            raise CannotRun(line) from error


def check_servers(variables: Variables) -> None:
    """Ask the servers that were given by address. Raises CannotRun where one does not answer."""
    if variables.database_url:
        import psycopg

        try:
            with psycopg.connect(variables.database_url, connect_timeout=ASK_WITHIN) as connection:
                major = connection.info.server_version // 10_000
        except psycopg.Error as error:
            raise CannotRun(f"The database of DATABASE_URL does not answer: {_first_line(error)}") from error
        if major < POSTGRESQL:
            raise CannotRun(f"DATABASE_URL leads to PostgreSQL {major}, and Candor wants {POSTGRESQL} or newer.")
    if variables.redis_url:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        try:
            with redis.Redis.from_url(
                variables.redis_url,
                socket_connect_timeout=ASK_WITHIN,
                socket_timeout=ASK_WITHIN,
                retry=Retry(NoBackoff(), 0),
            ) as client:
                client.ping()
        except (redis.exceptions.RedisError, ValueError) as error:
            raise CannotRun(f"The server of REDIS_URL does not answer: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def check_system(variables: Variables) -> None:
    """Raises CannotRun on a system that the built-in servers do not run on."""
    if sys.platform == "win32":
        raise CannotRun(
            "`up` does not run on Windows itself: use it in WSL 2, or set DATABASE_URL and REDIS_URL to servers "
            "of your own and start the processes one by one (docs/running.md)."
        )
    missing = [
        name
        for name, given in (("DATABASE_URL", variables.database_url), ("REDIS_URL", variables.redis_url))
        if not given
    ]
    if missing and _is_musl():
        raise CannotRun(
            f"The built-in servers do not run on a system with musl, such as Alpine: set {' and '.join(missing)} "
            "to servers of your own."
        )


def _is_musl() -> bool:
    if sys.platform != "linux":
        return False
    try:
        return not os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        return True
