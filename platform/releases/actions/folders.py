"""Where a release is written, and how its folder appears all at once."""

import os
import shutil
from pathlib import Path


def part_of(place: Path) -> Path:
    """The folder a release is written into before it is whole."""
    return place.with_name(f"{place.name}.part")


def fresh(place: Path) -> Path:
    """An empty folder to write into. What a killed build left behind goes, also a whole folder."""
    part = part_of(place)
    for path in (part, place):
        if path.exists():
            shutil.rmtree(path)
    part.mkdir(parents=True)
    return part


def appear(place: Path) -> None:
    """Gives the written folder its name in one step, on the disk too."""
    part = part_of(place)
    for folder in (*(path for path in part.rglob("*") if path.is_dir()), part):
        sync(folder)
    part.rename(place)
    sync(place.parent)


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
