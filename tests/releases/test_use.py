"""The page "Use the data": every line on it is run as it stands, in its own process, against a server over HTTP."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.choices import GUIDELINE
from annotations.models import Label
from probes.models import Answer
from releases.files.signing import make_key
from releases.models import Release

pytestmark = pytest.mark.django_db(transaction=True)
LINES = re.compile(r'<pre[^>]*data-use="([a-z]+)"[^>]*><code>(.*?)</code></pre>', re.DOTALL)


@pytest.fixture
def signing(settings: Any) -> None:
    """A site with a key; asked for before the release is made."""
    settings.RELEASE_SIGNING_KEY = make_key()[0]


@pytest.fixture
def decided(world: Any, person: Any) -> None:
    """Two more labels on the answer that stands 2-1, which the checker would rightly refuse: 4-1."""
    for number in range(2):
        one = person(f"further-reader-{number}")
        Label.objects.create(answer=world.settled, person=one, value="evasive", guideline=GUIDELINE)
    Answer.objects.filter(pk=world.settled.pk).update(counted=5, wanted=5)


@pytest.fixture
def site(live_server, published: Release) -> str:
    """A server over HTTP with a release on it."""
    address: str = live_server.url
    return address


def lines(site: str) -> Mapping[str, str]:
    """What stands on the page, by what it is for; the addresses are those of the server that was asked."""
    return {name: unescape(text) for name, text in LINES.findall(use_page(site))}


def use_page(site: str) -> str:
    return Client(SERVER_NAME=site.removeprefix("http://")).get(reverse("releases:use")).content.decode()


def run(command: list[str], text: str, folder: Path) -> str:
    """What it printed; a line that fails fails the test with what it said."""
    home = {"HOME": str(folder), "HF_HOME": str(folder / "hf"), "TMPDIR": str(folder), "PYTHONPATH": ""}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    no_proxy = {"NO_PROXY": "*", "no_proxy": "*", "HF_HUB_DISABLE_TELEMETRY": "1", "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, input=text, cwd=folder, env={**home, **no_proxy, "PATH": path}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


BASH = ["bash", "-euo", "pipefail"]
PYTHON = [sys.executable, "-"]


def test_the_page_has_a_line_for_each(site: str) -> None:
    assert list(lines(site)) == ["whole", "curl", "pandas", "polars", "duckdb", "datasets", "r", "api"]


def test_without_a_release_it_says_so(db: None) -> None:
    page = Client().get(reverse("releases:use"))
    assert page.status_code == 200 and "No release yet" in page.content.decode()


def test_another_release_can_be_asked_for(site: str, published: Release) -> None:
    page = Client().get(reverse("releases:use"), {"release": published.version})
    assert f"/data/{published.version}/" in page.content.decode()
    assert Client().get(reverse("releases:use"), {"release": "2020.1.0"}).status_code == 404


@pytest.mark.usefixtures("decided")
def test_all_of_it_is_saved_checked_and_found_equal(site: str, published: Release, tmp_path: Path) -> None:
    run(BASH, lines(site)["whole"], tmp_path)
    folder = tmp_path / f"candor-{published.version}"
    assert {path.name for path in tmp_path.glob("candor*")} == {folder.name, f"{folder.name}.tar"}
    saved = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert {name for name in saved if "__pycache__" not in name} == {file.path for file in published.files.all()}


def test_the_page_of_a_release_has_the_same_lines(site: str, published: Release) -> None:
    page = Client(SERVER_NAME=site.removeprefix("http://")).get(f"/data/{published.version}/").content.decode()
    assert dict(LINES.findall(page))["whole"] == dict(LINES.findall(use_page(site)))["whole"]


@pytest.mark.usefixtures("decided", "signing")
def test_a_signed_one_is_checked_with_the_key_that_the_site_serves(
    site: str, published: Release, tmp_path: Path
) -> None:
    said = run(BASH, lines(site)["whole"], tmp_path)
    assert "manifest.json is signed by the given key" in said
    folder = f"candor-{published.version}"
    (tmp_path / folder / "manifest.json.sig").write_bytes(b"0" * 64)
    check = lines(site)["whole"].splitlines()[-1]
    assert run(BASH, f"cd {folder}; {check} && exit 1; test $? = 1 && echo noticed", tmp_path).endswith("noticed\n")


def test_curl(site: str, tmp_path: Path) -> None:
    assert "csv/consensus.csv: OK" in run(BASH, lines(site)["curl"], tmp_path)


@pytest.mark.parametrize("name", ["pandas", "polars", "duckdb"])
def test_frames(site: str, tmp_path: Path, name: str) -> None:
    printed = run(PYTHON, lines(site)[name], tmp_path)
    assert "evasive" in printed and "faithful" in printed


def test_datasets(site: str, published: Release, tmp_path: Path) -> None:
    printed = run(PYTHON, lines(site)["datasets"], tmp_path)
    rows = published.files.get(path="data/answers/part-0000.parquet").rows
    assert printed.startswith(f"{rows} ['answer_id', ")


@pytest.mark.parametrize(
    ("name", "tables"),
    [("pandas", ["probes"]), ("polars", ["labels"]), ("duckdb", ["probes"]), ("datasets", ["answers"])],
)
def test_of_a_large_table_every_part_is_read(
    site: str, published: Release, tmp_path: Path, name: str, tables: list[str]
) -> None:
    """The second part is the first once more, so each row is there twice."""
    once = run(PYTHON, lines(site)[name], tmp_path)
    for table in tables:
        first = published.files.get(path=f"data/{table}/part-0000.parquet")
        first.pk, first.path = None, f"data/{table}/part-0001.parquet"
        # As it would have been written with the others: the database takes no file of a release that is out.
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            first.save()
            cursor.execute("SET session_replication_role = DEFAULT")
    twice = run(PYTHON, lines(site)[name], tmp_path)
    numbers = [int(number) for number in counted(once)]
    assert numbers and [int(number) for number in counted(twice)] == [2 * number for number in numbers]


def counted(printed: str) -> list[str]:
    """The number at the end of each line of a table, or at the beginning of the only line."""
    found = re.findall(r"^(\d+) \[|(?<=\s)(\d+)(?: *[│|])?$", printed, re.MULTILINE)
    return [first or last for first, last in found]


@pytest.mark.r
def test_r(site: str, tmp_path: Path) -> None:
    printed = run(["Rscript", "-"], lines(site)["r"], tmp_path)
    assert "settled" in printed and "evasive" in printed


def test_the_api(site: str, tmp_path: Path) -> None:
    # Lines end with a line feed alone: an answer may hold other ends of lines.
    rows = [json.loads(line) for line in run(BASH, lines(site)["api"], tmp_path).split("\n") if line]
    assert {row["prompt"]["language"] for row in rows} == {"en"}
