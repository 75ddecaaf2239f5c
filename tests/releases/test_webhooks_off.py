"""A webhook that is off gets nothing, whatever was written down for it and whoever switched it off."""

from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from releases.actions import webhooks as actions
from releases.models import Webhook, WebhookDelivery

PUBLISHED = "release.published"


@pytest.fixture
def hook(labeller: User) -> Webhook:
    return actions.make_webhook(by=labeller, url="https://example.org/candor", events_wanted=[PUBLISHED])


def test_what_was_written_down_while_it_was_switched_off_is_not_sent_and_never_will_be(
    labeller: User, hook: Webhook
) -> None:
    """A release may be published in the very moment: its message is there, and the webhook is off."""
    assert actions.announce(event=PUBLISHED, data={}) == 1
    Webhook.objects.update(disabled_at=timezone.now())
    assert actions.claim_deliveries(limit=5) == []
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("waiting", 0)
    actions.enable_webhook(by=labeller, webhook=hook)
    assert actions.claim_deliveries(limit=5) == []
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == ("given_up", "The webhook was switched off.")
    assert actions.announce(event=PUBLISHED, data={}) == 1
    assert [one.url for one in actions.claim_deliveries(limit=5)] == [hook.url]
    # Switched on twice, nothing that is on its way is lost.
    actions.enable_webhook(by=labeller, webhook=hook)
    assert WebhookDelivery.objects.filter(status="waiting").count() == 1


def test_the_migration_switches_http_off_and_gives_up_what_waits_for_it(labeller: User, hook: Webhook) -> None:
    plain = Webhook.objects.create(
        owner=labeller, url="HTTP://example.org/", secret=hook.secret, events=[PUBLISHED], failing_since=None
    )
    done = actions.test_webhook(by=labeller, webhook=plain)
    WebhookDelivery.objects.update(status="delivered", done_at=timezone.now())
    assert actions.announce(event=PUBLISHED, data={}) == 2
    switch_off = import_module("releases.migrations.0008_former_secret").SWITCH_OFF
    with connection.cursor() as cursor:
        cursor.execute(switch_off)
    plain.refresh_from_db()
    hook.refresh_from_db()
    assert (plain.disabled_at is not None, plain.failing_since, hook.disabled_at) == (True, None, None)
    told = {(one.webhook_id, one.status, one.error) for one in WebhookDelivery.objects.exclude(pk=done.pk)}
    assert told == {(plain.pk, "given_up", actions.SWITCHED_OFF), (hook.pk, "waiting", "")}
    assert WebhookDelivery.objects.filter(status="given_up", done_at=None).count() == 0
    done.refresh_from_db()
    assert (done.status, done.error) == ("delivered", "")
