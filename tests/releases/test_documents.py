"""What lies beside the tables of a release says what is in them, and reads as it should."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
import zstandard

from releases.documents import Edition, Previous, Tombstone, describe, write_documents
from releases.documents.commit import commit_of_checkout, running_commit
from releases.documents.datasheet import PARTS
from releases.documents.markdown import listed, plural, table
from releases.files.layout import lay_out
from releases.schema import TABLES, table_named
from releases.schema.references import REFERENCES
from releases.selectors.shelf import shelf
from releases.tables.spool import Spool
from releases.tables.writing import write_tables
from tests.releases.spools import freeze, small

DOCUMENTS = {
    "README.md", "DATASHEET.md", "CHANGELOG.md", "LICENSE", "CITATION.cff", "schema.json", "croissant.json",
    "datapackage.json", "withdrawn.json", "manifest.json", "SHA256SUMS",
}  # fmt: skip
CUTOFF = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
LEFT_OUT = {
    "answers": {"open": 1200, "not_ours_to_publish": 1, "withdrawn": 0},
    "probes": {"question_open": 2, "answer_left_out": 0, "not_ours_to_publish": 0, "not_finished": 0},
}
STONE = Tombstone(1, date(2026, 12, 1), "labels", "asked", {"labels": 3, "consensus": 1})


def written(tmp_path: Path, rows: dict[str, Any] | None = None, **more: Any) -> tuple[Edition, Path, Spool]:
    """A release of hand-made rows with its documents, in tmp_path/release."""
    spool = freeze(tmp_path / "spool", small() if rows is None else rows)
    folder = tmp_path / "release"
    values: dict[str, Any] = {
        "version": "2026.11.0",
        "number": 0,
        "cutoff": CUTOFF,
        "left_out": LEFT_OUT,
        "withheld": {"labellers": {"languages": 3}},
        "withdrawn": (),
        "files": write_tables(spool, folder),
        "statistics": describe(spool),
        "commit": "c" * 40,
        **more,
    }
    edition = Edition(**values)
    write_documents(edition, folder, spool)
    return edition, folder, spool


def text(folder: Path, name: str) -> str:
    return (folder / name).read_text()


def parsed(folder: Path, name: str) -> Any:
    return json.loads(text(folder, name))


@pytest.mark.django_db(transaction=True)
def test_every_file_of_a_real_release_is_named_with_its_sum(published, tmp_path):
    folder = lay_out(published, tmp_path / "release")
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert files.keys() >= DOCUMENTS
    manifest = parsed(folder, "manifest.json")
    assert {file["path"] for file in manifest["files"]} == files.keys() - {"manifest.json", "SHA256SUMS"}
    for file in manifest["files"]:
        content = files[file["path"]].read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    sums = dict(reversed(line.split("  ")) for line in text(folder, "SHA256SUMS").splitlines())
    assert sums == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if name != "SHA256SUMS"
    }
    for told in manifest["tables"]:
        with zstandard.ZstdDecompressor().stream_reader(files[f"ndjson/{told['name']}.ndjson.zst"].read_bytes()) as it:
            lines = it.read()
        assert told["digest"] == hashlib.sha256(lines).hexdigest()
        assert told["rows"] == lines.count(b"\n") == published.counts["tables"][told["name"]]
        assert [column["name"] for column in told["columns"]] == table_named(told["name"]).names
    assert manifest["left_out"] == published.counts["left_out"]
    assert (manifest["version"], manifest["edition"], manifest["label"]) == (published.version, 0, published.version)


@pytest.mark.django_db(transaction=True)
def test_the_files_of_a_real_release_lie_on_its_shelf(published):
    found = shelf(published)
    assert [place.table for place in found.tables] == list(TABLES)
    assert [[form.word for form in place.formats] for place in found.tables] == [["Parquet", "NDJSON", "CSV"]] * len(
        TABLES
    )
    assert found.rows == published.counts["tables"]
    assert {file.path for file in found.documents} == DOCUMENTS
    assert [file.path for file in found.documents][:3] == ["README.md", "DATASHEET.md", "CHANGELOG.md"]
    assert (list(found.changes), found.edition, found.label) == ([], 0, published.version)
    assert "verify/candor_verify/__main__.py" in {file.path for file in found.checker}
    shown = [file for place in found.tables for _, file in place.files] + [*found.documents, *found.checker]
    assert sorted(file.path for file in shown) == sorted(published.files.values_list("path", flat=True))
    assert found.cite.endswith(f"release {published.version}, cut-off {published.cutoff:%Y-%m-%d}. CC BY 4.0.")


def test_an_empty_release_is_described_too(tmp_path):
    _, folder, _ = written(tmp_path, rows={"rules": small()["rules"]})
    assert describe(Spool(tmp_path / "spool")).answer_length is None
    front, _, body = text(folder, "README.md").removeprefix("---\n").partition("\n---\n")
    assert {config["config_name"] for config in yaml.safe_load(front)["configs"]} <= {"rules", "crowd"}
    assert "0 distinct answers" in body and "None" not in body
    assert "None" not in text(folder, "DATASHEET.md")


def test_the_same_release_is_described_in_the_same_bytes(tmp_path):
    edition, folder, spool = written(tmp_path)
    first = {name: (folder / name).read_bytes() for name in DOCUMENTS}
    elsewhere = replace(
        edition,
        cutoff=CUTOFF.astimezone(timezone(timedelta(hours=9))),
        left_out=dict(reversed(LEFT_OUT.items())),
        files=list(reversed(edition.files)),
    )
    write_documents(elsewhere, folder, spool)
    assert {name: (folder / name).read_bytes() for name in DOCUMENTS} == first


def test_the_card_tells_what_is_in_it(tmp_path):
    _, folder, _ = written(tmp_path)
    front, _, body = text(folder, "README.md").removeprefix("---\n").partition("\n---\n")
    head = yaml.safe_load(front)
    assert (head["license"], head["language"], head["size_categories"]) == ("cc-by-4.0", ["en", "fr"], ["n<1K"])
    configs = {config["config_name"]: config["data_files"] for config in head["configs"]}
    assert configs["answers"] == "data/answers/*.parquet" and "verdicts" not in configs
    assert [config["config_name"] for config in head["configs"] if config.get("default")] == ["answers"]
    for shape in TABLES:
        assert f"### {shape.name}\n" in body
        for column in shape.columns:
            assert f"| `{column.name}` | {column.type}" in body
    assert "1,200 answers still being labelled, 1 answer that is not ours to publish and 2 probes of questions" in body
    assert "| Of whom | 2 models by 2 makers in CN and FR |" in body
    assert "| What people said | 12 labels by 3 people |" in body
    assert "Krippendorff’s alpha over 4 answers with 12 labels is" in body
    assert "2026-11-20 23:30 UTC" in body and "release 2026.11.0, cut-off 2026-11-20. CC BY 4.0." in body
    assert "Edition" not in body


def test_the_datasheet_answers_every_question(tmp_path):
    _, folder, _ = written(tmp_path)
    sheet = text(folder, "DATASHEET.md")
    sections = ["Motivation", "Composition", "Collection process", "Preprocessing, cleaning, labelling", "Uses",
                "Distribution", "Maintenance"]  # fmt: skip
    assert re.findall(r"^## (.+)$", sheet, re.M) == sections
    for part in PARTS:
        told = sheet.partition(f"## {part.title}\n")[2].partition("\n## ")[0]
        for question in part.questions:
            answer = told.partition(f"**{question.text}**\n\n")[2].partition("\n\n**")[0]
            assert len(answer) > 20, question
    assert sum(len(part.questions) for part in PARTS) == 47
    assert "None" not in sheet
    assert "3 values of `languages` in `labellers`" in sheet
    assert "3 people gave the 12 labels of this release. The middle one of them gave 4 labels" in sheet
    assert "Each answer gets at least 3 labels" in sheet and "after 7 it is contested" in sheet
    assert f"(commit `{'c' * 40}`)" in sheet


def test_the_changelog_compares_with_the_release_before(tmp_path):
    before = freeze(tmp_path / "before", small(languages=("en",)))
    rows = small(answers=6)
    rows["llms"][1] = {**rows["llms"][1], "llm": "model-c"}
    rows["endpoints"][1] = {**rows["endpoints"][1], "llm": "model-c"}
    previous = Previous("2026.10.2", 1, CUTOFF - timedelta(days=31), before)
    _, folder, _ = written(tmp_path, rows=rows, previous=previous)
    log = text(folder, "CHANGELOG.md")
    assert "## Since 2026.10.2+e1" in log and "cut-off on 2026-10-20, this one on 2026-11-20" in log
    assert "| `llms` | 2 | 2 | 1 | 0 | 1 |" in log
    assert "| `labels` | 12 | 18 |  |  |  |" in log
    assert "- New: model `model-c`." in log and "- No longer here: model `model-b`." in log
    assert "- New: language `fr`." in log
    assert parsed(folder, "manifest.json")["previous"] == {
        "label": "2026.10.2+e1",
        "cutoff": "2026-10-20T23:30:00.000000Z",
    }
    told = {path.name for path in (folder / "delta").iterdir()}
    assert "answers.ndjson.zst" in told and "labels.ndjson.zst" not in told
    assert "in `delta/`" in log and "`labels` (A label and the person who gave it have a new name" in log
    assert "what was added, changed and removed since 2026.10.2+e1" in text(folder, "README.md")


def test_a_first_release_is_compared_with_nothing(tmp_path):
    _, folder, _ = written(tmp_path)
    assert "compared with nothing" in text(folder, "CHANGELOG.md")
    assert not (folder / "delta").exists() and "delta/" not in text(folder, "README.md")


def test_an_edition_says_what_kind_of_thing_went(tmp_path):
    edition, folder, _ = written(tmp_path, number=1, withdrawn=(STONE,))
    assert edition.label == "2026.11.0+e1"
    assert parsed(folder, "withdrawn.json") == {
        "version": "2026.11.0",
        "edition": 1,
        "withdrawn": [
            {
                "edition": 1,
                "made_on": "2026-12-01",
                "kind": "labels",
                "what": "A person wanted their labels erased.",
                "reason": "asked",
                "rows": {"consensus": 1, "labels": 3},
                "figures": None,
            }
        ],
    }
    said = "Edition 1, 2026-12-01: A person wanted their labels erased."
    why = "Why: its author, or the person it is about, asked for it."
    told = f"- {said} Rows taken out or changed: 1 of `consensus` and 3 of `labels`. {why}"
    assert told in text(folder, "CHANGELOG.md")
    assert "# Candor 2026.11.0+e1" in text(folder, "README.md") and "**Edition 1.**" in text(folder, "README.md")
    assert said in text(folder, "DATASHEET.md")
    assert Tombstone.of(STONE.as_dict()) == STONE


def test_documents_are_written_over_what_a_killed_build_left(tmp_path):
    edition, folder, spool = written(tmp_path)
    first = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "delta").mkdir()
    (folder / "delta/prompts.ndjson.zst").write_bytes(b"half")
    write_documents(edition, folder, spool)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == first


def test_the_citation_can_be_read(tmp_path):
    _, folder, _ = written(tmp_path)
    cited = yaml.safe_load(text(folder, "CITATION.cff"))
    assert {name: cited[name] for name in ("cff-version", "type", "version", "license")} == {
        "cff-version": "1.2.0",
        "type": "dataset",
        "version": "2026.11.0",
        "license": "CC-BY-4.0",
    }
    assert cited["authors"] == [{"name": "Candor contributors"}] and cited["title"]
    assert cited["message"] == "If you use this dataset, please name it, its release and its cut-off, 2026-11-20."
    # When it will be published is not known while it is written.
    assert "date-released" not in cited


def test_each_reference_leads_to_a_column_there_is():
    for name, leads in REFERENCES.items():
        for to in leads:
            assert set(to.columns) <= set(table_named(name).names)
            assert set(to.target_columns) <= set(table_named(to.target).names)
            types = {column.name: column.type for column in table_named(to.target).columns}
            own = {column.name: column.type for column in table_named(name).columns}
            assert [own[one] for one in to.columns] == [types[one] for one in to.target_columns]


def test_the_commit_is_the_variables_or_gits(settings):
    settings.CANDOR_COMMIT = "a" * 40
    assert running_commit() == "a" * 40
    settings.CANDOR_COMMIT = ""
    found = commit_of_checkout()
    assert found is None or re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", found)
    assert running_commit() == found
    settings.BASE_DIR = Path("/nowhere")
    assert running_commit() is None


def test_markdown_keeps_texts_in_their_cells():
    assert table(["a", "n"], [("one | two\nthree", 1234)], right=(1,)) == (
        "| a | n |\n| --- | ---: |\n| one \\| two three | 1,234 |"
    )
    assert (plural(1, "person", "people"), plural(2, "person", "people")) == ("1 person", "2 people")
    assert listed({"en": 1000, "fr": 2, "de": 1}, at_most=2) == "en 1,000, fr 2 and 1 more"
