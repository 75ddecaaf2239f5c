"""A release that is what it says: every figure comes out the same, wherever it is checked."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import numpy
import pyarrow
import pytest

from candor_verify.__main__ import main, verify
from candor_verify.recomputing import FIGURES, RECORDED
from candor_verify.shapes import SHAPES
from tests.verify.world import overwrite


def test_it_is_equal_and_says_what_it_looked_at(signed, capsys):
    release, key = signed
    assert main([str(release), "--key", str(key)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "equal"
    assert [line for line in lines if line.startswith("DIFFERS")] == []
    for said in ("crowd: 1 rows", "consensus: 119 rows", "rates: ", "comparisons: ", "is signed by the given key"):
        assert [line for line in lines if line.startswith("ok") and said in line], said


def test_what_cannot_be_computed_again_is_named(signed):
    told = "\n".join(verify(signed[0]).unchecked)
    for said in (
        "3 of 8 labellers",
        "machine judge",
        "signature manifest.json.sig",
        "answers were left out (open 2)",
        "0 of 111 settled answers would not be settled",
        "labels_at_least 3 and labels_at_most 7",
    ):
        assert said in told


# Numbers of tables that are no figures, beside keys and references, that other tables or the rules say.
FOLLOWS = {
    ("prompts", "prompt_id"),
    ("answers", "labels"),
    ("labellers", "labels"),
    ("rules", "labels_at_least"),
    ("rules", "labels_at_most"),
    ("rules", "sure"),
}


def test_every_number_that_nothing_computes_is_named(signed):
    numbers = {
        (shape.name, column.name)
        for shape in SHAPES
        if shape.name not in FIGURES
        for column in shape.columns
        if column.type in {"integer", "number"}
        and column.name not in {*shape.key, *(name for one in shape.references for name in one.columns)}
    }
    assert numbers - FOLLOWS == {(table, column) for table, columns in RECORDED.items() for column in columns}
    (told,) = (said for said in verify(signed[0]).unchecked if said.startswith("numbers that were recorded"))
    assert "sample, http_status, latency_ms, attempts of probes; cannot_judge of answers" in told


def test_its_figures_are_those_of_a_crowd(signed):
    """Or equal would be said of nothing."""
    lines = numpy.asarray([json.loads(line) for line in ndjson(signed[0], "consensus")])
    assert all(row["posterior_faithful"] is not None and row["confidence"] is not None for row in lines)
    (crowd,) = (json.loads(line) for line in ndjson(signed[0], "crowd"))
    assert (crowd["labels"], crowd["people"], json.loads(crowd["measured"])["gold"]) == (466, 8, 62)
    assert json.loads(crowd["calibration"])["gold"] == 62
    slices = {json.loads(line)["slice"] for line in ndjson(signed[0], "agreement")}
    assert slices == {"all", "country", "endpoint", "guideline", "kind", "language", "maker", "model", "round", "state",
                      "topic"}  # fmt: skip
    (whole,) = (row for row in map(json.loads, ndjson(signed[0], "agreement")) if row["slice"] == "all"
                and row["scale"] == "labels")  # fmt: skip
    assert whole["alpha_low"] < whole["alpha"] < whole["alpha_high"]
    assert {json.loads(line)["compared"] for line in ndjson(signed[0], "comparisons")} == {"language", "twin"}


def ndjson(release: Path, table: str) -> list[bytes]:
    with pyarrow.input_stream(str(release / f"ndjson/{table}.ndjson.zst"), compression="zstd") as stream:
        return stream.read().splitlines()


def test_it_runs_in_an_environment_with_numpy_and_pyarrow_alone(signed, tmp_path):
    """The copy that lies in the release, in an environment that has neither numba nor anything of this project."""
    release, _ = signed
    venv.create(tmp_path / "alone", symlinks=True, with_pip=False)
    (packages,) = (tmp_path / "alone").glob("lib/python*/site-packages")
    for library in (numpy, pyarrow):
        home = Path(library.__file__).parent
        for folder in (home, home.with_name(f"{home.name}.libs")):
            if folder.is_dir():
                (packages / folder.name).symlink_to(folder)
    python = tmp_path / "alone" / "bin" / "python"
    asked = (
        "import importlib.util as u; print([n for n in ('numba', 'django', 'annotations', 'pandas') if u.find_spec(n)])"
    )
    clean = {"PYTHONPATH": "verify", "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    there = subprocess.run([python, "-c", asked], cwd=release, env=clean, capture_output=True, text=True, check=True)
    assert there.stdout == "[]\n"
    done = subprocess.run(
        [python, "-m", "candor_verify", "."],
        cwd=release,
        env=clean,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "equal"


def test_as_json(signed, capsys):
    assert main([str(signed[0]), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["equal"], said["differences"], len(said["checked"])) == (True, [], 16)


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("manifest.json", None, "manifest.json cannot be read"),
        ("manifest.json", b"{", "is no manifest of a release"),
        ("manifest.json", b"[]", "is no manifest of a release"),
        ("manifest.json", b'{"format": 1}', "has format 1; this program knows 2"),
        ("SHA256SUMS", None, "SHA256SUMS cannot be read"),
    ],
)
def test_what_cannot_be_read_is_neither_equal_nor_different(release, capsys, path, content, says):
    (release / path).unlink()
    if content is not None:
        (release / path).write_bytes(content)
    assert main([str(release)]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_is_none_and_a_key_that_is_none(release, tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    overwrite(release / "LICENSE", b"x")
    assert main([str(release), "--key", str(release / "LICENSE")]) == 2
    assert "is no public key" in capsys.readouterr().err


def test_the_command_says_so_to_the_shell(signed):
    done = subprocess.run(
        [sys.executable, "-m", "candor_verify", str(signed[0].parent)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
