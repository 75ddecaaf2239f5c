"""What was reported and waits for a reviewer, thing by thing."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Min, Prefetch, Q, QuerySet, Value
from django.utils.crypto import salted_hmac

from accounts.choices import Role
from accounts.models import User
from annotations.choices import ReportKind, ReportStatus
from annotations.models import Check, Gold, Report
from probes.choices import CLOSED
from probes.models import Answer
from prompts.models import KeyPoint, Prompt


@dataclass(frozen=True)
class Reported:
    """A thing somebody reported: an answer, a prompt, or gold that is none of the record; and what was said against it,
    as kinds and notes. No names.

    A reviewer labels too, so gold looks like any other answer. `name` is the end of the address where it is decided.
    """

    answer: Answer | None
    prompt: Prompt | None
    gold: Gold | None
    name: str
    since: datetime
    said: list[tuple[str, str]]

    @property
    def shown(self) -> Answer | Gold | None:
        """What was answered; None where the question itself was reported."""
        return self.answer or self.gold

    @property
    def language(self) -> str:
        if self.gold is not None:
            return self.gold.language
        return self.asked.language

    @property
    def question(self) -> str:
        if self.gold is not None:
            return self.gold.question
        if self.answer is not None:
            return self.answer.version.text
        return self.asked.current.text if self.asked.current is not None else ""

    @property
    def asked(self) -> Prompt:
        """The question's prompt, which all but gold have."""
        found = self.prompt if self.answer is None else self.answer.version.prompt
        assert found is not None
        return found

    @property
    def kinds(self) -> list[str]:
        """What is said to be wrong, each once, in the order of ReportKind."""
        said = {kind for kind, _note in self.said}
        return [str(kind.label) for kind in ReportKind if kind in said]

    @property
    def notes(self) -> list[str]:
        return [note for _kind, note in self.said if note]


def open_reports() -> QuerySet[Report]:
    return Report.objects.filter(status=ReportStatus.OPEN)


def open_reports_of_gold() -> QuerySet[Check]:
    """Cards of gold that is none of the record, and that were reported."""
    return Check.objects.filter(report_status=ReportStatus.OPEN, gold__isnull=False)


def reported_things() -> QuerySet[Any, Any]:
    """One row a thing that waits: the key of an answer, a prompt or gold, and since when; oldest first."""
    none = Value(None, output_field=BigIntegerField(null=True))
    found = open_reports().values(in_answer=F("answer_id"), in_prompt=F("prompt_id"), in_gold=none)
    of_gold = open_reports_of_gold().values(in_answer=none, in_prompt=none, in_gold=F("gold_id"))
    both = found.annotate(since=Min("created_at")).union(of_gold.annotate(since=Min("reported_at")), all=True)
    return both.order_by("since", "in_answer", "in_prompt", "in_gold")


def with_reports(rows: list[dict[str, Any]]) -> list[Reported]:
    """The same things with their texts and reports."""
    answer_ids = [row["in_answer"] for row in rows if row["in_answer"]]
    prompt_ids = [row["in_prompt"] for row in rows if row["in_prompt"]]
    gold_ids = [row["in_gold"] for row in rows if row["in_gold"]]
    points = Prefetch("version__prompt__key_points__points", queryset=KeyPoint.objects.order_by("order"))
    answers = Answer.objects.select_related("version__prompt__key_points").prefetch_related(points).in_bulk(answer_ids)
    prompts = Prompt.objects.select_related("current").in_bulk(prompt_ids)
    golds = Gold.objects.in_bulk(gold_ids)
    said: dict[tuple[int | None, int | None, int | None], list[tuple[str, str]]] = {}
    found = open_reports().filter(Q(answer__in=answer_ids) | Q(prompt__in=prompt_ids)).order_by("created_at", "pk")
    for report in found:
        said.setdefault((report.answer_id, report.prompt_id, None), []).append((report.kind, report.note))
    for card in open_reports_of_gold().filter(gold__in=gold_ids).order_by("reported_at", "pk"):
        said.setdefault((None, None, card.gold_id), []).append((card.report_kind, card.report_note))
    return [
        Reported(
            answer=answer,
            prompt=prompt,
            gold=gold,
            name=str(answer.public_id if answer else prompt.pk if prompt else name_of(gold)),
            since=row["since"],
            said=said.get((row["in_answer"], row["in_prompt"], row["in_gold"]), []),
        )
        for row in rows
        for answer in [answers.get(row["in_answer"])]
        for prompt in [prompts.get(row["in_prompt"])]
        for gold in [golds.get(row["in_gold"])]
    ]


def name_of(gold: Gold | None) -> uuid.UUID:
    """What a gold answer is called where reports are decided. It looks like an answer's, and nobody can work it out:
    a card's own id would tell its reader, by being known there, that the card was gold.
    """
    assert gold is not None
    drawn = salted_hmac("annotations.reported gold", str(gold.pk), algorithm="sha256").digest()
    return uuid.UUID(bytes=drawn[:16], version=4)


def reported_gold(name: uuid.UUID) -> Gold | None:
    """The gold of that name, if somebody has reported it; whether that is decided or not."""
    reported = Gold.objects.filter(answer=None, checks__reported_at__isnull=False).distinct()
    return next((gold for gold in reported if name_of(gold) == name), None)


def open_report(*, by: User, answer: Answer | None = None, prompt: Prompt | None = None) -> Report | None:
    """What this person has said against this thing and nobody has decided yet."""
    return open_reports().filter(person=by, answer=answer, prompt=prompt).first()


def reported_since(*, by: User, since: datetime) -> int:
    """How many things this person has reported: gold counts, which makes no report, so that the limit tells nothing."""
    gold = Check.objects.filter(person=by, reported_at__gte=since)
    return Report.objects.filter(person=by, created_at__gte=since).count() + gold.count()


def closed_answer_to_report(public_id: uuid.UUID) -> Answer | None:
    """A closed answer, which has a page; None for any other, just as for one that never was."""
    found = Answer.objects.filter(public_id=public_id, state__in=CLOSED)
    return found.select_related("version__prompt").first()


def could_decide(*, besides: User) -> QuerySet[User]:
    """Who else decides about reports here."""
    return User.objects.filter(is_active=True, role__in=[Role.REVIEWER, Role.MAINTAINER]).exclude(pk=besides.pk)
