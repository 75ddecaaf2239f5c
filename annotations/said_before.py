"""What a person said of a card earlier, as a page shows it and as its form is filled with it."""

import json
from dataclasses import dataclass
from typing import Any

from annotations.choices import Facet, Reason


@dataclass(frozen=True)
class Before:
    """A verdict in words; `evidence` in places of `text`, which is the answer as it was shown."""

    text: str
    value: str
    reason: str
    note: str
    facets: list[str]
    evidence: list[list[int]]

    @property
    def verdict(self) -> str:
        """The label, or that there was none."""
        return self.value or "cannot_judge"

    @property
    def reason_word(self) -> str:
        return str(Reason(self.reason).label) if self.reason else ""

    @property
    def facet_words(self) -> list[str]:
        return [str(Facet(facet).label) for facet in self.facets]

    @property
    def passages(self) -> list[str]:
        """What was marked, word for word."""
        return [self.text[start:end] for start, end in self.evidence]

    @property
    def evidence_json(self) -> str:
        return json.dumps(self.evidence)

    @property
    def fields(self) -> dict[str, Any]:
        """For the page's script, beside the card's own fields; to say it anew replaces it."""
        return {"note": self.note, "facets": self.facets, "evidence": self.evidence, "again": True}


def before(given: Any, *, text: str) -> Before:
    """Out of what the selectors of verdicts give."""
    return Before(
        text, given.value, given.reason, given.note, list(given.facets), [list(span) for span in given.evidence]
    )
