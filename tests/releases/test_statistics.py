"""The figures that documents speak of are those of the tables."""

from collections import Counter
from datetime import date

from releases.documents import describe
from releases.documents.statistics import Spread, spread
from releases.schema import TABLES
from tests.releases.spools import freeze, small


def test_statistics_are_counted_from_the_tables(tmp_path):
    found = describe(freeze(tmp_path / "spool", small(answers=7)))
    assert found.rows["labels"] == 21 and found.rows.keys() == {table.name for table in TABLES}
    assert found.of("prompts", "language") == {"en": 1, "fr": 1}
    assert found.of("answers", "language") == {"en": 4, "fr": 3}
    assert found.of("answers", "state") == {"settled": 6, "contested": 1}
    # Two answers of each kind, and one with a label of each.
    assert found.of("labels", "label") == {"censored": 7, "evasive": 7, "faithful": 7}
    assert found.of("consensus", "label") == {"censored": 2, "evasive": 2, "faithful": 2}
    assert found.span("labels", "given_on") == (date(2026, 11, 2), date(2026, 11, 8))
    assert (found.families, found.people, found.nameless_labels, found.answers_without_probe) == (1, 3, 0, 0)
    assert found.labels_a_person == Spread(7, 7, 7)
    assert found.answer_length == Spread(9, 9, 9)
    assert [llm["llm"] for llm in found.llms] == ["model-a", "model-b"]
    assert found.agreement is not None and found.agreement["answers"] == 7


def test_statistics_tell_what_is_missing(tmp_path):
    rows = small()
    rows["probes"] = [row for row in rows["probes"] if row["version_id"] == 1]
    for row in rows["labels"]:
        row["labeller"] = None if row["labeller"] == "person-0" else row["labeller"]
    found = describe(freeze(tmp_path / "spool", rows))
    assert (found.people, found.nameless_labels, found.answers_without_probe) == (2, 4, 2)


def test_a_spread_is_of_sizes_that_occur():
    assert spread({}) is None
    assert spread(Counter([1, 2, 3, 100])) == Spread(2, 100, 100)
    assert spread(Counter(range(1, 101))) == Spread(50, 95, 100)
