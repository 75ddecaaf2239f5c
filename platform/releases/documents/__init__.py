"""What is written beside the tables of a release: all of it follows from the schema and from the release itself.

The card, the datasheet and the changelog are for people; schema.json, croissant.json, datapackage.json and the manifest
say the same to programs. Nothing of the clock, the machine or a hash seed goes in.
"""

from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from releases.documents.card import card
from releases.documents.changelog import changelog
from releases.documents.commit import running_commit
from releases.documents.croissant import croissant
from releases.documents.datapackage import datapackage
from releases.documents.datasheet import datasheet
from releases.documents.edition import Edition, Previous, Tombstone
from releases.documents.licence import citation_file, licence
from releases.documents.machine import schema_file, withdrawn_file
from releases.documents.manifest import manifest, sums
from releases.documents.statistics import Statistics, describe
from releases.documents.verifier import write_verifier
from releases.files.sealed import Written, write_file
from releases.tables.delta import write_deltas

if TYPE_CHECKING:
    from releases.tables.spool import Spool

__all__ = ["Edition", "Previous", "Statistics", "Tombstone", "describe", "running_commit", "write_documents"]

MARKDOWN = "text/markdown; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"
# What a build that was killed may have left of them.
OURS = ("delta", "verify")


def write_documents(edition: Edition, folder: Path, spool: "Spool") -> list[Written]:
    """Writes all documents of a release under `folder`, over those that are there, and says which.

    `edition.files` are the tables' files, `spool` its frozen and computed tables. manifest.json and SHA256SUMS come
    last; a signature of the manifest is no concern of either.

    Raises:
        OSError: they cannot be written, such as on a full disk.
        releases.tables.delta.NotSorted: a table of this release or the one before is not in order.
    """
    for name in OURS:
        rmtree(folder / name, ignore_errors=True)
    before = edition.previous
    deltas = write_deltas(spool, before.spool, folder) if before else []
    statistics_before = describe(before.spool) if before else None
    texts = {
        "README.md": (card(edition), MARKDOWN),
        "DATASHEET.md": (datasheet(edition), MARKDOWN),
        "CHANGELOG.md": (changelog(edition, statistics_before, deltas), MARKDOWN),
        "LICENSE": (licence(), PLAIN),
        "CITATION.cff": (citation_file(edition), "application/yaml"),
        "schema.json": (schema_file(edition), JSON),
        "croissant.json": (croissant(edition), "application/ld+json"),
        "datapackage.json": (datapackage(edition), JSON),
        "withdrawn.json": (withdrawn_file(edition), JSON),
    }
    written = [fresh(folder, path, content, kind) for path, (content, kind) in texts.items()]
    written += [delta.file for delta in deltas]
    written += write_verifier(folder)
    written.append(fresh(folder, "manifest.json", manifest(edition, [*edition.files, *written]), JSON))
    written.append(fresh(folder, "SHA256SUMS", sums([*edition.files, *written]), PLAIN))
    return written


def fresh(folder: Path, path: str, content: bytes, media_type: str) -> Written:
    """Writes a document in place of one that is there."""
    (folder / path).unlink(missing_ok=True)
    return write_file(folder, path, content, media_type)
