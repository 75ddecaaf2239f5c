"""The file in the data folder that tells the maintainer's first password, for as long as that password is good.

`manage.py prepare` writes it and `manage.py up` shows it; it goes when the person it is about has another password.
"""

import contextlib
import os
from pathlib import Path

from django.conf import settings

NAME = "first-sign-in.txt"


def path() -> Path:
    return Path(settings.DATA_DIR) / NAME


def beginning(username: str) -> str:
    return f"Sign in as {username} with the password "


def write(username: str, password: str) -> Path:
    """Writes the file, readable by its owner alone, and returns where it is."""
    file = path()
    with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as sign_in:
        sign_in.write(f"{beginning(username)}{password}\n")
    return file


def forget(username: str) -> None:
    """Removes the file if it is about this person. Where it cannot be removed it is merely out of date."""
    with contextlib.suppress(OSError):
        if path().read_text().startswith(beginning(username)):
            path().unlink()
