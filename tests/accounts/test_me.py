"""A person's own page: languages and API tokens."""

import hashlib
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import make_token
from accounts.models import ApiToken, User
from core.models import Event

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_nobody_is_asked_to_sign_in():
    for name in ("me", "people"):
        answer = Client().get(reverse(f"accounts:{name}"))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_login"))


def test_the_page_shows_who_one_is(author, maintainer):
    page = signed_in(author).get(reverse("accounts:me")).content.decode()
    assert "Contributor" in page
    assert reverse("account_change_password") in page
    assert reverse("prompts:mine") in page
    assert reverse("accounts:people") not in page
    assert reverse("accounts:people") in signed_in(maintainer).get(reverse("accounts:me")).content.decode()


def test_languages_are_saved_in_the_order_of_the_list(author):
    client = signed_in(author)
    answer = client.post(reverse("accounts:languages"), {"languages": ["zh-Hans", "en", "fr"]})
    assert answer.url == reverse("accounts:me")
    author.refresh_from_db()
    assert author.languages == ["en", "fr", "zh-Hans"]


@pytest.mark.parametrize("chosen", [[], ["en", "klingon"], ["\x00"]])
def test_languages_nobody_knows_change_nothing(author, chosen):
    answer = signed_in(author).post(reverse("accounts:languages"), {"languages": chosen})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    author.refresh_from_db()
    assert author.languages == ["en"]


def test_a_token_is_shown_once_and_kept_as_a_hash(author, client):
    client = signed_in(author)
    answer = client.post(reverse("accounts:make_token"), {"name": "my notebook", "scopes": ["label"]})
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    text = re.search(r"candor_[\w-]{43}", answer.content.decode())[0]
    token = ApiToken.objects.get()
    assert token.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert token.scopes == ["label"]
    kept = str([list(table.objects.values()) for table in (ApiToken, Event)])
    assert text not in kept
    page = client.get(reverse("accounts:me")).content.decode()
    assert text not in page
    assert f"{token.prefix}…" in page
    assert "never used" in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": " "}, "Give the token a name"),
        ({"name": "n" * 61}, "at most 60 characters"),
        ({"name": "n", "scopes": ["maintain"]}, "not one of the available choices"),
    ],
)
def test_a_token_that_cannot_be_made_says_why_and_keeps_what_was_typed(author, data, message):
    answer = signed_in(author).post(reverse("accounts:make_token"), data)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert ApiToken.objects.count() == 0


def test_scopes_are_cut_to_the_role(author, reviewer, maintainer):
    every = ["submit", "label", "review", "maintain"]
    made = [make_token(by=user, name="t", scopes=every)[0].scopes for user in (author, reviewer, maintainer)]
    assert made == [every[:2], every[:3], every]


@pytest.mark.parametrize(("days", "lives"), [("30", 30), ("90", 90), ("", 365), ("365", 365), ("0", None)])
def test_a_token_lives_as_long_as_was_chosen(author, days, lives):
    signed_in(author).post(reverse("accounts:make_token"), {"name": "a program", "days": days})
    ends = ApiToken.objects.get().expires_at
    assert (ends and round((ends - timezone.now()).total_seconds() / 86400)) == lives
    page = signed_in(author).get(reverse("accounts:me")).content.decode()
    assert ("until you revoke it" in page) == (lives is None)


def test_no_other_life_can_be_chosen(author):
    answer = signed_in(author).post(reverse("accounts:make_token"), {"name": "a program", "days": "36500"})
    assert (answer.status_code, ApiToken.objects.count()) == (422, 0)


def test_a_token_is_revoked_by_its_owner_only(author, labeller):
    token, _text = make_token(by=author, name="t", scopes=[])
    url = reverse("accounts:revoke_token", args=[token.pk])
    assert signed_in(labeller).post(url).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert [signed_in(author).post(url).status_code for _ in range(2)] == [302, 302]
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert Event.objects.filter(noun="apitoken", verb="revoke").count() == 1
    assert token.prefix not in signed_in(author).get(reverse("accounts:me")).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_tokens_need_no_query_each(author, number, django_assert_num_queries):
    for index in range(number):
        make_token(by=author, name=f"<b>{index}</b>", scopes=[])
    client = signed_in(author)
    client.get(reverse("accounts:me"))
    # The person, their tokens, and webhooks that were switched off; the session is in the cache.
    with django_assert_num_queries(3):
        page = client.get(reverse("accounts:me")).content.decode()
    assert page.count("&lt;b&gt;0&lt;/b&gt;") == 2  # on the page and in its button's name
    assert "<b>0</b>" not in page.replace("<b>&lt;", "")


def test_changes_are_made_by_post_only(author):
    token, _text = make_token(by=author, name="t", scopes=[])
    client = signed_in(author)
    urls = [
        reverse("accounts:languages"),
        reverse("accounts:make_token"),
        reverse("accounts:revoke_token", args=[token.pk]),
    ]
    assert [client.get(url).status_code for url in urls] == [405, 405, 405]
