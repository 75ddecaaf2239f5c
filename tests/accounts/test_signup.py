"""Signing up and in: one short form, for a whole class behind one address."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def sign_up(name: str, **more):
    return Client().post(reverse("account_signup"), {"username": name, "password1": PASSWORD, **more})


def test_the_form_asks_for_a_name_and_a_password_only():
    page = Client().get(reverse("account_signup")).content.decode()
    form = page[page.index("<main") : page.index("</main")]
    assert form.count("<input") == 3  # and the mark against forgery
    assert 'name="username"' in form
    assert 'name="password1"' in form


def test_signing_up_leads_straight_to_the_deck():
    answer = sign_up("newcomer")
    assert (answer.status_code, answer.url) == (302, reverse("annotations:deck"))
    assert User.objects.get().role == "contributor"
    assert User.objects.get().languages == ["en"]


def test_the_language_of_the_page_is_what_the_newcomer_reads():
    sign_up("lecteur", **{})
    Client(headers={"accept-language": "fr"}).post(
        reverse("account_signup"), {"username": "lectrice", "password1": PASSWORD}
    )
    assert list(User.objects.order_by("pk").values_list("languages", flat=True)) == [["en"], ["fr"]]


def test_a_class_of_30_behind_one_address_signs_up_and_in():
    up = [sign_up(f"pupil-{number}").status_code for number in range(30)]
    assert up == [302] * 30
    login = {"password": PASSWORD}
    into = [
        Client().post(reverse("account_login"), {"login": f"pupil-{number}", **login}).status_code
        for number in range(30)
    ]
    assert into == [302] * 30
    # the teacher, and 20 typing mistakes
    assert sign_up("teacher").status_code == 302
    wrong = [
        Client().post(reverse("account_login"), {"login": f"pupil-{number}", "password": "x"}).status_code
        for number in range(20)
    ]
    assert wrong == [200] * 20
    assert Client().post(reverse("account_login"), {"login": "teacher", **login}).status_code == 302


def test_the_limit_of_sign_ups_holds(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "3/h/ip"}
    assert [sign_up(f"pupil-{number}").status_code for number in range(4)] == [302, 302, 302, 429]


def test_one_name_cannot_be_guessed_at_for_long(author):
    tries = [
        Client().post(reverse("account_login"), {"login": "author", "password": f"guess {number}"})
        for number in range(6)
    ]
    assert "Too many failed login attempts" in tries[-1].content.decode()
    right = Client().post(reverse("account_login"), {"login": "author", "password": PASSWORD})
    assert right.status_code == 200


def test_a_name_that_is_taken_in_another_case_is_refused(author):
    assert sign_up("AUTHOR").status_code == 200
    assert User.objects.count() == 1


def test_nothing_tries_to_send_mail(author):
    assert reverse("accounts:lost_password") in Client().get(reverse("account_login")).content.decode()
    assert Client().get(reverse("accounts:lost_password")).status_code == 200
    assert Client().post(reverse("accounts:lost_password"), {"email": "a@example.org"}).status_code == 405
