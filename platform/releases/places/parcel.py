"""What is sent, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

# Takes one line about how far it is.
Say = Callable[[str], None]


class PlaceError(Exception):
    """The place did not take it. The message says what happened and, where it is known, what to do."""


@dataclass(frozen=True)
class Part:
    """A file of a release, on this disk."""

    path: str
    sha256: str
    bytes: int
    file: Path


@dataclass(frozen=True)
class Parcel:
    """One edition of a release, as it is to lie in another place."""

    version: str
    # 0 as it was published; counted up by each time something was taken out.
    edition: int
    cutoff: datetime
    parts: Sequence[Part]
    # The newest release is what a reader gets who names none.
    newest: bool
    # SHA-256 of all that was taken out of this release, or out of others, and must lie nowhere any more.
    withdrawn: frozenset[str] = frozenset()
    # The day it was published, which is not its cut-off's.
    published_on: date | None = None
    # The release's own page, and where the program is that made it, where they are known.
    page: str = ""
    code: str = ""

    @property
    def label(self) -> str:
        """2026.11.0, or 2026.11.0+e1 once something was taken out of it."""
        return f"{self.version}+e{self.edition}" if self.edition else self.version


@dataclass(frozen=True)
class Sent:
    """What the place calls it, where it lies, and what a person still has to do."""

    identifier: str
    url: str
    concept: str = ""
    left_to_do: str = ""
