"""Figures from the files of a release that is not whole: one sentence that says where, and never a figure."""

import csv
import json

import pytest
import zstandard

from annotations.agreement.__main__ import main
from annotations.agreement.released_rates import main as rates

PROMPT = {"version_id": "1", "family": "f", "topic": "t", "state": "GB", "kind": "sensitive", "language": "en"}
TABLES = {
    "prompts": [{**PROMPT, "twin": ""}],
    "answers": [{"answer_id": "a", "version_id": "1", "state": "settled", "language": "en"}],
    "labels": [
        {"answer_id": "a", "label": label, "guideline": "1", "counted": counted}
        for label, counted in (("censored", True), ("censored", True), ("faithful", True), ("evasive", False))
    ],
    "consensus": [{"answer_id": "a", "label": "censored"}],
    "llms": [{"llm": "m", "maker": "M", "maker_country": "FR"}],
    "endpoints": [{"endpoint": "e", "llm": "m"}],
    "probes": [{"answer_id": "a", "endpoint": "e", "version_id": "1", "round": "1", "delivery": "delivered"}],
}


def cell(value):
    return str(value).lower() if isinstance(value, bool) else value


@pytest.fixture(params=["ndjson", "csv"])
def release(request, tmp_path):
    kind = request.param
    (tmp_path / kind).mkdir()
    for table, rows in TABLES.items():
        with (tmp_path / kind / f"{table}.{kind}").open("w", encoding="utf-8", newline="") as file:
            if kind == "ndjson":
                file.writelines(json.dumps(row) + "\n" for row in rows)
            else:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return tmp_path / kind


def told(release, capsys):
    """The one line that both commands say about this release, having failed."""
    asked = [str(release.parent), "--slice", "model", "--key", "m"]
    ends = [main(asked), rates([str(release.parent), "m"])]
    out, wrong = capsys.readouterr()
    first, second = wrong.splitlines()
    assert (ends, out, first) == ([1, 1], "", second)
    return first


def test_one_that_is_whole_is_counted(release, capsys):
    assert main([str(release.parent), "--slice", "model", "--key", "m"]) == 0
    assert capsys.readouterr().out.startswith("1 answers to 1 families of prompts, 3 labels: 2 censored, 0 evasive")
    assert rates([str(release.parent), "m"]) == 0
    assert json.loads(capsys.readouterr().out)["share"] == 1.0


def test_a_file_that_breaks_off_is_named_with_its_row(release, capsys):
    path = release / f"probes.{release.name}"
    path.write_bytes(path.read_bytes()[:-12])
    assert told(release, capsys) == f"Row 1 of {path} cannot be read; is the file whole?"


def test_another_encoding_is_said_so(release, capsys):
    path = release / f"answers.{release.name}"
    path.write_bytes("é".encode("latin-1") + path.read_bytes())
    assert told(release, capsys) == f"{path} is not in UTF-8."


def test_a_table_that_is_missing_or_lacks_a_column_is_named(release, capsys):
    path = release / f"prompts.{release.name}"
    path.write_text(path.read_text().replace("family", "clan"))
    assert told(release, capsys) == f"A table of {release.parent} has no column 'family'."
    path.unlink()
    assert told(release, capsys).endswith("has neither ndjson/prompts.ndjson.zst nor csv/prompts.csv.")


@pytest.mark.parametrize("line", ["[1, 2]", "7", "", "{", '{"answer_id": ' + "9" * 5000 + "}", "[" * 100_000])
def test_a_line_that_is_no_object_is_none(release, capsys, line):
    path = release / f"probes.{release.name}"
    wrong = line if release.name == "ndjson" else "one cell"
    path.write_text(path.read_text() + wrong + "\n")
    assert told(release, capsys) == f"Row 2 of {path} cannot be read; is the file whole?"


def test_more_cells_than_columns_are_no_row(release, capsys):
    path = release / f"probes.{release.name}"
    wrong = '{"answer_id": "a"}}' if release.name == "ndjson" else "a,e,1,1,delivered,more"
    path.write_text(path.read_text() + wrong + "\n")
    assert told(release, capsys) == f"Row 2 of {path} cannot be read; is the file whole?"


def test_what_is_named_and_not_there_is_no_missing_column(release, capsys):
    path = release / f"endpoints.{release.name}"
    whole = path.read_text()
    asked = [str(release.parent), "--slice", "model", "--key", "m"]
    path.write_text(whole.replace('"m"', '"n"').replace(",m", ",n"))
    assert main(asked) == 1
    assert capsys.readouterr().err == "No row of llms is about 'n', which endpoints names.\n"
    path.write_text(whole.replace('"e"', '"f"').replace("\ne,", "\nf,"))
    assert main(asked) == 1
    assert capsys.readouterr().err == "No row of endpoints is about 'e', which probes names.\n"


def test_a_label_that_is_none_is_not_left_out_in_silence(release, capsys):
    path = release / f"labels.{release.name}"
    path.write_text(path.read_text().replace("faithful", "honest"))
    assert main([str(release.parent)]) == 1
    assert capsys.readouterr().err == "'honest' in labels is none of censored, evasive, faithful.\n"


@pytest.mark.parametrize("release", ["ndjson"], indirect=True)
def test_what_is_packed_is_unpacked(release, capsys):
    for path in list(release.iterdir()):
        path.with_name(f"{path.name}.zst").write_bytes(zstandard.compress(path.read_bytes()))
        path.unlink()
    assert main([str(release.parent), "--slice", "model", "--key", "m"]) == 0
    assert capsys.readouterr().out.startswith("1 answers to 1 families of prompts, 3 labels: 2 censored, 0 evasive")
    path = release / "probes.ndjson.zst"
    path.write_bytes(path.read_bytes()[:-9])
    assert told(release, capsys).startswith(f"{path} cannot be read: ")
