"""Plain pieces of Markdown: tables, counts in words, texts that cannot break out of their cell."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> str:
    """A table; the columns in `right` hold numbers and stand to the right."""
    rule = ["---:" if place in right else "---" for place in range(len(head))]
    lines = [list(head), rule, *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """A value inside a table: on one line, its bars escaped; numbers with separators."""
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return " ".join(str(value).split()).replace("|", "\\|")


def number(value: int) -> str:
    return f"{value:,}"


def plural(value: int, one: str, many: str = "") -> str:
    """`1 answer`, `12,345 answers`."""
    return f"{number(value)} {one if value == 1 else many or f'{one}s'}"


def listed(counts: Mapping[Any, int], at_most: int = 12) -> str:
    """`en 24, fr 24, zh-Hans 23`; the rest as how many more there are."""
    pairs = [f"{cell(name)} {number(count)}" for name, count in counts.items()]
    more = len(pairs) - at_most
    return ", ".join(pairs[:at_most]) + (f" and {number(more)} more" if more > 0 else "")


def joined(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def share(part: int, whole: int) -> str:
    """`12.3 %`, or `none` where there is nothing to take a share of."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


def first_sentence(text: str) -> str:
    """Up to the first full stop and a space, the stop taken along."""
    return text.partition(". ")[0].rstrip(".") + "."


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def document(*parts: str) -> bytes:
    """Paragraphs with an empty line between; empty ones are left out."""
    return ("\n\n".join(part for part in parts if part) + "\n").encode()
