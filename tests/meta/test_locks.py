"""The advisory locks have one list of numbers, and nobody takes a lock by any other."""

import re
from pathlib import Path

from core import locks

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = {name: value for name, value in vars(locks).items() if name.isupper()}
CALL = re.compile(r"pg_(?:try_)?advisory_\w*\((.*?)\)\"(.*)")


def calls() -> dict[str, list[tuple[str, str]]]:
    """By file, what each call gives as numbers in the statement and as its parameters."""
    sources = [file for folder in ("platform", "annotations", "workers") for file in (ROOT / folder).rglob("*.py")]
    found = {str(file.relative_to(ROOT)): CALL.findall(file.read_text(encoding="utf-8")) for file in sources}
    return {name: each for name, each in found.items() if each}


def test_no_number_is_given_twice():
    assert len(set(NUMBERS.values())) == len(NUMBERS)
    assert {value for value in NUMBERS.values() if not 0 < value < 2**31} == set()


def test_every_lock_is_taken_by_its_name_in_one_place():
    taken = {}
    for name, each in calls().items():
        for statement, parameters in each:
            assert re.fullmatch(r"%s, (%s|0)", statement), name
            taken[name] = re.match(r", \[locks\.([A-Z_]+)[\],]", parameters).group(1)
    assert sorted(taken.values()) == sorted(NUMBERS)


def test_a_session_takes_none_that_outlives_its_transaction():
    """Behind a pool of connections such a lock would be left to a stranger."""
    sources = [file for folder in ("platform", "annotations", "workers") for file in (ROOT / folder).rglob("*.py")]
    held = re.compile(r"pg_(?:try_)?advisory_(?!xact_)\w*lock")
    assert [str(file) for file in sources if held.search(file.read_text(encoding="utf-8"))] == []
