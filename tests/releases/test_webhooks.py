"""Webhooks as their owner has them: the pages, who may do what, and what a release tells them."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.errors import Conflict, Forbidden, Invalid, TooMany
from core.models import Event
from releases.actions import webhooks as actions
from releases.actions.published import on_published
from releases.models import Release, Webhook, WebhookDelivery
from releases.rules.webhooks import WEBHOOKS_AT_MOST, message, signed_headers

PUBLISHED = "release.published"
ADDRESS = "https://example.org/candor"


@pytest.fixture
def hook(labeller: User) -> Webhook:
    return actions.make_webhook(by=labeller, url=ADDRESS, events_wanted=[PUBLISHED])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backend.Backend")
    return client


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "https://", "https://user:secret@example.org/", "https://[::1",
        "https://example.org:0/", "https://example.org:99999/", "https://a b.example/", "https://x/" + "a" * 500,
        "javascript:alert(1)", "https://example.org/\x00", "http://example.org/", "http://127.0.0.1:1/",
        f"https://{'a' * 64}.example/", f"https://{''.join(map(chr, range(0x4E00, 0x5E00, 99)))}.example/",
        "https://" + "a." * 127 + "example/", "https://a..example/", "https://2130706433/", "https://127.1/", "https://0x7f000001/",
    ],
)  # fmt: skip
def test_an_address_nothing_can_be_sent_to_is_refused(labeller: User, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.make_webhook(by=labeller, url=url, events_wanted=[PUBLISHED])
    assert list(refused.value.fields) == ["url"]
    if url == "example.org":  # who types a host alone means https
        return
    assert signed_in(labeller).post(reverse("releases:webhooks"), {"url": url, "events": PUBLISHED}).status_code == 422
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("wanted", [[], ["release.started"], [PUBLISHED, "x"]])
def test_events_that_do_not_exist_are_refused(labeller: User, wanted: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        actions.make_webhook(by=labeller, url=ADDRESS, events_wanted=wanted)
    assert list(refused.value.fields) == ["events"]


def test_nobody_has_more_than_ten(labeller: User, author: User) -> None:
    for n in range(WEBHOOKS_AT_MOST):
        actions.make_webhook(by=labeller, url=f"{ADDRESS}/{n}", events_wanted=[PUBLISHED])
    with pytest.raises(Conflict):
        actions.make_webhook(by=labeller, url=ADDRESS, events_wanted=[PUBLISHED])
    page = signed_in(labeller).post(reverse("releases:webhooks"), {"url": ADDRESS, "events": PUBLISHED})
    assert page.status_code == 409
    assert "You have 10 webhooks. Remove one first." in page.content.decode()
    actions.make_webhook(by=author, url=ADDRESS, events_wanted=[PUBLISHED])


def test_the_secret_is_shown_once_when_made_and_once_when_changed(labeller: User) -> None:
    client = signed_in(labeller)
    made = client.post(reverse("releases:webhooks"), {"url": ADDRESS, "events": [PUBLISHED]})
    hook = Webhook.objects.get()
    assert made.status_code == 201
    assert hook.secret.startswith("whsec_") and hook.secret in unescape(made.content.decode())
    one, every = reverse("releases:webhook", args=[hook.public_id]), reverse("releases:webhooks")
    assert [hook.secret in unescape(client.get(page).content.decode()) for page in (one, every)] == [False, False]
    old = hook.secret
    changed = client.post(reverse("releases:rotate_webhook", args=[hook.public_id]))
    hook.refresh_from_db()
    assert hook.secret != old and hook.secret in unescape(changed.content.decode())
    assert "no-store" in changed["Cache-Control"] and "no-store" in made["Cache-Control"]
    assert not [event for event in Event.objects.all() if "whsec" in json.dumps(event.data)]


def test_everything_by_hand(labeller: User, hook: Webhook) -> None:
    client, key = signed_in(labeller), [hook.public_id]
    page = reverse("releases:webhook", args=key)
    assert client.post(reverse("releases:test_webhook", args=key)).headers["Location"] == page
    [delivery] = WebhookDelivery.objects.all()
    assert json.loads(delivery.body)["type"] == "webhook.test"
    assert str(delivery.public_id) in client.get(page).content.decode()
    client.post(reverse("releases:switch_webhook", args=key), {"to": "off"})
    delivery.refresh_from_db()
    assert delivery.status == "given_up"
    assert actions.announce(event=PUBLISHED, data={}) == 0
    refused = client.post(reverse("releases:test_webhook", args=key), follow=True).content.decode()
    assert "This webhook is switched off. Switch it on first." in refused
    client.post(reverse("releases:switch_webhook", args=key), {"to": "on"})
    assert actions.announce(event=PUBLISHED, data={}) == 1
    client.post(reverse("releases:remove_webhook", args=key))
    assert (Webhook.objects.count(), WebhookDelivery.objects.count()) == (0, 0)
    assert client.get(page).status_code == 404


def test_only_its_owner_comes_near_it(author: User, maintainer: User, hook: Webhook) -> None:
    sent = actions.test_webhook(by=User.objects.get(pk=hook.owner_id), webhook=hook)
    with pytest.raises(Forbidden):
        actions.resend_delivery(by=author, delivery=sent)
    again = reverse("releases:resend_delivery", args=[hook.public_id, sent.public_id])
    assert signed_in(author).post(again).status_code == 404
    names = ("webhook", "test_webhook", "rotate_webhook", "switch_webhook", "remove_webhook")
    for name in names:
        address = reverse(f"releases:{name}", args=[hook.public_id])
        nobody = Client().get(address) if name == "webhook" else Client().post(address)
        assert (nobody.status_code, nobody.headers["Location"].partition("?")[0]) == (302, reverse("account_login"))
        for stranger in (author, maintainer):
            client = signed_in(stranger)
            assert (client.get(address) if name == "webhook" else client.post(address)).status_code == 404
    for act in (actions.rotate_secret, actions.disable_webhook, actions.enable_webhook, actions.remove_webhook):
        with pytest.raises(Forbidden):
            act(by=author, webhook=hook)
    assert ADDRESS not in signed_in(author).get(reverse("releases:webhooks")).content.decode()


def test_it_is_tested_ten_times_an_hour_at_most(labeller: User, hook: Webhook) -> None:
    for _ in range(10):
        actions.test_webhook(by=labeller, webhook=hook)
    with pytest.raises(TooMany):
        actions.test_webhook(by=labeller, webhook=hook)
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(hours=1, seconds=1))
    actions.test_webhook(by=labeller, webhook=hook)


def test_a_name_as_long_as_dns_allows_is_taken(labeller: User) -> None:
    for host in ("a" * 63 + ".example", "a." * 122 + "example", "a." * 122 + "example.", "漢" * 15 + ".example"):
        actions.make_webhook(by=labeller, url=f"https://{host}/", events_wanted=[PUBLISHED])
    assert Webhook.objects.count() == 4


def test_http_goes_to_this_machine_alone_and_only_where_the_site_is_tried_out(labeller: User, settings: Any) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    for host in ("127.0.0.1:8000", "[::1]:8000", "localhost:8000"):
        actions.make_webhook(by=labeller, url=f"http://{host}/", events_wanted=[PUBLISHED])
    for host in ("10.0.0.1", "example.org", "localhost.example.org"):
        with pytest.raises(Invalid):
            actions.make_webhook(by=labeller, url=f"http://{host}/", events_wanted=[PUBLISHED])
    settings.WEBHOOKS_TO_LOOPBACK = False
    # One from before is not switched on again.
    hook = Webhook.objects.earliest("pk")
    actions.disable_webhook(by=labeller, webhook=hook)
    page = signed_in(labeller).post(
        reverse("releases:switch_webhook", args=[hook.public_id]), {"to": "on"}, follow=True
    )
    assert "Write a whole address that starts with https://." in page.content.decode()
    hook.refresh_from_db()
    assert hook.disabled_at is not None


def test_a_message_is_sent_again_by_hand(labeller: User, hook: Webhook) -> None:
    client, sent = signed_in(labeller), actions.test_webhook(by=labeller, webhook=hook)
    page, again = (
        reverse("releases:webhook", args=[hook.public_id]),
        reverse("releases:resend_delivery", args=[hook.public_id, sent.public_id]),
    )
    assert again not in client.get(page).content.decode()
    assert "This message is on its way already." in client.post(again, follow=True).content.decode()
    WebhookDelivery.objects.update(status="given_up", attempts=10, done_at=timezone.now())
    assert again in client.get(page).content.decode()
    assert client.post(again).headers["Location"] == page
    sent.refresh_from_db()
    assert (sent.status, sent.done_at, sent.attempts) == ("waiting", None, 10)
    # Nor is it sent again and again to somebody's server.
    for _ in range(9):
        WebhookDelivery.objects.update(status="delivered", done_at=timezone.now())
        actions.resend_delivery(by=labeller, delivery=sent)
    WebhookDelivery.objects.update(status="delivered", done_at=timezone.now())
    with pytest.raises(TooMany):
        actions.resend_delivery(by=labeller, delivery=sent)
    actions.disable_webhook(by=labeller, webhook=hook)
    assert again not in client.get(page).content.decode()
    with pytest.raises(Conflict):
        actions.resend_delivery(by=labeller, delivery=sent)


def test_who_switched_it_off_is_told_apart_on_the_page_of_the_account(labeller: User, hook: Webhook) -> None:
    client, me = signed_in(labeller), reverse("accounts:me")
    said = "nothing had arrived there"
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=6))
    assert said not in client.get(me).content.decode()
    actions.disable_webhook(by=None, webhook=hook)
    page = client.get(me).content.decode()
    assert said in page and reverse("releases:webhook", args=[hook.public_id]) in page
    assert (
        "nothing had arrived since" in client.get(reverse("releases:webhook", args=[hook.public_id])).content.decode()
    )
    actions.enable_webhook(by=labeller, webhook=hook)
    assert said not in client.get(me).content.decode()
    Webhook.objects.update(failing_since=timezone.now())
    actions.disable_webhook(by=labeller, webhook=hook)
    assert said not in client.get(me).content.decode()


def test_a_secret_that_signs_nothing_more_is_forgotten(labeller: User, hook: Webhook) -> None:
    actions.rotate_secret(by=labeller, webhook=hook)
    actions.forget_deliveries()
    hook.refresh_from_db()
    assert hook.former_secret.startswith("whsec_")
    Webhook.objects.update(rotated_at=timezone.now() - timedelta(hours=24))
    actions.forget_deliveries()
    hook.refresh_from_db()
    assert hook.former_secret == ""


def test_a_release_tells_who_wants_to_know(labeller: User, author: User, hook: Webhook) -> None:
    other = actions.make_webhook(by=author, url=ADDRESS, events_wanted=["release.edited"])
    release = Release.objects.create(
        version="2026.11.0", status="built", cutoff=timezone.now(), stage="done", key=b"k" * 32
    )
    release.files.create(path="SHA256SUMS", sha256="a" * 64, bytes=1, media_type="text/plain")
    on_published(release)
    [delivery] = WebhookDelivery.objects.all()
    assert delivery.webhook == hook != other
    body = json.loads(delivery.body)
    assert body["type"] == PUBLISHED
    data = body["data"]
    assert (data["version"], data["edition"], data["sums"]) == ("2026.11.0", 0, "a" * 64)
    assert body["data"]["page"].endswith("/data/2026.11.0/")
    assert body["data"]["api"].endswith("/api/v1/releases/2026.11.0/")


def test_nobody_who_left_is_told(labeller: User, hook: Webhook) -> None:
    User.objects.filter(pk=labeller.pk).update(is_active=False)
    assert actions.announce(event=PUBLISHED, data={}) == 0
    actions.forget_webhooks(by=labeller)
    assert not Webhook.objects.exists()


def test_messages_are_kept_thirty_days(labeller: User, hook: Webhook) -> None:
    for days in (29, 31):
        made = actions.test_webhook(by=labeller, webhook=hook)
        WebhookDelivery.objects.filter(pk=made.pk).update(
            status="delivered", done_at=timezone.now() - timedelta(days=days)
        )
    actions.test_webhook(by=labeller, webhook=hook)
    assert actions.forget_deliveries() == 1
    assert WebhookDelivery.objects.count() == 2


@pytest.fixture(params=["library", "plain"])
def received(request: pytest.FixtureRequest, labeller: User) -> Any:
    """What the lines on the page define, as they stand there."""
    page = signed_in(labeller).get(reverse("releases:webhooks")).content.decode()
    found = re.search(rf'data-receiver="{request.param}"><code>(.*?)</code>', page, re.DOTALL)
    assert found
    space: dict[str, Any] = {}
    exec(unescape(found[1]), space)
    return space["received"]


def test_the_lines_on_the_page_take_what_is_ours_and_new(received: Any, hook: Webhook) -> None:
    body = message(PUBLISHED, datetime.now(UTC), {"version": "2026.11.0", "note": "漢"})
    headers = signed_headers(hook.secret, "an-id", datetime.now(UTC), body)
    assert received(body.encode(), headers, hook.secret) == json.loads(body)


@pytest.mark.parametrize("wrong", ["body", "secret", "id", "old", "future", "later"])
def test_the_lines_on_the_page_refuse_everything_else(received: Any, hook: Webhook, wrong: str) -> None:
    body, secret, at = message(PUBLISHED, datetime.now(UTC), {}), hook.secret, datetime.now(UTC)
    at += {"old": timedelta(seconds=-310), "future": timedelta(seconds=310)}.get(wrong, timedelta(0))
    headers = signed_headers(secret, "an-id", at, body)
    if wrong == "body":
        body = body.replace(PUBLISHED, "release.forged")
    elif wrong == "secret":
        secret = "whsec_" + "A" * 44
    elif wrong == "id":
        headers["webhook-id"] = "another-id"
    elif wrong == "later":  # an old message with a new time
        headers["webhook-timestamp"] = str(int(time.time()) + 60)
    with pytest.raises(Exception, match=r".") as refused:
        received(body.encode(), headers, secret)
    assert not isinstance(refused.value, NameError | TypeError | KeyError)
