"""The maintainers' list of people, and the one-time link for a lost password."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.actions import make_password_link, set_role
from accounts.models import User
from core.errors import Invalid
from core.models import Event
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a quite different battery"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def link(maintainer, labeller) -> str:
    return make_password_link(by=maintainer, user=labeller)


def test_only_maintainers_see_people(author, reviewer, maintainer):
    seen = [signed_in(user).get(reverse("accounts:people")).status_code for user in (author, reviewer, maintainer)]
    assert seen == [403, 403, 200]


def test_only_maintainers_change_anything(author, reviewer, labeller):
    for user in (author, reviewer):
        client = signed_in(user)
        role = client.post(reverse("accounts:role", args=[labeller.pk]), {"role": "maintainer"})
        link = client.post(reverse("accounts:password_link", args=[labeller.pk]))
        assert (role.status_code, link.status_code) == (403, 403)
    labeller.refresh_from_db()
    assert labeller.role == "contributor"


def test_people_are_found_by_a_part_of_their_name(author, labeller, maintainer):
    client = signed_in(maintainer)
    shown = re.findall(r'for="role-(\d+)"', client.get(reverse("accounts:people")).content.decode())
    assert shown == [str(maintainer.pk), str(author.pk), str(labeller.pk)]
    shown = re.findall(r'for="role-(\d+)"', client.get(reverse("accounts:people") + "?name=LABEL").content.decode())
    assert shown == [str(labeller.pk)]
    assert "Nobody has such a name" in client.get(reverse("accounts:people") + "?name=zz").content.decode()
    assert client.get(reverse("accounts:people") + "?name=zz&page=zz").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_people_need_no_query_each(maintainer, person, number, django_assert_num_queries):
    for index in range(number):
        person(f"pupil-{index}")
    client = signed_in(maintainer)
    client.get(reverse("accounts:people"))
    with django_assert_num_queries(4):  # the reader, the count, the page, the notices
        client.get(reverse("accounts:people"))


def test_a_role_is_given_and_taken(maintainer, labeller):
    client = signed_in(maintainer)
    url = reverse("accounts:role", args=[labeller.pk])
    page = client.post(url, {"role": "reviewer"}, follow=True).content.decode()
    assert "labeller is a reviewer now." in page
    labeller.refresh_from_db()
    assert labeller.role == "reviewer"
    page = client.post(url, {"role": "emperor"}, follow=True).content.decode()
    assert "There is no such role." in page
    labeller.refresh_from_db()
    assert labeller.role == "reviewer"


def test_the_last_maintainer_stays(maintainer):
    client = signed_in(maintainer)
    page = client.post(reverse("accounts:role", args=[maintainer.pk]), {"role": "reviewer"}, follow=True)
    assert "This is the last maintainer." in page.content.decode()
    with pytest.raises(Invalid):
        set_role(by=None, user=maintainer, role="contributor")
    maintainer.refresh_from_db()
    assert maintainer.role == "maintainer"


def test_a_password_link_is_shown_once_whole_and_with_its_end(maintainer, labeller):
    client = signed_in(maintainer)
    answer = client.post(reverse("accounts:password_link", args=[labeller.pk]))
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    page = answer.content.decode()
    link = re.search(r"http://testserver(/account/new-password/[\w-]+/[\w-]+/)", page)[1]
    assert "It works once, until" in page
    assert link not in client.get(reverse("accounts:people")).content.decode()
    assert link.split("/")[-2] not in str(list(Event.objects.values()))
    assert Client().get(link).status_code == 200


def test_the_link_sets_the_password_signs_in_and_dies(link, labeller):
    elsewhere = signed_in(labeller)
    # signing in killed the link made before it
    assert Client().get(link).status_code == 410
    link = reverse("accounts:new_password", args=link_for(labeller))
    client = Client()
    answer = client.post(link, {"password": NEW})
    assert (answer.status_code, answer.url) == (302, reverse("accounts:me"))
    assert client.get(reverse("accounts:me")).status_code == 200
    assert elsewhere.get(reverse("accounts:me")).status_code == 302
    labeller.refresh_from_db()
    assert labeller.check_password(NEW)
    for again in (Client().get(link), Client().post(link, {"password": "another one of mine"})):
        assert again.status_code == 410
        assert "This link no longer works" in again.content.decode()
    labeller.refresh_from_db()
    assert labeller.check_password(NEW)


def link_for(user: User) -> list[str]:
    user.refresh_from_db()
    return [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]


@pytest.mark.parametrize(
    ("password", "message"),
    [("", "Choose a password."), ("short", "too short"), ("labeller", "too similar"), ("password123", "too common")],
)
def test_a_weak_password_says_why_and_leaves_the_link_alive(link, labeller, password, message):
    answer = Client().post(link, {"password": password})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    labeller.refresh_from_db()
    assert labeller.check_password(PASSWORD)
    assert Client().post(link, {"password": NEW}).status_code == 302


def test_a_bad_link_says_the_same_whether_the_person_exists_or_not(labeller, link):
    uid, token = link.strip("/").split("/")[-2:]
    nobody = urlsafe_base64_encode(b"999999")
    pages = [
        Client().get(reverse("accounts:new_password", args=[one, other]))
        for one, other in [(uid, "x-y"), (nobody, token), ("___", token), (urlsafe_base64_encode(b"9" * 40), token)]
    ]
    assert [page.status_code for page in pages] == [410] * 4
    bodies = {re.sub(r'(value|name="next" value)="[^"]*"', "", page.content.decode()) for page in pages}
    assert len(bodies) == 1


def test_a_link_ends_after_three_days(link, monkeypatch):
    later = default_token_generator._now() + timedelta(days=3, seconds=2)
    monkeypatch.setattr(default_token_generator, "_now", lambda: later)
    assert Client().get(link).status_code == 410


def test_the_link_of_a_closed_account_is_dead(link, labeller):
    User.objects.filter(pk=labeller.pk).update(is_active=False)
    assert Client().get(link).status_code == 410
