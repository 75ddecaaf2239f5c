"""Hearing all that Valkey is told: what it was told once stays in its append-only file, also when the key is gone."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from django.conf import settings
from django.contrib.sessions.models import Session


@contextmanager
def listening() -> Iterator[Callable[[], str]]:
    """Gives what returns, in lower case, every command of anybody since then, in whichever of its databases."""
    heard: list[str] = []
    address = settings.CACHES["default"]["LOCATION"]
    with redis.Redis.from_url(address) as valkey, valkey.monitor() as monitor:

        def so_far() -> str:
            mark = uuid.uuid4().hex
            valkey.echo(mark)
            while not heard or mark not in heard[-1]:
                heard.append(monitor.next_command()["command"].lower())
            return "\n".join(heard)

        yield so_far


def sessions() -> str:
    """What the database holds of all sessions, unpacked, in lower case."""
    return "\n".join(str(session.get_decoded()) for session in Session.objects.all()).lower()
