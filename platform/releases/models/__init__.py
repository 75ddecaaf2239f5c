"""Releases of the dataset, what leads back from them, and who hears of them."""

from releases.models.changes import Change
from releases.models.outward import Push, Webhook, WebhookDelivery
from releases.models.privacy import ReleasedLabel, ReleasedPerson, Withdrawal
from releases.models.releases import Edition, Release, ReleaseFile

__all__ = [
    "Change",
    "Edition",
    "Push",
    "Release",
    "ReleaseFile",
    "ReleasedLabel",
    "ReleasedPerson",
    "Webhook",
    "WebhookDelivery",
    "Withdrawal",
]
