"""How the files of a release lie on a page: each table with its three formats, then the documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from releases.manifest import citation
from releases.models import Release, ReleaseFile
from releases.schema import TABLES, Table

FORMATS = {"parquet": "Parquet", "ndjson": "NDJSON", "csv": "CSV"}


@dataclass(frozen=True)
class Place:
    """One table of a release: its columns, its rows, and a file a format, in the order of FORMATS."""

    table: Table
    rows: int
    files: Sequence[tuple[str, ReleaseFile]]


@dataclass(frozen=True)
class Shelf:
    release: Release
    tables: Sequence[Place]
    documents: Sequence[ReleaseFile]
    cite: str

    @property
    def rows(self) -> dict[str, int]:
        return {place.table.name: place.rows for place in self.tables}


def shelf(release: Release) -> Shelf:
    """All of a release's files, by one query."""
    files = {file.path: file for file in release.files.order_by("path")}
    tables = []
    for table in TABLES:
        found = [
            (word, file)
            for ending, word in FORMATS.items()
            for path, file in files.items()
            if path.endswith(f"/{table.name}.{ending}")
        ]
        if found:
            tables.append(Place(table, found[0][1].rows or 0, found))
    documents = [file for file in files.values() if file.rows is None]
    return Shelf(release, tables, documents, citation(release.version, release.cutoff))
