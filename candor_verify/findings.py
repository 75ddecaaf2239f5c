"""What a check found: where something differs, what was checked, and what cannot be."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Differences of one file and column that are told one by one; further ones are counted.
TOLD = 10
LONGEST = 60


class CannotRead(Exception):
    """The folder holds no release that can be checked; the message says why."""


@dataclass(frozen=True)
class Difference:
    """Where: the file's path in the release, the row from 1 (None: the whole file), the column. What: a sentence."""

    file: str
    row: int | None
    column: str | None
    what: str

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row is not None else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.what}"


@dataclass
class Findings:
    """Differences, with those that are counted only; and sentences on what was checked and what cannot be."""

    differences: list[Difference] = field(default_factory=list)
    more: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    checked: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not self.differences

    def differs(self, file: str, what: str, *, row: int | None = None, column: str | None = None) -> None:
        told = sum(1 for one in self.differences if (one.file, one.column) == (file, column))
        if told < TOLD:
            self.differences.append(Difference(file, row, column, what))
        else:
            self.more[file, column] += 1

    def can_check(self, what: str, tables: set[str], sound: set[str]) -> bool:
        """Whether these tables can be read; where not, that is told among what was not checked."""
        lacking = sorted(tables - sound)
        if lacking:
            self.unchecked.append(f"{what}: {', '.join(lacking)} cannot be read")
        return not lacking

    def lines(self) -> Iterator[str]:
        """The report, a line each, in signs that any terminal shows as they are."""
        return map(plainly, self._lines())

    def _lines(self) -> Iterator[str]:
        for said in self.checked:
            yield f"ok       {said}"
        for one in self.differences:
            yield f"DIFFERS  {one}"
        for (file, column), number in sorted(self.more.items(), key=str):
            yield f"DIFFERS  {file}{f', column {column}' if column else ''}: and {number} more"
        for said in self.unchecked:
            yield f"not checked  {said}"
        yield "equal" if self.equal else "not equal"


def shown(value: Any) -> str:
    """A value as a report shows it: short."""
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def plainly(text: str) -> str:
    """A line without the signs that steer a terminal, or that it could not be written with."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
