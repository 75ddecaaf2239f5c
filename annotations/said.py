"""A verdict as it was sent: a label, or the reason why there is none."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from annotations import rules
from annotations.evidence import Spans
from annotations.models import CannotJudge, Check, Label


@dataclass(frozen=True)
class Said:
    """What was sent: `facets` in the order of Facet, `evidence` in places of the text as stored, and `again` where it
    is to stand instead of an earlier one.
    """

    value: str = ""
    reason: str = ""
    note: str = ""
    facets: tuple[str, ...] = ()
    evidence: tuple[tuple[int, int], ...] = ()
    took_ms: int | None = None
    key: uuid.UUID | None = None
    again: bool = False

    @property
    def is_label(self) -> bool:
        return not self.reason

    def is_what(self, kept: Label | CannotJudge | Check) -> bool:
        """Whether it says the same as a verdict that was kept."""
        return content(kept) == (self.value, self.reason, self.note, self.facets, self.evidence)

    def with_evidence(self, spans: Spans) -> "Said":
        return replace(self, evidence=tuple((start, end) for start, end in spans))


def content(kept: Label | CannotJudge | Check) -> tuple[str, str, str, tuple[str, ...], tuple[tuple[int, int], ...]]:
    """What a verdict says: its value, reason, note, facets and evidence; some are empty, as its kind has it."""
    if isinstance(kept, CannotJudge):
        return "", kept.reason, kept.note, (), ()
    reason = kept.reason if isinstance(kept, Check) else ""
    return kept.value, reason, kept.note, tuple(kept.facets), tuple((start, end) for start, end in kept.evidence)


def label(
    *, value: str, note: str, facets: Iterable[str], took_ms: int | None, key: uuid.UUID | None, again: bool
) -> Said:
    """
    Raises:
        Invalid: not one of the three labels, too long a note, no facet.
    """
    rules.check_value(value)
    rules.check_note(note)
    rules.check_took(took_ms)
    named = tuple(rules.check_facets(facets))
    return Said(value=value, note=note, facets=named, took_ms=took_ms, key=key, again=again)


def cannot_judge(*, reason: str, note: str, key: uuid.UUID | None, again: bool) -> Said:
    """
    Raises:
        Invalid: not one of the four reasons, too long a note.
    """
    rules.check_reason(reason)
    rules.check_note(note)
    return Said(reason=reason, note=note, key=key, again=again)
