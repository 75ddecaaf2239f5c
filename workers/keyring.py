"""Reads a provider's key from where its endpoint says it is, at the last moment before a call.

A key stands in an environment variable or in a file of the one folder of keys, such as a container's
/run/secrets. What goes wrong is told by the name of the place and never by what stands there: no value
is in scope where an error is raised, so that not even a report that shows the frames of an error has one.
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

MOST_BYTES = 8 * 1024
# A bare name: no slash, no way up, nothing hidden.
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class KeyMissing(Exception):
    """The key an endpoint names is not there. The message is one sentence for maintainers, without any content."""


def key_of(variable: str, file: str, *, folder: Path | None, environ: Mapping[str, str] | None = None) -> str | None:
    """The key that a variable or a file of `folder` holds, without white space around it; None where neither is named.

    `environ` is the process's own where it is None. A symlink counts where it leads to a file inside the folder, as
    mounted secrets have them. Raises KeyMissing.
    """
    if variable and file:
        raise KeyMissing("The endpoint names both a variable and a file for its key; name one of them.")
    if variable:
        if key := _in_environment(variable, environ):
            return key
        raise KeyMissing(f"The variable {variable}, which is to hold the endpoint's key, is not set or empty.")
    return _from_folder(file, folder) if file else None


def _in_environment(variable: str, environ: Mapping[str, str] | None) -> str:
    return (os.environ if environ is None else environ).get(variable, "").strip()


def _from_folder(name: str, folder: Path | None) -> str:
    if not _FILE_NAME.fullmatch(name) or ".." in name:
        raise KeyMissing("The endpoint names a key file that is no plain file name; name a file of the keys' folder.")
    if folder is None:
        raise KeyMissing(f"The endpoint's key is in the file {name}, but no folder of keys is set.")
    opened = _open(folder, name)
    if isinstance(opened, str):
        raise KeyMissing(f"The key file {name} {opened}.")
    if key := _read(opened):
        return key
    raise KeyMissing(f"The key file {name} is empty, or holds something else than text in UTF-8.")


def _open(folder: Path, name: str) -> int | str:
    """The open file, or what is wrong with it. A name that is no regular file is never read."""
    try:
        home = folder.resolve(strict=True)
        place = (home / name).resolve(strict=True)
        if not place.is_relative_to(home):
            return "leads out of the folder of keys"
        # Without O_NONBLOCK a named pipe would hold us until somebody writes into it.
        opened = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, RuntimeError):
        return "is not there or cannot be read"
    found = os.fstat(opened)
    wrong = ""
    if not stat.S_ISREG(found.st_mode):
        wrong = "is not a file"
    elif found.st_size > MOST_BYTES:
        wrong = f"is larger than {MOST_BYTES} bytes, which no key is"
    if wrong:
        os.close(opened)
        return wrong
    return opened


def _read(opened: int) -> str:
    """What stands in the file; nothing where that is no text. Never raises what it read."""
    try:
        with os.fdopen(opened, "rb") as file:
            return file.read(MOST_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError):
        return ""
