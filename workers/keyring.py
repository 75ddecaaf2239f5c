"""Reads a provider's key from where its endpoint says it is, at the last moment before a call.

A key stands in an environment variable or in a file of the one folder of keys, such as a container's
/run/secrets. What goes wrong is told by the name of the place and never by what stands there: no value
is in scope where an error is raised, so that not even a report that shows the frames of an error has one.

That folder, and the environment, hold secrets of Candor's own as well. None of them is ever given out as a model's key:
not by its name (probes.key_names), and not by what it is.
"""

import hmac
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from probes.key_names import is_ours, looks_like_a_key_file

MOST_BYTES = 8 * 1024


class KeyMissing(Exception):
    """The key an endpoint names is not there. The message is one sentence for maintainers, without any content."""


class Secrets:
    """Values that leave this machine under no circumstances. It can be asked, and shows nothing of them."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = [in_bytes(value) for value in values if value]

    def __repr__(self) -> str:
        return "<Secrets>"

    def hold(self, key: str) -> bool:
        """Whether `key` is one of them; takes as long whatever it is."""
        found = False
        for value in self._values:
            found |= hmac.compare_digest(in_bytes(key), value)
        return found


def in_bytes(text: str) -> bytes:
    return text.strip().encode(errors="surrogatepass")


NO_SECRETS = Secrets()


def key_of(
    variable: str,
    file: str,
    *,
    folder: Path | None,
    environ: Mapping[str, str] | None = None,
    never: Secrets = NO_SECRETS,
) -> str | None:
    """The key that a variable or a file of `folder` holds, without white space around it; None where neither is named.

    What `never` holds is refused, wherever it stands. `environ` is the process's own where it is None. A symlink counts
    where it leads to a file inside the folder, as mounted secrets have them. Raises KeyMissing.
    """
    if variable and file:
        raise KeyMissing("The endpoint names both a variable and a file for its key; name one of them.")
    if variable:
        if key := _in_environment(variable, environ):
            if not never.hold(key):
                return key
            del key
            raise KeyMissing(f"The variable {variable} holds a secret of Candor's own; give the endpoint its own key.")
        raise KeyMissing(f"The variable {variable}, which is to hold the endpoint's key, is not set or empty.")
    return _from_folder(file, folder, never) if file else None


def _in_environment(variable: str, environ: Mapping[str, str] | None) -> str:
    return (os.environ if environ is None else environ).get(variable, "").strip()


def _from_folder(name: str, folder: Path | None, never: Secrets) -> str:
    if not looks_like_a_key_file(name):
        raise KeyMissing(
            "The endpoint names a key file that is no plain file name ending in .key or .token; "
            "name a file of the keys' folder."
        )
    if is_ours(name):
        raise KeyMissing(f"The file {name} is not for models' keys; keep the endpoint's key in a file of its own.")
    if folder is None:
        raise KeyMissing(f"The endpoint's key is in the file {name}, but no folder of keys is set.")
    opened = _open(folder, name)
    if isinstance(opened, str):
        raise KeyMissing(f"The key file {name} {opened}.")
    if key := _read(opened):
        if not never.hold(key):
            return key
        del key
        raise KeyMissing(f"The key file {name} holds a secret of Candor's own; give the endpoint its own key.")
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
