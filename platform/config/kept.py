"""The secret that a data folder keeps for itself where no variable holds one."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The key of this data folder, made on first use, readable by its owner alone.

    It appears under its name whole or not at all, whatever happens meanwhile; of two that make it at once one wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.read_text().strip():
        path.unlink()
    if not path.exists():
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        new = Path(name)
        try:
            with os.fdopen(number, "w") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(number)
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
        finally:
            new.unlink()
    return path.read_text().strip()
