"""What was done to the files of a release is found, and named by file, row and column."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from candor_verify.__main__ import main, verify
from tests.verify.looking import LABELS, Row, flip, found, places, says
from tests.verify.world import overwrite, resum


def rewrite(path: Path, change: Callable[[list[Row]], Any]) -> None:
    """Changes the rows of a Parquet file, and nothing else of the release."""
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    path.chmod(0o644)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)


# Files that were changed where they lie.


def test_a_label_flipped(release):
    rewrite(release / LABELS, flip)
    findings = found(release)
    assert "is not the file that was published" in says(findings, LABELS)[0]
    assert ("ndjson/labels.ndjson.zst", 5, "label") in places(findings)
    assert ("csv/labels.csv", 5, "label") in places(findings)


def test_a_row_dropped(release):
    rewrite(release / LABELS, lambda rows: rows.pop(0))
    findings = found(release)
    # Every row is one further up than in the other formats, to the last, which is missing.
    assert ("ndjson/labels.ndjson.zst", 1, "label_id") in places(findings)
    assert ("data/labels/", 593, None) in places(findings)
    assert [what for what in says(findings, "manifest.json") if "rows of labels" in what] == [
        "says 593 rows of labels; there are 592"
    ]
    assert ("data/answers/part-0000.parquet", 1, "labels") in places(findings)


def test_a_file_swapped_for_another_of_the_release(release):
    (release / LABELS).unlink()
    shutil.copy(release / "data/gold_labels/part-0000.parquet", release / LABELS)
    findings = found(release)
    assert "is not the file that was published" in says(findings, LABELS)[0]
    assert says(findings, LABELS)[1].startswith("has the columns gold_id, labeller, label, right, right_too; every ")
    assert "the figures: labels cannot be read" in findings.unchecked


def test_a_file_taken_away(release):
    (release / "csv/rates.csv").unlink()
    (release / "data/rates/part-0000.parquet").unlink()
    findings = found(release)
    assert says(findings, "csv/rates.csv") == ["is not there"]
    assert says(findings, "data/rates/") == ["has no Parquet file"]


def test_a_file_put_among_the_data(release):
    shutil.copy(release / LABELS, release / "data/labels/part-0001.parquet")
    assert places(found(release)) == {("data/labels/part-0001.parquet", None, None)}


def test_a_file_that_breaks_off(release):
    overwrite(release / LABELS, (release / LABELS).read_bytes()[:-100])
    findings = found(release)
    assert len(says(findings, LABELS)) == 2
    assert says(findings, LABELS)[1].startswith("cannot be read: ")


@pytest.mark.parametrize(
    ("path", "where", "old", "new"),
    [
        ("csv/labels.csv", ("csv/labels.csv", 3, "guideline"), b'"0.9"', b'"1.1"'),
        ("csv/answers.csv", ("csv/answers.csv", 1, "text"), b"\"'=Answer 0", b"\"'=Answer 9"),
    ],
)
def test_a_cell_of_the_csv_with_its_sums_made_right(release, path, where, old, new):
    lines = (release / path).read_bytes().split(b"\r\n")
    lines[where[1]] = lines[where[1]].replace(old, new)
    overwrite(release / path, b"\r\n".join(lines))
    resum(release, path)
    assert places(found(release)) == {where}


def test_a_line_of_the_ndjson_with_its_sums_made_right(release):
    path = release / "ndjson/rates.ndjson.zst"
    lines = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines(keepends=True)
    lines[2] = json.dumps(json.loads(lines[2]) | {"part": 1000}, separators=(",", ":")).encode() + b"\n"
    overwrite(path, zstandard.compress(b"".join(lines)))
    resum(release, "ndjson/rates.ndjson.zst")
    assert places(found(release)) == {
        ("ndjson/rates.ndjson.zst", 3, "part"),
        ("ndjson/rates.ndjson.zst", None, None),  # its digest
    }


# The papers of a release.


def test_a_forged_manifest(release):
    manifest = json.loads((release / "manifest.json").read_text())
    next(table for table in manifest["tables"] if table["name"] == "labels")["rows"] += 1
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    findings = found(release)
    assert says(findings, "manifest.json")[0].startswith("is not the file that was published")
    assert says(findings, "manifest.json")[1] == "says 594 rows of labels; there are 593"


def test_a_manifest_that_was_forged_with_its_sums_has_no_signature(signed, release):
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["left_out"] = {"answers": {"open": 0}}
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    resum(release, "manifest.json")
    assert verify(release).equal
    findings = found(release, signed[1])
    assert [str(one) for one in findings.differences] == [
        "manifest.json.sig: is no signature of manifest.json by this key"
    ]


def test_a_signature_taken_away(signed, release):
    (release / "manifest.json.sig").unlink()
    assert [str(one) for one in found(release, signed[1]).differences] == ["manifest.json.sig: is not there"]


def test_sums_that_were_changed(release):
    sums = (release / "SHA256SUMS").read_text().splitlines()
    sums[0] = "0" * 64 + sums[0][64:]
    del sums[1]
    overwrite(release / "SHA256SUMS", ("\n".join([*sums, "what is this"]) + "\n").encode())
    findings = found(release)
    assert ("SHA256SUMS", len(sums) + 1, None) in places(findings)
    assert {what.split()[0] for what in says(findings, "SHA256SUMS")} == {"has", "does", "is"}


def test_a_manifest_without_a_table(release):
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["tables"] = [table for table in manifest["tables"] if table["name"] != "crowd"]
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    resum(release, "manifest.json")
    findings = found(release)
    assert says(findings, "manifest.json") == ["has no table crowd"]
    assert "the figures: crowd cannot be read" in findings.unchecked


def test_a_column_of_figures_taken_out_everywhere(release):
    """Of every format, with its digest and all sums made right."""
    manifest = json.loads((release / "manifest.json").read_text())
    (table,) = (table for table in manifest["tables"] if table["name"] == "rates")
    (place,) = (place for place, column in enumerate(table["columns"]) if column["name"] == "why")
    assert place == len(table["columns"]) - 1
    del table["columns"][place]
    data = release / "data/rates/part-0000.parquet"
    whole = pq.read_table(data).drop_columns(["why"])
    data.chmod(0o644)
    pq.write_table(whole, data)
    rows = [json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in whole.to_pylist()]
    overwrite(release / "ndjson/rates.ndjson.zst", zstandard.compress(b"".join(rows)))
    table["digest"] = sha256(b"".join(rows)).hexdigest()
    lines = (release / "csv/rates.csv").read_bytes().split(b"\r\n")
    overwrite(release / "csv/rates.csv", b"\r\n".join(line.rpartition(b",")[0] for line in lines))
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    for path in ("data/rates/part-0000.parquet", "ndjson/rates.ndjson.zst", "csv/rates.csv"):
        resum(release, path)
    findings = found(release)
    assert [one.file for one in findings.differences] == ["manifest.json", "data/rates/part-0000.parquet"]
    assert says(findings, "manifest.json") == [
        "says of rates other columns than every release has: there are 10, not 11"
    ]
    assert says(findings, "data/rates/part-0000.parquet")[0].endswith("low, high, why")
    assert "the figures: rates cannot be read" in findings.unchecked


def test_a_manifest_that_names_a_file_elsewhere(release):
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["files"][0]["path"] = "../../etc/passwd"
    overwrite(release / "manifest.json", json.dumps(manifest).encode())
    assert "names '../../etc/passwd', which is outside of the release" in says(found(release), "manifest.json")


def test_many_differences_are_counted(release, capsys):
    shutil.copy(release / LABELS, release / "saved")
    rewrite(release / LABELS, lambda rows: [flip(rows, place) for place in range(100)])
    assert main([str(release)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "DIFFERS  ndjson/labels.ndjson.zst, column label: and 90 more" in lines
    assert len(lines) < 400
