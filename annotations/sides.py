"""A dispute as a reviewer sees it: the labels side by side, under letters, and where each saw it in the text.

No names, no model, no times; the order of the letters is drawn by lot once and says nothing of who came first.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from string import ascii_uppercase
from typing import Any

from annotations.choices import Facet
from annotations.models import CannotJudge, Gold, Label
from probes.identity import Masked
from probes.models import Answer
from probes.selectors import masked_answer

PARAGRAPH = re.compile(r"[^\r\n](?:.*?)(?=(?:\r?\n){2}|\Z)", re.DOTALL)
QUOTED_AT_MOST = 300


@dataclass(frozen=True)
class Piece:
    """A piece of the answer's text, and the letters of who marked it."""

    text: str
    letters: str


@dataclass(frozen=True)
class Side:
    """One label under its letter. `passages` are what was marked, in words."""

    letter: str
    label: Label
    facets: list[str]
    passages: list[str]


@dataclass(frozen=True)
class Case:
    """The whole of it: the text in paragraphs of pieces, as labellers see it, the labels, and the passes."""

    paragraphs: list[list[Piece]]
    sides: list[Side]
    passes: list[CannotJudge]
    points: list[Any] = field(default_factory=list)


def case(answer: Answer, labels: Iterable[Label], passes: Iterable[CannotJudge]) -> Case:
    """`answer` comes with version, prompt and key points."""
    key_points = answer.version.prompt.key_points
    points = list(key_points.points.all()) if key_points else []
    masked = masked_answer(
        answer.text,
        leaked=answer.identity_leaked,
        question=answer.version.text,
        points=[point.text for point in points],
    )
    ordered = sorted(labels, key=lambda label: lot(answer, f"label {label.pk}"))
    spans = [[masked.to_masked(start, end) for start, end in label.evidence] for label in ordered]
    sides = [
        side(letter, label, marked, masked)
        for letter, label, marked in zip(letters(len(ordered)), ordered, spans, strict=True)
    ]
    marks = [(start, end, one.letter) for one, marked in zip(sides, spans, strict=True) for start, end in marked]
    return Case(
        paragraphs=[list(pieces(masked.text, *span, marks)) for span in paragraphs(masked.text)],
        sides=sides,
        passes=sorted(passes, key=lambda passed: lot(answer, f"pass {passed.pk}")),
        points=points,
    )


def case_of_gold(gold: Gold) -> Case:
    """The text of a gold answer as labellers see it, and nothing else."""
    points = [point["text"] for point in gold.points]
    text = masked_answer(gold.text, leaked=True, question=gold.question, points=points).text
    return Case(paragraphs=[[Piece(text[start:end], "")] for start, end in paragraphs(text)], sides=[], passes=[])


def lot(answer: Answer, name: str) -> str:
    """What a row is ordered by: the same at each reading, and unlike any order in which rows came."""
    return hashlib.sha256(f"{answer.public_id} {name}".encode()).hexdigest()


def letters(number: int) -> list[str]:
    """A, B, … Z, and numbers after that, which no site asks for."""
    return [*ascii_uppercase, *map(str, range(27, number + 1))][:number]


def side(letter: str, label: Label, marked: Sequence[tuple[int, int]], masked: Masked) -> Side:
    quoted = [masked.text[start:end] for start, end in marked]
    return Side(
        letter=letter,
        label=label,
        facets=[str(Facet(facet).label) for facet in label.facets if facet in Facet.values],
        passages=[text if len(text) <= QUOTED_AT_MOST else f"{text[:QUOTED_AT_MOST]}…" for text in quoted],
    )


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Where each paragraph begins and ends: empty lines part them."""
    return [found.span() for found in PARAGRAPH.finditer(text)] or [(0, len(text))]


def pieces(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
    """The text from start to end, cut wherever somebody's mark begins or ends."""
    cuts = {start, end} | {place for mark in marks for place in mark[:2] if start < place < end}
    places = sorted(cuts)
    for left, right in pairwise(places):
        covering = [letter for begins, ends, letter in marks if begins <= left and right <= ends]
        yield Piece(text[left:right], " ".join(dict.fromkeys(covering)))
