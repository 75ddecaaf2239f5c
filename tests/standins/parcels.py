"""Small releases to send: every kind of file, some of them larger than one part of an upload."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from releases.places import Parcel, Part

CARD = """\
---
pretty_name: Candor
license: cc-by-4.0
language: [en, fr, zh]
size_categories: ["10K<n<100K"]
configs:
- config_name: labels
  data_files: data/labels/*.parquet
---

# Candor
"""


def parcel_in(folder: Path, version: str = "2026.11.0", seed: int = 1, **more: object) -> Parcel:
    """A release whose bytes are its seed's."""
    draw = random.Random(seed)
    contents = {
        "README.md": CARD.encode() + version.encode(),
        "LICENSE": b"CC BY 4.0\n",
        "manifest.json": b'{"version": "%s"}\n' % version.encode(),
        "SHA256SUMS": b"%064d  LICENSE\n" % 0,
        "data/labels/part-0000.parquet": draw.randbytes(200_000),
        "data/answers/part-0000.parquet": draw.randbytes(70_000),
        "ndjson/labels.ndjson.zst": draw.randbytes(3_000),
        "csv/labels.csv": b"label_id,label\r\n" + draw.randbytes(500).hex().encode(),
        "verify/candor_verify/__init__.py": b"",
        **{f"delta/table{number}.ndjson.zst": draw.randbytes(100) for number in range(60)},
    }
    parts = [written(folder / version, path, content) for path, content in contents.items()]
    return Parcel(version, 0, datetime(2026, 11, 2, tzinfo=UTC), parts, **{"newest": True, **more})


def written(folder: Path, path: str, content: bytes) -> Part:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return Part(path, hashlib.sha256(content).hexdigest(), len(content), file)


def edition_of(parcel: Parcel, folder: Path, changed: dict[str, bytes], removed: set[str] = frozenset()) -> Parcel:
    """The same release after something was taken out of some files."""
    number = parcel.edition + 1
    kept = [part for part in parcel.parts if part.path not in changed and part.path not in removed]
    new = [written(folder / f"e{number}", path, content) for path, content in changed.items()]
    gone = {part.sha256 for part in parcel.parts} - {part.sha256 for part in [*kept, *new]}
    return replace(parcel, edition=number, parts=[*kept, *new], withdrawn=frozenset(gone))


def contents(parcel: Parcel) -> dict[str, bytes]:
    return {part.path: part.file.read_bytes() for part in parcel.parts}
