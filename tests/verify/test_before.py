"""`--previous FOLDER`: the rows of the release before and the delta make the rows now; where not, that is said."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from candor_verify.__main__ import main, verify
from candor_verify.before import NAMED_ANEW, RENUMBERED
from candor_verify.findings import Findings
from releases.documents import Previous
from releases.tables import delta
from releases.tables.spool import Spool
from tests.releases.spools import freeze, renumbered
from tests.verify.looking import Row, says
from tests.verify.world import bend, overwrite, resum, rows, write

CUTOFF = datetime(2026, 11, 20, tzinfo=UTC)
PROBES = "delta/probes.ndjson.zst"
ENDPOINTS = "delta/endpoints.ndjson.zst"


def imported(source: str) -> Row:
    """Two imports may have the same question, endpoint and sample: nothing tells such rows apart."""
    told = {"version_id": 1, "endpoint": "endpoint-0", "round": None, "sample": 1, "delivery": "empty"}
    return told | {"import_source": source}


def earlier() -> dict[str, list[Row]]:
    """The world as it was: an answer fewer, an endpoint and an import more, and another name of a model."""
    tables = rows()
    gone = tables["answers"][10]["answer_id"]
    for name in ("answers", "labels", "probes"):
        tables[name] = [row for row in tables[name] if row["answer_id"] != gone]
    tables["endpoints"].append({"endpoint": "endpoint-9", "llm": "model-0"})
    tables["llms"][1]["name"] = "As it was called"
    tables["probes"] += [imported("one"), imported("two")]
    return renumbered(tables)


def now() -> dict[str, list[Row]]:
    tables = rows()
    tables["probes"] += [imported("two"), imported("three")]
    return renumbered(tables)


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both: `before`, `now`, and the tables they were made of."""
    place = tmp_path_factory.mktemp("two")
    old, new = freeze(place / "before.spool", earlier()), freeze(place / "now.spool", now())
    write(old, place / "before")
    following(new, place / "now", old)
    return place


def following(spool: Spool, folder: Path, before: Spool) -> Path:
    return write(spool, folder, version="2026.12.0", previous=Previous("2026.11.0", 0, CUTOFF, before))


@pytest.fixture
def pair(two: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of both, the later one first."""
    for name in ("before", "now"):
        shutil.copytree(two / name, tmp_path / name)
    return tmp_path / "now", tmp_path / "before"


def found(pair: tuple[Path, Path]) -> Findings:
    findings = verify(pair[0], previous=pair[1])
    assert not findings.equal
    return findings


def test_what_is_known_of_deltas_is_how_they_are_written():
    assert set(NAMED_ANEW) == set(delta.LEFT_OUT)
    assert RENUMBERED == delta.RENUMBERED


def test_the_rows_before_and_the_delta_make_the_rows_now(two, capsys):
    assert main([str(two / "now"), "--previous", str(two / "before")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ok       16 tables: 2026.11.0 and delta/ make 2026.12.0, row by row" in lines
    assert any("what changed in labels, labellers, gold_labels" in line for line in lines)
    assert any(line.endswith("whether 2026.11.0 is what it says: check it by itself") for line in lines)
    said = {line["op"] for line in lines_of(two / "now", PROBES)}
    assert said == {"add", "remove"}
    assert [line["op"] for line in lines_of(two / "now", ENDPOINTS)] == ["remove"]
    assert [line["columns"] for line in lines_of(two / "now", "delta/llms.ndjson.zst")] == [["name"]]


def test_without_it_deltas_are_named_as_not_checked(two):
    assert any("delta/ (--previous" in said for said in verify(two / "now").unchecked)
    assert not any("delta/ (--previous" in said for said in verify(two / "now", previous=two / "before").unchecked)


def lines_of(release: Path, path: str) -> list[dict[str, Any]]:
    content = zstandard.ZstdDecompressor().stream_reader((release / path).read_bytes()).read()
    return [json.loads(line) for line in content.splitlines()]


def rewrite(release: Path, path: str, change: Callable[[list[Any]], Any]) -> None:
    """The lines of a delta as `change` leaves them, with all sums made right."""
    lines = lines_of(release, path)
    change(lines)
    overwrite(release / path, zstandard.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))
    resum(release, path)


@pytest.mark.parametrize(
    ("path", "change", "file", "column", "what"),
    [
        # A value that is another, a row too few, one too many, a wrong word of what changed.
        ("llms", lambda said: said[0]["row"].update(maker="x"), "data/llms/part-0000.parquet", "maker",
         "says \"'Elle' & fils\"; 2026.11.0 and the delta make it 'x'"),
        ("llms", lambda said: said[0].update(columns=["maker"]), "delta/llms.ndjson.zst", None,
         "says that maker changed; name did"),
        ("endpoints", lambda said: said.clear(), "data/endpoints/", None,
         "lacks endpoint 'endpoint-9', which 2026.11.0 and the delta make"),
        ("endpoints", lambda said: said[0]["key"].update(endpoint="endpoint-8"), "delta/endpoints.ndjson.zst", None,
         "removes a row that is not in 2026.11.0"),
        ("answers", lambda said: said.clear(), "data/answers/part-0000.parquet", None,
         "answer_id '0000000a-0000-4000-8000-000000000000' is neither in 2026.11.0 nor in the delta"),
        ("answers", lambda said: said.append(said[0]), "data/answers/", None,
         "lacks answer_id '0000000a-0000-4000-8000-000000000000', which 2026.11.0 and the delta make"),
        ("endpoints", lambda said: said.append({"op": "add", "row": said[0]}), "delta/endpoints.ndjson.zst", None,
         "is no line of a delta: other columns than those of the table"),
        ("endpoints", lambda said: said[0].update(op="forget"), "delta/endpoints.ndjson.zst", None, None),
        ("endpoints", lambda said: said[0]["key"].update(endpoint=9), "delta/endpoints.ndjson.zst", None,
         "is no line of a delta: 9 is no endpoint"),
        ("endpoints", lambda said: said.append("x"), "delta/endpoints.ndjson.zst", None, None),
        ("probes", lambda said: said.reverse(), "delta/probes.ndjson.zst", None, "is not in the order of its key"),
    ],
)  # fmt: skip
def test_a_delta_that_was_forged(pair, path, change, file, column, what):
    rewrite(pair[0], f"delta/{path}.ndjson.zst", change)
    findings = found(pair)
    assert (file, column) in {(one.file, one.column) for one in findings.differences}
    assert what is None or what in says(findings, file)
    assert all(f"/{path}" in one.file for one in findings.differences)


def test_a_delta_that_tells_of_what_did_not_change(two, tmp_path):
    """It was made against other rows than those that were published."""
    spool = Spool(tmp_path / "bent.spool")
    shutil.copytree(two / "before.spool", spool.folder)
    bend(spool, "endpoints", lambda rows: [row.update(timeout_s=7) for row in rows])
    findings = verify(following(Spool(two / "now.spool"), tmp_path / "bent", spool), previous=two / "before")
    assert [str(one) for one in findings.differences] == [
        f"{ENDPOINTS}, row {row}: says that timeout_s changed; nothing did" for row in (1, 2)
    ]


def test_a_delta_that_is_not_there_and_one_that_is_broken(pair):
    (pair[0] / ENDPOINTS).unlink()
    overwrite(pair[0] / PROBES, b"x")
    findings = found(pair)
    assert says(findings, ENDPOINTS)[0] == "is not there"
    assert any(what.startswith("cannot be read: ") for what in says(findings, PROBES))


def test_another_release_than_the_one_before(two, capsys):
    assert main([str(two / "now"), "--previous", str(two / "now")]) == 1
    said = "says that the release before is 2026.11.0; the folder to compare with holds 2026.12.0"
    assert f"DIFFERS  manifest.json: {said}" in capsys.readouterr().out.splitlines()
    assert main([str(two / "before"), "--previous", str(two / "now")]) == 1
    assert "says that there is no release before it; the folder" in capsys.readouterr().out
    assert main([str(two / "now"), "--previous", str(two / "nowhere")]) == 2
    assert capsys.readouterr().err.endswith("nowhere is no folder.\n")


def test_rows_that_changed_since_and_were_not_told(two, pair):
    spool = Spool(pair[1].with_name("other.spool"))
    shutil.copytree(two / "before.spool", spool.folder)
    bend(spool, "answers", lambda rows: rows[3].update(cannot_judge=1))
    shutil.rmtree(pair[1])
    write(spool, pair[1])
    findings = found(pair)
    assert [str(one) for one in findings.differences] == [
        "data/answers/part-0000.parquet, row 4, column cannot_judge: says 0; 2026.11.0 and the delta make it 1"
    ]
