"""Machine judges: beside the labels, never among them, and never shown to a labeller."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import JudgeStatus, Slice, Value, VerdictStatus
from probes.models import Answer, Endpoint


class Judge(models.Model):
    """An endpoint with instructions, at one version: other instructions or another guideline are a version more."""

    slug = models.SlugField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="judges")
    # The text before each answer, with the guideline written out; the answer goes between random delimiters.
    instructions = models.TextField()
    guideline = models.CharField(max_length=16)
    status = models.CharField(max_length=8, choices=JudgeStatus, default=JudgeStatus.DRAFT)
    status_reason = models.CharField(max_length=300, blank=True)
    # When the canaries were last put to it. Only one that moves on none of them goes to work.
    tested_at = models.DateTimeField(null=True)
    # When they are put to it again. A worker that does so first moves this on, so that no other does it too.
    test_due_at = models.DateTimeField(null=True, default=timezone.now)
    # Answers a day (UTC) at most; the endpoint's budget and limits hold as well.
    a_day = models.PositiveIntegerField(default=500)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="judge_version_once"),
            models.CheckConstraint(condition=Q(status__in=JudgeStatus.values), name="judge_status_known"),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(tested_at__isnull=False), name="judge_active_when_tested"
            ),
            models.UniqueConstraint(fields=["slug"], condition=Q(status="active"), name="judge_one_version_at_work"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


class Verdict(models.Model):
    """What one version of a judge says of one answer."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="verdicts")
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="verdicts")
    status = models.CharField(max_length=12, choices=VerdictStatus, default=VerdictStatus.DUE)
    value = models.CharField(max_length=8, choices=Value, blank=True)
    # In the judge's own words.
    reason = models.CharField(max_length=2000, blank=True)
    # Who holds it: a result is taken only while it is claimed at this attempt.
    attempt = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    # US dollars put aside for the call that is under way.
    reserved = models.DecimalField(max_digits=16, decimal_places=8, null=True)
    # Calls that brought nothing and may heal, and replies not in the form asked for.
    failures = models.PositiveSmallIntegerField(default=0)
    unreadable = models.PositiveSmallIntegerField(default=0)
    # The request as sent, with the name of the key's place for the key, and the payload as it came, gzip.
    request = models.JSONField(default=dict)
    raw = models.BinaryField(null=True)
    served_model = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["judge", "answer"], name="verdict_once"),
            models.CheckConstraint(condition=Q(status__in=VerdictStatus.values), name="verdict_status_known"),
            models.CheckConstraint(
                condition=Q(status="given", value__in=Value.values) | (~Q(status="given") & Q(value="")),
                name="verdict_given_with_a_value",
            ),
        ]
        indexes = [
            models.Index(fields=["judge", "due_at"], condition=Q(status__in=["due", "claimed"]), name="verdict_due"),
            # how many were asked today
            models.Index(fields=["judge", "asked_at"], condition=Q(asked_at__isnull=False), name="verdict_asked"),
        ]

    def __str__(self) -> str:
        return f"verdict {self.pk}"


class JudgeAgreement(models.Model):
    """How far one judge agrees with people, over closed answers with a settled label. Measured by a worker."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="agreement")
    # All, a language, a topic; or the judge's own maker, for what that maker's models wrote.
    slice = models.CharField(max_length=12, choices=Slice)
    key = models.CharField(max_length=120, blank=True)
    # Answers both labelled, and of how many prompt families; and those the judge passed on.
    answers = models.PositiveIntegerField(default=0)
    families = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    # Nine counts: a row for each label of people, a column for each of the judge, in the order of Value.
    confusion = ArrayField(models.PositiveIntegerField(), size=9)
    percent = models.FloatField(null=True)
    percent_low = models.FloatField(null=True)
    percent_high = models.FloatField(null=True)
    kappa = models.FloatField(null=True)
    kappa_low = models.FloatField(null=True)
    kappa_high = models.FloatField(null=True)
    ac1 = models.FloatField(null=True)
    ac1_low = models.FloatField(null=True)
    ac1_high = models.FloatField(null=True)
    # Why a number is missing, by its name.
    why = models.JSONField(default=dict)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "agreement of judges"
        constraints = [models.UniqueConstraint(fields=["judge", "slice", "key"], name="judge_agreement_once")]

    def __str__(self) -> str:
        return f"{self.slice} {self.key} of judge {self.judge_id}"


class Canary(models.Model):
    """An answer that orders the judge about, put to it before it goes to work, and what it said."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="canaries")
    # Name of the canary in annotations/canaries/.
    slug = models.CharField(max_length=80)
    expected = models.CharField(max_length=8, choices=Value)
    value = models.CharField(max_length=8, choices=Value, blank=True)
    said = models.CharField(max_length=2000, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "canaries"
        constraints = [models.UniqueConstraint(fields=["judge", "slug"], name="canary_once")]

    def __str__(self) -> str:
        return f"canary {self.slug}"
