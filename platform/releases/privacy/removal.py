"""What one order takes out of one release that is out, and how its rows are found there.

What is taken out is named as the release names it: pseudonyms, label ids, answer ids, the numbers of prompts and their
versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Removal:
    """What one order takes out of one release. `nameless` people lose their pseudonym, and their labels stay; a family
    that is called by words that went gets another name (`families`, by the old one).
    """

    nameless: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    versions: frozenset[int] = frozenset()
    prompts: frozenset[int] = frozenset()
    families: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, rows: Mapping[str, Any], release: int) -> "Removal":
        """From what an order wrote down (releases.actions.orders), for the release of this key."""
        here = rows.get("releases", {}).get(str(release), {})
        people = frozenset(here.get("people", []))
        return cls(
            nameless=people if kind == "name" else frozenset(),
            people=people if kind == "labels" else frozenset(),
            labels=frozenset(here.get("labels", [])),
            answers=frozenset(rows.get("answers", [])),
            versions=frozenset(rows.get("versions", [])),
            prompts=frozenset(rows.get("prompts", [])),
            families=rows.get("families", {}),
        )

    @property
    def columns(self) -> dict[str, frozenset[Any]]:
        """What it looks for, by the names of the columns that have it in any table."""
        found: dict[str, frozenset[Any]] = {"family": frozenset(self.families)}
        for table in GOES.values():
            for column, among in table:
                found[column] = found.get(column, frozenset()) | getattr(self, among)
        return {column: wanted for column, wanted in found.items() if wanted}


# Rows that go: by table, the columns that decide and what they are looked up in.
GOES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "prompts": (("version_id", "versions"),),
    "key_points": (("prompt_id", "prompts"),),
    "probes": (("version_id", "versions"), ("answer_id", "answers")),
    "answers": (("answer_id", "answers"),),
    "labels": (("answer_id", "answers"), ("label_id", "labels"), ("labeller", "people")),
    "adjudications": (("answer_id", "answers"),),
    "labellers": (("labeller", "people"), ("labeller", "nameless")),
    "gold_labels": (("labeller", "people"), ("labeller", "nameless")),
    "verdicts": (("answer_id", "answers"),),
}


def going(table: str, batch: pa.RecordBatch, removal: Removal) -> pa.BooleanArray:
    goes = pa.array([False] * batch.num_rows)
    for column, among in GOES[table]:
        if wanted := getattr(removal, among):
            goes = pc.or_(goes, named(batch.column(column), wanted))
    return goes


def named(column: pa.Array, wanted: frozenset[str] | frozenset[int]) -> pa.BooleanArray:
    return pc.is_in(column, values(column, wanted))


def values(column: pa.Array, wanted: frozenset[str] | frozenset[int]) -> pa.Array:
    return pa.array(sorted(wanted), type=column.type)
