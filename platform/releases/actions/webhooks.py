"""Webhooks: made, tested, given another secret, switched off and on; what is to be told to them, and how that went.

What is to be told is written down in the transaction that makes it true, one row for each webhook; workers.webhooks
sends the rows. A row in hand has its next attempt in the future already, so a worker that dies loses nothing and blocks
nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict, Forbidden, TooMany
from core.models import Event
from releases.choices import TEST_EVENT, DeliveryStatus
from releases.models import Webhook, WebhookDelivery
from releases.rules import webhooks as rules

# Longer than an attempt may take.
IN_HAND = timedelta(minutes=2)
ERROR_AT_MOST = 200
# Kept in English, as all that a delivery came to.
SWITCHED_OFF = "The webhook was switched off."


@dataclass(frozen=True)
class Dispatch:
    """One attempt that a worker has in hand: where it goes, what it says, and what signs it."""

    pk: int
    attempt: int
    url: str
    secret: str
    former: str
    message_id: str
    body: str


@transaction.atomic
def make_webhook(*, by: User, url: str, events_wanted: Sequence[str]) -> Webhook:
    """A webhook with a new secret, which its owner is shown this once.

    Raises:
        Invalid: an address that nothing can be sent to, or events that do not exist.
        Conflict: this person has as many as one may have.
    """
    url, wanted = rules.check_address(url), rules.check_events(events_wanted)
    # Locked, so that two requests at once do not make one too many.
    User.objects.select_for_update().get(pk=by.pk)
    if Webhook.objects.filter(owner=by).count() >= rules.WEBHOOKS_AT_MOST:
        raise Conflict(_("You have %(most)s webhooks. Remove one first.") % {"most": rules.WEBHOOKS_AT_MOST})
    made = Webhook.objects.create(owner=by, url=url, secret=rules.new_secret(), events=wanted)
    events.record(by=by, verb="make", of=made, events=wanted)
    return made


@transaction.atomic
def rotate_secret(*, by: User, webhook: Webhook) -> str:
    """A new secret. The old one signs beside it for a day; one from before that signs nothing more from now on.

    Raises:
        Forbidden: it is somebody else's.
    """
    check_owner(by, webhook)
    secret = rules.new_secret()
    Webhook.objects.filter(pk=webhook.pk).update(secret=secret, former_secret=F("secret"), rotated_at=timezone.now())
    events.record(by=by, verb="rotate", of=webhook)
    return secret


@transaction.atomic
def disable_webhook(*, by: User | None, webhook: Webhook) -> None:
    """Nothing is sent to it any more; what waited for it is given up. Safe to do twice.

    Raises:
        Forbidden: it is somebody else's.
    """
    check_owner(by, webhook)
    # By hand, whatever went wrong before is known; `failing_since` stays where the system has to tell of it.
    known = {} if by is None else {"failing_since": None}
    if Webhook.objects.filter(pk=webhook.pk, disabled_at=None).update(disabled_at=timezone.now(), **known):
        give_up_waiting(webhook)
        events.record(by=by, verb="disable", of=webhook)


@transaction.atomic
def enable_webhook(*, by: User, webhook: Webhook) -> None:
    """It is told again of what happens from now on, and of nothing that was written down while it was off. Safe to do
    twice.

    Raises:
        Forbidden: it is somebody else's.
        Invalid: its address is one that nothing is sent to any more.
    """
    check_owner(by, webhook)
    rules.check_address(webhook.url)
    if Webhook.objects.filter(pk=webhook.pk).exclude(disabled_at=None).update(disabled_at=None, failing_since=None):
        give_up_waiting(webhook)
        events.record(by=by, verb="enable", of=webhook)


def give_up_waiting(webhook: Webhook) -> None:
    waiting = WebhookDelivery.objects.filter(webhook=webhook, status=DeliveryStatus.WAITING)
    waiting.update(status=DeliveryStatus.GIVEN_UP, done_at=timezone.now(), error=SWITCHED_OFF)


@transaction.atomic
def remove_webhook(*, by: User, webhook: Webhook) -> None:
    """The webhook goes, with what was sent to it.

    Raises:
        Forbidden: it is somebody else's.
    """
    check_owner(by, webhook)
    events.record(by=by, verb="remove", of=webhook)
    Webhook.objects.filter(pk=webhook.pk).delete()


@transaction.atomic
def forget_webhooks(*, by: User) -> None:
    """All webhooks of a person who leaves: an address may hold their name."""
    for webhook in Webhook.objects.filter(owner=by):
        remove_webhook(by=by, webhook=webhook)


@transaction.atomic
def test_webhook(*, by: User, webhook: Webhook) -> WebhookDelivery:
    """A message that says nothing, sent as any other is.

    Raises:
        Forbidden: it is somebody else's.
        Conflict: the webhook is switched off.
        TooMany: it was tried often in the last hour.
    """
    check_owner(by, webhook)
    found = locked_and_on(webhook)
    lately = WebhookDelivery.objects.filter(
        webhook=found, event=TEST_EVENT, created_at__gt=timezone.now() - timedelta(hours=1)
    )
    if lately.count() >= rules.TESTS_AN_HOUR:
        raise TooMany(_("It was tested %(most)s times in an hour. Try again later.") % {"most": rules.TESTS_AN_HOUR})
    made = tell(found, TEST_EVENT, {"webhook": str(found.public_id)})
    events.record(by=by, verb="test", of=found)
    return made


@transaction.atomic
def resend_delivery(*, by: User, delivery: WebhookDelivery) -> WebhookDelivery:
    """The same message once more, under the same id and as it was written: once at least, and on as its attempts last.

    Raises:
        Forbidden: the webhook is somebody else's.
        Conflict: the webhook is switched off, or the message is on its way already.
        TooMany: messages were sent again often in the last hour.
    """
    check_owner(by, delivery.webhook)
    hook = locked_and_on(delivery.webhook)
    since = timezone.now() - timedelta(hours=1)
    if Event.objects.filter(noun="webhook", key=hook.pk, verb="resend", at__gt=since).count() >= rules.RESENT_AN_HOUR:
        said = _("Messages were sent again %(most)s times in an hour. Try again later.")
        raise TooMany(said % {"most": rules.RESENT_AN_HOUR})
    over = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(status=DeliveryStatus.WAITING)
    if not over.update(status=DeliveryStatus.WAITING, due_at=timezone.now(), done_at=None):
        raise Conflict(_("This message is on its way already."))
    events.record(by=by, verb="resend", of=hook, message=str(delivery.public_id))
    delivery.refresh_from_db()
    return delivery


def locked_and_on(webhook: Webhook) -> Webhook:
    """The webhook's row, locked. Raises Conflict where it is switched off."""
    found = Webhook.objects.select_for_update().filter(pk=webhook.pk, disabled_at=None).first()
    if found is None:
        raise Conflict(_("This webhook is switched off. Switch it on first."))
    return found


def check_owner(by: User | None, webhook: Webhook) -> None:
    """The system itself (None) may; so may the owner."""
    if by is not None and webhook.owner_id != by.pk:
        raise Forbidden(_("This webhook is somebody else's."))


def announce(*, event: str, data: Mapping[str, Any]) -> int:
    """Writes down a message for each webhook that wants this event; how many. Part of the caller's transaction."""
    wanted = Webhook.objects.filter(events__contains=[event], disabled_at=None, owner__is_active=True)
    made = [unsent(webhook, event, data) for webhook in wanted.order_by("pk")]
    return len(WebhookDelivery.objects.bulk_create(made))


def tell(webhook: Webhook, event: str, data: Mapping[str, Any]) -> WebhookDelivery:
    made = unsent(webhook, event, data)
    made.save()
    return made


def unsent(webhook: Webhook, event: str, data: Mapping[str, Any]) -> WebhookDelivery:
    now = timezone.now()
    return WebhookDelivery(
        webhook=webhook, event=event, body=rules.message(event, now, data), due_at=now, created_at=now
    )


@transaction.atomic
def claim_deliveries(*, limit: int) -> list[Dispatch]:
    """Takes what is due in hand, oldest first. What two workers look at, one of them takes. A webhook that is off gets
    nothing, though something waits: it may have been written down while the webhook was being switched off.
    """
    due = (
        WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(status=DeliveryStatus.WAITING, due_at__lte=timezone.now(), webhook__disabled_at=None)
        .select_related("webhook")
        .order_by("due_at", "pk")[:limit]
    )
    taken = list(due)
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in taken]).update(
        attempts=F("attempts") + 1, due_at=timezone.now() + IN_HAND
    )
    return [in_hand(one) for one in taken]


def in_hand(row: WebhookDelivery) -> Dispatch:
    hook = row.webhook
    former = rules.former_that_signs(hook.former_secret, hook.rotated_at, timezone.now())
    return Dispatch(row.pk, row.attempts + 1, hook.url, hook.secret, former, str(row.public_id), row.body)


@transaction.atomic
def record_delivery(*, dispatch: Dispatch, status: int | None, error: str = "", for_good: bool = False) -> None:
    """How one attempt went: `status` is what it was answered with, None where nothing came, and `error` says why.

    2xx is delivered. Anything else is tried again later, or given up: after the last attempt, where trying again cannot
    help (`for_good`), and where the receiver says that it is gone (410), which switches the webhook off. A result that
    comes after a later attempt has begun counts for nothing.
    """
    row = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .filter(pk=dispatch.pk, attempts=dispatch.attempt, status=DeliveryStatus.WAITING)
        .select_related("webhook")
        .first()
    )
    if row is None:
        return
    now = timezone.now()
    row.response_status, row.error = status, error[:ERROR_AT_MOST]
    if status is not None and 200 <= status < 300:
        row.status, row.done_at, row.error = DeliveryStatus.DELIVERED, now, ""
        Webhook.objects.filter(pk=row.webhook_id).update(failing_since=None)
    elif for_good or status == 410 or (wait := rules.wait_after(row.attempts)) is None:
        row.status, row.done_at = DeliveryStatus.GIVEN_UP, now
        events.record(by=None, verb="give_up", of=row, status=status)
    else:
        row.due_at = now + wait
    row.save(update_fields=["response_status", "error", "status", "done_at", "due_at"])
    if row.status != DeliveryStatus.DELIVERED:
        count_failure(row.webhook, gone=status == 410)


def count_failure(webhook: Webhook, *, gone: bool) -> None:
    """Since when nothing arrived; a webhook that is gone, or where nothing arrived for days, is switched off."""
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk, failing_since=None).update(failing_since=now)
    since = Webhook.objects.values_list("failing_since", flat=True).get(pk=webhook.pk)
    if gone or (since is not None and since < now - rules.FAILING_AT_MOST):
        disable_webhook(by=None, webhook=webhook)


def forget_deliveries() -> int:
    """Messages that were done with thirty days ago go; how many. Secrets that sign nothing more go with them."""
    changed = Webhook.objects.filter(rotated_at__lt=timezone.now() - rules.BOTH_SIGN)
    changed.exclude(former_secret="").update(former_secret="")
    old = WebhookDelivery.objects.filter(done_at__lt=timezone.now() - rules.KEPT)
    return old.delete()[0]
