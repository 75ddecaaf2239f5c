"""What the labels add up to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from annotations.choices import Slice, Value
from probes.models import Answer


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
