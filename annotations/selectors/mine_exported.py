"""All that is kept about a person, piece by piece, for the file they can take with them.

Verdicts stand by card, and all cards look the same: neither an answer's address nor what a card was for is in the file,
or it would tell which cards checked their reader. For the same reason each card has its last verdict only.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Any

from accounts.models import ApiToken, User
from annotations import evidence
from annotations.models import Adjudication, Check, Labeller, Practised, Remark, Report
from annotations.selectors.deck import held_of
from annotations.selectors.history import masked_card
from annotations.selectors.mine import rows
from core.models import Event
from prompts.models import Prompt

AT_ONCE = 200
# Whatever a card is for, its last verdict, in the order in which they were given.
CARDS = """
SELECT * FROM (
    SELECT lease.id, coalesce(lease.closed_at, said.at) AS at, said.value, said.reason, said.note, said.facets,
           said.evidence, said.guideline, said.took_ms
    FROM annotations_assignment lease JOIN LATERAL (
        SELECT created_at AS at, value, '' AS reason, note, facets, evidence, guideline, took_ms, id
        FROM annotations_label WHERE assignment_id = lease.id AND person_id = lease.person_id
        UNION ALL
        SELECT created_at, '', reason, note, '{}', '{}', '', NULL, id
        FROM annotations_cannotjudge WHERE assignment_id = lease.id AND person_id = lease.person_id
        ORDER BY at DESC, id DESC LIMIT 1
    ) said ON true
    WHERE lease.person_id = %(person)s AND lease.status IN ('labelled', 'passed')
    UNION ALL
    SELECT id, closed_at, value, reason, note, facets, evidence, CASE WHEN value = '' THEN '' ELSE guideline END,
           CASE WHEN value = '' THEN NULL ELSE took_ms END
    FROM annotations_check WHERE person_id = %(person)s AND status IN ('labelled', 'passed')
) card WHERE (at, id) > (%(at)s, %(id)s) ORDER BY at, id LIMIT %(most)s
"""
# Events about cards tell what each card was for; what was said of them stands under "verdicts".
OF_CARDS = ("label", "cannotjudge", "check", "gold", "assignment", "answer", "report")
OF_CARD_VERBS = ("check", "undo_check")


def account(person: User) -> dict[str, Any]:
    labeller = Labeller.objects.filter(pk=person.pk).first()
    return {
        "name": person.username,
        "mail": person.email,
        "role": person.role,
        "languages": person.languages,
        "since": person.created_at,
        "standing": labeller.standing if labeller else None,
        "practised_at": labeller.practised_at if labeller else None,
        "keys": labeller.keys if labeller else {},
    }


def tokens(person: User) -> Iterator[dict[str, Any]]:
    fields = ("name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return iter(ApiToken.objects.filter(user=person).order_by("pk").values(*fields).iterator(AT_ONCE))


def prompts(person: User) -> Iterator[dict[str, Any]]:
    """Own prompts with every text and every set of key points they had."""
    own = Prompt.objects.filter(submitted_by=person).select_related("family").order_by("pk")
    for prompt in own.prefetch_related("versions", "key_point_sets__points").iterator(AT_ONCE):
        yield {
            "prompt": prompt.pk,
            "language": prompt.language,
            "title": prompt.family.title,
            "status": prompt.status,
            "submitted_at": prompt.submitted_at,
            "texts": [
                {"number": each.number, "text": each.text, "at": each.created_at} for each in prompt.versions.all()
            ],
            "key_points": [
                {
                    "number": each.number,
                    "at": each.created_at,
                    "points": [
                        {"text": point.text, "source": point.source, "url": point.url, "essential": point.essential}
                        for point in each.points.all()
                    ],
                }
                for each in prompt.key_point_sets.all()
            ],
        }


def verdicts(person: User) -> Iterator[dict[str, Any]]:
    at, after = datetime.fromisoformat("1970-01-01T00:00:00+00:00"), uuid.UUID(int=0)
    while found := rows(CARDS, person=person.pk, at=at, id=after, most=AT_ONCE):
        cards = held_of(by=person, ids=[row[0] for row in found])
        for card, said_at, value, reason, note, facets, spans, guideline, took_ms in found:
            shown = cards[card]
            marked = evidence.shown(spans, masked=masked_card(by=person, card=card)) if spans else []
            yield {
                "card": card,
                "at": said_at,
                "question": shown.question,
                "language": shown.language,
                "value": value,
                "reason": reason,
                "note": note,
                "facets": facets,
                "evidence": [shown.text[start:end] for start, end in marked],
                "guideline": guideline,
                "took_ms": took_ms,
            }
        at, after = found[-1][1], found[-1][0]


def reports(person: User) -> Iterator[dict[str, Any]]:
    """All their reports, oldest first. One of gold is written on its card, and looks like any other."""
    fields = ("kind", "note", "status", "created_at", "decided_at", "decision_note")
    of_record = Report.objects.filter(person=person).order_by("created_at").values(*fields)
    of_gold = Check.objects.filter(person=person, reported_at__isnull=False).order_by("reported_at")
    decided = ("report_decided_at", "report_decision_note")
    rows = of_gold.values_list("report_kind", "report_note", "report_status", "reported_at", *decided).iterator(AT_ONCE)
    on_cards = (dict(zip(fields, row, strict=True)) for row in rows)
    return merge(of_record.iterator(AT_ONCE), on_cards, key=itemgetter("created_at"))


def lists(person: User) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    """All lists of the file."""

    def each(found: Any, *fields: str) -> Iterator[dict[str, Any]]:
        return iter(found.order_by("pk").values(*fields).iterator(AT_ONCE))

    yield "tokens", tokens(person)
    yield "prompts", prompts(person)
    yield "verdicts", verdicts(person)
    yield "practice", each(Practised.objects.filter(person=person), "item", "first", "values", "right", "at")
    yield "remarks", each(Remark.objects.filter(person=person), "rule", "guideline", "text", "status", "created_at")
    yield "reports", reports(person)
    yield (
        "decisions",
        each(
            Adjudication.objects.filter(person=person),
            *("answer__public_id", "decision", "reason", "rule", "guideline", "status", "created_at", "superseded_at"),
        ),
    )
    log = Event.objects.filter(actor=person.pk).exclude(noun__in=OF_CARDS).exclude(verb__in=OF_CARD_VERBS)
    yield "events", each(log, "at", "verb", "noun", "key", "data")
