"""Agreement over every slice of a release: all its answers, and those of each model, language, topic and so on.

What is counted is what the site counts: the counted labels of answers that are settled or contested, harm controls left
out; an answer that several models gave counts with each of them.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .figures import COEFFICIENTS, REPLICATES, SCALES, SEED, Figure, measure_figure
from .record import CLASSES, Codes, Record

# The classes of each scale, in the order of its columns.
CLASSES_OF: Final = {"labels": CLASSES, "suppressed": ("suppressed", "faithful")}
NAMES: Final = ("censored", "evasive", "suppressed", "faithful")
NOT_COUNTED: Final = "harm_control"

Whole = npt.NDArray[np.int64]
PROMPTS: Final = ("kind", "language", "state", "topic")
PARTIES: Final = {"country": "country", "endpoint": "name", "maker": "maker", "model": "llm"}


def agreement_rows(record: Record) -> Iterator[dict[str, Any]]:
    """A row for each slice and scale, in the order of the table's key. One slice is in memory at a time."""
    votes, family = record.votes(), _families(record)
    counted = (record.state >= 0) & (family >= 0) & (votes.sum(axis=1) > 0)
    cells, ways = _cells(votes, family)
    del votes
    # A model that was asked at one endpoint alone makes the same slice twice.
    known: dict[bytes, Figure] = {}
    for kind in sorted(("all", "guideline", "round", *PROMPTS, *PARTIES)):
        if kind == "guideline":
            for key, own, own_ways in _guidelines(record, counted, family):
                yield from _measured(kind, key, own, own_ways, known)
        else:
            for key, answers in _slices(record, counted, kind):
                yield from _measured(kind, key, cells[answers], ways, known)


def _cells(votes: Whole, family: Codes) -> tuple[Whole, Whole]:
    """Of each answer its family times the number of ways to vote, plus its own way; and the ways, (ways, classes)."""
    most = int(votes.max(initial=0)) + 1
    # A vote as one number: numpy's own way to tell rows apart takes several times the memory.
    found, way = np.unique((votes[:, 0] * most + votes[:, 1]) * most + votes[:, 2], return_inverse=True)
    ways = np.column_stack([found // most**2, found // most % most, found % most])
    return family.astype(np.int64) * len(ways) + way.reshape(-1), ways


def _measured(kind: str, key: str, cells: Whole, ways: Whole, known: dict[bytes, Figure]) -> Iterator[dict[str, Any]]:
    """A slice on each scale. `known` has what was measured before, by the counts it was measured from."""
    found, times = np.unique(cells, return_counts=True)
    family, way = np.divmod(found, len(ways))
    for scale, to_scale in SCALES.items():
        counts = to_scale(ways[way])
        same = sha256(b"".join(each.tobytes() for each in (counts, times, family))).digest()
        if same not in known:
            known[same] = measure_figure(counts, times, family)
        yield _row(kind, key, scale, known[same])


def _families(record: Record) -> Codes:
    """Each answer's family by number, -1 for harm controls and where its prompt is not here."""
    names = {name: place for place, name in enumerate(sorted({prompt.family for prompt in record.prompts}))}
    of_prompt = [-1 if prompt.kind == NOT_COUNTED else names[prompt.family] for prompt in record.prompts]
    return np.array([*of_prompt, -1], dtype=np.int32)[record.version]


def _slices(record: Record, counted: npt.NDArray[np.bool_], kind: str) -> Iterator[tuple[str, Codes]]:
    """The slices of one kind, but for those by guideline: keys ascending, and the answers of each, each once."""
    answers = np.flatnonzero(counted).astype(np.int32)
    if not len(answers):
        return
    if kind == "all":
        yield "", answers
    elif kind == "language":
        yield from _grouped(record.languages, answers, record.language[answers])
    elif kind in PROMPTS:
        values = [getattr(prompt, kind) for prompt in record.prompts]
        yield from _grouped(values, answers, record.version[answers])
    else:
        brought = record.probe_answer >= 0
        brought[brought] = counted[record.probe_answer[brought]]
        given, by = record.probe_answer[brought], record.probe_endpoint[brought]
        if kind == "round":
            numbered = record.probe_round[brought]
            yield from _grouped(record.rounds, given[numbered >= 0], numbered[numbered >= 0])
        else:
            values = [getattr(endpoint, PARTIES[kind]) for endpoint in record.endpoints]
            yield from _grouped(values, given, by)


def _grouped(values: Sequence[str], answers: Codes, places: Codes) -> Iterator[tuple[str, Codes]]:
    """The answers by their value, given by its place among `values`; what is empty is no slice."""
    names = sorted(set(values))
    rank = {name: number for number, name in enumerate(names)}
    codes = np.array([rank[value] for value in values], dtype=np.int32)[places]
    for code in np.unique(codes).tolist():
        if names[code]:
            yield names[code], np.unique(answers[codes == code])


def _guidelines(record: Record, counted: npt.NDArray[np.bool_], family: Codes) -> Iterator[tuple[str, Whole, Whole]]:
    """By version of the guideline, the cells of the labels that were given under it, and their ways to vote."""
    for name in sorted(record.guidelines):
        code = record.guidelines.index(name)
        under = (record.label_guideline == code) & counted[record.label_answer]
        votes = record.votes(under)
        answers = np.flatnonzero(votes.any(axis=1))
        if len(answers):
            yield name, *_cells(votes[answers], family[answers])


def _row(kind: str, key: str, scale: str, figure: Figure) -> dict[str, Any]:
    measured, classes = figure.measured, CLASSES_OF[scale]
    marginals = dict(zip(classes, measured.labels_by_class, strict=True))
    specific = {name: one.value for name, one in zip(classes, figure.specific, strict=True)}
    row: dict[str, Any] = {
        "slice": kind,
        "key": key,
        "scale": scale,
        "answers": measured.items,
        "labels": measured.labels,
        "families": figure.families,
        **{name: marginals.get(name) for name in NAMES},
    }
    for name in COEFFICIENTS:
        interval = getattr(figure.intervals, name)
        row |= {name: getattr(measured, name).value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    row |= {f"specific_{name}": specific.get(name) for name in NAMES}
    return {**row, "why": figure.why, "replicates": REPLICATES, "seed": SEED}
