"""How the files of a release lie on a page: tables with their three formats, documents, changes, the checker."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from releases.home import home_of
from releases.models import Release, ReleaseFile
from releases.naming import citation, labelled, table_of
from releases.schema import TABLES, Table
from releases.selectors.copies import doi_of

# The folder of each format, and its name.
FORMATS = {"data": "Parquet", "ndjson": "NDJSON", "csv": "CSV"}
# What people read comes first; what is in neither comes last, by name.
FIRST = ("README.md", "DATASHEET.md", "CHANGELOG.md", "LICENSE", "CITATION.cff", "SHA256SUMS", "manifest.json")


@dataclass(frozen=True)
class Format:
    """A table in one format: one file, or of a large table several parts."""

    word: str
    files: Sequence[ReleaseFile]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Place:
    """One table of a release: its columns, its rows, and its formats in the order of FORMATS."""

    table: Table
    rows: int
    formats: Sequence[Format]

    @property
    def files(self) -> list[tuple[str, ReleaseFile]]:
        """Every file with its word: Parquet, Parquet 2, NDJSON, CSV."""
        return [
            (form.word if number == 1 else f"{form.word} {number}", file)
            for form in self.formats
            for number, file in enumerate(form.files, start=1)
        ]


@dataclass(frozen=True)
class Shelf:
    """`changes` are the deltas against the release before, `checker` the program that checks the release, `files` all
    of it by path.
    """

    release: Release
    edition: int
    tables: Sequence[Place]
    documents: Sequence[ReleaseFile]
    changes: Sequence[ReleaseFile]
    checker: Sequence[ReleaseFile]
    files: Sequence[ReleaseFile]

    @property
    def rows(self) -> dict[str, int]:
        return {place.table.name: place.rows for place in self.tables}

    @property
    def label(self) -> str:
        return labelled(self.release.version, self.edition)

    @cached_property
    def doi(self) -> str:
        """Of this very edition; empty where it has none."""
        return doi_of(self.release, self.edition)

    @cached_property
    def cite(self) -> str:
        return citation(self.label, self.release.cutoff, doi=self.doi, page=home_of(self.release.version).page)


def shelf(release: Release) -> Shelf:
    """All of a release's files as it is now, by one query."""
    files = list(release.files.filter(withdrawn_at=None).order_by("path"))
    by_folder: dict[str, list[ReleaseFile]] = {}
    for file in files:
        by_folder.setdefault(file.path.partition("/")[0] if "/" in file.path else "", []).append(file)
    return Shelf(
        release=release,
        edition=max((file.edition for file in files), default=0),
        tables=[place for table in TABLES if (place := placed(table, by_folder)) is not None],
        documents=sorted(by_folder.get("", []), key=lambda file: reading_order(file.path)),
        changes=by_folder.get("delta", []),
        checker=by_folder.get("verify", []),
        files=files,
    )


def parts(release: Release) -> dict[str, list[str]]:
    """The Parquet files of each table, in the order of their rows. A large table has several."""
    found: dict[str, list[str]] = {}
    live = release.files.filter(withdrawn_at=None, path__startswith="data/").order_by("path")
    for path in live.values_list("path", flat=True):
        found.setdefault(table_of(path), []).append(path)
    return found


def placed(table: Table, by_folder: dict[str, list[ReleaseFile]]) -> Place | None:
    """The table with its files; None where the release has none of it."""
    formats = [
        Format(word, found)
        for folder, word in FORMATS.items()
        if (found := [file for file in by_folder.get(folder, []) if table_of(file.path) == table.name])
    ]
    return Place(table, sum(file.rows or 0 for file in formats[0].files), formats) if formats else None


def reading_order(path: str) -> tuple[int, str]:
    return (FIRST.index(path) if path in FIRST else len(FIRST), path)
