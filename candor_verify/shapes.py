"""What the tables of a release are, whatever its manifest says of them: names, keys, columns, words and references.

A manifest is a claim like any other: it is compared with this. They are those of format 2; other tables, columns or
references make another format. It all stands in `written`, since a checker that lies in a release has nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from candor_verify.written import TABLES

NO_WORD = "''"


@dataclass(frozen=True)
class Reference:
    """`columns` hold the values of `target_columns` of a row of `table`, or nothing."""

    columns: tuple[str, ...]
    table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """`words`: all that a value of it can be; of any other kind where there are none."""

    name: str
    type: str
    nullable: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """One table. `key`: the columns that are unique together, and that the rows are sorted by."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


@dataclass
class _Read:
    """A table as far as it was read."""

    name: str
    key: tuple[str, ...]
    columns: list[Column] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)


def read_shapes(text: str) -> Iterator[Shape]:
    found: list[_Read] = []
    for line in text.strip().splitlines():
        first, *rest = line.split()
        if not line.startswith(" "):
            found.append(_Read(first, tuple(rest)))
        elif first == "->":
            place = rest.index("=")
            to = Reference(tuple(rest[:place]), rest[place + 1], tuple(rest[place + 2 :]))
            found[-1].references.append(to)
        else:
            name, _, kind = first.removesuffix("?").partition(":")
            found[-1].columns.append(
                Column(name, kind, first.endswith("?"), tuple("" if word == NO_WORD else word for word in rest))
            )
    for one in found:
        yield Shape(one.name, one.key, tuple(one.columns), tuple(one.references))


SHAPES: tuple[Shape, ...] = tuple(read_shapes(TABLES))
