"""The panel, opened at a time: by hand or by schedule."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from probes.choices import Every, RoundStatus


class RoundSchedule(models.Model):
    """Opens a round again and again, so that the same panel is asked at even distances."""

    name = models.CharField(max_length=100, unique=True)
    every = models.CharField(max_length=8, choices=Every)
    samples = models.PositiveSmallIntegerField(default=3)
    # When it opens the next one; none once it was stopped.
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every__in=Every.values), name="schedule_every_known"),
            models.CheckConstraint(condition=Q(samples__gte=1, samples__lte=100), name="schedule_samples_sane"),
        ]

    def __str__(self) -> str:
        return self.name


class Round(models.Model):
    """A panel opened at a time: approved prompt versions × active endpoints × samples."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=RoundStatus, default=RoundStatus.OPEN)
    samples = models.PositiveSmallIntegerField(default=3)
    # What opened it, where no person did.
    schedule = models.ForeignKey(RoundSchedule, null=True, on_delete=models.SET_NULL, related_name="rounds")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RoundStatus.values), name="round_status_known"),
            models.CheckConstraint(condition=Q(samples__gte=1, samples__lte=100), name="round_samples_sane"),
            models.UniqueConstraint(fields=["status"], condition=Q(status="open"), name="round_one_open"),
        ]

    def __str__(self) -> str:
        return self.name
