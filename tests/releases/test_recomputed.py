"""Every figure of the API, computed again from a release by the command that stands beside it: the same digits."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from annotations.actions import refresh_stale
from annotations.agreement.__main__ import main
from annotations.choices import GUIDELINE
from annotations.models import Label, Stale
from probes.actions import add_endpoint, add_llm
from probes.models import Answer, Endpoint
from tests.releases.conftest import build, folder
from tests.workers.site import ROOT

# A release takes a transaction of its own.
pytestmark = pytest.mark.django_db(transaction=True)

VALUES = {"C": "censored", "E": "evasive", "F": "faithful"}
SAID = ("answers", "labels", "families", "marginals", "alpha", "ac1", "percent", "specific")
CROSSINGS = ("slice=model&with=language", "slice=language&with=topic&scale=suppressed", "slice=round&with=maker")


@pytest.fixture
def other_endpoint(db: None) -> Endpoint:
    llm = add_llm(by=None, slug="model-b", name="Model B", maker="'Elle' & fils, Ltd", maker_country="IN")
    address = "http://127.0.0.1:9/v1"
    return add_endpoint(
        by=None, llm=llm, slug="endpoint-b", kind="local", base_url=address, served_name="m", allow_private=True
    )


@pytest.fixture
def record(
    make_answer: Callable[..., Answer],
    make_prompt: Callable[..., Any],
    person: Callable[..., User],
    endpoint: Endpoint,
    other_endpoint: Endpoint,
) -> None:
    """Answers to thirteen families, one of them a harm control; some by both models, one still open."""
    readers = [person(f"reader-{number}") for number in range(5)]
    labels = ("CCE", "EEF", "FFF", "CCCCF", "FFE", "CEEFF", "F", "CFE", "CCC", "EEE", "FFC", "CCE", "CCC")
    for number, letters in enumerate(labels):
        last = number == len(labels) - 1
        asked = make_prompt(
            f"What happened there in the year {1900 + number}?",
            kind="harm_control" if last else "sensitive",
            language="fr" if number % 3 == 0 else "en",
        )
        places = ((endpoint,), (other_endpoint,), (endpoint, other_endpoint))[number % 3]
        for place in places:
            answer = make_answer(f"Answer {number}.", prompt=asked, endpoint=place)
        for reader, letter in zip(readers, letters, strict=False):
            older = number % 4 == 0 and reader is readers[0]
            Label.objects.create(
                answer=answer, person=reader, value=VALUES[letter], guideline="0.9" if older else GUIDELINE
            )
        Answer.objects.filter(pk=answer.pk).update(
            state="settled", closed_at=timezone.now(), wanted=len(letters), counted=len(letters)
        )
        Stale.objects.create(answer=answer)
    make_answer("Still open.", prompt=make_prompt("And what did the papers say of it at the time?"))
    refresh_stale(limit=100)


def rows_of(client: Client, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/agreement/?page_size=200&{query}").json()["results"]
    return found


def run(command: str, release: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    words = shlex.split(command)
    assert words[:4] == ["python", "-m", "annotations.agreement", "FOLDER"]
    assert main([str(release), *words[4:], "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_the_command_of_each_row_gives_the_row(
    form: str, client: Client, maintainer: User, capsys: pytest.CaptureFixture[str]
) -> None:
    release = folder(build(maintainer))
    shutil.rmtree(release / ("csv" if form == "ndjson" else "ndjson"))
    rows = rows_of(client, "") + [row for query in CROSSINGS for row in rows_of(client, query)]
    assert {row["slice"] for row in rows} >= {"all", "model", "maker", "language", "topic", "round", "guideline"}
    assert len([row for row in rows if row["with_slice"]]) >= 6
    whole = next(row for row in rows if (row["slice"], row["scale"]) == ("all", "labels"))
    assert (whole["answers"], whole["families"]) == (12, 12)
    assert whole["alpha"]["low"] < whole["alpha"]["value"] < whole["alpha"]["high"]
    for row in rows:
        assert run(row["recompute"], release, capsys) == {name: row[name] for name in SAID}


@pytest.mark.usefixtures("record")
def test_the_address_of_each_row_gives_the_row_alone(client: Client) -> None:
    rows = rows_of(client, "") + [row for query in CROSSINGS for row in rows_of(client, query)]
    for row in rows:
        (alone,) = client.get(row["url"]).json()["results"]
        assert {name: alone[name] for name in SAID} == {name: row[name] for name in SAID}
        assert alone["url"] == row["url"]


@pytest.mark.usefixtures("record")
def test_it_runs_where_there_is_no_site(client: Client, maintainer: User) -> None:
    """In a process of its own that knows neither Django nor a database, and says it in words."""
    release = folder(build(maintainer))
    command = [sys.executable, "-m", "annotations.agreement", str(release)]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=True, timeout=60)
    whole = rows_of(client, "slice=all&scale=labels")[0]
    first, alpha, *_ = done.stdout.splitlines()
    assert first.startswith("12 answers to 12 families of prompts, 38 labels: ")
    assert alpha.split()[:2] == ["alpha", f"{whole['alpha']['value']:.6f}"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--slice", "model"], "Say which model: --key."),
        (["--key", "x"], "--slice all has no --key."),
        (["--slice", "model", "--key", "a", "--with", "language"], "--with and --with-key go together."),
        (["--slice", "model", "--key", "a", "--with", "maker", "--with-key", "b"], "cannot be crossed"),
        (["--slice", "topic", "--key", "a", "--with", "topic", "--with-key", "b"], "cannot be crossed"),
    ],
)
def test_options_that_make_no_sense(options: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["folder", *options])
    assert left.value.code == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_is_no_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    assert "has neither ndjson/prompts.ndjson.zst nor csv/prompts.csv" in capsys.readouterr().err
