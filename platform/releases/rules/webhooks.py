"""What a webhook is told, how it is signed and when it is tried again, as https://www.standardwebhooks.com has it.

The secret is symmetric: whoever signs and whoever checks hold the same one, so it lies in the database as it is.
"""

import base64
import ipaddress
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from standardwebhooks import Webhook as Signer

from core.errors import Invalid
from core.texts import storable
from releases.choices import WebhookEvent

URL_AT_MOST = 500
WEBHOOKS_AT_MOST = 10
# Messages sent by hand, to one webhook, in an hour: tests, and what is sent again.
TESTS_AN_HOUR = 10
RESENT_AN_HOUR = 10
# How long after each attempt that failed the next one comes: ten attempts in just over three days.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# A webhook at which nothing arrived for so long is switched off.
FAILING_AT_MOST = timedelta(days=5)
KEPT = timedelta(days=30)
SECRET_BYTES = 32
# For so long after a change the secret before it signs as well.
BOTH_SIGN = timedelta(hours=24)
# What DNS can ask for (RFC 1035).
HOST_AT_MOST = 253
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


def check_address(url: str) -> str:
    """The address as it is kept. Where its name leads to is looked at when something is sent there, not here.

    Raises:
        Invalid: it is none that a message could go to.
    """
    url = url.strip()
    if len(url) > URL_AT_MOST or not storable(url):
        raise wrong("url", _("At most 500 characters."))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port == 0 or any(char.isspace() for char in url) or not is_sealed(parts):
        raise wrong("url", _("Write a whole address that starts with https://."))
    if not is_askable(host):
        raise wrong("url", _("No server can have this name: each part has 1 to 63 characters, the whole at most 253."))
    if parts.username is not None or parts.password is not None:
        raise wrong("url", _("Leave name and password out: messages are signed instead."))
    return url


def is_sealed(parts: SplitResult) -> bool:
    """Whether nobody on the way can read or change what is sent: https, or this very machine where one tries it out."""
    return parts.scheme == "https" or (
        parts.scheme == "http" and settings.WEBHOOKS_TO_LOOPBACK and is_loopback(parts.hostname or "")
    )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_literal(host: str) -> bool:
    """Whether it is an address itself, and no name that leads to one."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_askable(host: str) -> bool:
    """Whether a name can be asked of DNS at all, now or at any time."""
    if is_literal(host):
        return True
    if NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
        return False  # another way to write an address, and no name
    try:
        return len(host.removesuffix(".").encode("idna")) <= HOST_AT_MOST
    except UnicodeError:
        return False


def check_events(events: Sequence[str]) -> list[str]:
    """The events without doubles, in our order. Raises Invalid where there are none, or others."""
    if not events or set(events) - set(WebhookEvent.values):
        raise wrong("events", _("Use one or more of: %(words)s.") % {"words": ", ".join(WebhookEvent.values)})
    return [event for event in WebhookEvent.values if event in events]


def wrong(field: str, why: str) -> Invalid:
    return Invalid(_("This webhook cannot be used as it is."), {field: [why]})


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message(event: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The body as it is signed and sent, the same bytes at each attempt."""
    return json.dumps({"type": event, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)


def former_that_signs(former: str, rotated_at: datetime | None, now: datetime) -> str:
    """The secret before the last change, for as long as it signs beside the new one; else nothing."""
    return former if rotated_at is not None and now < rotated_at + BOTH_SIGN else ""


def signed_headers(secret: str, message_id: str, at: datetime, body: str, *, former: str = "") -> dict[str, str]:
    """The three headers of one attempt. `at` is in UTC; a receiver refuses what is more than five minutes from it.

    Signed by the secret and, after a change, by the `former` one as well: a receiver takes what either of them proves.
    """
    signing = [secret, former] if former else [secret]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Signer(one).sign(message_id, at, body) for one in signing),
    }


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after this many attempts; None where it is given up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
