"""What a person holds: cards of the deck, whatever they are for.

An assignment lets one label an answer of the record; a check is a gold answer, or one of one's own asked again. Both
are read by the same statements and look the same wherever they are shown: `kind` is for the server alone.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from probes.selectors import masked_answer

# Every card of a person, with what finding and reading it needs. Their statements choose among these by status or id.
CARDS = """
    SELECT lease.id, 'assignment' AS kind, lease.status, lease.leased_at, lease.expires_at, lease.answer_id,
           lease.key_points_id, NULL::bigint AS gold_id
    FROM annotations_assignment lease WHERE lease.person_id = %(person)s
    UNION ALL
    SELECT asked.id, 'check', asked.status, asked.leased_at, asked.expires_at, asked.answer_id,
           asked.key_points_id, asked.gold_id
    FROM annotations_check asked WHERE asked.person_id = %(person)s
"""

# Those that are in hand. No verdict would be taken on an answer that was closed, withdrawn or reported meanwhile, and
# it is not shown. What is asked again may be closed: it was the person's own verdict that helped to close it.
# The time is compared so that no index on it is used: that would walk over what everybody holds.
IN_HAND = f"""
    SELECT card.id, card.kind, card.leased_at, card.expires_at, card.answer_id, card.key_points_id, card.gold_id,
           answer.version_id
    FROM ({CARDS}) card
    LEFT JOIN probes_answer answer ON answer.id = card.answer_id
    LEFT JOIN prompts_promptversion version ON version.id = answer.version_id
    LEFT JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
    WHERE card.status = 'leased' AND statement_timestamp() - card.expires_at < interval '0'
      AND (card.gold_id IS NOT NULL OR answer.held_at IS NULL AND prompt.held_at IS NULL
           AND (answer.state = 'open' OR card.kind = 'check' AND answer.state <> 'withdrawn'))
"""  # noqa: S608 -- texts of ours

# What is shown of a card. `of` is the name of a relation with the columns of CARDS. A gold answer stands for itself.
READ = """
    SELECT card.id, card.kind, coalesce(gold.question, version.text) AS question,
           coalesce(gold.language, answer.language) AS language, coalesce(gold.text, answer.text) AS text,
           coalesce(answer.escaped, false) AS escaped, coalesce(answer.identity_leaked, true) AS leaked,
           coalesce(gold.points, points.shown, '[]') AS points, card.expires_at, card.leased_at
    FROM {of} card
    LEFT JOIN probes_answer answer ON answer.id = card.answer_id
    LEFT JOIN prompts_promptversion version ON version.id = answer.version_id
    LEFT JOIN annotations_gold gold ON gold.id = card.gold_id
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('text', point.text, 'source', point.source, 'url', point.url,
                                            'essential', point.essential) ORDER BY point.order) AS shown
        FROM prompts_keypoint point WHERE point.set_id = card.key_points_id
    ) points ON true
"""
# In the order in which they are shown. The ids are random: what was given at one moment stands in no order.
IN_ORDER = "ORDER BY leased_at, id"


@dataclass(frozen=True)
class Held:
    """One card. `text` is the answer as a labeller sees it: names that give its author away are masked.

    `points` are [{"text", "source", "url", "essential"}], what a faithful answer contains.
    """

    id: uuid.UUID
    kind: Literal["assignment", "check"]
    question: str
    language: str
    text: str
    escaped: bool
    points: list[dict[str, Any]]
    expires_at: datetime


def held_from(row: tuple[Any, ...]) -> Held:
    """A card out of a row of READ."""
    pk, kind, question, language, text, escaped, leaked, listed, expires_at, _ = row
    points = json.loads(listed)
    masked = masked_answer(text, leaked=leaked, question=question, points=[point["text"] for point in points])
    return Held(pk, kind, question, language, masked.text, escaped, points, expires_at)
