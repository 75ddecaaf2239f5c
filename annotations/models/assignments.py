"""The lease that lets one person label one answer."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import AssignmentStatus
from probes.models import Answer
from prompts.models import KeyPointSet


class Assignment(models.Model):
    """The lease that lets one person label one answer. Its random id is all that the page knows the answer by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="assignments")
    # Its index is assignment_of_person.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    # The key points the person was shown.
    key_points = models.ForeignKey(KeyPointSet, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=AssignmentStatus, default=AssignmentStatus.LEASED)
    leased_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "person"], condition=Q(status="leased"), name="assignment_leased_once"
            ),
            models.CheckConstraint(condition=Q(status__in=AssignmentStatus.values), name="assignment_status_known"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="leased"), name="assignment_running_out"
            ),  # the sweep
            # the deck: what this person holds; and what they have closed, newest first, for undo
            models.Index(fields=["person", "leased_at"], condition=Q(status="leased"), name="assignment_held"),
            models.Index(fields=["person", "-closed_at"], name="assignment_of_person"),
        ]

    def __str__(self) -> str:
        return f"assignment {self.id}"
