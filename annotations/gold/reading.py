"""Reading gold answers: each is checked whole, and all that is wrong with it is said in sentences."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from annotations.choices import Value
from core.languages import LANGUAGES
from core.texts import storable
from prompts.rules import Point, has_words, point_problems, text_problem
from prompts.starter import starter_families

FOLDER = Path(__file__).parent
TEXT_AT_MOST = 20_000
WHY_AT_MOST = 1000
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
FIELDS = ("slug", "language", "question", "text", "points", "value", "also", "why")
POINT_FIELDS = {"text", "source", "url", "essential"}


@dataclass(frozen=True)
class Item:
    """One gold answer, whole and right in its form."""

    slug: str
    language: str
    question: str
    text: str
    points: tuple[Point, ...]
    value: str
    also: tuple[str, ...]
    why: str

    def columns(self) -> dict[str, Any]:
        """As the table keeps it."""
        shown = [
            {"text": point.text, "source": point.source, "url": point.url, "essential": point.essential}
            for point in self.points
        ]
        return {name: getattr(self, name) for name in FIELDS} | {"points": shown, "also": list(self.also)}


def read_item(given: object) -> tuple[Item | None, dict[str, list[str]]]:
    """The item, or what is wrong with it by field; "" is the field of what concerns no single one."""
    if not isinstance(given, dict):
        return None, {"": [_("Give an object with the fields %(words)s.") % {"words": ", ".join(FIELDS)}]}
    wrong: dict[str, list[str]] = {}
    if unknown := sorted(str(name) for name in set(given) - set(FIELDS)):
        wrong[""] = [_("There is no field %(name)s.") % {"name": ", ".join(unknown)}]
    words = {name: text_of(given, name, wrong) for name in ("slug", "language", "question", "text", "value", "why")}
    check_words(words, wrong)
    points = points_of(given.get("points"), wrong)
    also = also_of(given.get("also", []), words["value"], wrong)
    if wrong:
        return None, wrong
    return Item(**words, points=points, also=also), {}


def text_of(given: dict[str, Any], name: str, wrong: dict[str, list[str]]) -> str:
    text = given.get(name, "")
    if not isinstance(text, str):
        wrong[name] = [_("Give a text.")]
        return ""
    if not storable(text):
        wrong[name] = [_("It holds a character that no text may hold.")]
        return ""
    return text.replace("\r\n", "\n").strip()


def check_words(words: dict[str, str], wrong: dict[str, list[str]]) -> None:
    """Adds what is wrong with the texts, a field that is no text at all left out."""
    found: dict[str, str] = {}
    if not SLUG.fullmatch(words["slug"]):
        found["slug"] = _("Use small letters, digits and hyphens, at most 80.")
    if words["language"] not in LANGUAGES:
        found["language"] = _("Use one of: %(words)s.") % {"words": ", ".join(LANGUAGES)}
    found["question"] = text_problem(words["question"])
    if not has_words(words["text"]):
        found["text"] = _("Write the answer.")
    elif len(words["text"]) > TEXT_AT_MOST:
        found["text"] = _("At most %(most)s characters.") % {"most": TEXT_AT_MOST}
    if words["value"] not in Value.values:
        found["value"] = _("Use one of: %(words)s.") % {"words": ", ".join(Value.values)}
    if not has_words(words["why"]):
        found["why"] = _("Say why this label is right.")
    elif len(words["why"]) > WHY_AT_MOST:
        found["why"] = _("At most %(most)s characters.") % {"most": WHY_AT_MOST}
    for name, problem in found.items():
        if problem:
            wrong.setdefault(name, [problem])


def points_of(given: object, wrong: dict[str, list[str]]) -> tuple[Point, ...]:
    rows = given if isinstance(given, list) else []
    points = []
    for number, row in enumerate(rows, 1):
        if not is_point(row):
            wrong["points"] = [
                _("Key point %(number)s: give an object with text, source, url and essential.") % {"number": number}
            ]
            return ()
        points.append(Point(**{"text": "", "source": "", **row}).cleaned())
    if problems := point_problems(points):
        wrong["points"] = problems
    return tuple(points)


def is_point(row: object) -> bool:
    """Whether it has the form of a key point; what it says is another matter."""
    if not isinstance(row, dict) or not set(row) <= POINT_FIELDS:
        return False
    texts = [row.get(name, "") for name in POINT_FIELDS - {"essential"}]
    fit = all(isinstance(one, str) and storable(one) for one in texts)
    return fit and isinstance(row.get("essential", False), bool)


def also_of(given: object, value: str, wrong: dict[str, list[str]]) -> tuple[str, ...]:
    """Other labels that are right too, in the order of Value."""
    if not isinstance(given, list) or any(one not in Value.values or one == value for one in given):
        wrong["also"] = [_("Name labels other than the right one: %(words)s.") % {"words": ", ".join(Value.values)}]
        return ()
    return tuple(label for label in Value.values if label in given)


def read_lines(lines: Iterable[bytes]) -> tuple[list[Item], list[str]]:
    """The items of a file, and what is wrong with it, a sentence a line with its number."""
    items: list[Item] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            faults.append(_("line %(number)s: not UTF-8") % {"number": number})
            continue
        except (ValueError, RecursionError) as error:
            faults.append(_("line %(number)s: not JSON: %(why)s") % {"number": number, "why": error})
            continue
        item, wrong = read_item(given)
        said = [f"{name}: {one}" if name else one for name, sentences in wrong.items() for one in sentences]
        if item is not None and (first := seen.setdefault(item.slug, number)) != number:
            said = [_("slug: the same as on line %(first)s.") % {"first": first}]
        faults += [_("line %(number)s: %(why)s") % {"number": number, "why": why} for why in said]
        if item is not None:
            items.append(item)
    return items, faults


def starter_items(without: Collection[tuple[str, str]] = ()) -> list[Item]:
    """The starter set, a file a language. Each names the family of starter prompts that it answers.

    Args:
        without: family and language of prompts whose answers are left out, such as those that were erased.
    """
    asked = {row["slug"]: row["prompts"] for row in starter_families()}
    items = []
    for file in sorted(FOLDER.glob("*.json")):
        for answered in json.loads(file.read_text(encoding="utf-8")):
            family, language = answered.pop("family"), file.stem
            if (family, language) in without:
                continue
            prompt = asked[family][language]
            said = {"question": prompt["text"], "points": prompt["key_points"], **answered}
            item, wrong = read_item({"slug": f"starter-{language.lower()}-{family}", "language": language, **said})
            if item is None:
                raise ValueError(f"{file.name}, {family}: {wrong}")
            items.append(item)
    return items
