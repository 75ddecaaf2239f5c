"""The page of rules: what is printed is what is checked in, and it holds every rule where it decides."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from workers.providers import RULES, WIRES, why
from workers.providers.results import DELIVERIES
from workers.providers.rules_table import ordered, page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_command_prints():
    printed = subprocess.run(
        [sys.executable, "-m", "workers.providers.rules_table"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs" / "delivery-rules.md").read_text() == printed.stdout == page()


def test_every_rule_stands_once_in_the_order_in_which_it_decides():
    ids = [rule.id for rule in ordered()]
    assert sorted(ids) == sorted(RULES)
    for wire in WIRES.values():
        assert [rule.id for rule in wire.rules] == [id for id in ids if id in {rule.id for rule in wire.rules}]
    body = page().partition("## The rules, in the order")[2].partition("## Words that differ")[0]
    assert re.findall(r"^\| `([a-z0-9_]+)` \|", body, re.MULTILINE) == ids


def test_the_seven_deliveries_are_explained():
    told = re.findall(r"^\| `([a-z_]+)` \|", page().partition("## What outranks")[0], re.MULTILINE)
    assert tuple(told) == DELIVERIES


def test_every_word_and_code_is_shown():
    shown = page()
    for wire in WIRES.values():
        for rule in wire.rules:
            for word in (rule.ends or frozenset()) | (rule.only_ends or frozenset()) | (rule.codes or frozenset()):
                assert f"`{word}`" in shown


def test_every_line_of_a_table_has_as_many_cells_as_its_head():
    for table in re.findall(r"(?:^\|.*\n)+", page(), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


@pytest.mark.parametrize("name", sorted(RULES))
def test_why(name):
    assert why(name) == RULES[name].about
    assert why(name).endswith(".")


def test_why_of_a_rule_that_is_gone():
    assert why("no_such_rule") == why("") == ""
