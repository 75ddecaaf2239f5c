"""The cache without which everything still works: while Valkey is away, all of it is a miss.

Sessions are then read from the database, and limits let everybody through: labelling is worth more than a count of
sign-ins. A server that hangs costs one request a second, not each of them: after a failure nobody asks for a while.

What could not be written meanwhile is out of date once the server is back (a session that has ended, say), so the
process that could not write it removes it there before it asks for anything else.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger("candor.cache")
T = TypeVar("T")

AWAY_FOR = 3.0  # seconds after a failure in which nobody asks
WITHIN = 1.0  # seconds in which a server that works has connected, or answered
STALE_AT_MOST = 10_000  # keys; for more than that the whole cache is emptied


class Outage:
    """What a process knows of one server: until when it is not asked, and which keys are out of date there."""

    def __init__(self) -> None:
        self.until = 0.0
        self.stale: set[str] = set()
        self.all_stale = False

    def missed(self, keys: Iterable[str]) -> None:
        self.stale.update(keys)
        if len(self.stale) > STALE_AT_MOST:
            self.stale.clear()
            self.all_stale = True


class Client(RedisCacheClient):
    """Django's, but that it makes redis-py's client once and not for each question: that takes longer than asking."""

    def __init__(self, *servers: Any, **options: Any) -> None:
        super().__init__(*servers, **options)
        self._kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._kept is None:
            self._kept = super().get_client(key, write=write)
        return self._kept


class Cache(RedisCache):
    """Django's cache on Valkey that never raises because the server is away, hangs or is still loading."""

    # Django makes a cache for each thread; what is known of a server is common to them.
    outages: ClassVar[dict[str, Outage]] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
        self._options = {
            "socket_connect_timeout": WITHIN,
            "socket_timeout": WITHIN,
            # A connection left over from before a restart is made anew; a server that hangs is not asked twice.
            "retry": Retry(NoBackoff(), 1, supported_errors=(NotConnected,)),
            **params.get("OPTIONS", {}),
        }
        self.outage = self.outages.setdefault(str(server), Outage())

    def ask(self, do: Callable[[], T], otherwise: T, writes: Iterable[str] = ()) -> T:
        """What `do` gives, or `otherwise` while the server is away; `writes` are the keys `do` would have changed."""
        if time.monotonic() >= self.outage.until:
            try:
                self.catch_up()
                return do()
            except RedisError as error:
                self.outage.until = time.monotonic() + AWAY_FOR
                log.warning("the cache does not answer and is done without: %s", error)
        self.outage.missed(writes)
        return otherwise

    def catch_up(self) -> None:
        """Removes what could not be written while the server was away."""
        if self.outage.all_stale:
            self._cache.clear()
            self.outage.all_stale = False
        if keys := self.outage.stale.copy():
            self.outage.stale -= keys
            try:
                self._cache.delete_many(keys)
            except RedisError:
                self.outage.missed(keys)
                raise

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """True while the server is away: what is added is mostly a lock, and nobody else holds it."""
        kept = self.make_and_validate_key(key, version=version)
        return self.ask(lambda: bool(super(Cache, self).add(key, value, timeout, version)), True, [kept])

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.ask(lambda: super(Cache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        kept = self.make_and_validate_key(key, version=version)
        self.ask(lambda: super(Cache, self).set(key, value, timeout, version), None, [kept])

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self.ask(lambda: bool(super(Cache, self).touch(key, timeout, version)), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        kept = self.make_and_validate_key(key, version=version)
        return self.ask(lambda: bool(super(Cache, self).delete(key, version)), False, [kept])

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        wanted = list(keys)
        return self.ask(lambda: dict(super(Cache, self).get_many(wanted, version)), {})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self.ask(lambda: bool(super(Cache, self).has_key(key, version)), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError while the server is away, as for any key that is not there."""
        kept = self.make_and_validate_key(key, version=version)
        number = self.ask(lambda: super(Cache, self).incr(key, delta, version), None, [kept])
        if number is None:
            raise ValueError(f"Key '{key}' not found.")
        return int(number)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        kept = [self.make_and_validate_key(key, version=version) for key in data]
        return self.ask(lambda: list(super(Cache, self).set_many(data, timeout, version)), [], kept)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        wanted = list(keys)
        kept = [self.make_and_validate_key(key, version=version) for key in wanted]
        self.ask(lambda: super(Cache, self).delete_many(wanted, version), None, kept)

    def clear(self) -> None:
        self.outage.all_stale = True
        self.ask(self.catch_up, None)
