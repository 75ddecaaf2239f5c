"""What was reported and waits for a reviewer, thing by thing."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from accounts.choices import Role
from accounts.models import User
from annotations.choices import ReportKind, ReportStatus
from annotations.models import Check, Report
from probes.choices import CLOSED
from probes.models import Answer
from prompts.models import KeyPoint, Prompt


@dataclass(frozen=True)
class Reported:
    """A thing somebody reported: an answer or a prompt, and what was said against it. No names."""

    answer: Answer | None
    prompt: Prompt
    since: datetime
    reports: list[Report]

    @property
    def kinds(self) -> list[str]:
        """What is said to be wrong, each once, in the order of ReportKind."""
        said = {report.kind for report in self.reports}
        return [str(kind.label) for kind in ReportKind if kind in said]

    @property
    def notes(self) -> list[str]:
        return [report.note for report in self.reports if report.note]


def open_reports() -> QuerySet[Report]:
    return Report.objects.filter(status=ReportStatus.OPEN)


def reported_things() -> QuerySet[Report, Any]:
    """One row a thing that waits: answer_id or prompt_id, and since when; oldest first."""
    rows = open_reports().values("answer_id", "prompt_id").annotate(since=Min("created_at"), times=Count("pk"))
    return rows.order_by("since", "answer_id", "prompt_id")


def with_reports(rows: list[dict[str, Any]]) -> list[Reported]:
    """The same things with their texts and reports."""
    answer_ids = [row["answer_id"] for row in rows if row["answer_id"]]
    prompt_ids = [row["prompt_id"] for row in rows if row["prompt_id"]]
    points = Prefetch("version__prompt__key_points__points", queryset=KeyPoint.objects.order_by("order"))
    answers = Answer.objects.select_related("version__prompt__key_points").prefetch_related(points).in_bulk(answer_ids)
    prompts = Prompt.objects.select_related("current").in_bulk(prompt_ids)
    said = open_reports().filter(Q(answer__in=answer_ids) | Q(prompt__in=prompt_ids)).order_by("created_at", "pk")
    reports: dict[tuple[int | None, int | None], list[Report]] = {}
    for report in said:
        reports.setdefault((report.answer_id, report.prompt_id), []).append(report)
    found = []
    for row in rows:
        answer = answers.get(row["answer_id"])
        prompt = answer.version.prompt if answer else prompts[row["prompt_id"]]
        mine = reports.get((row["answer_id"], row["prompt_id"]), [])
        found.append(Reported(answer=answer, prompt=prompt, since=row["since"], reports=mine))
    return found


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
