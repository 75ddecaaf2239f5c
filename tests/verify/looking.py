"""Looking at what a check found, and small lies to tell it."""

from pathlib import Path
from typing import Any

from candor_verify.__main__ import verify
from candor_verify.findings import Findings
from tests.verify.world import CLASSES

LABELS = "data/labels/part-0000.parquet"
CONSENSUS = "data/consensus/part-0000.parquet"
Row = dict[str, Any]


def found(release: Path, key: Path | None = None) -> Findings:
    findings = verify(release, key)
    assert not findings.equal
    return findings


def places(findings: Findings) -> set[tuple[str, int | None, str | None]]:
    return {(one.file, one.row, one.column) for one in findings.differences}


def says(findings: Findings, file: str) -> list[str]:
    return [one.what for one in findings.differences if one.file == file]


def other(label: str) -> str:
    return CLASSES[(CLASSES.index(label) + 1) % 3]


def flip(rows: list[Row], place: int = 4) -> None:
    rows[place]["label"] = other(rows[place]["label"])


def first_counted(rows: list[Row]) -> int:
    return next(place for place, row in enumerate(rows) if row["counted"])
