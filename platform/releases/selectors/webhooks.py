"""Reading webhooks: only their owner ever does."""

from django.db.models import QuerySet

from accounts.models import User
from releases.models import Webhook, WebhookDelivery


def webhooks_of(user: User) -> QuerySet[Webhook]:
    """A person's webhooks, oldest first."""
    return Webhook.objects.filter(owner=user).order_by("pk")


def switched_off_by_failures(user: User) -> QuerySet[Webhook]:
    """What the system itself has switched off, because nothing arrived: its owner may not know."""
    return webhooks_of(user).exclude(disabled_at=None).exclude(failing_since=None)


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """What was sent to it in the last thirty days, and what waits to be, newest first."""
    return webhook.deliveries.select_related("webhook").order_by("-pk")
