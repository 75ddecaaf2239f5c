"""The log of what happened: append-only, one row a change of state."""

from django.db import models


class Event(models.Model):
    """Who did what to which row, and when.

    The table is partitioned by month (see migration 0001) and a trigger refuses every update and delete. It holds ids
    and facts, never texts or names, so that erasing a person need not touch it.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=64)
    noun = models.CharField(max_length=64)
    key = models.BigIntegerField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["noun", "key"], name="event_subject")]  # the history of one row

    def __str__(self) -> str:
        return f"{self.verb} {self.noun} {self.key}"
