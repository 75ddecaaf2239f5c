"""A file that is written once: it knows its SHA-256 and length when it is closed, and is read-only from then on.

Whether it is on the disk is the concern of the store, which takes it in. A file that a crash of the machine left torn
is found by its sum.
"""

import hashlib
import io
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

BUFFER = 1 << 20
# How the name of a copy ends that is still being written.
UNFINISHED = ".part"


@dataclass(frozen=True)
class Written:
    """One finished file: its path inside the release (POSIX), and what proves its bytes.

    Of a table also its name, the rows in this file, and the digest of the whole table: the SHA-256 of its NDJSON before
    it was compressed, which is the same whatever wrote the file.
    """

    path: str
    sha256: str
    bytes: int
    media_type: str
    rows: int | None = None
    table: str | None = None
    digest: str | None = None


class SealedFile(io.RawIOBase):
    """A binary file, open for writing from its beginning. `close` takes away write access."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("xb", buffering=BUFFER)
        self.digest = hashlib.sha256()
        self.length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written = self.file.write(data)
        self.digest.update(data)
        self.length += written
        return written

    def tell(self) -> int:
        return self.length

    def flush(self) -> None:
        if not self.file.closed:
            self.file.flush()

    def close(self) -> None:
        if not self.file.closed:
            try:
                self.file.flush()
                os.fchmod(self.file.fileno(), 0o444)
            finally:
                self.file.close()
        super().close()


def write_file(folder: Path, path: str, content: bytes, media_type: str) -> Written:
    """Writes a small document whole."""
    with SealedFile(folder / path) as file:
        file.write(content)
    return Written(path, file.digest.hexdigest(), file.length, media_type)


def copy_file(path: Path, target: Path) -> None:
    """A copy that is there whole or not at all, whoever else makes the same one at this moment.

    Raises:
        OSError: it cannot be read or written, such as on a full disk; nothing is left of it.
    """
    unfinished = target.with_name(f".{target.name}.{uuid4().hex}{UNFINISHED}")
    try:
        with path.open("rb") as source, SealedFile(unfinished) as file:
            shutil.copyfileobj(source, file, BUFFER)
        unfinished.rename(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Brings to the disk what a file holds, or which files a folder does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sum_of(path: Path) -> str:
    """The SHA-256 of a file on the disk, in hexadecimal. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
