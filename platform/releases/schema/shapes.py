"""What a table and a column of a release are. Pure Python."""

from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "integer", "number", "boolean", "date", "timestamp", "strings", "json"]


@dataclass(frozen=True)
class Column:
    """One column. `sources` are the model fields its values come from, as app.Model.field; `words`, where there are
    any, all that a value of it can be.
    """

    name: str
    type: Type
    meaning: str
    sources: tuple[str, ...]
    nullable: bool = False
    unit: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table. `key` names the columns that are unique together and that the rows are sorted by."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def column(
    name: str,
    type: Type,
    meaning: str,
    *sources: str,
    nullable: bool = False,
    unit: str = "",
    words: tuple[str, ...] = (),
) -> Column:
    return Column(name, type, meaning, sources, nullable, unit, words)
