"""Two releases of the same labels differ in names (of people, labels and gold) and in no figure, to the last bit."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest

from annotations.agreement.record import Batch
from annotations.agreement.record_figures import figures_of
from tests.verify.world import Row, rows

Tables = dict[str, list[Row]]


def figures(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    def read(table: str, columns: Sequence[str]) -> Iterator[Batch]:
        yield {name: [row[name] for row in tables[table]] for name in columns}

    return {name: list(made()) for name, made in figures_of(read).items()}


def renamed(tables: Tables, seed: int) -> Tables:
    """The same release with other names, each table in the order that its own names make."""
    lots = Random(seed)
    people: dict[str | None, str | None] = {None: None}
    gold: dict[str, str] = {}

    def anew(known: dict[Any, Any], name: Any) -> Any:
        return known.setdefault(name, f"{lots.getrandbits(64):016x}")

    labels = [row | {"label_id": anew({}, 0), "labeller": anew(people, row["labeller"])} for row in tables["labels"]]
    answered = [
        row | {"gold_id": anew(gold, row["gold_id"]), "labeller": anew(people, row["labeller"])}
        for row in tables["gold_labels"]
    ]
    by_name: Callable[[Row], str] = lambda row: row["label_id"]  # noqa: E731
    return tables | {
        "labels": sorted(labels, key=by_name),
        "gold_labels": sorted(answered, key=lambda row: (row["gold_id"], row["labeller"] or "")),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_leave_no_trace(seed: int) -> None:
    tables = rows()
    before, after = figures(tables), figures(renamed(tables, seed))
    assert before == after
    assert before["crowd"][0]["calibration"]
    assert any(row["confidence"] is not None for row in before["consensus"])


def test_what_was_said_leaves_one() -> None:
    tables = rows()
    before = figures(tables)["consensus"]
    first = next(row for row in tables["labels"] if row["counted"])
    first["label"] = "evasive" if first["label"] == "censored" else "censored"
    after = figures(tables)["consensus"]
    assert sum(one != other for one, other in zip(before, after, strict=True)) > len(before) / 2
