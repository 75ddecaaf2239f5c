"""Releases that were bent and then computed afresh: every sum and every figure fits, and what does not is found.

What a release says of the states of its answers, of its texts, and of one thing in two tables, has to fit its labels.
"""

import shutil
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from annotations.agreement.stopping import State, decide, stands
from annotations.choices import SURE
from annotations.rules import wanted_at_most
from candor_verify import states
from candor_verify.__main__ import verify
from candor_verify.findings import Difference, Findings
from candor_verify.shapes import SHAPES
from releases.documents import Tombstone
from releases.tables.spool import Spool
from tests.verify.looking import Row, found, places, says
from tests.verify.world import DAY, RULES, bend, forge, rows, write

ANSWERS = "data/answers/part-0000.parquet"
PROBES = "data/probes/part-0000.parquet"
PROMPTS = "data/prompts/part-0000.parquet"
RULE = "data/rules/part-0000.parquet"


def places_of(release: Path, state: str, labels: int | None = None) -> list[int]:
    answers = pq.read_table(release / ANSWERS)
    pairs = zip(answers["state"].to_pylist(), answers["labels"].to_pylist(), strict=True)
    return [place for place, (was, many) in enumerate(pairs) if was == state and labels in {None, many}]


def restated(
    release: Path, was: str, labels: int | None, now: str, **more: Any
) -> tuple[set[tuple[str, int, str]], Findings]:
    """Where such an answer stands, and what is found once it is called otherwise and figures are computed afresh."""
    place = places_of(release, was, labels)[-1]  # nobody decided, and no judge said, anything of the last
    findings = verify(forge(release, "answers", lambda rows: rows[place].update(state=now), afresh=True, **more))
    return {(ANSWERS, place + 1, "state")}, findings


# States.


@pytest.mark.parametrize(
    ("was", "labels", "now", "it_takes"),
    [
        ("settled", 3, "contested", "it takes 7 labels"),
        ("settled", 5, "contested", "it takes 7 labels"),
        ("contested", 7, "settled", "it takes 3 labels or more, and a lead of 2, from 5 on of 3"),
        ("unjudgeable", None, "settled", "it takes 3 labels or more"),
        ("settled", 3, "unjudgeable", "it takes 3 people who could not judge it"),
        ("contested", 7, "unjudgeable", "it takes 3 people who could not judge it"),
        ("settled", 3, "thinned", "labels that are left and decide it no more"),
    ],
)
def test_an_answer_whose_state_was_bent(release, was, labels, now, it_takes):
    here, findings = restated(release, was, labels, now)
    assert places(findings) == here
    assert f"says {now}, of " in findings.differences[0].what
    assert it_takes in findings.differences[0].what


def test_many_states_that_were_bent_are_all_found(release):
    settled = [place for labels in (3, 5, 6) for place in places_of(release, "settled", labels)][:30]

    def change(rows: list[Row]) -> None:
        for place in settled:
            rows[place]["state"] = "contested"

    findings = found(forge(release, "answers", change, afresh=True))
    assert len(places(findings)) + findings.more[ANSWERS, "state"] == 30


def test_a_state_that_nothing_here_can_say_is_counted_and_told(release):
    """Seven labels may be settled or contested, by a fit that is not here; by the fit that is, it would not be so."""
    here, findings = restated(release, "settled", 7, "contested")
    assert (here != places(findings), findings.equal) == (True, True)
    (told,) = (said for said in findings.unchecked if said.startswith("when exactly an answer was settled"))
    assert told.endswith("0 of 110 settled answers would not be settled, and 1 of 9 contested ones would be")


def test_thinned_is_a_word_of_editions(release):
    one = Tombstone(1, DAY, "labels", rows={"labels": 1})
    here, findings = restated(release, "contested", 7, "thinned", number=1, withdrawn=(one,))
    assert places(findings) == here


def test_an_answer_that_lost_labels_is_thinned_and_nothing_else(release):
    """As an edition leaves it: two labels of three are left."""
    place = places_of(release, "settled", 3)[0]
    answer = pq.read_table(release / ANSWERS)["answer_id"][place].as_py()
    one = Tombstone(1, DAY, "labels", rows={"labels": 1})

    def lose(rows: list[Row]) -> None:
        rows.remove(next(row for row in rows if row["answer_id"] == answer and row["counted"]))

    forged = forge(release, "labels", lose, afresh=True, number=1, withdrawn=(one,))
    assert {(ANSWERS, place + 1, "state"), (ANSWERS, place + 1, "labels")} <= places(found(forged))


def test_the_world_follows_the_rule():
    """Or no test here could see a state that does not."""
    tables = rows()
    votes = {answer["answer_id"]: [0, 0, 0] for answer in tables["answers"]}
    for label in tables["labels"]:
        if label["counted"]:
            votes[label["answer_id"]][("censored", "evasive", "faithful").index(label["label"])] += 1
    limits = {name.removeprefix("labels_"): value for name, value in RULES.items()}
    by_rule = {State.ENOUGH: "settled", State.CONTESTED: "contested"}
    for answer in tables["answers"]:
        if answer["state"] != "unjudgeable":
            assert by_rule[decide(votes[answer["answer_id"]], None, None, **limits).state] == answer["state"]
    assert {answer["state"] for answer in tables["answers"]} == {"settled", "contested", "unjudgeable"}


# Rules.


def test_being_sure_is_no_setting(release):
    assert (states.SURE, RULES["sure"]) == (SURE, SURE)
    findings = found(forge(release, "rules", lambda rows: rows[0].update(sure=0.1), afresh=True))
    assert findings.differences == [
        Difference(RULE, 1, "sure", "says 0.1; an answer of any release is settled from 0.95 on")
    ]


def test_more_labels_than_answers_have(release):
    findings = found(forge(release, "rules", lambda rows: rows[0].update(labels_at_least=5), afresh=True))
    assert {(file, column) for file, _, column in places(findings)} == {(ANSWERS, "state")}
    settled_by_three = len(places_of(release, "settled", 3))
    assert len(places(findings)) + findings.more[ANSWERS, "state"] == settled_by_three


def test_more_labels_than_contested_answers_have(release):
    findings = found(forge(release, "rules", lambda rows: rows[0].update(labels_at_most=9), afresh=True))
    assert places(findings) == {(ANSWERS, place + 1, "state") for place in places_of(release, "contested", 7)}


@pytest.mark.parametrize("change", [{"labels_at_least": 0}, {"labels_at_least": 8}, {"labels_at_most": 2}])
def test_rules_that_are_no_range(release, change):
    findings = found(forge(release, "rules", lambda rows: rows[0].update(change)))
    assert (RULE, 1, "labels_at_least") in places(findings)


@pytest.mark.parametrize("wanted", range(1, 8))
def test_whatever_a_site_wanted_its_settled_answers_do_not_say_less(wanted):
    """By votes alone or by a fit that was sure; and with what they say, or with any less, they are allowed."""
    met = 0
    for votes in product(range(8), range(4), range(4)):
        sure = [float(place == votes.index(max(votes))) for place in range(3)]
        for posterior, chance in ((None, None), (sure, 1.0)):
            if stands(votes, posterior, chance, at_least=wanted, at_most=7, sure=SURE) == State.ENOUGH:
                met += 1
                most = wanted_at_most(votes)
                assert most >= wanted
                for said in range(1, most + 1):
                    may = states.allowed(np.array([votes]), np.array([0]), at_least=said, at_most=max(7, said))
                    assert may[0, states.SETTLED], (votes, said)
    assert met > 20


def test_two_rules(release):
    findings = found(forge(release, "rules", lambda rows: rows.append({**rows[0], "rules": 2})))
    assert says(findings, "data/rules/") == ["has 2 rows; every release has one"]


# What one row, or two tables, say of one thing.


@pytest.mark.parametrize(
    ("table", "column"), [("answers", "cannot_judge"), ("probes", "latency_ms"), ("endpoints", "timeout_s")]
)
def test_a_number_below_zero(release, table, column):
    findings = found(forge(release, table, lambda rows: rows[0].update({column: -1})))
    path = f"data/{table}/part-0000.parquet"
    assert (path, 1, column) in places(findings)
    assert "-1 is below zero" in says(findings, path)


def test_texts_that_are_others(release):
    def change(rows: list[Row]) -> None:
        for row in rows:
            row["text"] = f"Forged {row['answer_id']}"

    findings = found(forge(release, "answers", change))
    assert {(file, column) for file, _, column in places(findings)} == {(ANSWERS, "sha256")}
    assert len(places(findings)) + findings.more[ANSWERS, "sha256"] == 120


def test_another_language_than_the_prompt(release):
    findings = found(forge(release, "answers", lambda rows: rows[0].update(language="xx"), afresh=True))
    assert findings.differences == [Difference(ANSWERS, 1, "language", "says 'xx'; the prompt is in 'en'")]


@pytest.mark.parametrize(
    ("change", "column", "what"),
    [
        ({"answer_id": None}, "answer_id", "has no answer, and its delivery is 'delivered'"),
        ({"delivery": "failed"}, "answer_id", "has an answer, and its delivery is 'failed'"),
        ({"version_id": 5}, "version_id", "says 5; its answer is one to 1"),
    ],
)
def test_a_probe_that_does_not_fit_its_answer(release, change, column, what):
    findings = found(forge(release, "probes", lambda rows: rows[0].update(change), afresh=True))
    assert findings.differences == [Difference(PROBES, 1, column, what)]


def test_key_points_of_another_prompt(release):
    findings = found(forge(release, "labels", lambda rows: rows[0].update(key_points_id=3)))
    assert findings.differences == [
        Difference("data/labels/part-0000.parquet", 1, "key_points_id", "3 are the key points of prompt 3, not of 1")
    ]


def test_key_points_of_a_prompt_that_are_anothers(release):
    findings = found(forge(release, "prompts", lambda rows: rows[0].update(key_points_id=3)))
    assert findings.differences == [
        Difference(PROMPTS, 1, "key_points_id", "3 are the key points of prompt 3, not of 1")
    ]


@pytest.mark.parametrize(("column", "value"), [("kind", "twin"), ("state", "CN"), ("topic", "law"), ("act", "list")])
def test_prompts_of_one_family_that_are_not_at_one(release, column, value):
    findings = found(forge(release, "prompts", lambda rows: rows[1].update({column: value}), afresh=True))
    assert (PROMPTS, 2, column) in places(findings)
    assert {file for file, _, _ in places(findings)} == {PROMPTS}


@pytest.mark.parametrize(
    ("table", "state", "what"),
    [
        (
            "adjudications",
            "settled",
            "that is settled; adjudications has contested and unjudgeable ones",
        ),
        ("verdicts", "unjudgeable", "that is unjudgeable; verdicts has settled and contested ones"),
    ],
)
def test_what_nobody_could_have_said(release, table, state, what):
    answers = pq.read_table(release / ANSWERS)
    other = answers["answer_id"].to_pylist()[answers["state"].to_pylist().index(state)]
    findings = found(forge(release, table, lambda rows: rows[0].update(answer_id=other)))
    assert findings.differences == [
        Difference(f"data/{table}/part-0000.parquet", 1, "answer_id", f"is about an answer {what}")
    ]


def test_words_that_are_none(release):
    """In every column that holds words alone, all at once."""
    columns = [(shape, column) for shape in SHAPES for column in shape.columns if column.words]
    assert len(columns) == 22
    spool = Spool(release.with_name("forged.spool"))
    shutil.copytree(release.with_name("release.spool"), spool.folder)
    for shape, column in columns:
        none = ["zzz"] if column.type == "strings" else "zzz"
        bend(spool, shape.name, lambda rows, name=column.name, none=none: rows[0].update({name: none}))  # type: ignore[misc]
    findings = found(write(spool, release.with_name("forged")))
    for shape, column in columns:
        said = Difference(f"data/{shape.name}/part-0000.parquet", 1, column.name, "'zzz' is no word of it")
        assert said in findings.differences
