"""What changes in the rows of a release that stay, because others go. No row that stays is moved.

A release may be of another layout than today’s: a column that it has not is not mended.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from releases.privacy.removal import Removal, going, named
from releases.privacy.thinning import Left, stands_after
from releases.rules.anonymity import told_languages
from releases.tables.spool import Spool

# Columns of answers, and of prompts, that change when others go.
STANDING = ("answer_id", "state", "labels", "cannot_judge")
LINKS = ("family", "family_title", "translates", "twin")
# A family is named by as much of a text.
TITLE_AT_MOST = 200


class Remains:
    """What changes in rows that stay, because others go."""

    def __init__(self, raw: Spool, removals: Sequence[Removal]) -> None:
        self.raw = raw
        self.removals = removals
        self.nameless = frozenset[str]().union(*(removal.nameless for removal in removals))
        self.versions = frozenset[int]().union(*(removal.versions for removal in removals))
        self.families = {old: new for removal in removals for old, new in removal.families.items()}
        # After the labels were written: of answers that lost some, those left; and of each person, how many.
        self.left: dict[str, Left] = {}
        self.given: Counter[str] = Counter()
        self.count_labels()

    def count_labels(self) -> None:
        """Goes through the labels once for what is lost, and where anything is, once more for what is left."""
        lost: set[str] = set()
        gone: set[str] = frozenset[str]().union(*(removal.answers for removal in self.removals))  # type: ignore[assignment]
        here = self.raw.shape("labels").names
        wanted = {"answer_id", "label_id", "labeller", "label", "counted"}
        columns = [name for name in here if name in wanted]
        for batch in self.raw.batches("labels", columns):
            counted = pc.and_(self.goes(batch), which_count(batch))
            lost.update(batch.column("answer_id").filter(counted).to_pylist())
        self.left = {answer: Left() for answer in lost - gone}
        for batch in self.raw.batches("labels", columns):
            stays = batch.filter(pc.invert(self.goes(batch)))
            self.given.update(name for name in stays.column("labeller").to_pylist() if name is not None)
            counts = pc.and_(named(stays.column("answer_id"), frozenset(self.left)), which_count(stays))
            left = stays.filter(counts)
            for answer, label in zip(
                left.column("answer_id").to_pylist(), left.column("label").to_pylist(), strict=True
            ):
                self.left[answer].votes[label] += 1

    def goes(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        goes = pa.array([False] * batch.num_rows)
        for removal in self.removals:
            goes = pc.or_(goes, going("labels", batch, removal))
        return goes

    def mended(self, table: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows that stay, as they are once the others are gone."""
        if table == "labels" and self.nameless:
            return (self.without_names(batch) for batch in batches)
        if table == "answers" and self.left:
            return self.thinned(batches)
        if table == "labellers":
            return self.counted_again(batches)
        if table == "prompts" and self.versions:
            return self.unlinked(batches)
        return batches

    def without_names(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        labeller = batch.column("labeller")
        nobody = pa.nulls(len(labeller), labeller.type)
        return with_column(batch, "labeller", pc.if_else(named(labeller, self.nameless), nobody, labeller))

    def thinned(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Answers that lost labels: how many are left, and whether those decide it."""
        at_least, at_most = self.asked_for()
        for batch in batches:
            rows = batch.select([name for name in batch.schema.names if name in STANDING]).to_pylist()
            for row in rows:
                if (left := self.left.get(row["answer_id"])) is not None:
                    row["labels"] = left.total
                    row["state"] = stands_after(
                        left,
                        was=row.get("state", ""),
                        cannot_judge=row.get("cannot_judge", 0),
                        at_least=at_least,
                        at_most=at_most,
                    )
            yield with_columns(batch, {name: [row.get(name) for row in rows] for name in ("state", "labels")})

    def asked_for(self) -> tuple[int, int]:
        """How many labels an answer had at least, and at most. Where a release does not say so, no number is enough."""
        columns = ["labels_at_least", "labels_at_most"]
        if any({*columns} <= {*table.names} for table in self.raw.tables if table.name == "rules"):
            ((at_least, at_most),) = self.raw.rows("rules", columns)
            return at_least, at_most
        return sys.maxsize, sys.maxsize

    def counted_again(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """People: how many labels they have left; and languages only where still enough people share them."""
        everybody = list(batches)
        has_languages = "languages" in self.raw.shape("labellers").names
        read = [batch.column("languages").to_pylist() if has_languages else [] for batch in everybody]
        told = told_languages(tuple(one) for languages in read for one in languages if one is not None)
        for batch, languages in zip(everybody, read, strict=True):
            kept = [one if one is not None and tuple(one) in told else None for one in languages]
            given = [self.given[name] for name in batch.column("labeller").to_pylist()]
            yield with_columns(batch, {"languages": kept, "labels": given})

    def unlinked(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Prompts: no translation of a text that went, no twin without prompts, no family named by a text that went, or
        called by its words.
        """
        texts: set[tuple[str, str]] = set()
        here: set[str] = set()
        first: dict[str, str] = {}
        for version, family, text in self.raw.rows("prompts", ["version_id", "family", "text"]):
            if version in self.versions:
                texts.add((family, text[:TITLE_AT_MOST]))
            else:
                here.add(family)
                first.setdefault(family, text[:TITLE_AT_MOST])
        for batch in batches:
            rows = batch.select([name for name in batch.schema.names if name in LINKS]).to_pylist()
            changed: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in LINKS}
            changed["translates"] = [None if one in self.versions else one for one in changed["translates"]]
            changed["twin"] = [one if one in here else None for one in changed["twin"]]
            changed["family_title"] = [self.title(row, texts, first) for row in rows]
            for name in ("family", "twin"):
                changed[name] = [self.families.get(one, one) for one in changed[name]]
            yield with_columns(batch, changed)

    def title(self, row: Mapping[str, Any], gone: set[tuple[str, str]], first: Mapping[str, str]) -> str | None:
        """What a family is called: by its first text here, where it was by a text that went, of this release or not."""
        family, title = row["family"], row.get("family_title")
        return first[family] if family in self.families or (family, title) in gone else title


def which_count(labels: pa.RecordBatch) -> pa.BooleanArray:
    """Of labels, those that count: all of them where the release does not say which."""
    if "counted" in labels.schema.names:
        return labels.column("counted")
    return pa.array([True] * labels.num_rows)


def with_columns(batch: pa.RecordBatch, changed: Mapping[str, list[Any]]) -> pa.RecordBatch:
    """The batch with these columns in place of those of the same name; one that it has not is left out."""
    here = [name for name in batch.schema.names if name in changed]
    return reduce(lambda rows, name: with_column(rows, name, changed[name]), here, batch)


def with_column(batch: pa.RecordBatch, name: str, column: pa.Array | list[object]) -> pa.RecordBatch:
    """The batch with another column of that name, of the same type."""
    place = batch.schema.get_field_index(name)
    field = batch.schema.field(place)
    arrays = list(batch.columns)
    arrays[place] = column.cast(field.type) if isinstance(column, pa.Array) else pa.array(column, type=field.type)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
