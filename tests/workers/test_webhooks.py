"""Webhooks over the wire: signed anew at each attempt, tried again as promised, never into our own network."""

import socket
import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from releases.actions.webhooks import (
    announce,
    claim_deliveries,
    make_webhook,
    record_delivery,
    resend_delivery,
    rotate_secret,
)
from releases.models import Webhook, WebhookDelivery
from releases.rules.webhooks import WAITS
from tests.workers.webhook_receiver import Receiver
from workers import process
from workers.tasks import send_webhooks
from workers.webhooks import Telling, deliver_due

# The worker writes from threads of its own, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
PUBLISHED = "release.published"


@pytest.fixture(autouse=True)
def receivers_are_on_this_machine(settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True


def hooked(owner: User, receiver: Receiver) -> Webhook:
    made = make_webhook(by=owner, url=receiver.url, events_wanted=[PUBLISHED])
    receiver.secret = made.secret
    return made


def send() -> WebhookDelivery:
    deliver_due(allow_private=True)
    return WebhookDelivery.objects.get()


def make_due() -> None:
    WebhookDelivery.objects.update(due_at=timezone.now())


def test_a_message_arrives_once_signed_and_whole(labeller: User) -> None:
    with Receiver() as receiver:
        hooked(labeller, receiver)
        assert announce(event=PUBLISHED, data={"version": "2026.11.0", "note": "é 漢"}) == 1
        row = send()
        assert deliver_due(allow_private=True) == 0
    assert (row.status, row.attempts, row.response_status, row.error) == ("delivered", 1, 204, "")
    [(name, body)] = receiver.taken
    assert name == str(row.public_id)
    assert (body["type"], body["data"]) == (PUBLISHED, {"version": "2026.11.0", "note": "é 漢"})
    [(headers, _)] = receiver.asked
    assert headers["content-type"] == "application/json"
    assert not {"authorization", "cookie"} & set(headers)


def test_it_is_tried_again_at_the_promised_times_with_one_id_and_then_given_up(labeller: User) -> None:
    waits = []
    with Receiver(answers=(500,)) as receiver:
        hooked(labeller, receiver)
        announce(event=PUBLISHED, data={})
        for _ in range(len(WAITS) + 1):
            before = timezone.now()
            row = send()
            waits.append(row.due_at - before if row.status == "waiting" else None)
            make_due()
        assert deliver_due(allow_private=True) == 0
    assert (row.status, row.attempts, row.error) == ("given_up", 10, "HTTP 500")
    assert waits[-1] is None
    seconds = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert [round(wait.total_seconds() / 5) * 5 for wait in waits[:-1] if wait] == seconds
    assert {headers["webhook-id"] for headers, _ in receiver.asked} == {str(row.public_id)}
    assert len({body for _, body in receiver.asked}) == 1
    assert len(receiver.asked) == 10


def test_what_arrives_later_ends_the_trouble(labeller: User) -> None:
    with Receiver(answers=(503, 200)) as receiver:
        hook = hooked(labeller, receiver)
        announce(event=PUBLISHED, data={})
        send()
        hook.refresh_from_db()
        assert hook.failing_since is not None
        make_due()
        assert send().status == "delivered"
    hook.refresh_from_db()
    assert (hook.failing_since, hook.disabled_at) == (None, None)


def test_gone_switches_it_off(labeller: User) -> None:
    with Receiver(answers=(410,)) as receiver:
        hook = hooked(labeller, receiver)
        announce(event=PUBLISHED, data={"n": 1})
        assert send().status == "given_up"
        hook.refresh_from_db()
        assert hook.disabled_at is not None
        assert announce(event=PUBLISHED, data={"n": 2}) == 0


def test_five_days_of_nothing_switch_it_off_and_what_waits_is_given_up(labeller: User) -> None:
    with Receiver(answers=(500,)) as receiver:
        hook = hooked(labeller, receiver)
        Webhook.objects.update(failing_since=timezone.now() - timedelta(days=5, seconds=1))
        announce(event=PUBLISHED, data={})
        row = send()
    hook.refresh_from_db()
    assert hook.disabled_at is not None
    assert (row.status, row.error) == ("given_up", "The webhook was switched off.")


def test_a_redirect_is_not_followed(labeller: User) -> None:
    with Receiver() as other, Receiver(answers=(302,), location=other.url) as receiver:
        hooked(labeller, receiver)
        announce(event=PUBLISHED, data={})
        row = send()
    assert (row.status, row.response_status) == ("waiting", 302)
    assert (len(receiver.asked), other.asked) == (1, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_nothing_is_ever_sent_into_our_own_network(labeller: User, host: str) -> None:
    with Receiver() as receiver:
        port = receiver.server.server_port
        make_webhook(by=labeller, url=f"https://{host}:{port}/hook", events_wanted=[PUBLISHED])
        announce(event=PUBLISHED, data={})
        deliver_due()
        row = WebhookDelivery.objects.get()
    assert (row.status, row.response_status, row.attempts) == ("given_up", None, 1)
    assert row.error == "address_refused: The address is not a public one."
    assert receiver.asked == []


def test_a_name_within_our_network_is_told_from_one_that_is_nowhere_by_nothing(labeller: User) -> None:
    """`localhost` leads to ourselves, the other name nowhere: their messages end alike, to the last word."""
    with Receiver() as receiver:
        port = receiver.server.server_port
        for host in ("localhost", "nowhere.invalid"):
            make_webhook(by=labeller, url=f"https://{host}:{port}/hook", events_wanted=[PUBLISHED])
        announce(event=PUBLISHED, data={})
        assert deliver_due() == 2
    inside, nowhere = WebhookDelivery.objects.order_by("pk")
    assert inside.error == nowhere.error == "not_connected: No public server was found under this name."
    assert (inside.status, inside.attempts, inside.response_status) == ("waiting", 1, None)
    assert (nowhere.status, nowhere.attempts, nowhere.response_status) == ("waiting", 1, None)
    assert receiver.asked == []


def test_to_this_machine_and_no_other_private_one_where_it_is_tried_out(labeller: User) -> None:
    make_webhook(by=labeller, url="https://10.0.0.1/hook", events_wanted=[PUBLISHED])
    announce(event=PUBLISHED, data={})
    row = send()
    assert (row.status, row.error) == ("given_up", "address_refused: The address is not a public one.")


def test_nobody_there_is_tried_again(labeller: User) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    make_webhook(by=labeller, url=f"http://127.0.0.1:{port}/", events_wanted=[PUBLISHED])
    announce(event=PUBLISHED, data={})
    row = send()
    assert (row.status, row.response_status, row.attempts) == ("waiting", None, 1)
    assert row.error.startswith("not_connected")


def test_one_silent_receiver_does_not_hold_up_the_others(labeller: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("workers.webhooks.TIMEOUT_S", 0.5)
    with socket.socket() as silent, Receiver() as receiver:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        make_webhook(by=labeller, url=f"http://127.0.0.1:{silent.getsockname()[1]}/", events_wanted=[PUBLISHED])
        hooked(labeller, receiver)
        announce(event=PUBLISHED, data={})
        assert deliver_due(allow_private=True) == 2
    assert sorted(WebhookDelivery.objects.values_list("status", flat=True)) == ["delivered", "waiting"]
    assert WebhookDelivery.objects.get(status="waiting").error.startswith("timed_out")


class Slow(Receiver):
    """Answers once it is let."""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.came.set()
        assert self.let.wait(10)
        return super().take(headers, body)

    def __init__(self) -> None:
        super().__init__()
        self.came, self.let = threading.Event(), threading.Event()


def test_the_queue_waits_for_no_receiver(labeller: User, monkeypatch: Any) -> None:
    telling = Telling()
    monkeypatch.setattr(process, "_telling", telling)
    monkeypatch.setattr("workers.webhooks.deliver_due", partial(deliver_due, allow_private=True))
    with Slow() as receiver:
        hooked(labeller, receiver)
        announce(event=PUBLISHED, data={})
        send_webhooks()
        assert receiver.came.wait(10)
        # The receiver has said nothing yet, and the task is over; another one begins no second thread.
        thread = telling.thread
        send_webhooks()
        assert (telling.thread, WebhookDelivery.objects.get().status) == (thread, "waiting")
        receiver.let.set()
        assert thread is not None
        thread.join(10)
    assert (thread.is_alive(), WebhookDelivery.objects.get().status) == (False, "delivered")
    process.stop()
    send_webhooks()
    assert telling.thread is thread


def test_after_a_change_both_secrets_sign_for_a_day_and_then_the_new_one_alone(labeller: User) -> None:
    with Receiver() as receiver:
        hook = hooked(labeller, receiver)
        first, second = receiver.secret, rotate_secret(by=labeller, webhook=hook)
        announce(event=PUBLISHED, data={})
        assert send().status == "delivered"  # whoever still has the old one
        receiver.secret = second
        resent(labeller)
        assert send().status == "delivered"
        assert [len(headers["webhook-signature"].split()) for headers, _ in receiver.asked] == [2, 2]

        Webhook.objects.update(rotated_at=timezone.now() - timedelta(hours=24))
        resent(labeller)
        assert send().status == "delivered"
        assert len(receiver.asked[-1][0]["webhook-signature"].split()) == 1
        receiver.secret = first
        resent(labeller)
        assert send().error == "HTTP 400"


def test_a_second_change_ends_the_first_secret_at_once(labeller: User) -> None:
    with Receiver() as receiver:
        hook = hooked(labeller, receiver)
        second, _third = rotate_secret(by=labeller, webhook=hook), rotate_secret(by=labeller, webhook=hook)
        announce(event=PUBLISHED, data={})
        assert send().error == "HTTP 400"
        receiver.secret = second
        make_due()
        assert send().status == "delivered"


def resent(owner: User) -> None:
    resend_delivery(by=owner, delivery=WebhookDelivery.objects.get())


def test_what_was_given_up_is_sent_again_as_it_was(labeller: User) -> None:
    with Receiver(answers=(500,)) as receiver:
        hooked(labeller, receiver)
        announce(event=PUBLISHED, data={"n": 1})
        for _ in range(len(WAITS) + 1):
            send()
            make_due()
        assert WebhookDelivery.objects.get().status == "given_up"
        resent(labeller)
        assert send().status == "given_up"  # one attempt more, and no other ten
        receiver.answers = [204]
        resent(labeller)
        assert send().status == "delivered"
    assert {(headers["webhook-id"], body) for headers, body in receiver.asked} == {
        (receiver.taken[0][0], receiver.asked[0][1])
    }
    assert (len(receiver.asked), len(receiver.taken)) == (12, 1)


def test_two_workers_never_have_the_same_message_in_hand_and_a_late_result_counts_for_nothing(labeller: User) -> None:
    make_webhook(by=labeller, url="https://example.org/", events_wanted=[PUBLISHED])
    announce(event=PUBLISHED, data={})
    [first] = claim_deliveries(limit=5)
    assert claim_deliveries(limit=5) == []
    make_due()  # the first worker died, or is very slow
    [second] = claim_deliveries(limit=5)
    record_delivery(dispatch=first, status=500)
    assert (WebhookDelivery.objects.get().status, WebhookDelivery.objects.get().error) == ("waiting", "")
    record_delivery(dispatch=second, status=200)
    record_delivery(dispatch=first, status=500)
    assert WebhookDelivery.objects.get().status == "delivered"
