"""What the labels add up to: of one answer, and of slices of the record. All of it follows from the labels."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import Scale, Slice, Value
from annotations.models.crowd import Fit
from probes.models import Answer
from prompts.models import Family, PromptVersion


class Consensus(models.Model):
    """What the current labels of one closed answer add up to."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="consensus")
    censored = models.PositiveSmallIntegerField(default=0)
    evasive = models.PositiveSmallIntegerField(default=0)
    faithful = models.PositiveSmallIntegerField(default=0)
    # The label more than half agree on; empty where there is none.
    value = models.CharField(max_length=8, choices=Value, blank=True)
    # Share of the most frequent label, and the chance that two votes drawn with replacement differ (0 to 2/3).
    share = models.FloatField(null=True)
    dispersion = models.FloatField(null=True)
    # Probability of each label given who said what, in the order of Value; and of which fit of the crowd.
    posterior = ArrayField(models.FloatField(), size=3, null=True)
    fit = models.ForeignKey(Fit, null=True, on_delete=models.SET_NULL, related_name="+")
    # Chance that the most probable label is right, as calibrated on gold. Null where there is too little gold.
    confidence = models.FloatField(null=True)
    # What one-factor bridging leaves of each label's share, from ten labels on; see annotations.agreement.bridging.
    bridged = ArrayField(models.FloatField(), size=3, null=True)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "consensus"
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1), name="consensus_confidence"
            ),
        ]

    def __str__(self) -> str:
        return f"consensus of answer {self.answer_id}"


class Agreement(models.Model):
    """How far labellers agree beyond chance, over one slice of the closed answers. Brought up to date by a worker."""

    slice = models.CharField(max_length=12, choices=Slice)
    # Which model, topic or language; empty for all.
    key = models.CharField(max_length=120, blank=True)
    scale = models.CharField(max_length=12, choices=Scale, default=Scale.LABELS)
    answers = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    # Prompt families the answers are of: what intervals draw again.
    families = models.PositiveIntegerField(default=0)
    # Number of labels of each value, in the order of the scale's classes.
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
    # Specific agreement of each class, in the order of the marginals; null where nobody used it.
    specific = ArrayField(models.FloatField(null=True), default=list)
    why = models.JSONField(default=dict)
    computed_at = models.DateTimeField(default=timezone.now)
    # The second slice of a row that is of two crossed; such rows are never stored.
    crossed_with: tuple[Slice, str] | None = None

    class Meta:
        verbose_name_plural = "agreement"
        constraints = [
            models.UniqueConstraint(fields=["slice", "key", "scale"], name="agreement_once_a_slice"),
        ]

    def __str__(self) -> str:
        return f"{self.slice} {self.key}".strip()


class Tally(models.Model):
    """How one closed answer counts in the figures at this moment: its votes, and the places they are counted at.

    A place is a slice and its key, as in "model:qwen2.5". Two of a probe's own that belong together stand in one as
    well, the round first, as in "round:3&model:qwen2.5". Cells are the sums of these rows, so a row that changes says
    what to take away. Where an answer's labels were given under several versions of the guideline, each version has a
    row of its own, which counts at that version only.
    """

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    # Empty for the row of all labels, or a version of the guideline where there are several.
    guideline = models.CharField(max_length=16, blank=True)
    version = models.ForeignKey(PromptVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    family = models.ForeignKey(Family, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Its question was finished when this row was written, and so who gave the answer is among the places.
    told = models.BooleanField()
    # Labels that say censored, evasive, faithful.
    votes = ArrayField(models.PositiveSmallIntegerField(), size=3)
    places = ArrayField(models.CharField(max_length=300))

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["answer", "guideline"], name="tally_once")]
        indexes = [
            GinIndex(fields=["places"], name="tally_places"),  # two slices crossed
            # whether a question's answers are named by who gave them
            models.Index(fields=["version"], condition=Q(told=True), name="tally_told"),
        ]

    def __str__(self) -> str:
        return f"tally of answer {self.answer_id}"


class Cell(models.Model):
    """How many answers of one slice and one prompt family have these votes: all that agreement and its intervals need.

    One worker alone writes here, so no label ever waits for another at a counter.
    """

    slice = models.CharField(max_length=12, choices=Slice)
    key = models.CharField(max_length=120, blank=True)
    family = models.ForeignKey(Family, on_delete=models.CASCADE, related_name="+", db_index=False)
    censored = models.PositiveSmallIntegerField()
    evasive = models.PositiveSmallIntegerField()
    faithful = models.PositiveSmallIntegerField()
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slice", "key", "family", "censored", "evasive", "faithful"], name="cell_once"
            ),
            models.CheckConstraint(condition=Q(times__gte=1), name="cell_counts_something"),
        ]

    def __str__(self) -> str:
        return f"{self.slice} {self.key}: {self.times}".strip()


class Stale(models.Model):
    """Closed answers whose consensus and slices a worker still has to bring up to date. A queue in the database."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="stale")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "stale"

    def __str__(self) -> str:
        return f"answer {self.answer_id} is stale"
