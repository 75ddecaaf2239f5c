"""A PostgreSQL and a Valkey of one's own for a run of tests: real, private, careless about crashes, gone afterwards."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from embedded.folder import DataFolder
from embedded.postgres import Postgres
from embedded.process import is_alive, is_root
from embedded.valkey import Valkey

PREFIX = "candor-test-"


@contextlib.contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Run both servers in a temporary folder and give their DATABASE_URL and REDIS_URL.

    Call it from the main thread: on Linux the servers end with the thread that started them.
    """
    # Root's temporary folder may be one that PostgreSQL's account cannot enter.
    parent = Path("/tmp") if is_root() else Path(tempfile.gettempdir())  # noqa: S108 - mkdtemp makes it private
    remove_orphans(parent)
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    path.chmod(0o711 if is_root() else 0o700)
    folder = DataFolder(path)
    started: list[Postgres | Valkey] = []
    try:
        folder.make()
        folder.make_sockets()
        for server in (Postgres(folder, careless=True), Valkey(folder, careless=True)):
            started.append(server)
            server.start()
        yield {
            server_name: server.url for server_name, server in zip(("DATABASE_URL", "REDIS_URL"), started, strict=True)
        }
    finally:
        for server in started:
            server.stop(1.0, careful=False)
        shutil.rmtree(folder.sockets, ignore_errors=True)
        shutil.rmtree(path, ignore_errors=True)


def remove_orphans(parent: Path) -> None:
    """Remove the folders of runs that were killed before they could tidy up."""
    for path in parent.glob(f"{PREFIX}*-*"):
        process = path.name.removeprefix(PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if path.stat().st_uid == os.geteuid() and not is_alive(process):
                shutil.rmtree(path, ignore_errors=True)
