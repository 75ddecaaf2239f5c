"""One's own verdicts, as one sees them: the last ten, which can still be changed, and what was said before an undo."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from accounts.models import User
from annotations import evidence as passages
from annotations import refusals
from annotations.choices import Standing
from annotations.evidence import Spans
from annotations.hand import CARDS, READ, Held
from annotations.models import CannotJudge, Check, Label, Labeller
from annotations.selectors.deck import held_of
from annotations.selectors.verdicts import UNDO_AT_MOST, judged, rows_of
from probes.choices import AnswerState
from probes.identity import Masked
from probes.selectors import masked_answer

# What was said last of a card that is in hand again.
TAKEN_BACK = """
SELECT value, reason, note, facets, evidence, guideline, at FROM (
    SELECT value, '' AS reason, note, facets, evidence, guideline, superseded_at AS at FROM annotations_label
    WHERE assignment_id = %(card)s AND person_id = %(person)s AND status = 'superseded'
    UNION ALL
    SELECT '', reason, note, '{}', '{}', '', superseded_at FROM annotations_cannotjudge
    WHERE assignment_id = %(card)s AND person_id = %(person)s AND status = 'superseded'
    UNION ALL
    SELECT value, reason, note, facets, evidence, guideline, leased_at FROM annotations_check
    WHERE id = %(card)s AND person_id = %(person)s AND status = 'leased' AND (value <> '' OR reason <> '')
) said ORDER BY at DESC LIMIT 1
"""

# When a card was judged first, whatever it is for.
JUDGED_AT = """
SELECT coalesce(closed_at, leased_at) FROM annotations_assignment WHERE id = %(card)s
UNION ALL SELECT coalesce(closed_at, leased_at) FROM annotations_check WHERE id = %(card)s
"""

# One card's text as it is stored, with what decides which names in it are covered.
THIS = f"(SELECT * FROM ({CARDS}) mine WHERE mine.id = %(card)s)"  # noqa: S608 -- texts of ours
WHOLE = f"SELECT text, leaked, question, points FROM ({READ.format(of=THIS)}) shown"  # noqa: S608 -- texts of ours


@dataclass(frozen=True)
class Given:
    """A verdict as its author sees it: `evidence` in places of the text they were shown."""

    card: uuid.UUID
    value: str
    reason: str
    note: str
    facets: list[str]
    evidence: Spans
    guideline: str
    at: datetime


@dataclass(frozen=True)
class Past(Held):
    """A card that was judged, with the verdict that stands. `why_not`: the sentence where it cannot be changed."""

    value: str
    reason: str
    note: str
    facets: list[str]
    evidence: Spans
    at: datetime
    editable: bool
    why_not: str


def history(*, by: User, limit: int = UNDO_AT_MOST) -> list[Past]:
    """The person's last verdicts that stand, newest first, as they see them."""
    return pasts(by=by, rows=judged(by=by, limit=limit))


def past(*, by: User, pk: uuid.UUID) -> Past | None:
    """The person's verdict on one card, if it has one that stands."""
    return next(iter(pasts(by=by, rows=judged(by=by, limit=1, card=pk))), None)


def pasts(*, by: User, rows: Sequence[tuple[Any, ...]]) -> list[Past]:
    cards = held_of(by=by, ids=[row[0] for row in rows])
    barred = Labeller.objects.filter(pk=by.pk, standing=Standing.QUARANTINED).exists()
    found: list[Past] = []
    for pk, at, value, reason, note, facets, evidence, state, held in rows:
        why_not = refusals.in_quarantine().message if barred else why_closed(state, held=held)
        found.append(
            Past(
                **{field.name: getattr(cards[pk], field.name) for field in fields(Held)},
                value=value,
                reason=reason,
                note=note,
                facets=facets,
                evidence=as_shown(evidence, by=by, card=pk),
                at=at,
                editable=not why_not,
                why_not=why_not,
            )
        )
    return found


def why_closed(state: str, *, held: bool) -> str:
    """Why a verdict on an answer in this state stays as it is; empty where it may be changed."""
    if state == AnswerState.WITHDRAWN:
        return refusals.withdrawn_since().message
    if state != AnswerState.OPEN:
        return refusals.public_now().message
    return refusals.held_back().message if held else ""


def taken_back(*, by: User, pk: uuid.UUID) -> Given | None:
    """What the person said of a card before they took it back; nothing where they said nothing yet."""
    for value, reason, note, facets, evidence, guideline, at in rows_of(TAKEN_BACK, person=by.pk, card=pk):
        spans = as_shown(evidence, by=by, card=pk)
        return Given(pk, value, reason, note, facets, spans, guideline, at)
    return None


def given(verdict: Label | CannotJudge | Check, *, by: User, card: uuid.UUID) -> Given:
    """A verdict that was just kept on this card, as its author sees it. `at` is when the card was judged first."""
    [(at,)] = rows_of(JUDGED_AT, card=card)
    if isinstance(verdict, CannotJudge):
        return Given(card, "", verdict.reason, verdict.note, [], [], "", at)
    spans = as_shown(verdict.evidence, by=by, card=card)
    reason = verdict.reason if isinstance(verdict, Check) else ""
    return Given(card, verdict.value, reason, verdict.note, list(verdict.facets), spans, verdict.guideline, at)


def as_shown(evidence: Spans, *, by: User, card: uuid.UUID) -> Spans:
    """Passages that were kept, in places of the text the person sees."""
    return passages.shown(evidence, masked=masked_card(by=by, card=card)) if evidence else []


def masked_card(*, by: User, card: uuid.UUID) -> Masked:
    """The text of a card as its person sees it, with how its places and those of the stored text belong together."""
    [(text, leaked, question, points)] = rows_of(WHOLE, person=by.pk, card=card)
    texts = [point["text"] for point in json.loads(points)]
    return masked_answer(text, leaked=leaked, question=question, points=texts)
