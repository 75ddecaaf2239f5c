"""How one release that is out is laid out: its tables and columns, as its own manifest names them.

A release is written once and stays, while the tables of the site change. What has to be taken out of an old one is
looked for by the names that stand in it, and what is left is written as it was.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from releases.files import store
from releases.models import Release
from releases.schema import FORMAT, FROZEN, TABLES, Column, Table
from releases.tables.arrow import TYPES

MANIFEST = "manifest.json"
RAW = frozenset(table.name for table in FROZEN)

Shape = tuple[str, tuple[str, ...], tuple[tuple[str, str, bool], ...]]


class OldLayout(Exception):
    """What the files of that release hold cannot be told from how they are laid out."""


@dataclass(frozen=True)
class Layout:
    """The tables of a release, and the number of the format they were written in."""

    format: int
    tables: tuple[Table, ...]

    @property
    def is_current(self) -> bool:
        """Whether this site would write the same tables and columns today."""
        return self.format == FORMAT and shapes(self.tables) == shapes(TABLES)

    @property
    def names(self) -> list[str]:
        return [table.name for table in self.tables]

    @property
    def computed(self) -> list[Table]:
        """The tables that no row of the database went into; one that nobody knows any more counts as such."""
        return [table for table in self.tables if table.name not in RAW]


def layout_of(release: Release) -> Layout:
    """As the manifest of its newest edition says.

    Raises:
        OldLayout: it has no manifest, or one that names no columns.
        OSError: the manifest is not in the store.
    """
    file = release.files.filter(withdrawn_at=None, path=MANIFEST).first()
    if file is None:
        raise OldLayout(f"{release.version} has no manifest")
    with store.opened(file.sha256) as opened:
        said = json.load(opened)
    try:
        return Layout(int(said["format"]), tuple(table_of(one) for one in said["tables"]))
    except (KeyError, TypeError, ValueError) as error:
        raise OldLayout(f"the manifest of {release.version} does not say which columns there are") from error


def table_of(said: Mapping[str, Any]) -> Table:
    """One table as a manifest describes it. Raises KeyError, TypeError or ValueError where it does not."""
    columns = tuple(
        Column(one["name"], one["type"], one.get("meaning") or "", (), bool(one["nullable"])) for one in said["columns"]
    )
    table = Table(str(said["name"]), said.get("meaning") or "", tuple(said["key"]), columns)
    if not {one.type for one in columns} <= TYPES.keys() or not set(table.key) <= set(table.names):
        raise ValueError(f"{table.name} has a column of no known type, or a key of no column")
    return table


def shapes(tables: Iterable[Table]) -> list[Shape]:
    """What of tables decides about bytes: names, keys, types."""
    return [
        (table.name, table.key, tuple((one.name, one.type, one.nullable) for one in table.columns)) for table in tables
    ]
