"""How often the API may be read: so many times a minute, by token, or by address where there is none.

Counted in Valkey for all processes, in a window that moves, so that nobody gets twice as much around the full minute.
While Valkey is away everybody is let through: the record is there to be read.
"""

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from accounts.models import ApiToken
from core.visitors import address_of
from core.windows import window

log = logging.getLogger("candor.api")

AWAY_FOR = 3.0  # seconds after a failure in which nobody asks
MINUTE = 60


@dataclass(frozen=True)
class Left:
    """What is left of a limit: reads, and seconds until one more is given back."""

    limit: int
    remaining: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit headers in the words of the IETF's draft (draft-ietf-httpapi-ratelimit-headers-10)."""
        return {
            "RateLimit-Policy": f'"reads";q={self.limit};w={MINUTE}',
            "RateLimit": f'"reads";r={self.remaining};t={self.seconds}',
        }


class TooManyReads(Throttled):
    """The limit is used up. `wait` is when to come back, in seconds."""

    default_code = "too_many"

    def __init__(self, left: Left) -> None:
        self.left = left
        said = _("That was %(limit)s reads within a minute, and more are not served. Try again in %(seconds)s seconds.")
        super().__init__(detail=said % {"limit": left.limit, "seconds": max(left.seconds, 1)})
        self.wait = max(left.seconds, 1)


class Away:
    """Until when the server is not asked, in this process."""

    until = 0.0


def limiter() -> MovingWindowRateLimiter:
    return window("reads")


def count(request: Request, *, spend: bool = True) -> Left | None:
    """Counts one read, or without `spend` looks whether there is one left; None while nobody can count.

    Raises:
        TooManyReads: there have been as many within a minute as there may be.
    """
    token = request.auth
    if isinstance(token, ApiToken):
        limit, whose = settings.READS_PER_MINUTE_BY_TOKEN, f"token:{token.pk}"
    else:
        limit, whose = settings.READS_PER_MINUTE, f"address:{address_of(request._request)}"
    return taken(limit, whose, spend=spend)


def count_stranger(request: Request, *, spend: bool) -> Left | None:
    """As `count`, of tokens that nobody has, by address: to look one up costs a question to the database.

    They have a count of their own, so that somebody with a token still reads from an address that has read its share.
    """
    return taken(settings.READS_PER_MINUTE, f"stranger:{address_of(request._request)}", spend=spend)


def taken(limit: int, whose: str, *, spend: bool) -> Left | None:
    if time.monotonic() < Away.until:
        return None
    item = RateLimitItemPerMinute(limit)
    try:
        is_free = limiter().hit(item, whose) if spend else limiter().test(item, whose)
        stats = limiter().get_window_stats(item, whose)
    except (RedisError, OSError) as error:
        Away.until = time.monotonic() + AWAY_FOR
        log.warning("reads are not counted, for Valkey does not answer: %s", error)
        return None
    left = Left(limit, max(stats.remaining, 0), max(round(stats.reset_time - time.time()), 0))
    if not is_free:
        raise TooManyReads(left)
    return left
