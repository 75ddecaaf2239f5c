"""Everything that changes a person or a token."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts import first_sign_in
from accounts.choices import Role, Scope
from accounts.models import ApiToken, User
from accounts.rules import check_link, scopes_of
from accounts.selectors import tokens_of
from accounts.sessions import end_sessions
from core import events
from core.errors import Forbidden, Invalid
from core.languages import LANGUAGES

TOKEN_PREFIX = "candor_"  # noqa: S105 -- what a token begins with, not a token


@transaction.atomic
def add_user(*, by: User | None, username: str, password: str, role: str = Role.CONTRIBUTOR) -> User:
    """A person with a password; used by commands and tests. Who signs up does so through allauth and `sign_up`."""
    user = User(username=username, role=role, languages=["en"])
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    events.record(by=by, verb="add", of=user, role=role)
    return user


@transaction.atomic
def sign_up(*, by: User, languages: Iterable[str]) -> None:
    """What belongs to the account that allauth has just saved for `by`: the languages they read, and the Event."""
    by.languages = [code for code in LANGUAGES if code in set(languages)]
    by.save(update_fields=["languages"])
    events.record(by=by, verb="sign_up", of=by)


@transaction.atomic
def set_role(*, by: User | None, user: User, role: str) -> None:
    """Makes somebody a contributor, reviewer or maintainer.

    Raises:
        Forbidden: `by` is not a maintainer.
        Invalid: no such role, or the last maintainer would be gone.
    """
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers give roles."))
    if role not in Role.values:
        one_of = _("Use one of: %(words)s.") % {"words": ", ".join(Role.values)}
        raise Invalid(_("There is no such role."), {"role": [one_of]})
    # Locked, so that two maintainers cannot take the role from each other at the same moment.
    maintainers = User.objects.select_for_update().filter(role=Role.MAINTAINER, is_active=True).order_by("pk")
    if role != Role.MAINTAINER and [maintainer.pk for maintainer in maintainers] == [user.pk]:
        raise Invalid(_("Somebody has to be maintainer."), {"role": [_("This is the last maintainer.")]})
    before, user.role = user.role, role
    user.save(update_fields=["role"])
    events.record(by=by, verb="set_role", of=user, before=before, after=role)


@transaction.atomic
def set_languages(*, by: User, languages: Iterable[str]) -> None:
    """Which languages a person reads; answers in others are not put before them.

    Raises:
        Invalid: none, or one that Candor does not know.
    """
    chosen = [code for code in LANGUAGES if code in set(languages)]
    if not chosen or set(languages) - set(LANGUAGES):
        raise Invalid(
            _("Choose at least one language you read."), {"languages": [_("Choose at least one from the list.")]}
        )
    by.languages = chosen
    by.save(update_fields=["languages"])
    events.record(by=by, verb="set_languages", of=by)


@transaction.atomic
def make_password_link(*, by: User, user: User) -> str:
    """The path of a one-time page where `user` sets a new password; it dies when used, at sign-in, or after three days.

    Raises:
        Forbidden: `by` is not a maintainer.
    """
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers make such links."))
    events.record(by=by, verb="make_password_link", of=user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:new_password", args=[uid, default_token_generator.make_token(user)])


@transaction.atomic
def set_password(*, by: User, password: str) -> None:
    """A new password; every other session of the person ends, and the file with the first one goes."""
    by.set_password(password)
    by.save(update_fields=["password"])
    events.record(by=by, verb="set_password", of=by)
    transaction.on_commit(partial(first_sign_in.forget, by.username))


@transaction.atomic
def use_password_link(*, by: User, token: str, password: str) -> User:
    """Sets the password of `by`, whom the one-time link is for; the link dies with it.

    Whoever needs such a link may have lost more than the password: their API tokens are revoked too.

    Raises:
        Gone: the link was used, is too old, or never was one.
    """
    holder = User.objects.select_for_update().filter(pk=by.pk, is_active=True).first()
    check_link(holder, token)
    assert holder is not None
    set_password(by=holder, password=password)
    for one in tokens_of(holder):
        revoke_token(by=holder, token=one)
    events.record(by=holder, verb="use_password_link", of=holder)
    return holder


@transaction.atomic
def make_token(*, by: User, name: str, scopes: Iterable[str], days: int | None = 365) -> tuple[ApiToken, str]:
    """A key for programs, and its text, which is shown this once. Scopes are cut to what the person's role may do.

    Raises:
        Invalid: no name, or an unknown scope.
    """
    chosen = list(dict.fromkeys(scopes))
    allowed = scopes_of(by)
    if not name.strip() or len(name) > 60:
        raise Invalid(_("Give the token a name."), {"name": [_("1 to 60 characters, so that you know it again.")]})
    if unknown := [scope for scope in chosen if scope not in Scope.values]:
        said = {"given": ", ".join(unknown), "words": ", ".join(Scope.values)}
        raise Invalid(_("There is no such scope."), {"scopes": [_("%(given)s: use one of %(words)s.") % said]})
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=by,
        name=name.strip(),
        prefix=text[:12],
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        scopes=[scope for scope in chosen if scope in allowed],
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    events.record(by=by, verb="make", of=token, scopes=token.scopes)
    return token, text


@transaction.atomic
def revoke_token(*, by: User, token: ApiToken) -> None:
    """Ends a token at once.

    Raises:
        Forbidden: it is somebody else's.
    """
    if token.user_id != by.pk:
        raise Forbidden(_("This token is somebody else's."))
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        events.record(by=by, verb="revoke", of=token)


@transaction.atomic
def close_account(*, by: User) -> None:
    """Takes away all that names a person: name, mail, password, languages, tokens; every session ends. The row stays.

    Raises:
        Invalid: the last maintainer would be gone.
    """
    # Locked, so that two maintainers cannot go at the same moment.
    maintainers = User.objects.select_for_update().filter(role=Role.MAINTAINER, is_active=True).order_by("pk")
    if [maintainer.pk for maintainer in maintainers] == [by.pk]:
        raise Invalid(_("You are the last maintainer. Make somebody else maintainer first."))
    for one in tokens_of(by):
        revoke_token(by=by, token=one)
    ApiToken.objects.filter(user=by).update(name="left", prefix="")
    EmailAddress.objects.filter(user_id=by.pk).delete()
    before = by.username
    by.username, by.email, by.languages, by.is_active = free_name(), "", [], False
    by.role = Role.CONTRIBUTOR
    # No session and no link outlives the password it was made with.
    by.set_unusable_password()
    by.save(update_fields=["username", "email", "languages", "is_active", "role", "password"])
    end_sessions(of=by)
    events.record(by=by, verb="leave", of=by)
    transaction.on_commit(partial(first_sign_in.forget, before))


def free_name() -> str:
    """A name that says nothing and that nobody has."""
    while User.objects.filter(username__iexact=(name := f"left-{secrets.token_hex(4)}")).exists():
        pass
    return name
