"""Counting in windows of time that move, so that nobody gets twice as much around the full hour; for all processes."""

from functools import cache
from typing import Any

from django.conf import settings
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

WITHIN = 0.5  # seconds in which a server that works has answered


@cache
def window(of: str) -> MovingWindowRateLimiter:
    """What counts `of`, a plain word that no other limit has. Asking it may raise RedisError or OSError."""
    options: dict[str, Any] = {
        "socket_timeout": WITHIN,
        "socket_connect_timeout": WITHIN,
        "retry": Retry(NoBackoff(), 1),
    }
    address = settings.REDIS_LIMITS
    if address.startswith("unix://"):
        address = f"redis+{address}"
    return MovingWindowRateLimiter(RedisStorage(address, key_prefix=of, **options))
