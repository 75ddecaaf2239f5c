"""Taking rows out of a release that is out already: which go, which lose a value, and what follows for those left.

Works on spools alone. What is taken out is named as the release names it: pseudonyms, label ids, answer ids, the
numbers of prompts and their versions. Nothing is ever put in, and no row that stays is moved.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from releases.privacy.thinning import Left, stands_after
from releases.rules.anonymity import told_languages
from releases.schema import FROZEN
from releases.tables.spool import Spool


@dataclass(frozen=True)
class Removal:
    """What one order takes out of one release. `nameless` people lose their pseudonym, and their labels stay."""

    nameless: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    versions: frozenset[int] = frozenset()
    prompts: frozenset[int] = frozenset()

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
        )

    @property
    def columns(self) -> dict[str, frozenset[Any]]:
        """What it looks for, by the names of the columns that have it in any table."""
        found: dict[str, frozenset[Any]] = {}
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


def take_out(raw: Spool, into: Spool, removals: Sequence[Removal]) -> list[dict[str, int]]:
    """Fills and seals `into` with what is left of `raw`; returns for each removal how many rows of which table it took,
    or took a pseudonym from. A row that two of them ask for is the first one's.
    """
    removals = [with_answers(raw, removal) for removal in removals]
    taken: list[Counter[str]] = [Counter() for _ in removals]
    left = Remains(raw, removals)
    for table in FROZEN:
        if table.name not in GOES:
            link(raw, into, table.name)
            continue
        batches = kept(table.name, raw, removals, taken)
        into.write_batches(table.name, left.mended(table.name, batches))
    into.seal()
    return [dict(counts) for counts in taken]


def with_answers(raw: Spool, removal: Removal) -> Removal:
    """The same, with the answers to the prompts it takes out."""
    if not removal.versions:
        return removal
    found: set[str] = set(removal.answers)
    for batch in raw.batches("answers", ["answer_id", "version_id"]):
        mine = pc.is_in(batch.column("version_id"), values(batch.column("version_id"), removal.versions))
        found.update(batch.column("answer_id").filter(mine).to_pylist())
    return replace(removal, answers=frozenset(found))


def link(raw: Spool, into: Spool, table: str) -> None:
    """The same file under both spools: nothing of it goes."""
    into.folder.mkdir(parents=True, exist_ok=True)
    into.path(table).unlink(missing_ok=True)
    into.path(table).hardlink_to(raw.path(table))


def kept(
    table: str, raw: Spool, removals: Sequence[Removal], taken: Sequence[Counter[str]]
) -> Iterator[pa.RecordBatch]:
    """The rows of a table that stay, a batch at a time; counts what goes."""
    for batch in raw.batches(table):
        stays = pa.array([True] * batch.num_rows)
        for removal, counts in zip(removals, taken, strict=True):
            goes = pc.and_(going(table, batch, removal), stays)
            counts[table] += goes.true_count
            if table == "labels" and removal.nameless:
                counts[table] += pc.and_(named(batch.column("labeller"), removal.nameless), stays).true_count
            stays = pc.and_(stays, pc.invert(goes))
        yield batch.filter(stays)
    for counts in taken:
        counts += Counter()  # what took nothing is not told


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


class Remains:
    """What changes in rows that stay, because others go."""

    def __init__(self, raw: Spool, removals: Sequence[Removal]) -> None:
        self.raw = raw
        self.removals = removals
        self.nameless = frozenset[str]().union(*(removal.nameless for removal in removals))
        self.versions = frozenset[int]().union(*(removal.versions for removal in removals))
        # After the labels were written: of answers that lost some, those left; and of each person, how many.
        self.left: dict[str, Left] = {}
        self.given: Counter[str] = Counter()
        self.count_labels()

    def count_labels(self) -> None:
        """Goes through the labels once for what is lost, and where anything is, once more for what is left."""
        lost: set[str] = set()
        gone: set[str] = frozenset[str]().union(*(removal.answers for removal in self.removals))  # type: ignore[assignment]
        columns = ["answer_id", "label_id", "labeller", "label", "counted"]
        for batch in self.raw.batches("labels", columns):
            goes = self.goes(batch)
            counted = pc.and_(goes, batch.column("counted"))
            lost.update(batch.column("answer_id").filter(counted).to_pylist())
        self.left = {answer: Left() for answer in lost - gone}
        for batch in self.raw.batches("labels", columns):
            stays = batch.filter(pc.invert(self.goes(batch)))
            self.given.update(name for name in stays.column("labeller").to_pylist() if name is not None)
            counts = pc.and_(named(stays.column("answer_id"), frozenset(self.left)), stays.column("counted"))
            here = stays.filter(counts)
            for answer, label in zip(
                here.column("answer_id").to_pylist(), here.column("label").to_pylist(), strict=True
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
        ((at_least, at_most),) = self.raw.rows("rules", ["labels_at_least", "labels_at_most"])
        for batch in batches:
            rows = batch.select(["answer_id", "state", "labels", "cannot_judge"]).to_pylist()
            for row in rows:
                if (left := self.left.get(row["answer_id"])) is not None:
                    row["labels"] = left.total
                    row["state"] = stands_after(
                        left, was=row["state"], cannot_judge=row["cannot_judge"], at_least=at_least, at_most=at_most
                    )
            states = with_column(batch, "state", [row["state"] for row in rows])
            yield with_column(states, "labels", [row["labels"] for row in rows])

    def counted_again(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """People: how many labels they have left; and languages only where still enough people share them."""
        everybody = list(batches)
        shown = (one for batch in everybody for one in batch.column("languages").to_pylist())
        told = told_languages(tuple(one) for one in shown if one is not None)
        for batch in everybody:
            languages = batch.column("languages").to_pylist()
            kept = [one if one is not None and tuple(one) in told else None for one in languages]
            given = [self.given[name] for name in batch.column("labeller").to_pylist()]
            yield with_column(with_column(batch, "languages", kept), "labels", given)

    def unlinked(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Prompts: no translation of a text that went, no twin without prompts, no family named by a text that went."""
        texts: set[tuple[str, str]] = set()
        here: set[str] = set()
        first: dict[str, str] = {}
        for version, family, text in self.raw.rows("prompts", ["version_id", "family", "text"]):
            if version in self.versions:
                texts.add((family, text[:200]))
            else:
                here.add(family)
                first.setdefault(family, text[:200])
        for batch in batches:
            translates, twins = batch.column("translates"), batch.column("twin").to_pylist()
            titled = zip(batch.column("family").to_pylist(), batch.column("family_title").to_pylist(), strict=True)
            none = pa.nulls(len(translates), translates.type)
            changed = {
                "translates": pc.if_else(named(translates, self.versions), none, translates),
                "twin": [one if one in here else None for one in twins],
                "family_title": [first[family] if (family, title) in texts else title for family, title in titled],
            }
            yield reduce(lambda rows, name: with_column(rows, name, changed[name]), changed, batch)


def with_column(batch: pa.RecordBatch, name: str, column: pa.Array | list[object]) -> pa.RecordBatch:
    """The batch with another column of that name, of the same type."""
    place = batch.schema.get_field_index(name)
    field = batch.schema.field(place)
    arrays = list(batch.columns)
    arrays[place] = column.cast(field.type) if isinstance(column, pa.Array) else pa.array(column, type=field.type)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
