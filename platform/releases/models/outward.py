"""Releases that went out to other places, and programs that want to hear of them."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from releases.choices import DeliveryStatus, Place, PushStatus
from releases.models.releases import Release


class Push(models.Model):
    """One edition of a release copied to another place."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="pushes")
    edition = models.PositiveSmallIntegerField(default=0)
    place = models.CharField(max_length=12, choices=Place)
    status = models.CharField(max_length=8, choices=PushStatus, default=PushStatus.WAITING)
    # What the place calls it: a commit at Hugging Face, a DOI at Zenodo; and the concept's DOI.
    identifier = models.CharField(max_length=200, blank=True)
    concept = models.CharField(max_length=200, blank=True)
    # The deposition at Zenodo, so that a push that broke off goes on with the same one.
    draft = models.CharField(max_length=80, blank=True)
    url = models.URLField(max_length=500, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "pushes"
        constraints = [models.UniqueConstraint(fields=["release", "edition", "place"], name="push_once")]

    def __str__(self) -> str:
        return f"{self.release.version}+e{self.edition} to {self.place}"


class Webhook(models.Model):
    """An address that is told when a release is published."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.URLField(max_length=500)
    # Symmetric, as Standard Webhooks has it (whsec_...): it has to be read to sign. Shown once, never again.
    secret = models.CharField(max_length=100)
    # The one before it signs as well for a day after the change, so that a receiver can change over without a gap.
    former_secret = models.CharField(max_length=100, blank=True)
    rotated_at = models.DateTimeField(null=True)
    events = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField(default=timezone.now)
    # Switched off by its owner, or after five days in which nothing arrived.
    disabled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"webhook {self.public_id}"


class WebhookDelivery(models.Model):
    """One message to one webhook. Kept thirty days."""

    # webhook-id: the same at each attempt.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.TextField()
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    # Of the last attempt: the status it was answered with, or null and what happened.
    response_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="webhook_delivery_due")  # the worker
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
