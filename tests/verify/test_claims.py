"""Manifests that are forged with all their sums: what they leave out or say otherwise is told, and never "equal"."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from candor_verify.__main__ import main, verify
from candor_verify.shapes import SHAPES
from tests.verify.looking import LABELS, found, places, says
from tests.verify.world import forge, overwrite, resum

Json = dict[str, Any]


def claim(release: Path, change: Callable[[Json], Any]) -> Path:
    """A manifest that says something else, with its sum made right."""
    manifest = json.loads((release / "manifest.json").read_text())
    change(manifest)
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    resum(release, "manifest.json")
    return release


def table(manifest: Json, name: str) -> Json:
    said: Json = next(one for one in manifest["tables"] if one["name"] == name)
    return said


def without(*names: str) -> Callable[[Json], Any]:
    return lambda manifest: manifest.update(tables=[one for one in manifest["tables"] if one["name"] not in names])


# Tables.


@pytest.mark.parametrize("name", [shape.name for shape in SHAPES])
def test_a_table_that_is_not_named(release, name):
    assert says(found(claim(release, without(name))), "manifest.json") == [f"has no table {name}"]


def test_tables_that_are_not_named_and_were_changed(release):
    """Languages of two people made up; and nothing is said to have been checked that was not."""
    path = "data/labellers/part-0000.parquet"
    data = pq.read_table(release / path)
    place = data.column_names.index("languages")
    made_up = pa.array([["xx"], ["xx"], *data["languages"].to_pylist()[2:]], data.schema.field(place).type)
    (release / path).unlink()
    pq.write_table(data.set_column(place, "languages", made_up), release / path)
    resum(release, path)
    gone = ("labellers", "verdicts", "adjudications", "key_points")
    findings = found(claim(release, without(*gone)))
    assert set(says(findings, "manifest.json")) == {f"has no table {name}" for name in gone}
    for said in (
        "what is told of labellers: labellers cannot be read",
        "how many labels answers and people have: labellers cannot be read",
        "the references labeller of labels in labellers: labellers cannot be read",
        "the references answer_id of verdicts in answers: verdicts cannot be read",
    ):
        assert said in findings.unchecked


def test_a_table_of_no_release_and_one_that_is_named_twice(release):
    def change(manifest: Json) -> None:
        manifest["tables"] += [table(manifest, "labels"), table(manifest, "labels") | {"name": "../x"}]

    assert says(found(claim(release, change)), "manifest.json") == [
        "has the table labels 2 times",
        "has a table '../x', which no release has",
    ]


@pytest.mark.parametrize(
    ("change", "says_so"),
    [
        (lambda said: said.update(references=[]), "references than every release has: there are 0, not 3"),
        (lambda said: said.pop("references"), "references than every release has: nothing"),
        (lambda said: said["references"][0].update(table="nope"), "references than every release has: {'columns': "),
        (lambda said: said["references"][0].update(columns=["zz"]), "references than every release has: {'columns': "),
        (lambda said: said.update(key=[]), "key than every release has: there are 0, not 2"),
        (lambda said: said.update(key=["zz"]), "key than every release has: 'zz', not 'answer_id'"),
        (
            lambda said: said["columns"][0].update(nullable=True),
            "columns than every release has: {'name': 'label_id', ",
        ),
        (lambda said: said["columns"][0].update(nullable=0), "columns than every release has: {'name': 'label_id', "),
        (lambda said: said["columns"].reverse(), "columns than every release has: {'name': 'given_on', "),
        (lambda said: said.update(columns="none"), "columns than every release has: 'none'"),
    ],
)
def test_what_is_said_of_a_table(release, change, says_so):
    (one,) = says(found(claim(release, lambda manifest: change(table(manifest, "labels")))), "manifest.json")
    assert one.startswith(f"says of labels other {says_so}")


def test_references_are_checked_whatever_the_manifest_says(release):
    """No references and everything nullable; and a label of an answer that is not there, in all formats."""
    nowhere = "ffffffff-0000-4000-8000-000000000000"

    def change(manifest: Json) -> None:
        for one in manifest["tables"]:
            one["references"] = []
            for column in one["columns"]:
                column["nullable"] = True

    findings = found(claim(forge(release, "labels", lambda rows: rows[-1].update(answer_id=nowhere)), change))
    assert "18 references between tables" in findings.checked
    assert (LABELS, 593, "answer_id") in places(findings)
    assert len(says(findings, "manifest.json")) + findings.more["manifest.json", None] == 19 + 11


# schema.json.


@pytest.mark.parametrize(
    ("change", "says_so"),
    [
        (lambda said: said["$defs"]["labels"].update({"x-references": []}), "says of labels something else"),
        (lambda said: said["$defs"]["labels"]["properties"]["label"].update(type=["string", "null"]), "says of labels"),
        (lambda said: said["$defs"]["labels"].update(required=[]), "says of labels something else"),
        (lambda said: said["$defs"].update(labels=True), "says of labels something else"),
        (lambda said: said["$defs"]["labels"].update(properties=7), "says of labels something else"),
        (lambda said: said["$defs"].pop("verdicts"), "describes other tables than prompts, key_points, "),
        (lambda said: said["properties"].update(more={}), "describes other tables than prompts, key_points, "),
        (lambda said: said.pop("$defs"), "is no schema of the tables"),
    ],
)
def test_a_schema_that_says_otherwise(release, change, says_so):
    said = json.loads((release / "schema.json").read_text())
    change(said)
    overwrite(release / "schema.json", json.dumps(said).encode())
    resum(release, "schema.json")
    (one,) = found(release).differences
    assert (one.file, one.what.startswith(says_so)) == ("schema.json", True)


@pytest.mark.parametrize(
    ("content", "says_so"), [(b"[" * 100_000, "is no JSON"), (b"[]", "is no schema of the tables")]
)
def test_a_schema_that_is_none(release, content, says_so):
    overwrite(release / "schema.json", content)
    resum(release, "schema.json")
    assert says(found(release), "schema.json") == [says_so]


# Files.


@pytest.mark.parametrize("path", ["train.parquet", "data/labels/.x.parquet", "verify/numpy.py", "delta/x", ".hidden"])
def test_a_file_that_is_not_listed(release, path):
    (release / path).parent.mkdir(exist_ok=True)
    shutil.copy(release / LABELS, release / path)
    assert [str(one) for one in found(release).differences] == [f"{path}: is no file of this release"]


@pytest.mark.parametrize("path", ["train.parquet", "verify/numpy.py", "data/labels/more/part-0001.parquet"])
def test_a_file_of_no_release_that_is_listed(release, path):
    (release / path).parent.mkdir(exist_ok=True)
    (release / path).write_bytes(b"x")

    def change(manifest: Json) -> None:
        manifest["files"].append({"path": path, "sha256": sha256(b"x").hexdigest(), "bytes": 1, "rows": None})

    assert f"names {path!r}, which is no file that a release has" in says(
        found(claim(release, change)), "manifest.json"
    )


def test_a_file_that_is_not_named_and_not_there(release):
    (release / "README.md").unlink()
    findings = found(
        claim(release, lambda said: said.update(files=[one for one in said["files"] if one["path"] != "README.md"]))
    )
    assert says(findings, "manifest.json") == ["does not name README.md"]


def test_a_file_that_is_named_twice(release):
    findings = found(claim(release, lambda said: said["files"].append(said["files"][0])))
    assert says(findings, "manifest.json") == ["names CHANGELOG.md twice"]
    lines = (release / "SHA256SUMS").read_text()
    overwrite(release / "SHA256SUMS", (lines + lines.splitlines()[3] + "\n").encode())
    assert len(says(found(release), "SHA256SUMS")) == 1


def test_a_folder_that_is_a_link(release, tmp_path):
    (release / "data/labels/more").symlink_to(release / "data/gold_labels")
    assert places(found(release)) == {("data/labels/more", None, None)}


@pytest.mark.parametrize("path", [LABELS, "LICENSE"])
def test_a_file_that_is_a_link_to_the_same_bytes(release, path):
    (release / path).rename(release.parent / "moved")
    (release / path).symlink_to(release.parent / "moved")
    findings = found(release)
    assert says(findings, path) == ["is a link to somewhere else; a release has files only"]
    assert main([str(release)]) == 1


def test_a_link_that_leads_nowhere_or_round_and_a_pipe(release):
    (release / "nowhere").symlink_to("nothing")
    (release / "round").symlink_to(".")
    (release / "csv/rates.csv").unlink()
    os.mkfifo(release / "csv/more.csv")
    (release / "csv/rates.csv").mkdir()
    assert {"nowhere", "round", "csv/more.csv", "csv/rates.csv"} <= {file for file, _, _ in places(found(release))}


def test_what_git_and_the_hub_put_there_is_none_of_the_release(release):
    for path in (".gitattributes", ".git/config", ".cache/huggingface/download/x"):
        (release / path).parent.mkdir(parents=True, exist_ok=True)
        (release / path).write_bytes(b"x")
    findings = verify(release)
    assert findings.equal
    assert any(said.startswith(".gitattributes, .git/ and .cache/huggingface/") for said in findings.unchecked)


@pytest.mark.parametrize(
    "path",
    [
        "verify/candor_verify/__pycache__/sums.cpython-311.pyc",
        "verify/candor_verify/agreement/__pycache__/record.cpython-311.opt-1.pyc",
        "verify/candor_verify/__pycache__/x",
        "verify/candor_verify/sums.pyc",
        "verify/numpy.pyc",
        "data/__pycache__/sums.cpython-311.pyc",
    ],
)
def test_compiled_python_is_what_would_run(release, path):
    (release / path).parent.mkdir(parents=True, exist_ok=True)
    (release / path).write_bytes(b"x")
    assert [str(one) for one in found(release).differences] == [
        f"{path}: is no file of this release: it is compiled Python, which runs in the place of a program. Delete it, "
        "and use python -B"
    ]


def test_the_lines_of_a_release_leave_no_compiled_python_in_it(release):
    """As README.md has them, and run twice; without -B the second time says what the first has left."""
    (line,) = (one.strip() for one in (release / "README.md").read_text().splitlines() if "PYTHONPATH=verify" in one)
    _, *command = line.split()
    here = {"PYTHONPATH": "verify", "PATH": os.environ["PATH"]}

    def run(arguments: list[str]) -> int:
        program = [sys.executable, *arguments[1:]]
        return subprocess.run(program, cwd=release, env=here, check=False, capture_output=True, timeout=300).returncode

    assert command[:3] == ["python", "-B", "-m"]
    assert [run(command), run(command)] == [0, 0]
    assert [path for path in release.rglob("*") if "__pycache__" in path.parts] == []
    command.remove("-B")
    assert run(command) == 1


# Editions.


@pytest.mark.parametrize(
    ("change", "says_so"),
    [
        (lambda said: said.update(edition=1), "calls edition 1 of '2026.11.0' '2026.11.0', with 0 withdrawals"),
        (lambda said: said.update(label="2026.11.0+e1"), "calls edition 0 of '2026.11.0' '2026.11.0+e1', with 0 with"),
        (lambda said: said.update(withdrawn=[{}]), "calls edition 0 of '2026.11.0' '2026.11.0', with 1 withdrawals"),
        (lambda said: said.update(edition=1, label="2026.11.0+e1", withdrawn=[{}]), None),
    ],
)
def test_an_edition_that_is_none(release, change, says_so):
    findings = found(claim(release, change))
    assert [what.startswith(says_so) for what in says(findings, "manifest.json")] == ([True] if says_so else [])
    only_label = says_so is not None and "'2026.11.0+e1'" in says_so
    assert says(findings, "withdrawn.json") == ([] if only_label else ["says something else than manifest.json"])


@pytest.mark.parametrize(
    ("content", "says_so"), [(b"[", "is no JSON"), (b"[]", "says something else than manifest.json")]
)
def test_withdrawals_that_are_none(release, content, says_so):
    overwrite(release / "withdrawn.json", content)
    resum(release, "withdrawn.json")
    assert says(found(release), "withdrawn.json") == [says_so]


def test_a_name_that_no_terminal_should_be_told(release, capsys):
    (release / "\x1b[2Jequal").write_bytes(b"")
    (release / os.fsdecode(b"\xff")).write_bytes(b"")
    assert main([str(release)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "DIFFERS  \\x1b[2Jequal: is no file of this release" in lines
    assert "DIFFERS  \\udcff: is no file of this release" in lines
    assert main([str(release), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["equal"] is False
