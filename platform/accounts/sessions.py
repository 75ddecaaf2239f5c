"""Sessions lie in the database and, as a copy, in the cache. Whose one is stands only inside it."""

from functools import partial

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import KEY_PREFIX, SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import transaction

from accounts.models import User


@transaction.atomic
def end_sessions(*, of: User) -> int:
    """Deletes every session of a person, in whichever browser; returns how many. All sessions are looked into."""
    reader = SessionStore()
    rows = Session.objects.values_list("session_key", "session_data").iterator()
    theirs = [key for key, data in rows if reader.decode(data).get(SESSION_KEY) == str(of.pk)]
    Session.objects.filter(session_key__in=theirs).delete()
    # After the row: what was read in between would be copied into the cache again.
    transaction.on_commit(partial(forget_copies, theirs))
    return len(theirs)


def forget_copies(keys: list[str]) -> None:
    """Removes sessions from the cache."""
    caches[settings.SESSION_CACHE_ALIAS].delete_many([KEY_PREFIX + key for key in keys])


def clear_sessions() -> None:
    """Deletes those that have run out; the cache lets go of its copies by itself."""
    SessionStore.clear_expired()
