"""A question of a datasheet and its answer for one release."""

from collections.abc import Callable
from dataclasses import dataclass

from releases.documents.edition import Edition


@dataclass(frozen=True)
class Question:
    """`text` is the question of "Datasheets for Datasets"; `answer` gives Markdown."""

    text: str
    answer: Callable[[Edition], str]


@dataclass(frozen=True)
class Part:
    title: str
    questions: tuple[Question, ...]


def always(text: str) -> Callable[[Edition], str]:
    """An answer that is the same for every release."""
    return lambda _: text
