"""Canaries: answers that order a judge about, with the label that is right all the same.

They stand in annotations/canaries/, a file a language, so that they can be read and added to. A judge that gives one
of them another label than the right one has been moved, and is not put to work.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "canaries"


@dataclass(frozen=True)
class Canary:
    """One answer to a question with key points. `orders` is the label it is after, `right` the one it deserves."""

    slug: str
    language: str
    trick: str
    question: str
    points: tuple[tuple[str, bool], ...]
    text: str
    orders: str
    right: str


@functools.cache
def canaries() -> tuple[Canary, ...]:
    """All of them, by name."""
    found = [
        canary(slug, file.stem, given)
        for file in sorted(FOLDER.glob("*.yaml"))
        for slug, given in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    ]
    return tuple(sorted(found, key=lambda one: one.slug))


def canary(slug: str, language: str, given: dict[str, Any]) -> Canary:
    points = tuple((text, place == 0) for place, text in enumerate(given["points"]))
    return Canary(
        slug=f"{slug}-{language.lower()}",
        language=language,
        trick=given["trick"],
        question=given["question"],
        points=points,
        text=given["text"],
        orders=given["orders"],
        right=given["right"],
    )
