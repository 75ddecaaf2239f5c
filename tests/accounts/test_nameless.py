"""No session ever holds a name, neither in the database nor in Valkey."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.listening import listening, sessions
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

NAME = "zebulon-quartermain"
NOTED = "account_authentication_methods"


@pytest.fixture
def heard():
    cache.clear()
    with listening() as so_far:
        yield so_far


def sign_in(client: Client, name: str = NAME, password: str = PASSWORD) -> int:
    return client.post(reverse("account_login"), {"login": name, "password": password}).status_code


def nowhere(heard, client: Client) -> bool:
    """The session is written in both places, and the name in neither."""
    key = client.session.session_key
    assert key.lower() in heard()
    assert "_auth_user_id" in sessions()
    return NAME not in heard() and NAME not in sessions()


def test_what_is_listened_to_is_heard(heard):
    cache.set("something", {"username": NAME})
    cache.delete("something")
    assert NAME in heard()


def test_signing_up(heard):
    client = Client()
    assert client.post(reverse("account_signup"), {"username": NAME, "password1": PASSWORD}).status_code == 302
    assert client.get("/label/me/").status_code == 200
    assert nowhere(heard, client)


def test_signing_in_again_and_again(heard, person):
    person(NAME)
    client = Client()
    assert sign_in(client, password="wrong") == 200
    assert sign_in(client, NAME.upper()) == 302
    assert client.get("/label/me/").status_code == 200
    assert nowhere(heard, client)
    assert [set(one) for one in client.session[NOTED]] == [{"method", "at"}]
    client.post(reverse("account_logout"))
    assert sign_in(client) == 302
    assert nowhere(heard, client)


def test_saying_ones_password_again_is_still_noted(heard, person):
    person(NAME)
    client = Client()
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert [(one["method"], one.get("reauthenticated")) for one in client.session[NOTED]] == [
        ("password", None),
        ("password", True),
    ]
    assert nowhere(heard, client)


def test_another_password(heard, person):
    person(NAME)
    client = Client()
    sign_in(client)
    other = f"{PASSWORD} and more"
    form = {"oldpassword": PASSWORD, "password1": other, "password2": other}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert nowhere(heard, client)


def test_an_account_that_is_closed(heard, person):
    person(NAME)
    User.objects.update(is_active=False)
    client = Client()
    assert sign_in(client) == 403
    assert NAME not in heard()
    assert NAME not in sessions()
