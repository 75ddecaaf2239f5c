"""Settling disputes: decisions beside the labels, what is said about the rules, and reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import Decision, LabelStatus, RemarkStatus, ReportKind, ReportStatus
from probes.models import Answer
from prompts.models import Prompt


class Adjudication(models.Model):
    """A reviewer's decision on an answer that people could not agree on. It stands beside the labels."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="adjudications")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="adjudications"
    )
    decision = models.CharField(max_length=12, choices=Decision)
    reason = models.CharField(max_length=1000)
    # The rule of the guideline that decided it, and the guideline's version.
    rule = models.CharField(max_length=40, blank=True)
    guideline = models.CharField(max_length=16)
    status = models.CharField(max_length=12, choices=LabelStatus, default=LabelStatus.CURRENT)
    created_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer"], condition=Q(status="current"), name="adjudication_current_once"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="adjudication_decision_known"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="adjudication_with_a_reason"),
            models.CheckConstraint(
                condition=Q(status="current", superseded_at=None) | Q(status="superseded", superseded_at__isnull=False),
                name="adjudication_superseded_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"adjudication {self.pk}"


class Remark(models.Model):
    """What somebody says about a rule of the guideline, on the rule's own page."""

    rule = models.CharField(max_length=40)
    guideline = models.CharField(max_length=16)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="remarks")
    text = models.CharField(max_length=2000)
    status = models.CharField(max_length=8, choices=RemarkStatus, default=RemarkStatus.SHOWN)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RemarkStatus.values), name="remark_status_known"),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="remark_not_empty"),
        ]
        indexes = [models.Index(fields=["rule", "created_at"], name="remark_of_rule")]  # the rule's page

    def __str__(self) -> str:
        return f"remark {self.pk}"


class Report(models.Model):
    """Somebody says that this should not be here. Until a reviewer has looked it is out of the deck."""

    answer = models.ForeignKey(Answer, null=True, on_delete=models.PROTECT, related_name="reports")
    prompt = models.ForeignKey(Prompt, null=True, on_delete=models.PROTECT, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports")
    kind = models.CharField(max_length=16, choices=ReportKind)
    note = models.CharField(max_length=1000, blank=True)
    status = models.CharField(max_length=12, choices=ReportStatus, default=ReportStatus.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer=None, prompt__isnull=False) | Q(answer__isnull=False, prompt=None),
                name="report_of_answer_or_prompt",
            ),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_known"),
            models.CheckConstraint(condition=Q(status__in=ReportStatus.values), name="report_status_known"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | (~Q(status="open") & Q(decided_at__isnull=False)),
                name="report_decided_when_it_says_so",
            ),
            models.UniqueConstraint(
                fields=["answer", "person"],
                condition=Q(status="open", answer__isnull=False),
                name="report_of_answer_open_once",
            ),
            models.UniqueConstraint(
                fields=["prompt", "person"],
                condition=Q(status="open", prompt__isnull=False),
                name="report_of_prompt_open_once",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(status="open"), name="report_waiting")]  # reviewers

    def __str__(self) -> str:
        return f"report {self.pk}"
