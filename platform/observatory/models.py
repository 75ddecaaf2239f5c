"""What makers say to what we found about their models, and what we had to correct."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from observatory.choices import ReplyStatus
from probes.models import LLM


class Reply(models.Model):
    """A maker's answer to the findings about one of its models. Anyone may write one; a maintainer looks whether it
    comes from the maker, and never changes a word.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    llm = models.ForeignKey(LLM, on_delete=models.CASCADE, related_name="replies")
    # Who speaks, as it stands on the page: the maker and the office, such as "press office".
    speaker = models.CharField(max_length=120)
    # How to reach them, private and emptied once it is decided; where the maker's own pages say that it wrote it.
    contact = models.CharField(max_length=200)
    # A name that only this site can make for the network it came from, so that one network counts once among what
    # waits; emptied with the contact.
    sent_from = models.CharField(max_length=16, blank=True)
    proof = models.URLField(max_length=500, blank=True)
    text = models.TextField(max_length=4000)
    language = models.CharField(max_length=16)
    status = models.CharField(max_length=10, choices=ReplyStatus, default=ReplyStatus.WAITING)
    # Why it was not published, to whoever sent it; and what was answered to it, publicly.
    reason = models.CharField(max_length=500, blank=True)
    response = models.TextField(max_length=4000, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReplyStatus.values), name="reply_status_known"),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_at=None) | (~Q(status="waiting") & ~Q(decided_at=None)),
                name="reply_decided_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"reply {self.public_id}"


class Correction(models.Model):
    """Something we published that was wrong: what, since when, and what is right. Never taken away."""

    written_on = models.DateField(default=timezone.localdate)
    title = models.CharField(max_length=160)
    text = models.TextField(max_length=4000)
    # What it is about: a model, a release, or neither.
    llm = models.ForeignKey(LLM, null=True, on_delete=models.SET_NULL, related_name="+")
    release = models.CharField(max_length=20, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.written_on}: {self.title}"
