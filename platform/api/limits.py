"""How often the API may be read: so many times a minute, by token, or by address where there is none.

Counted in Valkey for all processes, in a window that moves, so that nobody gets twice as much around the full minute.
While Valkey is away everybody is let through: the record is there to be read.
"""

import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from accounts.models import ApiToken
from core.visitors import address_of

log = logging.getLogger("candor.api")

AWAY_FOR = 3.0  # seconds after a failure in which nobody asks
WITHIN = 0.5  # seconds in which a server that works has answered
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


@cache
def limiter() -> MovingWindowRateLimiter:
    options: dict[str, Any] = {
        "socket_timeout": WITHIN,
        "socket_connect_timeout": WITHIN,
        "retry": Retry(NoBackoff(), 1),
    }
    address = settings.REDIS_LIMITS
    if address.startswith("unix://"):
        address = f"redis+{address}"
    return MovingWindowRateLimiter(RedisStorage(address, key_prefix="reads", **options))


def count(request: Request) -> Left | None:
    """Counts one read; None while nobody can count.

    Raises:
        TooManyReads: there have been as many within a minute as there may be.
    """
    if time.monotonic() < Away.until:
        return None
    token = request.auth
    if isinstance(token, ApiToken):
        limit, whose = settings.READS_PER_MINUTE_BY_TOKEN, f"token:{token.pk}"
    else:
        limit, whose = settings.READS_PER_MINUTE, f"address:{address_of(request._request)}"
    item = RateLimitItemPerMinute(limit)
    try:
        taken = limiter().hit(item, whose)
        window = limiter().get_window_stats(item, whose)
    except (RedisError, OSError) as error:
        Away.until = time.monotonic() + AWAY_FOR
        log.warning("reads are not counted, for Valkey does not answer: %s", error)
        return None
    left = Left(limit, max(window.remaining, 0), max(round(window.reset_time - time.time()), 0))
    if not taken:
        raise TooManyReads(left)
    return left
