"""A release as it lies in a folder: its manifest, and where each table's files are."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from candor_verify.findings import CannotRead, shown
from candor_verify.shapes import SHAPES, Shape

MANIFEST, SUMS, SIGNATURE = "manifest.json", "SHA256SUMS", "manifest.json.sig"
FORMAT = 2
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Table(Shape):
    """One table: its shape as every release has it; and of the manifest, how many rows and which digest are said of it.

    `digest`: SHA-256 of its lines of NDJSON before they were compressed.
    """

    rows: int
    digest: str

    @property
    def ndjson(self) -> str:
        return f"ndjson/{self.name}.ndjson.zst"

    @property
    def csv(self) -> str:
        return f"csv/{self.name}.csv"

    @property
    def delta(self) -> str:
        return f"delta/{self.name}.ndjson.zst"


@dataclass(frozen=True)
class File:
    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Folder:
    """The folder and what its manifest says. `tables`: those that releases have; `claims`: what it says of any;
    `withdrawn`: what was taken out since `version` was published; `previous`: the release that its delta is against.
    """

    path: Path
    label: str
    version: str
    edition: int
    withdrawn: tuple[Any, ...]
    previous: str | None
    tables: dict[str, Table]
    claims: tuple[dict[str, Any], ...]
    files: dict[str, File]
    twice: tuple[str, ...]
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
        said = list(_claims(content["tables"]))
        files = [_file(file["path"], file["sha256"], file["bytes"]) for file in content["files"]]
        return Folder(
            path,
            _text(content["label"]),
            _text(content["version"]),
            _number(content["edition"]),
            tuple(_list(content["withdrawn"])),
            _text(content["previous"]["label"]) if content["previous"] is not None else None,
            dict(_tables(said)),
            tuple(said),
            {file.path: file for file in files},
            tuple(name for name, number in Counter(file.path for file in files).items() if number > 1),
            {
                _text(table): {_text(reason): _number(number) for reason, number in reasons.items()}
                for table, reasons in content["left_out"].items()
            },
        )
    except OSError as error:
        raise CannotRead(f"{path / MANIFEST} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CannotRead(f"{path / MANIFEST} is no manifest of a release: {error!r}.") from None


def _claims(said: Any) -> Iterator[dict[str, Any]]:
    for table in _list(said):
        known = {"name": _text(table["name"]), "rows": _number(table["rows"]), "digest": _text(table["digest"])}
        yield table | known


def _tables(said: list[dict[str, Any]]) -> Iterator[tuple[str, Table]]:
    of = {table["name"]: table for table in said}
    for shape in SHAPES:
        if shape.name in of:
            claim = of[shape.name]
            yield shape.name, Table(**vars(shape), rows=claim["rows"], digest=claim["digest"])


def _file(path: Any, sha256: Any, size: Any) -> File:
    if not SHA256.fullmatch(_text(sha256)):
        raise ValueError(f"{shown(sha256)} is no SHA-256")
    if not _text(path).isprintable():
        raise ValueError(f"{shown(path)} is no path")
    return File(path, sha256, _number(size))


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise TypeError(f"{shown(said)} is no list")
    return said


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError(f"{shown(said)} is no text")
    return said


def _number(said: Any) -> int:
    if type(said) is not int:
        raise TypeError(f"{shown(said)} is no whole number")
    return said
