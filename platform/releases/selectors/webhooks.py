"""Reading webhooks: only their owner ever does."""

from django.db.models import QuerySet

from accounts.models import User
from releases.models import Webhook, WebhookDelivery


def webhooks_of(user: User) -> QuerySet[Webhook]:
    """A person's webhooks, oldest first."""
    return Webhook.objects.filter(owner=user).order_by("pk")


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """What was sent to it in the last thirty days, and what waits to be, newest first."""
    return webhook.deliveries.order_by("-pk")
