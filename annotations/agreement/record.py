"""The tables of a release as codes: what every figure of it is counted from, wherever the tables are read.

A table is read column by column in batches, so that memory holds codes and never texts. Rows that name something which
is not there are left out here; whether there are any is a question of its own (`candor_verify` asks it).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

CLASSES: Final = ("censored", "evasive", "faithful")
STATES: Final = ("settled", "contested")
LAYERS: Final = ("model", "provider")
DELIVERIES: Final = ("delivered", "blocked_input", "blocked_output", "cut_by_filter")
NOBODY: Final = ""

Batch = Mapping[str, Sequence[Any]]
# A table's name and some of its columns, in batches of rows.
Read = Callable[[str, Sequence[str]], Iterator[Batch]]
Codes = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]
Columns = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt, by what its answers are told apart."""

    family: str
    kind: str
    language: str
    topic: str
    state: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who was asked."""

    name: str
    llm: str
    maker: str
    country: str


@dataclass(frozen=True, slots=True)
class Rules:
    """When an answer has labels enough; see `stopping.decide`."""

    at_least: int
    at_most: int
    sure: float


@dataclass(frozen=True, slots=True)
class Gold:
    """What one person first said of one gold answer."""

    gold: str
    person: str
    label: int
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A release, coded.

    answers: the ids, ascending, UTF-8; state: its place in STATES, -1 for others; version: the place of its prompt in
    `prompts`, -1 where there is none; language: the place of its own in `languages`.
    Of each counted label on an answer that is here: label_answer, its place in `answers`; label_person, the place of
    the person in `people` (ascending; NOBODY is the first, whether or not there is one); label_value, its place in
    CLASSES; label_guideline, the place in `guidelines`.
    Of each probe: probe_version, probe_endpoint, probe_round (places, -1 for none), probe_delivery (its place in
    DELIVERIES, -1 for others), probe_answer (-1 for none).
    families: of each family the state it is about, and its twin.
    """

    answers: npt.NDArray[np.bytes_]
    state: Small
    version: Codes
    language: Codes
    languages: tuple[str, ...]
    label_answer: Codes
    label_person: Codes
    label_value: Small
    label_guideline: Codes
    people: tuple[str, ...]
    guidelines: tuple[str, ...]
    prompts: tuple[Prompt, ...]
    families: Mapping[str, tuple[str, str | None]]
    probe_version: Codes
    probe_endpoint: Codes
    probe_round: Codes
    probe_delivery: Small
    probe_answer: Codes
    endpoints: tuple[Endpoint, ...]
    rounds: tuple[str, ...]
    gold: tuple[Gold, ...]
    rules: Rules

    def votes(self, among: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        """Counted labels by answer and class, shape (answers, 3); all of them, or those `among` says."""
        some = slice(None) if among is None else among
        # In place: there are a million labels, and one such column is 8 MB.
        cells = self.label_answer[some].astype(np.int64)
        cells *= len(CLASSES)
        cells += self.label_value[some]
        return np.bincount(cells, minlength=len(self.answers) * len(CLASSES)).reshape(-1, len(CLASSES))


class Named:
    """Codes of values, in the order in which they are met."""

    def __init__(self, first: Sequence[str] = ()) -> None:
        self.places: dict[str, int] = {name: place for place, name in enumerate(first)}

    def code(self, values: Sequence[Any]) -> Codes:
        known = self.places
        found = (known.setdefault("" if value is None else str(value), len(known)) for value in values)
        return np.fromiter(found, dtype=np.int32, count=len(values))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.places)


class Ids:
    """Where each id stands among all of a table, ascending."""

    def __init__(self, ids: npt.NDArray[np.bytes_]) -> None:
        if (ids[1:] > ids[:-1]).all():
            self.order: Codes | slice = slice(None)
        else:
            self.order = np.argsort(ids, kind="stable").astype(np.int32)
        self.sorted: npt.NDArray[np.bytes_] = ids[self.order]

    def places(self, values: Sequence[str | None]) -> Codes:
        """The place of each, -1 where there is none such."""
        wanted = texts(values)
        if not len(wanted) or not len(self.sorted):
            return np.full(len(wanted), -1, dtype=np.int32)
        # Labels of one answer follow each other: each is looked for once.
        head = np.ones(len(wanted), dtype=np.bool_)
        head[1:] = wanted[1:] != wanted[:-1]
        at = np.minimum(np.searchsorted(self.sorted, wanted[head]), len(self.sorted) - 1)
        found: Codes = np.where(self.sorted[at] == wanted[head], at, -1).astype(np.int32)[np.cumsum(head) - 1]
        return found


def texts(values: Sequence[str | None]) -> npt.NDArray[np.bytes_]:
    """Texts as bytes of one length; None is empty."""
    return np.array([(value or "").encode("utf-8", "surrogatepass") for value in values], dtype=np.bytes_)


def read_record(read: Read) -> Record:
    """The tables of a release, coded.

    Raises:
        KeyError: a table lacks a column. ValueError: a label is none of CLASSES, or `rules` has not one row.
    """
    prompts, version_of, families = _prompts(read)
    endpoints, endpoint_of = _endpoints(read)
    languages = Named()
    parts: list[Columns] = []
    for batch in read("answers", ("answer_id", "version_id", "language", "state")):
        state = [STATES.index(one) if one in STATES else -1 for one in batch["state"]]
        version = [version_of.get(one, -1) for one in batch["version_id"]]
        named = languages.code(batch["language"])
        parts.append((texts(batch["answer_id"]), np.array(state, np.int8), np.array(version, np.int32), named))
    ids, stood, asked, spoken = joined(parts, ("S1", np.int8, np.int32, np.int32))
    known = Ids(ids)
    labels = _labels(read, known)
    probes = _probes(read, known, version_of, endpoint_of)
    return Record(
        answers=known.sorted,
        state=stood[known.order],
        version=asked[known.order],
        language=spoken[known.order],
        languages=languages.names,
        prompts=prompts,
        families=families,
        endpoints=endpoints,
        gold=tuple(_gold(read)),
        rules=_rules(read),
        **labels,
        **probes,
    )


def joined(parts: Sequence[Columns], kinds: Sequence[npt.DTypeLike]) -> Columns:
    """Batches of columns as whole columns, of these kinds where there is no batch."""
    if not parts:
        return tuple(np.zeros(0, kind) for kind in kinds)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _prompts(read: Read) -> tuple[tuple[Prompt, ...], dict[Any, int], dict[str, tuple[str, str | None]]]:
    prompts: list[Prompt] = []
    places: dict[Any, int] = {}
    families: dict[str, tuple[str, str | None]] = {}
    columns = ("version_id", "family", "kind", "language", "topic", "state", "twin")
    for batch in read("prompts", columns):
        for version, family, kind, language, topic, state, twin in zip(*(batch[name] for name in columns), strict=True):
            places[version] = len(prompts)
            prompts.append(Prompt(family, kind, language, topic, state or ""))
            families[family] = (state or "", twin)
    return tuple(prompts), places, families


def _endpoints(read: Read) -> tuple[tuple[Endpoint, ...], dict[str, int]]:
    makers = {
        llm: (maker, country)
        for batch in read("llms", ("llm", "maker", "maker_country"))
        for llm, maker, country in zip(batch["llm"], batch["maker"], batch["maker_country"], strict=True)
    }
    found = [
        Endpoint(name, llm, *makers[llm])
        for batch in read("endpoints", ("endpoint", "llm"))
        for name, llm in zip(batch["endpoint"], batch["llm"], strict=True)
        if llm in makers
    ]
    return tuple(found), {endpoint.name: place for place, endpoint in enumerate(found)}


def _labels(read: Read, answers: Ids) -> dict[str, Any]:
    people, guidelines = Named([NOBODY]), Named()
    place = {name: code for code, name in enumerate(CLASSES)}
    parts: list[Columns] = []
    for batch in read("labels", ("answer_id", "labeller", "label", "guideline", "counted")):
        unknown = set(batch["label"]) - place.keys()
        if unknown:
            raise ValueError(f"{min(map(str, unknown))!r} in labels is none of {', '.join(CLASSES)}.")
        at = answers.places(batch["answer_id"])
        value = np.array([place[one] for one in batch["label"]], dtype=np.int8)
        person, guideline = people.code(batch["labeller"]), guidelines.code(batch["guideline"])
        kept = np.array(batch["counted"], dtype=np.bool_) & (at >= 0)
        parts.append((at[kept], person[kept], value[kept], guideline[kept]))
    answer, person, value, guideline = joined(parts, (np.int32, np.int32, np.int8, np.int32))
    ordered = sorted(people.names)
    rank = np.empty(len(ordered), dtype=np.int32)
    rank[[people.places[name] for name in ordered]] = np.arange(len(ordered), dtype=np.int32)
    return {
        "label_answer": answer,
        "label_person": rank[person],
        "label_value": value,
        "label_guideline": guideline,
        "people": tuple(ordered),
        "guidelines": guidelines.names,
    }


def _probes(read: Read, answers: Ids, version_of: Mapping[Any, int], endpoint_of: Mapping[str, int]) -> dict[str, Any]:
    rounds = Named()
    delivery_of = {name: code for code, name in enumerate(DELIVERIES)}
    parts: list[Columns] = []
    for batch in read("probes", ("version_id", "endpoint", "round", "delivery", "answer_id")):
        version = np.array([version_of.get(one, -1) for one in batch["version_id"]], dtype=np.int32)
        endpoint = np.array([endpoint_of.get(one, -1) for one in batch["endpoint"]], dtype=np.int32)
        numbered = rounds.code(batch["round"])
        missing = np.array([one is None for one in batch["round"]], dtype=np.bool_)
        delivery = np.array([delivery_of.get(one, -1) for one in batch["delivery"]], dtype=np.int8)
        kept = (version >= 0) & (endpoint >= 0)
        asked_in: Codes = np.where(missing, -1, numbered).astype(np.int32)
        row: Columns = (version, endpoint, asked_in, delivery, answers.places(batch["answer_id"]))
        parts.append(tuple(column[kept] for column in row))
    columns = joined(parts, (np.int32, np.int32, np.int32, np.int8, np.int32))
    names = ("probe_version", "probe_endpoint", "probe_round", "probe_delivery", "probe_answer")
    return {**dict(zip(names, columns, strict=True)), "rounds": rounds.names}


def _gold(read: Read) -> Iterator[Gold]:
    place = {name: code for code, name in enumerate(CLASSES)}
    columns = ("gold_id", "labeller", "label", "right", "right_too")
    for batch in read("gold_labels", columns):
        for gold, person, label, right, too in zip(*(batch[name] for name in columns), strict=True):
            said = [label, right, *too]
            if unknown := set(said) - place.keys():
                raise ValueError(f"{min(map(str, unknown))!r} in gold_labels is none of {', '.join(CLASSES)}.")
            # The right one first; those that are right too behind it.
            yield Gold(gold, person, place[label], tuple(dict.fromkeys(place[one] for one in said[1:])))


def _rules(read: Read) -> Rules:
    columns = ("labels_at_least", "labels_at_most", "sure")
    rows = [row for batch in read("rules", columns) for row in zip(*(batch[name] for name in columns), strict=True)]
    if len(rows) != 1:
        raise ValueError(f"The table rules has one row, not {len(rows)}.")
    at_least, at_most, sure = rows[0]
    return Rules(at_least, at_most, sure)
