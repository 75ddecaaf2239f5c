"""Releases that were made anew around a lie: every sum is right, and so is the signature of whoever made it.

What was told falsely is found all the same, since figures follow from labels.
"""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from candor_verify.findings import Difference
from tests.verify.looking import CONSENSUS, LABELS, Row, first_counted, flip, found, other, places, says
from tests.verify.world import forge


def consensus_of(release: Path, answer: str) -> int:
    ids = pq.read_table(release / CONSENSUS)["answer_id"].to_pylist()
    return ids.index(answer) + 1


def test_forged_a_label_flipped(release):
    flipped: list[Row] = []

    def change(rows: list[Row]) -> None:
        place = first_counted(rows)
        flipped.append(dict(rows[place]))
        flip(rows, place)

    findings = found(forge(release, "labels", change))
    row = consensus_of(release, flipped[0]["answer_id"])
    assert {(CONSENSUS, row, flipped[0]["label"]), (CONSENSUS, row, other(flipped[0]["label"]))} <= places(findings)
    assert {one.file.split("/")[1] for one in findings.differences} >= {"consensus", "agreement", "crowd"}
    assert next(one for one in findings.differences if one.row == row and one.column == flipped[0]["label"]).what == (
        f"says {whole(release, row, flipped[0]['label'])}; computed again it is "
        f"{whole(release, row, flipped[0]['label']) - 1} (answer_id {flipped[0]['answer_id']!r})"
    )


def whole(release: Path, row: int, column: str) -> int:
    said: int = pq.read_table(release / CONSENSUS)[column][row - 1].as_py()
    return said


def test_forged_a_label_dropped(release):
    dropped: list[Row] = []
    findings = found(forge(release, "labels", lambda rows: dropped.append(rows.pop(first_counted(rows)))))
    answers = pq.read_table(release / "data/answers/part-0000.parquet")["answer_id"].to_pylist()
    labellers = pq.read_table(release / "data/labellers/part-0000.parquet")["labeller"].to_pylist()
    place = answers.index(dropped[0]["answer_id"]) + 1
    assert ("data/answers/part-0000.parquet", place, "labels") in places(findings)
    if dropped[0]["labeller"] is not None:
        person = labellers.index(dropped[0]["labeller"]) + 1
        assert ("data/labellers/part-0000.parquet", person, "labels") in places(findings)
    assert (CONSENSUS, consensus_of(release, dropped[0]["answer_id"]), dropped[0]["label"]) in places(findings)


def test_forged_a_label_set_aside_that_counts(release):
    changed: list[Row] = []

    def change(rows: list[Row]) -> None:
        row = next(row for row in rows if not row["counted"])
        row["counted"] = True
        changed.append(row)

    findings = found(forge(release, "labels", change))
    assert (CONSENSUS, consensus_of(release, changed[0]["answer_id"]), changed[0]["label"]) in places(findings)


@pytest.mark.parametrize(
    ("table", "column", "by"),
    [
        ("consensus", "censored", 1),
        ("consensus", "share", 1e-6),
        ("consensus", "dispersion", 1e-6),
        ("consensus", "posterior_evasive", 2e-6),
        ("consensus", "confidence", -2e-6),
        ("agreement", "alpha", 1e-6),
        ("agreement", "ac1_low", -1e-6),
        ("agreement", "percent_high", 1e-6),
        ("agreement", "specific_faithful", 1e-6),
        ("agreement", "families", 1),
        ("agreement", "seed", 1),
        ("rates", "part", 1),
        ("rates", "share", 1e-6),
        ("rates", "low", -1e-6),
        ("comparisons", "neither", 1),
        ("comparisons", "difference", 1e-6),
        ("comparisons", "p", -1e-6),
        ("crowd", "prior_censored", 2e-6),
        ("crowd", "faithful_called_evasive", 2e-6),
        ("crowd", "strength", 1.0),
        ("crowd", "labels", 1),
    ],
)
def test_forged_a_figure(release, table, column, by):
    at: list[int] = []

    def change(rows: list[Row]) -> None:
        place = next(place for place, row in enumerate(rows) if row[column] is not None)
        rows[place][column] += by
        at.append(place + 1)

    assert places(found(forge(release, table, change))) == {(f"data/{table}/part-0000.parquet", at[0], column)}


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("calibration", lambda said: said["chances"]["5"].__setitem__(40, said["chances"]["5"][40] - 0.001)),
        ("measured", lambda said: said.update(asked=said["asked"] + 0.001)),
        ("strengths", lambda said: said.pop("100")),
    ],
)
def test_forged_what_the_crowd_has_learned(release, column, change):
    def rewritten(rows: list[Row]) -> None:
        said = json.loads(rows[0][column])
        change(said)
        rows[0][column] = json.dumps(said)

    assert places(found(forge(release, "crowd", rewritten))) == {("data/crowd/part-0000.parquet", 1, column)}


def test_forged_a_figure_that_was_emptied(release):
    def change(rows: list[Row]) -> None:
        rows[0] |= {"alpha": None, "why": '{"alpha":"there are no labels"}'}

    agreement = "data/agreement/part-0000.parquet"
    assert places(found(forge(release, "agreement", change))) == {(agreement, 1, "alpha"), (agreement, 1, "why")}


@pytest.mark.parametrize("table", ["consensus", "agreement", "rates", "comparisons"])
def test_forged_a_figure_left_out_and_one_made_up(release, table):
    def change(rows: list[Row]) -> None:
        made_up = rows.pop()
        key = {"consensus": "answer_id", "comparisons": "b"}.get(table, "language" if table == "rates" else "key")
        rows.append(made_up | {key: f"{made_up[key]}~"})
        change.rows = len(rows)  # type: ignore[attr-defined]

    findings = found(forge(release, table, change))
    assert {(f"data/{table}/", None, None), (f"data/{table}/part-0000.parquet", change.rows, None)} <= places(findings)  # type: ignore[attr-defined]


def test_forged_what_people_said_of_gold(release):
    def change(rows: list[Row]) -> None:
        gold, right = rows[10]["gold_id"], other(rows[10]["right"])
        for row in rows:
            if row["gold_id"] == gold:
                row |= {"right": right}

    findings = found(forge(release, "gold_labels", change))
    assert {("data/crowd/part-0000.parquet", 1, "calibration"), ("data/crowd/part-0000.parquet", 1, "measured")} <= (
        places(findings)
    )


def test_forged_one_row_of_what_is_right(release):
    findings = found(forge(release, "gold_labels", lambda rows: rows[10].update(right=other(rows[10]["right"]))))
    assert ("data/gold_labels/part-0000.parquet", 11, "right") in places(findings)


def test_forged_when_an_answer_is_settled(release):
    findings = found(forge(release, "rules", lambda rows: rows[0].update(sure=0.99)))
    assert ("data/crowd/part-0000.parquet", 1, "measured") in places(findings)


def test_forged_a_call_that_was_blocked(release):
    def change(rows: list[Row]) -> None:
        next(row for row in rows if row["delivery"] == "blocked_output")["delivery"] = "failed"

    findings = found(forge(release, "probes", change))
    assert {one.column for one in findings.differences} >= {"part", "whole", "share"}
    assert {one.file for one in findings.differences} == {"data/rates/part-0000.parquet"}


def test_forged_an_answer_called_settled(release):
    changed: list[str] = []

    def change(rows: list[Row]) -> None:
        row = next(row for row in rows if row["state"] == "contested")
        row["state"] = "settled"
        changed.append(row["answer_id"])

    findings = found(forge(release, "answers", change))
    assert (CONSENSUS, consensus_of(release, changed[0]), "state") in places(findings)


def test_forged_a_label_of_an_answer_that_is_not_there(release):
    nowhere = "ffffffff-0000-4000-8000-000000000000"
    findings = found(forge(release, "labels", lambda rows: rows[-1].update(answer_id=nowhere)))
    assert Difference(LABELS, 593, "answer_id", f"{nowhere!r} is no answer_id of answers") in findings.differences


def test_forged_a_row_that_stands_twice_and_rows_out_of_order(release):
    assert (LABELS, 2, "answer_id, label_id") in places(found(forge(release, "labels", double)))


def double(rows: list[Row]) -> None:
    rows.insert(0, dict(rows[0]))


def test_forged_a_word_that_is_none(release):
    findings = found(forge(release, "labels", lambda rows: rows[7].update(label="honest")))
    assert Difference(LABELS, 8, "label", "'honest' is no word of it") in findings.differences
    assert says(findings, "data/labels/") == [
        "no figures can be computed from these tables: 'honest' in labels is none of censored, evasive, faithful."
    ]


def test_forged_languages_that_give_a_person_away(release):
    def change(rows: list[Row]) -> None:
        next(row for row in rows if row["languages"] is None)["languages"] = ["ko", "ta"]

    (one,) = found(forge(release, "labellers", change)).differences
    assert (one.column, one.what) == ("languages", "['ko', 'ta'] is told of 1 people, fewer than 5")
