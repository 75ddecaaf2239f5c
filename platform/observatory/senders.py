"""Who sent a reply, and how many a visitor may send: whoever wants to silence a maker could else fill its desk."""

import logging

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from limits import RateLimitItemPerDay
from redis.exceptions import RedisError

from core.errors import TooMany
from core.visitors import address_of, block_of
from core.windows import window
from observatory.models import Reply
from observatory.rules import SENT_A_DAY

log = logging.getLogger("candor.observatory")

# In the session of whoever sent replies: their names, the newest last.
SENT = "replies"
REMEMBERED = 20
NAME_LENGTH = 16


def count_reply(request: HttpRequest) -> None:
    """Counts one reply of this visitor, by address. While Valkey is away nothing is counted: the limits of what waits
    hold all the same.

    Raises:
        TooMany: there have been as many within a day as one visitor may send.
    """
    try:
        taken = window("replies").hit(RateLimitItemPerDay(SENT_A_DAY), address_of(request))
    except (RedisError, OSError) as error:
        log.warning("replies are not counted, for Valkey does not answer: %s", error)
        return
    if not taken:
        said = _("You have sent %(most)s replies within a day. Send the next one tomorrow.")
        raise TooMany(said % {"most": SENT_A_DAY})


def network_of(request: HttpRequest) -> str:
    """A name for the network a visitor writes from. Only this site's key can make it, so it leads back to nobody."""
    return salted_hmac("candor.replies.network", block_of(request), algorithm="sha256").hexdigest()[:NAME_LENGTH]


def remember(request: HttpRequest, reply: Reply) -> None:
    """So that the same browser is shown what it sent."""
    request.session[SENT] = [*sent(request), str(reply.public_id)][-REMEMBERED:]


def sent(request: HttpRequest) -> list[str]:
    found: list[str] = request.session.get(SENT, [])
    return found


def wrote(request: HttpRequest, reply: Reply) -> bool:
    """Whether this visitor sent the reply: with this account, or in this browser."""
    by = request.user.pk
    return (by is not None and by == reply.sent_by_id) or str(reply.public_id) in sent(request)
