"""A release as one archive: the same bytes each time it is packed, so a push that broke off need not send it again."""

import shutil
import zipfile
from pathlib import Path

from releases.places.parcel import Parcel

# Parquet and zst are packed already.
PACKED = (".parquet", ".zst")
# The first moment a zip can name: when it was packed is no part of it.
NEVER = (1980, 1, 1, 0, 0, 0)
CHUNK = 1 << 20


def pack(parcel: Parcel, folder: Path) -> Path:
    """candor-2026.11.0.zip in this folder, with all files in a folder of the same name. Holds one chunk in memory."""
    name = f"candor-{parcel.label}"
    archive = folder / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", allowZip64=True) as packed:
        for part in sorted(parcel.parts, key=lambda part: part.path):
            entry = zipfile.ZipInfo(f"{name}/{part.path}", NEVER)
            entry.external_attr = 0o100644 << 16
            stored = part.path.endswith(PACKED)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.file_size = part.bytes
            with part.file.open("rb") as source, packed.open(entry, "w") as target:
                shutil.copyfileobj(source, target, CHUNK)
    return archive
