"""A release as one file: a tar of all its files, put together while it is read.

Nothing is packed, for what is large in a release is packed already, and nothing is kept: the files are read from the
store one after the other, each under its head. Order, names, owner and moment follow from the release, so the bytes are
the same for every reader; its length is known before, and a reader who was cut off goes on anywhere. An edition is
another archive: only the newest one's can be had.
"""

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from releases.files import store
from releases.models import Edition, Release, ReleaseFile
from releases.naming import labelled

BLOCK = 512
# A tar ends with two empty blocks.
END = bytes(2 * BLOCK)
MEDIA_TYPE = "application/x-tar"


@dataclass(frozen=True)
class Archive:
    """`files` are the release's as they are now, by path; `at` is the moment that each of them bears, and `changed_at`
    since when the release is as it is.
    """

    label: str
    at: datetime
    changed_at: datetime | None
    files: Sequence[ReleaseFile]

    @property
    def folder(self) -> str:
        """What it unpacks to."""
        return f"candor-{self.label}"

    @property
    def saved_as(self) -> str:
        return f"{self.folder}.tar"

    @cached_property
    def sum(self) -> str:
        """A name for its bytes, which follow from what it is made of."""
        said = "".join(f"{file.sha256}  {file.bytes} {file.path}\n" for file in self.files)
        return hashlib.sha256(f"{self.folder} {self.at.timestamp():.0f}\n{said}".encode()).hexdigest()

    @cached_property
    def length(self) -> int:
        return sum(length for _, length in self.pieces())

    def pieces(self) -> Iterator[tuple[bytes | ReleaseFile, int]]:
        """What it consists of, in order, each with its length."""
        for file in self.files:
            head = self.head(file)
            yield head, len(head)
            yield file, file.bytes
            if rest := -file.bytes % BLOCK:
                yield bytes(rest), rest
        yield END, len(END)

    def head(self, file: ReleaseFile) -> bytes:
        member = tarfile.TarInfo(f"{self.folder}/{file.path}")
        member.size, member.mtime, member.mode = file.bytes, int(self.at.timestamp()), 0o644
        return member.tobuf(tarfile.PAX_FORMAT)

    def read(self, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start` on, in chunks.

        Raises:
            OSError: in the midst of it, a file is not in the store; a newer edition may have taken it.
        """
        end, place = start + length, 0
        for piece, size in self.pieces():
            first, last = max(start, place), min(end, place + size)
            if first < last:
                if isinstance(piece, ReleaseFile):
                    yield from store.open_range(piece.sha256, first - place, last - first)
                else:
                    yield piece[first - place : last - place]
            place += size


def archive_of(release: Release) -> Archive:
    """The archive of the newest edition, by two queries."""
    files = list(release.files.filter(withdrawn_at=None).order_by("path"))
    return packed(release, release.editions.order_by("-number").first(), files)


def packed(release: Release, newest: Edition | None, files: Sequence[ReleaseFile]) -> Archive:
    """The same of what is known already: the newest edition, if there is one, and its files by path."""
    label = labelled(release.version, newest.number if newest else 0)
    return Archive(label, release.cutoff, newest.made_at if newest else release.published_at, files)
