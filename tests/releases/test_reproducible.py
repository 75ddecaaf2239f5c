"""The same cut-off and the same key give the same bytes: in another process, under other settings, from a dump.

What differs: the hash seed, the time zone, the locale, and the number of threads, one against eight, of Arrow and of
the fit, which takes as many as the machine has cores. A build is one process, so of these there is no number to vary.
The other database is loaded from a dump in which the rows of the large tables come in another order on the disk.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import zstandard
from django.db import connection
from django.utils import timezone

from annotations.choices import GUIDELINE
from annotations.models import Label
from embedded.backup import program
from probes.models import Answer
from releases.actions import build_waiting, publish_release, start_release
from tests.workers.site import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

VALUES = ("censored", "evasive", "faithful")
BUILD = """
import os
import sys
import pyarrow
threads = int(os.environ["OMP_NUM_THREADS"])
assert pyarrow.cpu_count() == threads, pyarrow.cpu_count()
os.cpu_count = lambda: threads  # as on a machine of so many
import django
django.setup()
from releases.actions import build_waiting
from releases.files.layout import lay_out
from annotations.agreement import dawid_skene
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
asked_for = []
class Counted(ThreadPoolExecutor):
    def __init__(self, many):
        asked_for.append(many)
        super().__init__(many)
dawid_skene.ThreadPoolExecutor = Counted
release = build_waiting()
assert asked_for and set(asked_for) == {threads}, asked_for
assert release is not None and release.status == "built", release and release.error
lay_out(release, Path(sys.argv[1]))
"""
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr",
     "OMP_NUM_THREADS": "8"},
)  # fmt: skip


@pytest.fixture
def record(world, make_answer, make_prompt, person) -> None:
    """Enough of everything for every table of figures to have rows, and for a fit: languages, two kinds, people who
    agree by half.
    """
    readers = [person(f"many-{number}") for number in range(7)]
    for number in range(60):
        asked = make_prompt(f"What became of it in {1900 + number}?", language=("en", "fr")[number % 2])
        answer = make_answer(f"Nobody knows, said number {number}.", prompt=asked)
        many = 3 + number % 3
        for place in range(many):
            giver = readers[(number + place * 2) % 7]
            value = VALUES[(number if place else number * 7) % 3]
            Label.objects.create(answer=answer, person=giver, value=value, guideline=GUIDELINE)
        counted = {"state": "settled", "closed_at": timezone.now(), "wanted": many, "counted": many}
        Answer.objects.filter(pk=answer.pk).update(**counted)


@pytest.fixture
def another(db: None) -> Iterator[str]:
    """The name of a database that is not there yet, and that goes afterwards."""
    name = "candor_reproduced"
    drop(name)
    yield name
    drop(name)


def drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def address(database: str) -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{database}"))


def copy_database(name: str, tmp_path: Path) -> None:
    """Another database with the same rows, from a dump; then each long table is written anew in another order."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    dumped = tmp_path / "dump"
    here = connection.settings_dict["NAME"]
    dumper = program()
    assert dumper is not None
    subprocess.run([dumper, "-Fc", "-f", dumped, "-d", address(here)], check=True, timeout=60)
    restore = dumper.with_name("pg_restore")
    subprocess.run([restore, "--no-owner", "-d", address(name), dumped], check=True, timeout=60)
    mixed = """
        ALTER TABLE {0} DISABLE TRIGGER USER;
        CREATE TEMPORARY TABLE mixed AS SELECT * FROM {0} ORDER BY md5({0}.id::text);
        UPDATE {0} SET id = {0}.id FROM mixed WHERE mixed.id = {0}.id;
        ALTER TABLE {0} ENABLE TRIGGER USER;
    """
    for table in ("annotations_label", "probes_probe", "probes_answer", "prompts_promptversion"):
        with psycopg.connect(address(name)) as other:
            other.execute(mixed.format(table))
    with psycopg.connect(address(name), autocommit=True) as other:
        other.execute("ANALYZE")


def build_apart(database: str, folder: Path, settings: dict[str, str]) -> dict[str, bytes]:
    """Builds the waiting release in a process of its own; what is in its files, by path."""
    environ = os.environ | settings | {
        "DATABASE_URL": address(database),
        "CANDOR_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }  # fmt: skip
    laid_out = folder / "release"
    command = [sys.executable, "-c", BUILD, str(laid_out)]
    done = subprocess.run(
        command, env=environ, cwd=folder, capture_output=True, text=True, timeout=120, check=False, stdin=None
    )
    assert done.returncode == 0, done.stderr
    return {str(path.relative_to(laid_out)): path.read_bytes() for path in laid_out.rglob("*") if path.is_file()}


def first_line(packed: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        return bytes(reader.read().splitlines()[0])


def test_two_builds_give_equal_bytes(record, maintainer, another, tmp_path):
    start_release(by=maintainer)
    before = build_waiting()
    assert before is not None
    publish_release(by=maintainer, release=before)
    start_release(by=maintainer)
    copy_database(another, tmp_path)
    builds = []
    here = connection.settings_dict["NAME"]
    for number, (database, settings) in enumerate(zip((here, another), ENVIRONMENTS, strict=True)):
        folder = tmp_path / f"machine-{number}"
        folder.mkdir()
        # The store of the machine has the release before, as the database says.
        (folder / "data/releases").mkdir(parents=True)
        shutil.copytree(tmp_path / "releases/store", folder / "data/releases/store")
        builds.append(build_apart(database, folder, settings))
    first, second = builds
    assert set(first) == set(second)
    assert [path for path in first if first[path] != second[path]] == []
    assert first["SHA256SUMS"] == second["SHA256SUMS"]
    assert len(first["SHA256SUMS"].splitlines()) == len(first) - 1
    assert b'"prior_censored":null' not in first_line(first["ndjson/crowd.ndjson.zst"])
    assert b"labels" in first["SHA256SUMS"] and len(first["csv/labels.csv"].splitlines()) > 100
