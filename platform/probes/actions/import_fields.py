"""What each line of an import file may hold: a small table of fields, and the checks behind it. Knows no database."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from core.texts import storable
from probes.choices import Delivery
from prompts.choices import Act, Kind
from prompts.rules import Point, has_words, point_problems, state_problem

NESTED_AT_MOST = 50
# What every reader of JSON holds exactly; no count comes near it.
JSON_INTEGER = 2**53
SHOWN_AT_MOST = 60
# Before this no model was asked anything; it keeps mistyped years out.
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class BadLine(Exception):
    """One line cannot be used; says why."""


Check = Callable[[str, Any], Any]


@dataclass(frozen=True)
class Field:
    """`check` gives the value back or raises BadLine; `default` stands where an optional one is absent or null."""

    check: Check
    needed: bool = False
    default: Any = None


def shown(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= SHOWN_AT_MOST else said[: SHOWN_AT_MOST - 1] + "…"


def text(at_most: int | None = None, at_least: int = 0) -> Check:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise BadLine(f"{name} is {shown(value)}, not a text.")
        if not storable(value):
            raise BadLine(f"{name} holds a NUL character or half a surrogate pair; escape it first.")
        if len(value) < at_least:
            raise BadLine(f"{name} is empty.")
        if at_most is not None and len(value) > at_most:
            raise BadLine(f"{name} has {len(value)} characters, and {at_most} is the most.")
        return value

    return check


def matching(pattern: str, form: str, at_most: int) -> Check:
    plain = text(at_most)

    def check(name: str, value: Any) -> str:
        said: str = plain(name, value)
        if not re.fullmatch(pattern, said):
            raise BadLine(f"{name} is {shown(said)}, not {form}.")
        return said

    return check


def whole(low: int, high: int) -> Check:
    def check(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise BadLine(f"{name} is {shown(value)}, not a whole number from {low} to {high}.")
        return value

    return check


def yes_or_no(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadLine(f"{name} is {shown(value)}, not true or false.")
    return value


def address(name: str, value: Any) -> str:
    """A web address, or "" for none."""
    url: str = text(300)(name, value)
    try:
        if url:
            URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise BadLine(f"{name} is {shown(url)}, not an address such as https://example.org/.") from None
    return url


def one_of(words: list[str]) -> Check:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise BadLine(f"{name} is {shown(value)}, not one of {', '.join(words)}.")
        return value

    return check


def question(name: str, value: Any) -> str:
    """The text of a prompt, as it was asked."""
    asked: str = text(1000)(name, value)
    if not has_words(asked):
        raise BadLine(f"{name} has no words.")
    return asked


def key_points(name: str, value: Any) -> tuple[Point, ...]:
    """A list of objects with text, source and perhaps url and essential; [] for none."""
    if not isinstance(value, list):
        raise BadLine(f"{name} is {shown(value)}, not a list.")
    points = tuple(point(f"{name}.{n}", one) for n, one in enumerate(value))
    if points and (problems := point_problems(points)):
        raise BadLine(f"{name}: {problems[0]}")
    return points


def point(name: str, value: Any) -> Point:
    if not isinstance(value, dict):
        raise BadLine(f"{name} is {shown(value)}, not a JSON object.")
    if unknown := sorted(set(value) - set(POINT)):
        raise BadLine(f"{name} has {shown(unknown[0])}, which no key point has.")
    return Point(**checked_by(POINT, value, f"{name}.")).cleaned()


def tree(name: str, value: Any) -> dict[str, Any]:
    """A JSON object that PostgreSQL can hold, at any depth."""
    if not isinstance(value, dict):
        raise BadLine(f"{name} is {shown(value)}, not a JSON object.")
    walk(name, value, NESTED_AT_MOST)
    return value


def walk(name: str, value: Any, depth: int) -> None:
    if depth == 0:
        raise BadLine(f"{name} is nested more than {NESTED_AT_MOST} deep.")
    if isinstance(value, str) and not storable(value):
        raise BadLine(f"{name} holds a NUL character or half a surrogate pair; escape it first.")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadLine(f"{name} holds a number that is too large.")
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    for one in inner:
        walk(name, one, depth - 1)


def usage(name: str, value: Any) -> dict[str, Any]:
    """A JSON object whose numbers are such as can be counted: what is read from a response is bounded the same."""
    counted = tree(name, value)
    check_numbers(name, counted)
    return counted


def check_numbers(name: str, value: Any) -> None:
    if isinstance(value, int | float) and abs(value) >= JSON_INTEGER:
        raise BadLine(f"{name} holds a number that is too large.")
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_numbers(name, one)


def moment(name: str, value: Any) -> datetime:
    """An ISO 8601 moment with its offset, of this century and not to come."""
    try:
        parsed = parse_datetime(text(64)(name, value))
        fits = parsed is not None and parsed.tzinfo is not None
        if parsed is not None and fits and FIRST_DAY <= parsed <= timezone.now() + timedelta(days=1):
            return parsed
    except (ValueError, OverflowError):
        fits = False
    wrong = "a moment from 2000 until now" if fits else "a moment such as 2026-11-01T09:30:00Z"
    raise BadLine(f"{name} is {shown(value)}, not {wrong}.")


def slug(at_most: int) -> Check:
    """A name that can stand in an address; "." and ".." mean other places there."""
    form = "a name of letters, digits, dots, hyphens and underscores"
    return matching(r"(?!\.{1,2}\Z)[-.0-9A-Z_a-z]+", form, at_most)


ANY = text()
LANGUAGE = matching(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", "a language code such as en or zh-Hans", 16)
POINT: dict[str, Field] = {
    "text": Field(text(500, 1), needed=True),
    "source": Field(text(300, 1), needed=True),
    "url": Field(address, default=""),
    "essential": Field(yes_or_no, default=False),
}
FIELDS: dict[str, dict[str, Field]] = {
    "batch": {
        "source": Field(text(300, 1), needed=True),
        "licence": Field(text(120, 1), needed=True),
        "may_publish": Field(yes_or_no, needed=True),
        "remark": Field(text(500), default=""),
    },
    "topic": {
        "slug": Field(slug(50), needed=True),
        "name": Field(text(80, 1), needed=True),
        "name_fr": Field(text(80), default=""),
        "name_zh_hans": Field(text(80), default=""),
    },
    "prompt": {
        "family": Field(slug(80), needed=True),
        "language": Field(LANGUAGE, needed=True),
        "text": Field(question, needed=True),
        "topic": Field(slug(50), needed=True),
        "prompt_kind": Field(one_of(Kind.values), needed=True),
        "act": Field(one_of(Act.values), needed=True),
        "state": Field(matching("([A-Z]{2})?", "a two-letter code such as FR, or empty", 2), default=""),
        "title": Field(text(200), default=""),
        "key_points": Field(key_points, default=()),
    },
    "llm": {
        "slug": Field(slug(80), needed=True),
        "name": Field(text(120, 1), needed=True),
        "maker": Field(text(120, 1), needed=True),
        "maker_country": Field(matching("[A-Z]{2}", "a two-letter code such as FR", 80), needed=True),
        "open_weights": Field(yes_or_no, default=False),
        "url": Field(address, default=""),
        "remark": Field(text(300), default=""),
    },
    "endpoint": {
        "slug": Field(slug(100), needed=True),
        "llm": Field(ANY, needed=True),
        "served_name": Field(text(200), default=""),
    },
    "answer": {
        "endpoint": Field(ANY, needed=True),
        "family": Field(ANY, needed=True),
        "language": Field(ANY, needed=True),
        "prompt": Field(ANY, needed=True),
        "sample": Field(whole(1, 32_767), needed=True),
        "delivery": Field(one_of(Delivery.values), needed=True),
        "text": Field(ANY, default=""),
        "escaped": Field(yes_or_no, default=False),
        "reasoning": Field(ANY, default=""),
        "finish_reason": Field(text(80), default=""),
        "http_status": Field(whole(100, 599)),
        "latency_ms": Field(whole(0, 2_147_483_647)),
        "usage": Field(usage, default={}),
        "served_by": Field(text(200), default=""),
        "served_model": Field(text(200), default=""),
        "fingerprint": Field(text(200), default=""),
        "error": Field(text(500), default=""),
        "rule": Field(text(80), default=""),
        "request": Field(tree, default={}),
        "asked_at": Field(moment),
    },
}


def checked(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line of this kind, each one there and of its form; what else the line holds is left out.

    Raises:
        BadLine: with the first field that is missing or wrong.
    """
    values = checked_by(FIELDS[kind], row)
    if kind == "answer" and values["delivery"] == Delivery.DELIVERED and not values["text"]:
        raise BadLine("a delivered answer has a text.")
    if kind == "prompt" and (problem := state_problem(values["prompt_kind"], values["state"])):
        raise BadLine(f"state: {problem}")
    return values


def checked_by(fields: dict[str, Field], row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    values = {}
    for name, field in fields.items():
        value = row.get(name)
        if value is not None:
            values[name] = field.check(f"{prefix}{name}", value)
        elif field.needed:
            raise BadLine(f"{prefix}{name} is missing.")
        else:
            values[name] = field.default
    return values
