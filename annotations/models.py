"""Who labels what, what they said, and what it adds up to."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import AssignmentStatus, LabelStatus, Reason, Slice, Value
from probes.models import Answer
from prompts.models import KeyPointSet


class Assignment(models.Model):
    """The lease that lets one person label one answer. Its random id is all that the page knows the answer by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments")
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


class Label(models.Model):
    """One person's verdict on one answer, with the key points and the guideline it was given under."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="labels")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="labels")
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.SET_NULL, related_name="labels")
    value = models.CharField(max_length=8, choices=Value)
    note = models.CharField(max_length=1000, blank=True)
    facets = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    key_points = models.ForeignKey(KeyPointSet, null=True, on_delete=models.PROTECT, related_name="+")
    guideline = models.CharField(max_length=16)
    status = models.CharField(max_length=12, choices=LabelStatus, default=LabelStatus.CURRENT)
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
                condition=Q(status="current", superseded_at=None) | Q(status="superseded", superseded_at__isnull=False),
                name="label_superseded_when_it_says_so",
            ),
        ]
        indexes = [
            models.Index(fields=["answer"], condition=Q(status="current"), name="label_votes"),  # consensus, release
            models.Index(fields=["person", "-created_at"], name="label_of_person"),  # one's own history
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
                condition=Q(status="current", superseded_at=None) | Q(status="superseded", superseded_at__isnull=False),
                name="cannot_judge_superseded_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"cannot judge {self.pk}"


class Consensus(models.Model):
    """What the current labels of one closed answer add up to."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="consensus")
    censored = models.PositiveSmallIntegerField(default=0)
    evasive = models.PositiveSmallIntegerField(default=0)
    faithful = models.PositiveSmallIntegerField(default=0)
    # The label more than half agree on; empty where there is none.
    value = models.CharField(max_length=8, choices=Value, blank=True)
    # Share of the most frequent label, and how evenly the votes are spread (0 all agree, 1 even).
    share = models.FloatField(null=True)
    dispersion = models.FloatField(null=True)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "consensus"

    def __str__(self) -> str:
        return f"consensus of answer {self.answer_id}"


class Agreement(models.Model):
    """How far labellers agree beyond chance, over one slice of the closed answers. Brought up to date by a worker."""

    slice = models.CharField(max_length=12, choices=Slice)
    # Which model, topic or language; empty for all.
    key = models.CharField(max_length=100, blank=True)
    answers = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    # Number of labels of each value: censored, evasive, faithful.
    marginals = ArrayField(models.PositiveIntegerField(), default=list)
    # A coefficient is null where it is undefined, and `why` then says why.
    alpha = models.FloatField(null=True)
    alpha_low = models.FloatField(null=True)
    alpha_high = models.FloatField(null=True)
    ac1 = models.FloatField(null=True)
    ac1_low = models.FloatField(null=True)
    ac1_high = models.FloatField(null=True)
    percent = models.FloatField(null=True)
    percent_low = models.FloatField(null=True)
    percent_high = models.FloatField(null=True)
    why = models.JSONField(default=dict)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "agreement"
        constraints = [models.UniqueConstraint(fields=["slice", "key"], name="agreement_once_a_slice")]

    def __str__(self) -> str:
        return f"{self.slice} {self.key}".strip()


class Stale(models.Model):
    """Closed answers whose consensus and slices a worker still has to bring up to date. A queue in the database."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="stale")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "stale"

    def __str__(self) -> str:
        return f"answer {self.answer_id} is stale"
