"""Sessions once noted by what name somebody signed in. The name goes from those that do, in the database and the cache.

Nobody is signed out by it. Valkey writes its file anew afterwards, since what it was told once stands there until then;
where it is away or may not, its copies run out by themselves within two weeks.
"""

from contextlib import suppress

import redis
from django.conf import settings
from django.contrib.sessions.backends.cached_db import KEY_PREFIX, SessionStore
from django.core.cache import caches
from django.db import migrations

NOTED = "account_authentication_methods"
KEPT = {"method", "at", "reauthenticated"}


def without_names(apps, schema_editor):
    Session, store, changed = apps.get_model("sessions", "Session"), SessionStore(), []
    for key, data in Session.objects.values_list("session_key", "session_data").iterator():
        held = store.decode(data)
        noted = held.get(NOTED, [])
        if any(set(one) - KEPT for one in noted):
            held[NOTED] = [{word: value for word, value in one.items() if word in KEPT} for one in noted]
            Session.objects.filter(session_key=key).update(session_data=store.encode(held))
            changed.append(key)
    if changed:
        caches[settings.SESSION_CACHE_ALIAS].delete_many([KEY_PREFIX + key for key in changed])
        with suppress(redis.RedisError), redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as valkey:
            valkey.bgrewriteaof()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_webhook_scope"), ("sessions", "0001_initial")]

    operations = [migrations.RunPython(without_names, migrations.RunPython.noop)]
