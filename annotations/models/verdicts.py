"""What people said of an answer: a label, or that they cannot judge it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import Facet, LabelStatus, Reason, Value
from annotations.models.assignments import Assignment
from probes.models import Answer
from prompts.models import KeyPointSet


class Label(models.Model):
    """One person's verdict on one answer, with the key points and the guideline it was given under."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="labels")
    # Its index is label_of_person; each that is spared makes a label cheaper.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="labels", db_index=False
    )
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.SET_NULL, related_name="labels")
    value = models.CharField(max_length=8, choices=Value)
    note = models.CharField(max_length=1000, blank=True)
    facets = ArrayField(models.CharField(max_length=24, choices=Facet), default=list, blank=True)
    # What shows it: [start, end) of each passage, in code points of the answer's text as stored, in order, apart.
    evidence = ArrayField(ArrayField(models.PositiveIntegerField(), size=2), default=list, blank=True)
    key_points = models.ForeignKey(KeyPointSet, null=True, on_delete=models.PROTECT, related_name="+")
    guideline = models.CharField(max_length=16)
    status = models.CharField(max_length=12, choices=LabelStatus, default=LabelStatus.CURRENT)
    # Made by whoever sends it, so that the same verdict sent again is known.
    key = models.UUIDField(null=True, unique=True)
    # How long the answer was on the screen before the verdict, in milliseconds, where the page knew.
    took_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "person"], condition=Q(status="current"), name="label_current_once"
            ),
            models.CheckConstraint(condition=Q(value__in=Value.values), name="label_value_known"),
            models.CheckConstraint(condition=Q(status__in=LabelStatus.values), name="label_status_known"),
            models.CheckConstraint(
                condition=~Q(status="superseded") & Q(superseded_at=None)
                | Q(status="superseded", superseded_at__isnull=False),
                name="label_superseded_when_it_says_so",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="label_of_person"),  # one's own history
            # how many labels a person gave, today and in all: told with every card, and so read from the index alone
            models.Index(fields=["person", "created_at"], condition=~Q(status="superseded"), name="label_done"),
        ]

    def __str__(self) -> str:
        return f"label {self.pk}"


class CannotJudge(models.Model):
    """A way out, not a fourth class: the answer goes to somebody else, and after three of these to the reviewers."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="cannot_judge")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cannot_judge"
    )
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.SET_NULL, related_name="cannot_judge")
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.CharField(max_length=1000, blank=True)
    key = models.UUIDField(null=True, unique=True)
    status = models.CharField(max_length=12, choices=LabelStatus, default=LabelStatus.CURRENT)
    created_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "cannot judge"
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "person"], condition=Q(status="current"), name="cannot_judge_current_once"
            ),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="cannot_judge_reason_known"),
            models.CheckConstraint(condition=Q(status__in=LabelStatus.values), name="cannot_judge_status_known"),
            models.CheckConstraint(
                condition=~Q(status="superseded") & Q(superseded_at=None)
                | Q(status="superseded", superseded_at__isnull=False),
                name="cannot_judge_superseded_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"cannot judge {self.pk}"
