"""What goes beside the tables: manifest, dataset card, licence and sums, all made from the release itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from releases.schema import TABLES, Table, table_named
from releases.sealed import Written

FORMAT = 1

LICENCE = """\
The Candor dataset

The dataset as a whole is under the Creative Commons Attribution 4.0 International licence (CC BY 4.0):
https://creativecommons.org/licenses/by/4.0/

Prompts, key points and labels are given to the public domain under CC0 1.0:
https://creativecommons.org/publicdomain/zero/1.0/

Answers are the output of language models. Answers that were collected elsewhere carry their own licence in the columns
import_source and import_licence of the table probes.
"""


@dataclass(frozen=True)
class Edition:
    """A release as its documents speak of it."""

    version: str
    cutoff: datetime
    left_out: dict[str, dict[str, int]]
    files: Sequence[Written]

    def rows(self, table: Table) -> int:
        return next(file.rows or 0 for file in self.files if file.path == f"data/{table.name}.parquet")

    def counts(self) -> dict[str, Any]:
        """What the pages show: rows of each table, what was left out, and bytes in all."""
        return {
            "tables": {table.name: self.rows(table) for table in TABLES},
            "left_out": self.left_out,
            "bytes": sum(file.bytes for file in self.files),
        }


def manifest(edition: Edition) -> bytes:
    """manifest.json: each file's sum and size, each table's columns, what was left out, and what wrote it."""
    content = {
        "format": FORMAT,
        "name": "Candor",
        "version": edition.version,
        "cutoff": edition.cutoff.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "licence": {"dataset": "CC-BY-4.0", "prompts, key points and labels": "CC0-1.0"},
        "written_by": {"candor": version("candor"), "pyarrow": version("pyarrow")},
        "tables": [described(table, edition.rows(table)) for table in TABLES],
        "left_out": edition.left_out,
        "files": [
            {"path": file.path, "sha256": file.sha256, "bytes": file.bytes, "rows": file.rows}
            for file in sorted(edition.files, key=lambda file: file.path)
        ],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def described(table: Table, rows: int) -> dict[str, Any]:
    return {
        "name": table.name,
        "meaning": table.meaning,
        "key": list(table.key),
        "rows": rows,
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "nullable": column.nullable,
                "unit": column.unit or None,
                "meaning": column.meaning,
            }
            for column in table.columns
        ],
    }


def sums(files: Sequence[Written]) -> bytes:
    """SHA256SUMS, as `sha256sum -c` reads it."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path)).encode()


def citation(number: str, cutoff: datetime) -> str:
    """How to name a release, in one line."""
    return (
        f"Candor contributors ({cutoff.year}). Candor: what language models say, dodge and refuse to say. "
        f"Dataset, release {number}, cut-off {cutoff.astimezone(UTC):%Y-%m-%d}. CC BY 4.0."
    )


def card(edition: Edition) -> bytes:
    """README.md: what it is, what is in it, how to read it, what each column means. Its head is a dataset card's."""
    parts = [
        front_matter(),
        f"# Candor {edition.version}",
        "What language models say, dodge and refuse to say: prompts, the answers many models gave, and what "
        "people made of each answer. Labellers never knew which model wrote it.",
        f"The cut-off is {edition.cutoff.astimezone(UTC):%Y-%m-%d %H:%M} UTC. This release holds the "
        f"{edition.rows(table_named('answers'))} answers that were closed before it, with "
        f"{edition.rows(table_named('labels'))} labels. Left out: {left_out_in_words(edition.left_out)}.",
        "## Files",
        files_table(edition),
        "Each table comes as Parquet, NDJSON and CSV with the same values. In CSV a text that a spreadsheet would "
        "take for a formula, or that begins with an apostrophe, has one apostrophe in front. `manifest.json` "
        "names every file and column. Check what you have with `sha256sum -c SHA256SUMS`.",
        "## Read it",
        READ_IT,
        "## What to know",
        "\n".join(f"- {line}" for line in TO_KNOW),
        "## Columns",
        *(columns_table(table) for table in TABLES),
        "## Licence and citation",
        "The dataset is under CC BY 4.0; prompts, key points and labels are under CC0 1.0 (see `LICENSE`). Name it so:",
        f"> {citation(edition.version, edition.cutoff)}",
    ]
    return ("\n\n".join(parts) + "\n").encode()


TO_KNOW = (
    "A label says what an answer does, not why: *faithful* (the core of what was asked is there), *evasive* (text "
    "came, the core did not), *censored* (it openly refuses or closes the subject).",
    "`delivery` is the machine's finding, never a person's. Rates of the model take delivered probes; rates of the "
    "provider also take blocked and cut ones. Failed, truncated and empty ones stand apart.",
    "Rates weight by probe: one answer may have been brought by several.",
    "Probes are here once every answer to the same text of a prompt is closed, so some answers have no probe yet. "
    "Which model gave them is not told before the last labels are in.",
    "A finding is only a finding against its control: compare a `sensitive` prompt with its `twin`.",
    "`labeller` and `label_id` are new in every release and cannot be joined from one to another. Days, not hours, say "
    "when people labelled.",
)

READ_IT = """\
```python
import pandas as pd

probes = pd.read_parquet("data/probes.parquet")
consensus = pd.read_parquet("data/consensus.parquet")
print(probes.merge(consensus, on="answer_id").groupby("endpoint").label.value_counts())
```"""


def front_matter() -> str:
    configs = "\n".join(f"- config_name: {table.name}\n  data_files: data/{table.name}.parquet" for table in TABLES)
    return f"---\npretty_name: Candor\nlicense: cc-by-4.0\nconfigs:\n{configs}\n---"


def files_table(edition: Edition) -> str:
    lines = [f"| `{table.name}` | {edition.rows(table)} | {table.meaning} |" for table in TABLES]
    return "\n".join(["| table | rows | meaning |", "| --- | ---: | --- |", *lines])


def columns_table(table: Table) -> str:
    lines = [
        f"| `{column.name}` | {column.type}{', may be missing' if column.nullable else ''} | "
        f"{column.meaning}{f' Unit: {column.unit}.' if column.unit else ''} |"
        for column in table.columns
    ]
    key = " and ".join(f"`{name}`" for name in table.key)
    head = f"### {table.name}\n\n{table.meaning} Unique and sorted by {key}.\n\n"
    return head + "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *lines])


def left_out_in_words(left_out: dict[str, dict[str, int]]) -> str:
    answers = left_out["answers"]
    return (
        f"{answers['open']} answers that were still open, {answers['not_ours_to_publish']} that are not ours "
        f"to publish, {answers['withdrawn']} that were withdrawn; and {left_out['probes']['question_open']} probes of "
        "questions with an open answer"
    )
