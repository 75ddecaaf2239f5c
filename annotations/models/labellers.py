"""Labelling people: how far they are trusted, and how they like to work."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotations.choices import Standing, Value


class Labeller(models.Model):
    """What labelling knows of a person. Standing is earned by gold and by agreeing with oneself, never by volume."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="labeller"
    )
    # When they passed the practice deck; until then no real answer is put before them.
    practised_at = models.DateTimeField(null=True)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.NEW)
    standing_since = models.DateTimeField(default=timezone.now)
    # Why, in a sentence for the maintainers and the person.
    standing_reason = models.CharField(max_length=300, blank=True)
    # The maintainer whose decision the standing is; nobody where it follows from gold and repeats.
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # The person's own keys in the deck: action -> key, "" switches one off. What is missing has its usual key.
    keys = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="labeller_standing_known"),
            models.CheckConstraint(
                condition=~Q(standing__in=["slowed", "quarantined"]) | Q(standing_reason__regex=r"\S"),
                name="labeller_held_back_with_a_reason",
            ),
        ]
        indexes = [
            # the maintainers' list of people whose labels are in doubt
            models.Index(
                fields=["standing"], condition=Q(standing__in=["slowed", "quarantined"]), name="labeller_in_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"labeller {self.person_id}"


class Practised(models.Model):
    """What a person said of a practice answer, the first time and in the end. Counts for nothing else."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practised")
    # Name of the practice answer in annotations/practice/.
    item = models.CharField(max_length=60)
    first = models.CharField(max_length=12)
    values = ArrayField(models.CharField(max_length=12), default=list)
    right = models.CharField(max_length=12, choices=[*Value.choices, ("cannot_judge", "cannot_judge")])
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "practised"
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="practised_once")]

    def __str__(self) -> str:
        return f"{self.item} by person {self.person_id}"
