"""A release as it lies in a folder: its manifest, and where each table's files are."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from candor_verify.findings import CannotRead

MANIFEST, SUMS, SIGNATURE = "manifest.json", "SHA256SUMS", "manifest.json.sig"
FORMAT = 2


@dataclass(frozen=True)
class Reference:
    """`columns` hold the values of `target_columns` of a row of `table`, or nothing."""

    columns: tuple[str, ...]
    table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool


@dataclass(frozen=True)
class Table:
    """One table, as the manifest has it. `digest`: SHA-256 of its lines of NDJSON before they were compressed."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...]
    rows: int
    digest: str

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def ndjson(self) -> str:
        return f"ndjson/{self.name}.ndjson.zst"

    @property
    def csv(self) -> str:
        return f"csv/{self.name}.csv"


@dataclass(frozen=True)
class File:
    path: str
    sha256: str
    bytes: int
    rows: int | None


@dataclass(frozen=True)
class Folder:
    """The folder and what its manifest says."""

    path: Path
    label: str
    tables: dict[str, Table]
    files: dict[str, File]
    left_out: dict[str, dict[str, int]]

    def parts(self, table: str) -> list[str]:
        """The Parquet files of a table that are there, in order."""
        listed = [path for path in self.files if path.startswith(f"data/{table}/")]
        return sorted(path for path in listed if (self.path / path).is_file())


def open_folder(path: Path) -> Folder:
    """The release in a folder.

    Raises:
        CannotRead: there is none, or its manifest is none.
    """
    if not path.is_dir():
        raise CannotRead(f"{path} is no folder.")
    try:
        content = json.loads((path / MANIFEST).read_bytes())
        if content["format"] != FORMAT:
            raise CannotRead(f"{path / MANIFEST} has format {content['format']}; this program knows {FORMAT}.")
        return Folder(
            path,
            str(content["label"]),
            {table["name"]: _table(table) for table in content["tables"]},
            {
                file["path"]: File(file["path"], file["sha256"], file["bytes"], file["rows"])
                for file in content["files"]
            },
            dict(content["left_out"]),
        )
    except OSError as error:
        raise CannotRead(f"{path / MANIFEST} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CannotRead(f"{path / MANIFEST} is no manifest of a release: {error!r}.") from None


def _table(said: dict[str, Any]) -> Table:
    references = (
        Reference(tuple(to["columns"]), to["table"], tuple(to["target_columns"])) for to in said["references"]
    )
    columns = (Column(column["name"], column["type"], bool(column["nullable"])) for column in said["columns"])
    return Table(said["name"], tuple(said["key"]), tuple(columns), tuple(references), int(said["rows"]), said["digest"])
