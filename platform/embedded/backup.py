"""A dump of the database before a migration changes it.

Taken only when there is data and a migration is pending. The last five are kept. To bring one back: `pg_restore --clean
--if-exists --dbname=$DATABASE_URL FILE` (docs/running.md).
"""

import os
import shutil
import time
from pathlib import Path

from embedded.errors import CannotRun
from embedded.folder import DataFolder, explain, plain_errors
from embedded.logs import Log
from embedded.postgres import package
from embedded.process import Pause, end, spawn

KEPT = 5
NAMES = "before-migration-*.dump"


def has_data(database_url: str) -> bool:
    """Whether the database has ever been migrated."""
    import psycopg

    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        return bool(found and found[0])


def dump(database_url: str, folder: DataFolder, pause: Pause = time.sleep) -> Path:
    """Dump the database into `backups/` and return the file. Raises CannotRun with one line where that fails."""
    kept = folder.backups / f"before-migration-{time.strftime('%Y%m%d-%H%M%S')}.dump"
    part = kept.with_suffix(".part")
    log = Log(folder.logs / "backup.log")
    dumper = program()
    if dumper is None:
        raise CannotRun(_by_hand("there is no pg_dump on this machine"))
    address, env = without_password(database_url)
    command: list[str | Path] = [dumper, "--format=custom", "--no-password", f"--file={part}", f"--dbname={address}"]
    dumping = spawn(command, cwd=folder.path, env=env, log=log.path)
    try:
        while dumping.poll() is None:
            pause(0.02)
    except BaseException:
        end(dumping)
        part.unlink(missing_ok=True)
        raise
    if dumping.returncode != 0:
        part.unlink(missing_ok=True)
        if log.tells_full_disk():
            raise CannotRun(explain(OSError(28, ""), folder.backups))
        raise CannotRun(_by_hand(log.reason() or f"pg_dump ended with {dumping.returncode}"))
    with plain_errors(kept):
        part.chmod(0o600)
        part.rename(kept)
        for old in sorted(folder.backups.glob(NAMES))[:-KEPT]:
            old.unlink()
    return kept


def without_password(database_url: str) -> tuple[str, dict[str, str]]:
    """The address and the environment for a command: everybody here can read a command, nobody its environment."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(database_url)
    password = parts.pop("password", None)
    secret = {"PGPASSWORD": str(password)} if password else {}
    return make_conninfo("", **parts), {**os.environ, "LC_ALL": "C", **secret}


def _by_hand(reason: str) -> str:
    return (
        f"The database wants migrating and could not be dumped first ({reason}): "
        "dump it yourself, run `python manage.py migrate`, and start again."
    )


def program() -> Path | None:
    """The wheel's pg_dump, else this machine's."""
    home = package()
    if home is not None and (home / "pginstall/bin/pg_dump").exists():
        return home / "pginstall/bin/pg_dump"
    installed = shutil.which("pg_dump")
    return Path(installed) if installed else None
