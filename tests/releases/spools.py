"""Frozen releases made by hand: rows as dictionaries, whatever is not said filled in by the column's type."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from releases.figures import compute_figures
from releases.schema import FROZEN, Column, Table
from releases.tables.spool import Spool

DAY = date(2026, 11, 2)
FILLED = {
    "string": "x",
    "integer": 1,
    "number": 0.5,
    "boolean": False,
    "date": DAY,
    "timestamp": datetime(2026, 11, 2, 3, 4, 5, 678901, UTC),
    "strings": [],
    "json": "{}",
}
Rows = Mapping[str, Iterable[Mapping[str, Any]]]
VALUES = ("censored", "evasive", "faithful")


def filled(column: Column) -> Any:
    if column.nullable:
        return None
    return column.words[0] if column.words and column.type == "string" else FILLED[column.type]


def as_rows(table: Table, rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Tuples in the order of the columns, sorted by the key."""
    made = [{**{column.name: filled(column) for column in table.columns}, **row} for row in rows]
    assert all(set(row) == set(table.names) for row in made)
    made.sort(key=lambda row: tuple((row[name] is None, row[name]) for name in table.key))
    return [tuple(row[name] for name in table.names) for row in made]


def freeze(folder: Path, rows: Rows) -> Spool:
    """A spool with every table, those that are not given empty, and the figures that follow."""
    spool = Spool(folder)
    for table in FROZEN:
        spool.write(table.name, as_rows(table, rows.get(table.name, ())))
    spool.seal()
    compute_figures(spool)
    return spool


def answer_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def small(answers: int = 4, languages: tuple[str, ...] = ("en", "fr")) -> dict[str, list[dict[str, Any]]]:
    """Two models asked one question in some languages; each answer has three labels, the last of them split."""
    versions = {language: number for number, language in enumerate(languages, start=1)}
    spoken = [languages[number % len(languages)] for number in range(answers)]
    rows: dict[str, list[dict[str, Any]]] = {
        "prompts": [
            {"version_id": number, "prompt_id": number, "family": "one", "language": language, "kind": "sensitive",
             "topic": "history", "state": "GB", "status": "approved", "current": True, "text": f"What? ({language})",
             "key_points_id": 1}
            for language, number in versions.items()
        ],
        "key_points": [{"key_points_id": 1, "order": 1, "essential": True}],
        "llms": [
            {"llm": "model-a", "name": "Model A", "maker": "Maker A", "maker_country": "FR"},
            {"llm": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "CN"},
        ],
        "endpoints": [
            {"endpoint": "a", "llm": "model-a", "kind": "api"}, {"endpoint": "b", "llm": "model-b", "kind": "host"}
        ],
        "rounds": [{"round": 1}],
        "probes": [
            {"probe_id": number + 1, "version_id": versions[spoken[number]], "endpoint": "ab"[number % 2], "round": 1,
             "sample": number + 1, "delivery": "delivered", "answer_id": answer_id(number)}
            for number in sorted(range(answers), key=lambda n: (versions[spoken[n]], "ab"[n % 2], n))
        ],
        "answers": [
            {"answer_id": answer_id(number), "version_id": versions[spoken[number]], "language": spoken[number],
             "text": f"Answer {number}.", "state": "settled" if number < answers - 1 else "contested", "labels": 3,
             "cannot_judge": 0}
            for number in range(answers)
        ],
        "labels": [
            {"label_id": f"{number:08d}{place:08d}", "answer_id": answer_id(number), "labeller": f"person-{place}",
             "label": VALUES[place] if number == answers - 1 else VALUES[number % 3], "counted": True,
             "guideline": "1.0", "given_on": date(2026, 11, 2 + number % 20)}
            for number in range(answers) for place in range(3)
        ],
        "labellers": [{"labeller": f"person-{place}", "labels": answers} for place in range(3)],
        "rules": [{"rules": 1, "labels_at_least": 3, "labels_at_most": 7, "sure": 0.95}],
    }  # fmt: skip
    return renumbered(rows)


def renumbered(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Probes numbered as a release does, in the order of what was asked, of whom, when; imports last."""
    probes = sorted(
        rows["probes"],
        key=lambda row: (row["version_id"], row["endpoint"], row["round"] is None, row["round"], row["sample"]),
    )
    return {**rows, "probes": [{**row, "probe_id": number} for number, row in enumerate(probes, start=1)]}
