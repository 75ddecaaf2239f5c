"""What changes a person leaves an Event, whoever's page it came through; and which of allauth's pages there are."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts import first_sign_in
from accounts.actions import make_token, use_password_link
from accounts.models import ApiToken, User
from core.models import Event
from tests.accounts.test_people import link_for
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a quite different battery"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def recorded(user: User) -> list[tuple[str, int | None]]:
    """What happened to the person, and who did it."""
    events = Event.objects.filter(noun="user", key=user.pk).order_by("pk")
    return [(verb, actor) for verb, actor in events.values_list("verb", "actor")]


def change_password(user: User, old: str = PASSWORD):
    client = Client()
    client.force_login(user)
    return client.post(reverse("account_change_password"), {"oldpassword": old, "password1": NEW, "password2": NEW})


def test_a_sign_up_is_recorded():
    Client().post(reverse("account_signup"), {"username": "newcomer", "password1": PASSWORD})
    user = User.objects.get()
    assert recorded(user) == [("sign_up", user.pk)]
    assert user.languages == ["en"]


def test_a_sign_up_that_cannot_be_recorded_makes_nobody(monkeypatch):
    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("core.events.record", broken)
    with pytest.raises(RuntimeError):
        Client().post(reverse("account_signup"), {"username": "newcomer", "password1": PASSWORD})
    assert User.objects.count() == 0


def test_a_changed_password_is_recorded(author):
    assert change_password(author).status_code == 302
    author.refresh_from_db()
    assert author.check_password(NEW)
    assert recorded(author) == [("add", None), ("set_password", author.pk)]


def test_a_password_that_is_not_changed_is_not_recorded(author):
    assert change_password(author, old="wrong").status_code == 200
    assert recorded(author) == [("add", None)]


def test_the_file_with_the_first_password_goes_with_it(
    author, maintainer, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.DATA_DIR = tmp_path
    file = first_sign_in.write("maintainer", PASSWORD)
    assert file == tmp_path / "first-sign-in.txt"
    assert file.read_text() == f"Sign in as maintainer with the password {PASSWORD}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    with django_capture_on_commit_callbacks(execute=True):
        change_password(author)
    assert file.exists()
    with django_capture_on_commit_callbacks(execute=True):
        change_password(maintainer)
    assert not file.exists()
    first_sign_in.forget("maintainer")  # once more does no harm


def test_a_password_link_revokes_what_programs_hold(labeller, author):
    mine, theirs = (make_token(by=user, name="t", scopes=[])[0] for user in (labeller, author))
    use_password_link(by=labeller, token=link_for(labeller)[1], password=NEW)
    assert list(ApiToken.objects.filter(revoked_at=None)) == [theirs]
    me = labeller.pk
    assert recorded(labeller) == [("add", None), ("set_password", me), ("use_password_link", me)]
    revoked = Event.objects.filter(noun="apitoken", verb="revoke")
    assert list(revoked.values_list("key", "actor")) == [(mine.pk, me)]


def test_the_page_of_the_link_says_so(labeller):
    url = reverse("accounts:new_password", args=link_for(labeller))
    assert "Your API tokens are revoked." in Client().get(url).content.decode()
    page = Client().post(url, {"password": NEW}, follow=True).content.decode()
    assert "Your API tokens are revoked." in page


def test_a_closed_account_is_told_at_its_right_password_only(author):
    User.objects.filter(pk=author.pk).update(is_active=False)
    answers = [
        Client().post(reverse("account_login"), {"login": "author", "password": password})
        for password in ("x", PASSWORD)
    ]
    assert "This account is closed." not in answers[0].content.decode()
    assert answers[1].status_code == 403
    assert "This account is closed." in answers[1].content.decode()


def test_only_the_pages_we_have_are_routed(author):
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("account_")}
    assert names == {f"account_{name}" for name in ("login", "logout", "signup", "change_password", "reauthenticate")}
    with pytest.raises(NoReverseMatch):
        reverse("account_inactive")
    client = Client()
    client.force_login(author)
    gone = ("email/", "password/set/", "password/reset/done/", "inactive/", "confirm-email/", "login/code/confirm/")
    assert [client.get(f"/account/{path}").status_code for path in gone] == [404] * len(gone)
    assert [client.get(reverse(name)).status_code for name in ("account_reauthenticate", "account_logout")] == [
        200,
        200,
    ]
    assert [Client().get(reverse(name)).status_code for name in ("account_login", "account_signup")] == [200, 200]


def test_the_sign_up_page_says_under_which_licence_one_gives():
    assert "published under CC0" in Client().get(reverse("account_signup")).content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "codes"),
    [
        (1, ["10.0.0.1", "10.0.0.2"], [302, 302]),
        (1, ["10.0.0.1", "9.9.9.9, 10.0.0.1"], [302, 429]),  # what the reader claims does not count
        (0, ["10.0.0.1", "10.0.0.2"], [302, 429]),
        (2, ["10.0.0.1", "10.0.0.2"], [302, 429]),  # past one proxy: all share an address, and nobody gets a 500
    ],
)
def test_limits_count_readers_and_not_the_proxy(settings, proxies, forwarded, codes):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "1/h/ip"}
    got = [
        Client(headers={"x-forwarded-for": chain})
        .post(reverse("account_signup"), {"username": f"pupil-{number}", "password1": PASSWORD})
        .status_code
        for number, chain in enumerate(forwarded)
    ]
    assert got == codes
