"""What the page of one's account says of webhooks that were switched off without their owner."""

from django import template

from accounts.models import User
from releases.models import Webhook
from releases.selectors.webhooks import switched_off_by_failures

register = template.Library()


@register.inclusion_tag("releases/_webhook_alert.html")
def webhook_alert(user: User) -> dict[str, list[Webhook]]:
    return {"webhooks": list(switched_off_by_failures(user))}
