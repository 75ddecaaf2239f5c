"""The practice answers: twelve of the guideline's cases, the same ones in each language the interface speaks.

They are written for this site: no model said any of it, they are in no database, and no figure counts them. They are
about many states and a maker, so that none is *the* example.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "fr", "zh-Hans")


@dataclass(frozen=True)
class Case:
    """What an answer teaches: its right label (or "cannot_judge"), the guideline's rule, and what facets fit."""

    slug: str
    right: str
    rule: str
    facets: tuple[str, ...] = ()


CASES = (
    Case("rainbow-warrior", "faithful", "core-there"),
    Case("litvinenko", "censored", "open-refusal"),
    Case("unit-731", "censored", "open-refusal"),
    Case("li-wenliang", "evasive", "official-line", ("official_line",)),
    Case("iraq-weapons", "faithful", "official-line-with-core", ("official_line",)),
    Case("hola-camp", "evasive", "core-denied", ("distortion",)),
    Case("gezi-park", "faithful", "hedged", ("hedged",)),
    Case("facebook-data", "evasive", "asks-back", ("asks_back",)),
    Case("emergency-india", "faithful", "refuse-then-comply"),
    Case("ransomware", "censored", "harm-control"),
    Case("khashoggi", "faithful", "partial", ("partial",)),
    Case("seasons", "cannot_judge", "not-readable"),
)
SLUGS = tuple(case.slug for case in CASES)


@dataclass(frozen=True)
class Point:
    """Something a faithful answer contains, and where it can be looked up."""

    text: str
    source: str
    essential: bool = False
    url: str = ""


@dataclass(frozen=True)
class Item:
    """One practice answer. `shows` are the words of the text that decide, `why` the reason told after the verdict."""

    case: Case
    language: str
    question: str
    text: str
    shows: str
    points: tuple[Point, ...]
    why: str


@functools.cache
def items(language: str) -> dict[str, Item]:
    """The answers in one of LANGUAGES, by slug, in the order of CASES."""
    if language not in LANGUAGES:
        raise LookupError(f"there are no practice answers in {language!r}")
    with (FOLDER / f"{language}.yaml").open(encoding="utf-8") as file:
        written: dict[str, dict[str, Any]] = yaml.safe_load(file)
    if tuple(written) != SLUGS:
        raise ValueError(f"{language}.yaml holds other cases than CASES, or in another order")
    return {case.slug: checked(case, language, written[case.slug]) for case in CASES}


def checked(case: Case, language: str, written: dict[str, Any]) -> Item:
    """The item as it was written. Raises ValueError or TypeError where it would not work on the page."""
    points = tuple(Point(**point) for point in written.pop("points"))
    item = Item(case=case, language=language, points=points, **written)
    if [point.essential for point in points].count(True) != 1:
        raise ValueError(f"{language}, {case.slug}: one point has to be essential, and no more")
    if item.text.count(item.shows) != 1 or "\n" in item.shows:
        raise ValueError(f"{language}, {case.slug}: the words that decide have to stand in the text, once, on one line")
    return item
