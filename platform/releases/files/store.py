"""Where the bytes of releases lie: each under its SHA-256, once, whichever releases and editions hold them.

The place is the storage called "releases" in the settings: a folder of this machine, or whatever else Django's Storage
API speaks to. What was put in never changes; it is there or it is not.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from releases.files.sealed import UNFINISHED, copy_file, sync

CHUNK = 1 << 18
SUM_LENGTH = 64
# Files on their way into the store at a time.
AT_ONCE = 8
# A copy that nobody has written to for so long was left by a worker that was killed.
ABANDONED_AFTER_S = 3600


class Disk(FileSystemStorage):
    """A folder of this machine: `store` within RELEASES_DIR."""

    def __init__(self) -> None:
        super().__init__()

    @property
    def base_location(self) -> str:
        return str(Path(settings.RELEASES_DIR) / "store")

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())


@runtime_checkable
class Remote(Protocol):
    """A storage on another machine (releases.files.s3), which can be asked for a part of a file and for its address."""

    def read_range(self, name: str, start: int, length: int) -> Iterator[bytes]: ...

    def signed_address(self, name: str, *, saved_as: str, media_type: str, attached: bool) -> str: ...


def storage() -> Storage:
    return storages["releases"]


def name_of(sha256: str) -> str:
    """The name in the storage: sha256/ab/abcdef…"""
    return f"sha256/{sha256[:2]}/{sha256}"


def adopt(path: Path, sha256: str) -> None:
    """Puts a finished file into the store; the file itself may go afterwards. Does nothing where it is there already.

    Raises:
        OSError: it cannot be written, such as on a full disk.
    """
    place = storage()
    name = name_of(sha256)
    if place.exists(name):
        if place.size(name) == path.stat().st_size:
            return
        place.delete(name)
    if isinstance(place, FileSystemStorage):
        put_on_disk(path, Path(place.path(name)))
        return
    with path.open("rb") as file:
        kept = place.save(name, File(file))
    if kept != name:
        place.delete(kept)
        raise OSError(f"The store keeps {name} under another name, {kept}")


def adopt_all(files: Iterable[tuple[Path, str]]) -> None:
    """Puts many files into the store, some at a time: most of it is waiting for the disk. Raises OSError as `adopt`.

    Equal bytes are put there once: two threads would be at one name.
    """
    once = {sha256: path for path, sha256 in files}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(adopt, path, sha256) for sha256, path in once.items()]:
            done.result()


def put_on_disk(path: Path, target: Path) -> None:
    """A second name for the same bytes where that can be, a copy where the store is another disk; for good."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sync(path)
    try:
        target.hardlink_to(path)
    except FileExistsError:
        return
    except OSError:
        copy_file(path, target)
        sync(target)
    sync(target.parent)


def sums() -> set[str]:
    """What lies in the store, whoever put it there."""
    place = storage()
    try:
        folders, _ = place.listdir("sha256")
    except FileNotFoundError:
        return set()
    # What is still being copied has another name.
    return {name for folder in folders for name in place.listdir(f"sha256/{folder}")[1] if len(name) == SUM_LENGTH}


def drop_unfinished() -> None:
    """Deletes the copies that a killed worker left half written; on another machine there are none.

    Raises:
        OSError: one could not be deleted.
    """
    place = storage()
    if not isinstance(place, FileSystemStorage):
        return
    for left in Path(place.path("sha256")).glob(f"*/.*{UNFINISHED}"):
        with suppress(FileNotFoundError):  # its writer has just finished it
            if time.time() - left.stat().st_mtime > ABANDONED_AFTER_S:
                left.unlink()


def exists(sha256: str) -> bool:
    return storage().exists(name_of(sha256))


def size(sha256: str) -> int:
    """Length in bytes. Raises OSError where it is not there."""
    return storage().size(name_of(sha256))


def local_path(sha256: str) -> Path | None:
    """Where it lies on this machine's disk; None where the store is elsewhere, whether or not it is there."""
    place = storage()
    return Path(place.path(name_of(sha256))) if isinstance(place, FileSystemStorage) else None


def opened(sha256: str) -> Any:
    """A binary file to read from. Raises OSError where it is not there."""
    return storage().open(name_of(sha256), "rb")


def open_range(sha256: str, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `start` on, in chunks of at most 256 KiB. Raises OSError at once where it is not there."""
    place = storage()
    if isinstance(place, Remote):
        return place.read_range(name_of(sha256), start, length)
    file = opened(sha256)
    file.seek(start)
    return chunks(file, length)


def chunks(file: Any, length: int) -> Iterator[bytes]:
    left = length
    with file:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def address_elsewhere(sha256: str, *, saved_as: str, media_type: str, attached: bool) -> str | None:
    """Where a reader gets the bytes from the storage itself, for an hour; None where this site hands them out."""
    place = storage()
    if not settings.RELEASES_S3_REDIRECT or not isinstance(place, Remote):
        return None
    return place.signed_address(name_of(sha256), saved_as=saved_as, media_type=media_type, attached=attached)


def sum_of(sha256: str) -> str:
    """The SHA-256 of what lies there under that name. Raises OSError where there is nothing."""
    digest = hashlib.sha256()
    for chunk in open_range(sha256, 0, size(sha256)):
        digest.update(chunk)
    return digest.hexdigest()


def delete(sha256: str) -> None:
    """Takes the bytes away for good; nothing happens where there are none."""
    storage().delete(name_of(sha256))
