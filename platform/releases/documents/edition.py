"""A release as its documents speak of it: what it is called, what is in it, what is not, and what came before it.

Everything a document says follows from these values and from the schema, so that the same release is described in the
same bytes on any machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from releases.files.sealed import Written
from releases.home import Home
from releases.naming import citation, labelled, table_of

if TYPE_CHECKING:
    from releases.documents.statistics import Statistics
    from releases.tables.spool import Spool

# What each kind of order took out, in the words of withdrawn.json and the changelog.
TAKEN_OUT = {
    "name": "A person left. Their pseudonym was taken off their labels; the labels stay.",
    "labels": "A person wanted their labels erased.",
    "prompt": "A prompt was withdrawn, with its texts, answers, probes and labels.",
    "answer": "An answer was withdrawn, with its labels.",
}
# Why, in the words of the changelog; withdrawn.json has the name of it. Nobody's own words are published.
WHY = {
    "asked": "its author, or the person it is about, asked for it",
    "personal": "it holds personal data",
    "copyright": "it is not ours to publish",
    "illegal": "it is against the law",
    "mistake": "it should never have been taken in",
}
FIGURES_GONE = (
    "Its figures cannot be computed again from what is left, since it was written in an older layout: their rows were "
    "taken out as well."
)


@dataclass(frozen=True)
class Tombstone:
    """What stands in place of rows that one order took out of a published release: what kind, how many, never whose.

    `without_figures` where figures went too, since they could not be computed again.
    """

    edition: int
    made_on: date
    kind: str
    reason: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    without_figures: bool = False

    @property
    def said(self) -> str:
        return TAKEN_OUT.get(self.kind, "Something was withdrawn.")

    def as_dict(self) -> dict[str, Any]:
        """As withdrawn.json and the manifest have it; tables in the order of their names."""
        return {
            "edition": self.edition,
            "made_on": self.made_on.isoformat(),
            "kind": self.kind,
            "what": self.said,
            "reason": self.reason or None,
            "rows": dict(sorted(self.rows.items())),
            "figures": FIGURES_GONE if self.without_figures else None,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Tombstone":
        """From what as_dict wrote."""
        made_on = date.fromisoformat(said["made_on"])
        reason = said.get("reason") or ""
        return cls(said["edition"], made_on, said["kind"], reason, said.get("rows") or {}, bool(said.get("figures")))


@dataclass(frozen=True)
class Previous:
    """The newest edition of the release before: what the delta is against."""

    version: str
    number: int
    cutoff: datetime
    spool: "Spool"

    @property
    def label(self) -> str:
        return labelled(self.version, self.number)

    @property
    def day(self) -> date:
        return self.cutoff.astimezone(UTC).date()


@dataclass(frozen=True)
class Edition:
    """One release at one edition.

    `number` is 0 for the release as it was published first. `left_out` counts what there was at the cut-off and is not
    in it, by table and reason; `withheld` the values that k-anonymity emptied, by table and column. `files` are the
    tables' files; those of the documents come after. `home` is where it comes from, as far as the site says it.
    `unread` is the version of the release before where its files are lost.
    """

    version: str
    number: int
    cutoff: datetime
    left_out: Mapping[str, Mapping[str, int]]
    withheld: Mapping[str, Mapping[str, int]]
    withdrawn: Sequence[Tombstone]
    files: Sequence[Written]
    statistics: "Statistics"
    previous: Previous | None = None
    commit: str | None = None
    home: Home = field(default_factory=Home)
    unread: str = ""

    @property
    def label(self) -> str:
        """2026.11.0, or 2026.11.0+e1."""
        return labelled(self.version, self.number)

    @property
    def day(self) -> date:
        return self.cutoff.astimezone(UTC).date()

    @property
    def when(self) -> str:
        """The cut-off for people: 2026-11-23 03:45 UTC."""
        return f"{self.cutoff.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    @property
    def cite(self) -> str:
        """How to name it. It has no DOI while it is written."""
        return citation(self.label, self.cutoff, page=self.home.page)

    def rows(self, table: str) -> int:
        return self.statistics.rows.get(table, 0)

    def of_table(self, table: str, folder: str) -> list[Written]:
        """A table's files in one format (data, ndjson, csv), in the order of their parts."""
        begins = (f"{folder}/{table}/", f"{folder}/{table}.")
        return sorted((file for file in self.files if file.path.startswith(begins)), key=lambda file: file.path)

    def digest(self, table: str) -> str | None:
        """SHA-256 of the table as uncompressed NDJSON: the same whatever wrote the files."""
        return next((file.digest for file in self.files if file.digest and table_of(file.path) == table), None)
