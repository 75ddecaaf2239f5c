"""The documents of an edition whose release was written in another layout: those it had, with what has changed.

They are not written anew, since they would speak of tables and columns that this release has not. Sums, sizes and
numbers of rows are put right where programs read them; papers for people say at their end what was taken out, and that
their numbers are older.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from releases.documents.changelog import taken
from releases.documents.commit import running_commit
from releases.documents.edition import Tombstone
from releases.documents.machine import as_json
from releases.documents.manifest import WRITERS, named, sums
from releases.documents.markdown import bullets
from releases.files import store
from releases.files.sealed import Written, write_file
from releases.models import ReleaseFile
from releases.naming import labelled

PAPERS = ("README.md", "DATASHEET.md", "CHANGELOG.md")
INDEXES = ("croissant.json", "datapackage.json")
# What is left as it is: nothing of them follows from a row.
SAME = ("LICENSE", "CITATION.cff", "schema.json")
BEHIND = "\n\n## What was taken out of this release\n\n"
SAID = (
    "This is {label}. It was written in an older layout, so this paper was not written again: numbers above are those "
    "of the release as it was before. What changed since the release before it is not told any more, and there is no "
    "`delta/`."
)


@dataclass(frozen=True)
class Carried:
    """An edition of a release of another layout: `tables` are the files of tables that were written anew, `kept` all
    files that stay as they are, `rows` and `withheld` of the tables now.
    """

    version: str
    number: int
    withdrawn: Sequence[Tombstone]
    tables: Sequence[Written]
    kept: Sequence[Written]
    rows: Mapping[str, int]
    withheld: Mapping[str, Mapping[str, int]]

    @property
    def label(self) -> str:
        return labelled(self.version, self.number)


def stays(path: str) -> bool:
    """Whether a document is taken over as it is. One that nobody knows is not: it may hold rows."""
    return path in SAME or path.startswith("verify/")


def carry_documents(carried: Carried, live: Mapping[str, ReleaseFile], folder: Path) -> list[Written]:
    """Writes what changes under `folder`; of `live`, the files of the edition before, those are read that are there.

    Raises:
        OSError: one is not in the store, or cannot be written.
        ValueError: one is no JSON.
    """
    papers = {path: paper(text_of(live[path]), carried) for path in PAPERS if path in live}
    indexes = {path: index(json.loads(text_of(live[path])), carried, live) for path in INDEXES if path in live}
    told = {
        "version": carried.version,
        "edition": carried.number,
        "withdrawn": [tombstone.as_dict() for tombstone in carried.withdrawn],
    }
    contents = {**papers, **indexes, "withdrawn.json": as_json(told)}
    written = [
        write_file(folder, path, content, live[path].media_type if path in live else "application/json")
        for path, content in contents.items()
    ]
    files = [*carried.tables, *carried.kept, *written]
    manifest = write_file(folder, "manifest.json", manifest_of(carried, live, files), live["manifest.json"].media_type)
    listed = write_file(folder, "SHA256SUMS", sums([*files, manifest]), "text/plain; charset=utf-8")
    return [*written, manifest, listed]


def text_of(file: ReleaseFile) -> str:
    with store.opened(file.sha256) as opened:
        return str(opened.read().decode())


def paper(text: str, carried: Carried) -> bytes:
    """What people read, with what was taken out behind it."""
    said = SAID.format(label=carried.label)
    return f"{text.partition(BEHIND)[0].rstrip()}{BEHIND}{said}\n\n{bullets(map(taken, carried.withdrawn))}\n".encode()


def index(said: Any, carried: Carried, live: Mapping[str, ReleaseFile]) -> bytes:
    """croissant.json or datapackage.json, with the sums and sizes of the files that were written anew."""
    now = {file.path: file for file in carried.tables}
    here = {*now, *(file.path for file in carried.kept)}
    gone = {path for path in live if path.startswith(("data/", "ndjson/", "csv/"))} - here
    content = patched(said, now, gone)
    return as_json({**content, "version": carried.label} if "version" in content else content)


def patched(said: Any, now: Mapping[str, Written], gone: set[str]) -> Any:
    if isinstance(said, list):
        return [patched(one, now, gone) for one in said if path_of(one) not in gone]
    if not isinstance(said, dict):
        return said
    found = {name: patched(value, now, gone) for name, value in said.items()}
    if (file := now.get(path_of(said))) is not None:
        right = {
            "sha256": file.sha256,
            "hash": f"sha256:{file.sha256}",
            "contentSize": f"{file.bytes} B",
            "bytes": file.bytes,
        }
        found |= {name: value for name, value in right.items() if name in found}
    return found


def path_of(said: Any) -> str:
    """Which file an entry is of; empty where it is of none."""
    path = (said.get("contentUrl") or said.get("path")) if isinstance(said, dict) else None
    return path if isinstance(path, str) else ""


def manifest_of(carried: Carried, live: Mapping[str, ReleaseFile], files: Sequence[Written]) -> bytes:
    """The manifest of the edition before, as its tables, files and orders are now."""
    said = json.loads(text_of(live["manifest.json"]))
    digests = {file.table: file.digest for file in carried.tables}
    for table in said["tables"]:
        table["rows"] = carried.rows[table["name"]]
        table["digest"] = digests.get(table["name"], table.get("digest"))
    changed = {
        "edition": carried.number,
        "label": carried.label,
        "previous": None,
        "edited_by": {"commit": running_commit(), **{name: version(name) for name in WRITERS}},
        "withheld": {**said.get("withheld", {}), **carried.withheld},
        "withdrawn": [tombstone.as_dict() for tombstone in carried.withdrawn],
        "files": [named(file) for file in sorted(files, key=lambda file: file.path)],
    }
    return as_json({**said, **changed})
