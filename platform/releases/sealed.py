"""A file that is written once: it knows its SHA-256 and length when it is closed, is on the disk, and is read-only."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUFFER = 1 << 20


@dataclass(frozen=True)
class Written:
    """One finished file: its path inside the release (POSIX), what proves its bytes, and rows where it is a table."""

    path: str
    sha256: str
    bytes: int
    media_type: str
    rows: int | None = None


class SealedFile(io.RawIOBase):
    """A binary file, open for writing from its beginning. `close` brings it to the disk and takes away write access."""

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
                os.fsync(self.file.fileno())
                os.fchmod(self.file.fileno(), 0o444)
            finally:
                self.file.close()
        super().close()


def write_file(folder: Path, path: str, content: bytes, media_type: str) -> Written:
    """Writes a small document whole."""
    with SealedFile(folder / path) as file:
        file.write(content)
    return Written(path, file.digest.hexdigest(), file.length, media_type)


def sum_of(path: Path) -> str:
    """The SHA-256 of a file on the disk, in hexadecimal. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
