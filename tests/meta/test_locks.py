"""The advisory locks have one list of numbers, and nobody takes a lock by any other."""

import re
from pathlib import Path

from core import locks

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = {name: value for name, value in vars(locks).items() if name.isupper()}
CALL = re.compile(r"pg_(?:try_)?advisory_\w*\((.*?)\)\"(.*)")
# Within a longer statement, whose parameters have names.
NAMED = re.compile(r"pg_advisory_xact_lock\(%\(lock\)s::int, %\(person\)s::int\)")
BY_NAME = re.compile(r"\"lock\": locks\.([A-Z_]+)")


def sources() -> dict[str, str]:
    """Our code by file."""
    files = [file for folder in ("platform", "annotations", "workers") for file in (ROOT / folder).rglob("*.py")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def test_no_number_is_given_twice():
    assert len(set(NUMBERS.values())) == len(NUMBERS)
    assert {value for value in NUMBERS.values() if not 0 < value < 2**31} == set()


def test_every_lock_is_taken_by_its_name_in_one_place():
    taken = []
    for name, text in sources().items():
        for statement, parameters in CALL.findall(text):
            assert re.fullmatch(r"%s, (%s|0)", statement), name
            taken.append(re.match(r", \[locks\.([A-Z_]+)[\],]", parameters).group(1))
        taken += BY_NAME.findall(text)
    assert sorted(taken) == sorted(NUMBERS)
    everything = "".join(sources().values())
    assert len(NAMED.findall(everything)) == len(BY_NAME.findall(everything))


def test_a_session_takes_none_that_outlives_its_transaction():
    """Behind a pool of connections such a lock would be left to a stranger."""
    held = re.compile(r"pg_(?:try_)?advisory_(?!xact_)\w*lock")
    assert [name for name, text in sources().items() if held.search(text)] == []
