"""Sessions end with the account, wherever they lie; old ones lose the names they held, and run-out ones go."""

from datetime import timedelta
from importlib import import_module

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import KEY_PREFIX, SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import close_account
from accounts.sessions import clear_sessions
from tests.accounts.listening import sessions
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "zebulon-quartermain"
NOTED = "account_authentication_methods"


@pytest.fixture(autouse=True)
def no_copies():
    cache.clear()


def signed_in(name: str) -> Client:
    client = Client()
    assert client.post(reverse("account_login"), {"login": name, "password": PASSWORD}).status_code == 302
    return client


def copied() -> set[str]:
    """The keys of all sessions that lie in Valkey."""
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as valkey:
        found = (key.decode() for key in valkey.keys("*"))
        return {key.partition(KEY_PREFIX)[2] for key in found if KEY_PREFIX in key}


def kept() -> set[str]:
    return set(Session.objects.values_list("session_key", flat=True))


def old_session(user, **more) -> str:
    """As it was written before names were kept out of it: in the database, and a copy in Valkey."""
    store = SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    store[NOTED] = [{"method": "password", "at": 1.5, "username": user.username}]
    store.update(more)
    store.save()
    return str(store.session_key)


def with_cookie(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def test_whoever_leaves_is_signed_in_nowhere(person):
    one, other = person(NAME), person("somebody")
    here, there, theirs, stranger = signed_in(NAME), signed_in(NAME), signed_in("somebody"), Client()
    stranger.get("/label/practice/")
    mine = {client.session.session_key for client in (here, there)}
    others = {theirs.session.session_key}
    assert mine | others <= kept()
    assert mine | others <= copied()
    before = kept()
    page = here.post("/label/me/leave/", {"typed": PASSWORD})
    assert (page.status_code, page["Location"]) == (302, "/")
    assert kept() & before == before - mine
    assert copied() & mine == set()
    assert others <= copied()
    assert f"'{SESSION_KEY}': '{one.pk}'" not in sessions()
    # The other browser is nobody's now, and the other person's is theirs.
    assert there.get("/account/").status_code == 302
    assert theirs.get("/account/").status_code == 200
    assert f"'{SESSION_KEY}': '{other.pk}'" in sessions()


def test_a_copy_does_not_come_back(person):
    """Where the account is not closed after all, its sessions are there as before."""
    one = person(NAME)
    client = signed_in(NAME)
    with pytest.raises(ZeroDivisionError):
        closed_and_broken_off(one)
    assert client.session.session_key in kept() & copied()
    assert client.get("/account/").status_code == 200


def closed_and_broken_off(user) -> None:
    from django.db import transaction

    with transaction.atomic():
        close_account(by=user)
        raise ZeroDivisionError


def test_names_go_from_old_sessions_and_nobody_is_signed_out(person):
    one, other = person(NAME), person("somebody")
    held = old_session(one, plays=[1, 2], words={"note": "x" * 400})
    fresh = signed_in("somebody")
    assert NAME in sessions()
    assert held in copied()
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as valkey:
        assert any(NAME.encode() in (valkey.get(key) or b"") for key in valkey.keys(f"*{KEY_PREFIX}*"))

    import_module("accounts.migrations.0003_nameless_sessions").without_names(apps, None)
    assert NAME not in sessions()
    assert held not in copied()
    # What was right already was not touched.
    assert fresh.session.session_key in copied()
    client = with_cookie(held)
    assert client.get("/account/").status_code == 200
    assert held in copied()
    session = SessionStore(held)
    assert (session["plays"], session[SESSION_KEY]) == ([1, 2], str(one.pk))
    assert session[NOTED] == [{"method": "password", "at": 1.5}]
    assert other.pk != one.pk


def test_what_has_run_out_goes(person):
    one = person(NAME)
    old, fresh = old_session(one), signed_in(NAME).session.session_key
    Session.objects.filter(pk=old).update(expire_date=timezone.now() - timedelta(minutes=1))
    clear_sessions()
    assert kept() == {fresh}
