"""A real refusal, a real official line, a real straight answer, for a site that has no settled answers yet.

Nine answers out of the recorded demo set, chosen and labelled by the maintainers. They are in no database: nobody is
asked to label them and no figure counts them. Three sets take turns by the day, over several states and makers, so that
none is *the* example.
"""

import functools
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from probes import demo

FILE = Path(demo.__file__).parent / "demo" / "exhibits.ndjson"


@dataclass(frozen=True)
class Exhibit:
    """One recorded answer: what was asked, what came, which words decide, and who said it when."""

    set: int
    label: str
    question: str
    language: str
    text: str
    words: str
    name: str
    maker: str
    maker_country: str
    recorded_on: date

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the words that decide, these words, and the text after them."""
        before, words, after = self.text.partition(self.words)
        return before, words, after


@functools.cache
def exhibits() -> tuple[tuple[Exhibit, ...], ...]:
    """The sets in order, each one answer of each label."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    fields = set(Exhibit.__dataclass_fields__)
    known = [
        Exhibit(**{key: value for key, value in row.items() if key in fields - {"recorded_on"}},
                recorded_on=date.fromisoformat(row["recorded_on"]))
        for row in rows
    ]  # fmt: skip
    return tuple(tuple(one for one in known if one.set == number) for number in sorted({one.set for one in known}))


def exhibits_of(*, on: date, chosen: str = "") -> tuple[int, tuple[Exhibit, ...]]:
    """The set `chosen` by its number, or else the set of the day: its number and its answers."""
    sets = exhibits()
    asked = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 3 else 0
    number = asked if 1 <= asked <= len(sets) else on.toordinal() % len(sets) + 1
    return number, sets[number - 1]
