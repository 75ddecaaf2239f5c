"""The crowd as a whole: how it labels, how sure its labels make, and how exact the live figures were."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Fit(models.Model):
    """One full fit of the Dawid-Skene model to all labels, and what was learned about the crowd with it. Nothing of it
    is public as it is: see `published`.
    """

    fitted_at = models.DateTimeField(default=timezone.now)
    answers = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    # How many pooled labels a person's own matrix starts with, chosen by the likelihood of labels held out; and all
    # that were tried: [{"strength", "log_likelihood"}].
    strength = models.FloatField()
    strengths = models.JSONField(default=list)
    # Shares of the classes, and the pooled matrix: row the truth, column what was said, row after row.
    prior = ArrayField(models.FloatField(), size=3)
    pooled = ArrayField(models.FloatField(), size=9)
    iterations = models.PositiveIntegerField(default=0)
    log_likelihood = models.FloatField(null=True)
    # When labels are enough: annotations.agreement.calibration's Calibration as a dict, empty where there is too little
    # gold or it shows that posteriors cannot be believed; and its Measured as a dict, which then is of votes alone.
    calibration = models.JSONField(default=dict)
    measured = models.JSONField(default=dict)
    # How far people agree with themselves when asked again, and pairs of people with each other.
    themselves = models.JSONField(default=dict)
    pairs = models.JSONField(default=dict)
    # What may be told of all this: the same, learned from the labels of closed answers alone. Of the numbers above it
    # is `strength`, `strengths`, `themselves` and `pairs` that look at closed answers alone; in the others, open ones
    # have a part, so that they would give away what is said of these.
    published = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(strength__gt=0), name="fit_strength_above_zero")]
        indexes = [models.Index(fields=["-fitted_at"], name="fit_latest")]  # the one in force

    def __str__(self) -> str:
        return f"fit of {self.fitted_at:%Y-%m-%d %H:%M}"


class Skill(models.Model):
    """How one person labels, by the latest fit: expected counts, row the truth, column what was said. Never public."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="skill"
    )
    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, related_name="skills")
    counts = ArrayField(models.FloatField(), size=9)
    # The same by the fit to closed answers alone; null where they labelled none. What is told of answers rests on it.
    published = ArrayField(models.FloatField(), size=9, null=True)
    labels = models.PositiveIntegerField()
    # Known to be right at least as often as everybody together: doubtful answers are theirs first.
    ahead = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"skill of person {self.person_id}"


class Sweep(models.Model):
    """What counting everything afresh found: how far the live figures had drifted from the labels."""

    at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField()
    answers = models.PositiveIntegerField()
    # Tallies and cells that were wrong and are mended.
    tallies = models.PositiveIntegerField(default=0)
    cells = models.PositiveIntegerField(default=0)
    # The largest change of a coefficient in any slice, 0 to 2; null where none could be compared.
    largest = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="sweep_latest")]  # the agreement page

    def __str__(self) -> str:
        return f"sweep of {self.at:%Y-%m-%d %H:%M}"


class Progress(models.Model):
    """How far the workers behind the labels have come. One row, which no label ever waits for."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Every label up to `looked_at` was looked at, and each above it that was there when the last round ended, up to
    # `seen`. One with a lower number may yet be committed after a higher one, by a transaction older than `fence`: once
    # all of these are over, the labels up to `fenced` are looked at for the last time.
    looked_at = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    fenced = models.BigIntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    # The newest label when the crowd was last fitted, or found too small to be.
    fitted_at_label = models.BigIntegerField(default=0)
    # The fit by which consensus is brought up to date, and the answer it has come to; null where all are.
    fit = models.ForeignKey(Fit, null=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "progress"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="progress_once")]

    def __str__(self) -> str:
        return "progress"
