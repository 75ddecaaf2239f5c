"""Checking labellers, beside the labels and never among them: gold answers, and one's own answers asked again."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Random
from django.utils import timezone

from annotations.choices import (
    AssignmentStatus,
    Facet,
    GoldStatus,
    Origin,
    Purpose,
    Reason,
    ReportKind,
    ReportStatus,
    Value,
)
from annotations.models.verdicts import Label
from probes.models import Answer
from prompts.models import KeyPointSet

DECIDED = [ReportStatus.UPHELD, ReportStatus.DISMISSED]


class Gold(models.Model):
    """An answer whose right label is known. It stands for itself, outside the record, so that nothing public tells it.

    `points` are [{"text", "source", "url", "essential"}], as in a key-point set.
    """

    # A name of its own, so that a file loaded twice changes nothing.
    slug = models.SlugField(max_length=80, unique=True)
    origin = models.CharField(max_length=12, choices=Origin)
    language = models.CharField(max_length=16)
    question = models.TextField()
    text = models.TextField()
    points = models.JSONField(default=list)
    value = models.CharField(max_length=8, choices=Value)
    # Labels that are taken for right too, where the guideline leaves room.
    also = ArrayField(models.CharField(max_length=8, choices=Value), default=list, blank=True)
    why = models.TextField()
    status = models.CharField(max_length=8, choices=GoldStatus, default=GoldStatus.ACTIVE)
    # The answer of the record it was made from, which is then known to be closed and public.
    answer = models.OneToOneField(Answer, null=True, on_delete=models.SET_NULL, related_name="gold")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    shuffle = models.FloatField(default=0.5, db_default=Random())

    class Meta:
        verbose_name_plural = "gold"
        constraints = [
            models.CheckConstraint(condition=Q(value__in=Value.values), name="gold_value_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="gold_origin_known"),
            models.CheckConstraint(condition=Q(status__in=GoldStatus.values), name="gold_status_known"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(question=""), name="gold_not_empty"),
        ]
        indexes = [
            # mixing gold into the deck
            models.Index(fields=["language", "shuffle"], condition=Q(status="active"), name="gold_deck"),
        ]

    def __str__(self) -> str:
        return self.slug


class Check(models.Model):
    """One card of the deck that checks its reader: the lease and the verdict in one row, outside every count and cap.

    Its id looks like an assignment's, and nothing that leaves the server tells the two apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="checks")
    purpose = models.CharField(max_length=8, choices=Purpose)
    gold = models.ForeignKey(Gold, null=True, on_delete=models.PROTECT, related_name="checks")
    # What is asked again: the person's first label, and the answer it is on.
    first = models.OneToOneField(Label, null=True, on_delete=models.CASCADE, related_name="repeat")
    answer = models.ForeignKey(Answer, null=True, on_delete=models.CASCADE, related_name="repeats")
    key_points = models.ForeignKey(KeyPointSet, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=AssignmentStatus, default=AssignmentStatus.LEASED)
    leased_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # From when on the verdict stays as it is, drawn with it: see closing.py.
    closes_at = models.DateTimeField(null=True)
    value = models.CharField(max_length=8, choices=Value, blank=True)
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    facets = ArrayField(models.CharField(max_length=24, choices=Facet), default=list, blank=True)
    evidence = ArrayField(ArrayField(models.PositiveIntegerField(), size=2), default=list, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    guideline = models.CharField(max_length=16, blank=True)
    took_ms = models.PositiveIntegerField(null=True)
    key = models.UUIDField(null=True, unique=True)
    # Keys of verdicts on this card that were changed or taken back: sent again, they change nothing.
    past_keys = ArrayField(models.UUIDField(), default=list, blank=True)
    # What those verdicts said, and others that had no key: [{"key", "value", "reason", "note", "facets", "evidence",
    # "guideline"}].
    past = models.JSONField(default=list, blank=True)
    # Whether the label is the gold's, or the same as the first time. Null where there is none to compare.
    right = models.BooleanField(null=True)
    # A report of gold that is none of the record: there is nothing a Report could be about. See Report for the words.
    reported_at = models.DateTimeField(null=True)
    report_kind = models.CharField(max_length=16, choices=ReportKind, blank=True, default="", db_default="")
    report_note = models.CharField(max_length=1000, blank=True, default="", db_default="")
    report_status = models.CharField(max_length=12, choices=ReportStatus, blank=True, default="", db_default="")
    report_decided_at = models.DateTimeField(null=True)
    report_decision_note = models.CharField(max_length=1000, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "check"
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="gold", gold__isnull=False, first=None, answer=None)
                | Q(purpose="repeat", gold=None, answer__isnull=False),
                name="check_of_gold_or_repeat",
            ),
            models.CheckConstraint(condition=Q(status__in=AssignmentStatus.values), name="check_status_known"),
            models.CheckConstraint(
                condition=~Q(status="labelled") | Q(value__in=Value.values), name="check_labelled_with_a_label"
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None, report_kind="")
                | Q(reported_at__isnull=False, report_kind__in=ReportKind.values),
                name="check_reported_as_something",
            ),
            models.CheckConstraint(
                condition=Q(report_status="", reported_at=None, report_decided_at=None)
                | Q(report_status="open", reported_at__isnull=False, report_decided_at=None)
                | Q(report_status__in=DECIDED, reported_at__isnull=False, report_decided_at__isnull=False),
                name="check_report_decided_when_it_says_so",
            ),
            models.UniqueConstraint(fields=["person", "gold"], name="check_gold_once_a_person"),
        ]
        indexes = [
            models.Index(fields=["person", "leased_at"], condition=Q(status="leased"), name="check_held"),  # the deck
            models.Index(fields=["person", "-closed_at"], name="check_of_person"),  # history, standing
            models.Index(fields=["expires_at"], condition=Q(status="leased"), name="check_running_out"),  # the sweep
            # whose standing has to be looked at, and how people did on a gold answer
            models.Index(fields=["closed_at"], condition=Q(status="labelled"), name="check_judged"),
            models.Index(fields=["gold"], condition=Q(status="labelled"), name="check_of_gold"),
            models.Index(fields=["gold"], condition=Q(report_status="open"), name="check_report_waiting"),  # reviewers
            GinIndex(fields=["past_keys"], name="check_past_keys"),  # a key that comes again, with every verdict
        ]

    def __str__(self) -> str:
        return f"check {self.id}"

    @property
    def is_label(self) -> bool:
        return self.status == AssignmentStatus.LABELLED


class DeckSettings(models.Model):
    """What maintainers set for the deck. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Shares of the cards a person is given, 0 to 0.5.
    gold_share = models.FloatField(default=0.08)
    repeat_share = models.FloatField(default=0.04)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "deck settings"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="deck_settings_once"),
            models.CheckConstraint(
                condition=Q(gold_share__gte=0, gold_share__lte=0.5, repeat_share__gte=0, repeat_share__lte=0.5),
                name="deck_settings_shares",
            ),
        ]

    def __str__(self) -> str:
        return "deck settings"
