"""The store: bytes under their SHA-256, there or not there, never changed."""

import errno
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from releases.actions.unheld import drop_unheld, sweep_store
from releases.files import store
from releases.files.layout import lay_out
from releases.files.sealed import write_file
from releases.models import Release, ReleaseFile


def made(folder: Path, content: bytes) -> tuple[Path, str]:
    name = sha256(content).hexdigest()
    path = folder / name
    if not path.exists():
        write_file(folder, name, content, "text/plain")
    return path, name


@pytest.fixture(params=["disk", "elsewhere"])
def place(request, monkeypatch) -> str:
    """The store as a folder of this machine, and as a storage that knows no paths."""
    if request.param == "elsewhere":
        held = InMemoryStorage()
        monkeypatch.setattr(store, "storage", lambda: held)
    return str(request.param)


def test_what_was_put_in_is_there(place, tmp_path):
    path, name = made(tmp_path, b"0123456789")
    assert not store.exists(name)
    store.adopt(path, name)
    store.adopt(path, name)
    path.unlink()
    assert (store.exists(name), store.size(name), store.sum_of(name)) == (True, 10, name)
    assert b"".join(store.open_range(name, 0, 10)) == b"0123456789"
    assert b"".join(store.open_range(name, 3, 4)) == b"3456"
    assert b"".join(store.open_range(name, 8, 100)) == b"89"


def test_what_was_deleted_is_gone(place, tmp_path):
    path, name = made(tmp_path, b"bytes")
    store.adopt(path, name)
    store.delete(name)
    store.delete(name)
    assert not store.exists(name)
    with pytest.raises(OSError):
        store.open_range(name, 0, 1)
    with pytest.raises(OSError):
        store.size(name)
    store.adopt(path, name)
    assert store.sum_of(name) == name


def test_what_broke_off_is_put_in_again(place, tmp_path):
    path, name = made(tmp_path, b"the whole of it")
    half, _ = made(tmp_path, b"the whole")
    store.adopt(half, name)
    assert store.sum_of(name) != name
    store.adopt(path, name)
    assert store.sum_of(name) == name


def test_many_go_in_at_once(place, tmp_path):
    files = [made(tmp_path, f"{number}".encode()) for number in range(50)]
    store.adopt_all(files)
    assert [store.sum_of(name) for _, name in files] == [name for _, name in files]


def test_a_full_disk_is_heard_of(tmp_path, monkeypatch):
    files = [made(tmp_path, f"{number}".encode()) for number in range(3)]

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store, "put_on_disk", full)
    with pytest.raises(OSError, match="No space left"):
        store.adopt_all(files)


def test_on_a_disk_it_lies_under_its_sum_and_is_read_only(tmp_path, releases_dir):
    path, name = made(tmp_path, b"bytes")
    store.adopt(path, name)
    found = store.local_path(name)
    assert found == releases_dir / "store/sha256" / name[:2] / name
    assert found.stat().st_mode & 0o777 == 0o444
    assert found.stat().st_ino == path.stat().st_ino, "a second name, no copy"


@pytest.fixture
def other_disk(monkeypatch) -> None:
    """The store lies on another disk than the files that are put into it."""

    def refused(*_args):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "hardlink_to", refused)


def test_on_another_disk_it_is_copied(tmp_path, other_disk):
    path, name = made(tmp_path, b"bytes")
    store.adopt(path, name)
    found = store.local_path(name)
    assert found is not None and found.read_bytes() == b"bytes"
    assert (found.stat().st_ino != path.stat().st_ino, found.stat().st_mode & 0o777) == (True, 0o444)


def test_one_file_is_copied_by_many_at_once(tmp_path, other_disk):
    """Each writer has a name of its own, so that nobody takes another's away."""
    path, name = made(tmp_path, os.urandom(300_000))
    for _ in range(20):
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(store.adopt, path, name) for _ in range(8)]:
                done.result()
        assert store.sum_of(name) == name
        assert [one.name for one in store.local_path(name).parent.iterdir()] == [name]
        store.delete(name)


def test_nothing_is_left_of_a_copy_that_does_not_fit(tmp_path, other_disk, releases_dir):
    path, name = made(tmp_path, os.urandom(3_000_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(OSError) as full:
            store.adopt(path, name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.value.errno == errno.EFBIG
    assert [one for one in releases_dir.rglob("*") if one.is_file()] == []


@pytest.mark.django_db(transaction=True)
def test_copies_that_a_killed_worker_left_are_swept(tmp_path, releases_dir):
    path, name = made(tmp_path, b"bytes")
    store.adopt(path, name)
    folder = store.local_path(name).parent
    old, new = folder / f".{name}.0123.part", folder / f".{name}.4567.part"
    for left in (old, new):
        left.write_bytes(b"by")
    hours_ago = time.time() - 2 * store.ABANDONED_AFTER_S
    os.utime(old, (hours_ago, hours_ago))
    assert store.sums() == {name}
    sweep_store()
    assert (old.exists(), new.exists(), store.exists(name)) == (False, True, False)


def test_elsewhere_nothing_is_swept(monkeypatch):
    monkeypatch.setattr(store, "storage", InMemoryStorage)
    store.drop_unfinished()
    assert store.sums() == set()


def test_elsewhere_there_is_no_path(monkeypatch):
    monkeypatch.setattr(store, "storage", InMemoryStorage)
    assert store.local_path("0" * 64) is None


@pytest.mark.django_db(transaction=True)
def test_bytes_go_when_no_release_has_them(tmp_path):
    names = []
    for content in (b"kept", b"withdrawn", b"nobody's"):
        path, name = made(tmp_path, content)
        store.adopt(path, name)
        names.append(name)
    release = Release.objects.create(version="2026.11.0", cutoff=timezone.now(), key=b"k")
    for path, name, gone in (("a", names[0], None), ("b", names[1], timezone.now()), ("c", names[0], timezone.now())):
        ReleaseFile.objects.create(
            release=release, path=path, sha256=name, bytes=1, media_type="a/b", withdrawn_at=gone
        )
    drop_unheld(names)
    assert [store.exists(name) for name in names] == [True, False, False]


@pytest.mark.django_db(transaction=True)
def test_a_release_is_laid_out_as_a_folder(place, tmp_path):
    release = Release.objects.create(version="2026.11.0", cutoff=timezone.now(), key=b"k")
    for path, content, gone in (
        ("README.md", b"words", None),
        ("data/labels/part-0000.parquet", b"rows", None),
        ("csv/labels.csv", b"old rows", timezone.now()),
    ):
        where, name = made(tmp_path, content)
        store.adopt(where, name)
        row = {"sha256": name, "bytes": len(content), "media_type": "a/b", "withdrawn_at": gone}
        ReleaseFile.objects.create(release=release, path=path, **row)
    folder = lay_out(release, tmp_path / "out")
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == {"README.md": b"words", "data/labels/part-0000.parquet": b"rows"}


@pytest.mark.django_db(transaction=True)
def test_files_of_the_old_layout_are_taken_in(tmp_path, releases_dir):
    """They lay in a folder of their release; migration 0004 takes them into the store."""
    release = Release.objects.create(version="2026.11.0", cutoff=timezone.now(), key=b"k")
    old = releases_dir / "2026.11.0"
    (old / "csv").mkdir(parents=True)
    _, name = made(old / "csv", b"rows")
    ReleaseFile.objects.create(release=release, path=f"csv/{name}", sha256=name, bytes=4, media_type="text/csv")
    ReleaseFile.objects.create(release=release, path="csv/gone", sha256="0" * 64, bytes=4, media_type="text/csv")
    migration = import_module("releases.migrations.0004_editions")
    for _ in range(2):
        migration.adopt_old_files(apps, None)
    assert store.sum_of(name) == name
    assert not store.exists("0" * 64)
