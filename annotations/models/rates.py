"""How often a model stays silent, and whether it does more so here than there. Brought up to date by a worker."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from annotations.choices import Compared, Layer, RateMethod
from annotations.models.judging import Judge
from probes.models import LLM


class Rate(models.Model):
    """The share of suppressed answers (or of blocks, in the provider's layer) of one model, over finished questions."""

    llm = models.ForeignKey(LLM, on_delete=models.CASCADE, related_name="rates")
    layer = models.CharField(max_length=8, choices=Layer)
    # A kind of prompt, or empty for all but harm controls.
    kind = models.CharField(max_length=16, blank=True)
    # A language, or empty for all.
    language = models.CharField(max_length=16, blank=True)
    method = models.CharField(max_length=8, choices=RateMethod)
    part = models.PositiveIntegerField()
    whole = models.PositiveIntegerField()
    families = models.PositiveIntegerField()
    share = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    why = models.CharField(max_length=200, blank=True)
    # The machine judge that narrowed it, how many answers it read that no person labelled, and how much weight it got.
    judge = models.ForeignKey(Judge, null=True, on_delete=models.CASCADE, related_name="+")
    judged = models.PositiveIntegerField(default=0)
    weight = models.FloatField(null=True)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["llm", "layer", "kind", "language", "method"], name="rate_once"),
            models.CheckConstraint(condition=Q(part__lte=F("whole")), name="rate_part_of_whole"),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__lte=F("high"), low__gte=0, high__lte=1), name="rate_interval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer} rate of {self.llm_id}"


class Comparison(models.Model):
    """One model's answers to pairs of prompts: suppressed on both sides, on one, on none; McNemar's test of the two."""

    llm = models.ForeignKey(LLM, on_delete=models.CASCADE, related_name="comparisons")
    compared = models.CharField(max_length=8, choices=Compared)
    # The two sides: languages, or the states concerned. `a` comes first in the alphabet.
    a = models.CharField(max_length=16)
    b = models.CharField(max_length=16)
    pairs = models.PositiveIntegerField()
    both = models.PositiveIntegerField()
    only_a = models.PositiveIntegerField()
    only_b = models.PositiveIntegerField()
    neither = models.PositiveIntegerField()
    # Share of suppressed in a less that in b, -1 to 1, with its interval; and the test's p.
    difference = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p = models.FloatField(null=True)
    why = models.CharField(max_length=200, blank=True)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["llm", "compared", "a", "b"], name="comparison_once"),
            models.CheckConstraint(
                condition=Q(pairs=F("both") + F("only_a") + F("only_b") + F("neither")), name="comparison_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.a} and {self.b} of {self.llm_id}"
