"""What is in a release and what is not, read back from the files themselves."""

import csv
import json
import subprocess

import pyarrow.parquet as pq
import pytest
import zstandard

from annotations.actions import assign_next, submit_label
from probes.models import Answer
from prompts.actions import withdraw_prompt
from releases.actions import build_waiting, start_release
from releases.schema import TABLES, table_named
from tests.releases.conftest import FORMULA, ODD_TEXT, build, folder

pytestmark = pytest.mark.django_db(transaction=True)


def table(release, name):
    return pq.read_table(folder(release) / f"data/{name}").to_pylist()


def everything(release):
    """All that its tables say, and the manifest; the documents say nothing of single rows."""
    paths = [path for path in folder(release).rglob("*") if path.is_file()]
    tables = [lines(path) for path in paths if path.suffix == ".zst"]
    return b"".join(
        [*tables, *(path.read_bytes() for path in paths if path.suffix == ".csv" or path.name == "manifest.json")]
    )


def lines(path):
    """What is in a file of compressed NDJSON."""
    return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).readall()


def test_closed_answers_alone_are_in(built, world):
    rows = {row["text"]: row for row in table(built, "answers")}
    assert set(rows) == {FORMULA, ODD_TEXT, "%%%%"}
    assert {row["state"] for row in rows.values()} == {"settled", "unjudgeable"}
    assert [(rows[text]["labels"], rows[text]["cannot_judge"]) for text in (FORMULA, ODD_TEXT, "%%%%")] == [
        (3, 0),
        (3, 0),
        (0, 3),
    ]
    assert rows[FORMULA]["answer_id"] == str(world.settled.public_id)


def test_what_is_open_not_ours_or_withdrawn_is_nowhere(built, world):
    text = everything(built).decode()
    for answer in (world.waiting, world.secret, world.withdrawn):
        assert str(answer.public_id) not in text
        assert answer.text not in text
        assert answer.sha256 not in text
    for private in ("private words", "10.0.0.1", "reader-0", "author", "A question nobody"):
        assert private not in text
    assert table(built, "labels") and {row["answer_id"] for row in table(built, "labels")} == {
        str(world.settled.public_id),
        str(world.odd.public_id),
    }


def test_probes_of_closed_answers_and_undelivered_ones_are_in(built, world):
    rows = table(built, "probes")
    assert [(row["probe_id"], row["sample"], row["answer_id"]) for row in rows] == [
        *((n, n, str(each.public_id)) for n, each in enumerate((world.settled, world.odd, world.unjudged), start=1)),
        (4, 50, None),
    ]
    assert {row["version_id"] for row in rows} == {world.prompt.current_id}
    blocked = rows[-1]
    assert (blocked["delivery"], blocked["answer_id"], blocked["partial_text"]) == (
        "cut_by_filter",
        None,
        "-1 is where it broke",
    )
    assert blocked["request"] == '{"model":"model-a","temperature":0.5}'


def test_what_was_left_out_is_counted(built):
    assert built.counts["left_out"] == {
        "answers": {"open": 1, "not_ours_to_publish": 1, "withdrawn": 1},
        "probes": {"question_open": 1, "answer_left_out": 2, "not_ours_to_publish": 1, "not_finished": 0},
    }
    manifest = json.loads((folder(built) / "manifest.json").read_text())
    assert manifest["left_out"] == built.counts["left_out"]


def test_consensus_is_counted_from_the_labels(built, world):
    rows = {row["answer_id"]: row for row in table(built, "consensus")}
    counted = ("state", "censored", "evasive", "faithful", "label", "share", "dispersion")
    assert {answer: tuple(row[name] for name in counted) for answer, row in rows.items()} == {
        str(world.settled.public_id): ("settled", 1, 2, 0, "evasive", 2 / 3, 4 / 9),
        str(world.odd.public_id): ("settled", 0, 0, 3, "faithful", 1.0, 0.0),
    }


def test_a_contested_answer_is_in_without_a_majority(make_answer, label, maintainer):
    label(make_answer(), "censored evasive faithful censored evasive faithful censored")
    release = build(maintainer)
    assert [row["state"] for row in table(release, "answers")] == ["contested"]
    (row,) = table(release, "consensus")
    assert (row["censored"], row["evasive"], row["faithful"], row["label"], row["share"]) == (3, 2, 2, None, 3 / 7)


def test_pseudonyms_join_within_a_release_and_differ_between_two(built, world, maintainer):
    again = build(maintainer)
    first, second = table(built, "labels"), table(again, "labels")
    for rows in (first, second):
        assert len(rows) == 6
        by_person = {}
        for row in rows:
            by_person.setdefault(row["labeller"], []).append(row["answer_id"])
        assert sorted(map(len, by_person.values())) == [2, 2, 2]
    assert not {row["labeller"] for row in first} & {row["labeller"] for row in second}
    assert not {row["label_id"] for row in first} & {row["label_id"] for row in second}


def test_a_person_who_left_has_no_pseudonym(world, maintainer):
    world.readers[0].delete()
    rows = table(build(maintainer), "labels")
    assert sorted(row["labeller"] is None for row in rows) == [False] * 4 + [True] * 2
    assert len({row["label_id"] for row in rows}) == 6


def test_an_answer_that_is_opened_again_stays_out(world, maintainer):
    opened = [world.odd.pk, world.unjudged.pk]
    Answer.objects.filter(pk__in=opened).update(state="open", closed_at=None)
    release = build(maintainer)
    assert {row["text"] for row in table(release, "answers")} == {FORMULA}
    assert str(world.odd.public_id) not in everything(release).decode()
    assert release.counts["left_out"]["answers"] == {"open": 3, "not_ours_to_publish": 1, "withdrawn": 1}


def test_a_closed_answer_that_somebody_still_holds_stays_out(world, maintainer):
    Answer.objects.filter(pk=world.unjudged.pk).update(leased=1)
    release = build(maintainer)
    assert {row["text"] for row in table(release, "answers")} == {FORMULA, ODD_TEXT}
    assert str(world.unjudged.public_id) not in everything(release).decode()


def test_what_is_closed_after_the_cut_off_waits_for_the_next_release(world, maintainer):
    start_release(by=maintainer)
    for reader in world.readers[1:]:
        (assignment,) = assign_next(by=reader)
        submit_label(by=reader, assignment_id=assignment.id, value="censored")
    first = build_waiting()
    assert first is not None
    assert "Still open." not in {row["text"] for row in table(first, "answers")}
    assert "Still open." in {row["text"] for row in table(build(maintainer), "answers")}


def test_finished_answers_of_a_withdrawn_prompt_stay(world, maintainer, make_prompt):
    make_prompt("Is this one asked of anybody at all?")
    withdraw_prompt(by=maintainer, prompt=world.prompt)
    release = build(maintainer)
    assert {row["status"] for row in table(release, "prompts")} == {"approved", "withdrawn"}
    assert len(table(release, "answers")) == 3


def test_every_reference_is_found(built):
    keys = {each.name: {tuple(row[name] for name in each.key) for row in table(built, each.name)} for each in TABLES}
    assert all(len(keys[each.name]) == built.counts["tables"][each.name] for each in TABLES)
    points = {key for key, _ in keys["key_points"]}
    for row in table(built, "probes"):
        assert (row["version_id"],) in keys["prompts"] and (row["endpoint"],) in keys["endpoints"]
        assert (row["round"],) in keys["rounds"]
        assert row["answer_id"] is None or (row["answer_id"],) in keys["answers"]
    for row in table(built, "labels"):
        assert (row["answer_id"],) in keys["answers"] and row["key_points_id"] in points
    for row in table(built, "prompts"):
        assert row["key_points_id"] in points
    for row in table(built, "endpoints"):
        assert (row["llm"],) in keys["llms"]


@pytest.mark.parametrize("name", [each.name for each in TABLES])
def test_the_three_formats_hold_the_same(built, name):
    each, place = table_named(name), folder(built)
    parquet = pq.read_table(place / f"data/{name}")
    assert parquet.column_names == each.names
    rows = [[plain(value) for value in row.values()] for row in parquet.to_pylist()]
    text = lines(place / f"ndjson/{name}.ndjson.zst").decode()
    assert [list(json.loads(line).values()) for line in text.splitlines()] == rows
    with (place / f"csv/{name}.csv").open(encoding="utf-8", newline="") as file:
        head, *cells = csv.reader(file, strict=True)
    assert head == each.names
    types = [column.type for column in each.columns]
    assert cells == [[as_cell(value, kind) for value, kind in zip(row, types, strict=True)] for row in rows]


def plain(value):
    """A value of Parquet as JSON says it."""
    if hasattr(value, "hour"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if hasattr(value, "isoformat") else value


def as_cell(value, kind):
    """A value of JSON as the CSV says it."""
    if value is None:
        return ""
    if kind in {"boolean", "strings"}:
        return json.dumps(value, ensure_ascii=False)
    if kind == "string" and value.lstrip()[:1] in {"=", "+", "-", "@", "'"}:
        return f"'{value}"
    return str(value)


def test_sums_are_right(built):
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder(built), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == built.files.exclude(path__in=["SHA256SUMS", "manifest.json.sig"]).count()
    listed = {file.path: (file.sha256, file.bytes) for file in built.files.all()}
    assert set(listed) == {str(path.relative_to(folder(built))) for path in folder(built).rglob("*") if path.is_file()}
