"""What it takes to find a person's rows in files that name nobody, and what was asked to be taken out of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.models import Label
from probes.models import Answer
from prompts.models import Prompt
from releases.choices import WithdrawalKind, WithdrawalReason, WithdrawalStatus
from releases.models.releases import Release


class ReleasedLabel(models.Model):
    """Which row of a release a label is. Private; it goes when the label is erased, and so does what it led to."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+", db_index=False)
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")
    # The label's id in that release.
    name = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "name"], name="released_label_once"),
            models.UniqueConstraint(fields=["release", "label"], name="label_once_a_release"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of release {self.release_id}"


class ReleasedPerson(models.Model):
    """Which pseudonym a person has in a release, so that it can be taken out. Private; it goes with the person."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "name"], name="released_person_once"),
            models.UniqueConstraint(fields=["release", "person"], name="person_once_a_release"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of release {self.release_id}"


class Withdrawal(models.Model):
    """An order to take something out: of the database at once, then by a worker out of every release that is out."""

    kind = models.CharField(max_length=8, choices=WithdrawalKind)
    status = models.CharField(max_length=8, choices=WithdrawalStatus, default=WithdrawalStatus.WAITING)
    # What it is about while it waits; emptied when it is done.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    prompt = models.ForeignKey(Prompt, null=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.ForeignKey(Answer, null=True, on_delete=models.SET_NULL, related_name="+")
    # What to look for in the files of releases, now that it can be looked up nowhere else: see releases.actions.orders.
    rows = models.JSONField(default=dict)
    # Why, where a maintainer ordered it for somebody else; public.
    reason = models.CharField(max_length=12, choices=WithdrawalReason, blank=True)
    # What else they noted, for the maintainers; emptied when it is done.
    note = models.CharField(max_length=500, blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ordered_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    # Why it could not be carried out when that was tried, and when it is tried again; for the maintainers.
    error = models.CharField(max_length=500, blank=True)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", done_at=None) | Q(status="done", done_at__isnull=False, rows={}, note=""),
                name="withdrawal_done_forgets",
            ),
        ]
        indexes = [
            models.Index(fields=["ordered_at"], condition=Q(status="waiting"), name="withdrawal_waiting")  # the worker
        ]

    def __str__(self) -> str:
        return f"withdrawal {self.pk}: {self.kind}"
