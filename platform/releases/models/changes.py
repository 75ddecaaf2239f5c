"""What became public, changed or went, in the order in which it was committed."""

from django.db import models
from django.utils import timezone


class Change(models.Model):
    """One change of something public. Written by triggers on the tables themselves, whatever changed them.

    `transaction` is the transaction that wrote it. Numbers are given before the commit, so a reader takes only what
    belongs to transactions that are older than every one still running, by (transaction, id): nothing can come before
    what was read already.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    # prompt, model, endpoint, round, answer, release, correction, reply: a noun of the API; and its key there.
    noun = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    # published, changed, withdrawn
    verb = models.CharField(max_length=12)

    class Meta:
        indexes = [
            models.Index(fields=["transaction", "id"], name="change_feed"),  # the feed
            # whether something came after it of the same row: only the latest is told
            models.Index(fields=["noun", "key", "transaction", "id"], name="change_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.key} {self.verb}"
