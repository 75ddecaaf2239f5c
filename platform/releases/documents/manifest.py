"""manifest.json and SHA256SUMS: every file of a release with what proves it, and what wrote it."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from releases.documents.edition import Edition
from releases.documents.machine import as_json, references
from releases.files.sealed import Written
from releases.naming import moment
from releases.schema import FORMAT, TABLES, Table
from releases.tables.delta import LEFT_OUT

# Whose version decides about bytes or digits of the files.
WRITERS = ("candor", "pyarrow", "zstandard", "numpy")


def manifest(edition: Edition, files: Sequence[Written]) -> bytes:
    """manifest.json: each file's sum and size, each table's digest and columns, what was left out, and what wrote it.

    `files` are all but the manifest itself, SHA256SUMS and the signature.
    """
    before = edition.previous
    return as_json(
        {
            "format": FORMAT,
            "name": "Candor",
            "version": edition.version,
            "edition": edition.number,
            "label": edition.label,
            "cutoff": moment(edition.cutoff),
            "previous": {"label": before.label, "cutoff": moment(before.cutoff)} if before else None,
            "licence": {"dataset": "CC-BY-4.0", "prompts, key points and labels": "CC0-1.0"},
            "written_by": {"commit": edition.commit, **{name: version(name) for name in WRITERS}},
            "tables": [described(table, edition) for table in TABLES],
            "left_out": {table: dict(reasons) for table, reasons in sorted(edition.left_out.items())},
            "withheld": {table: dict(sorted(columns.items())) for table, columns in sorted(edition.withheld.items())},
            "withdrawn": [tombstone.as_dict() for tombstone in edition.withdrawn],
            "not_in_delta": LEFT_OUT,
            "files": [named(file) for file in sorted(files, key=lambda file: file.path)],
        }
    )


def named(file: Written) -> dict[str, Any]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "media_type": file.media_type,
        "rows": file.rows,
    }


def described(table: Table, edition: Edition) -> dict[str, Any]:
    return {
        "name": table.name,
        "meaning": table.meaning,
        "key": list(table.key),
        "references": references(table),
        "rows": edition.rows(table.name),
        "digest": edition.digest(table.name),
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "nullable": column.nullable,
                "unit": column.unit or None,
                "meaning": column.meaning,
            }
            for column in table.columns
        ],
    }


def sums(files: Sequence[Written]) -> bytes:
    """SHA256SUMS, as `sha256sum -c` reads it."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path)).encode()
