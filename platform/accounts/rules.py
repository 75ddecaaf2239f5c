"""Who may do what to people and tokens."""

from django.contrib.auth.tokens import default_token_generator
from django.utils.translation import gettext as _

from accounts.choices import Role, Scope
from accounts.models import User
from core.errors import Forbidden, Gone

SCOPES = {
    Role.CONTRIBUTOR: [Scope.SUBMIT, Scope.LABEL, Scope.WEBHOOK],
    Role.REVIEWER: [Scope.SUBMIT, Scope.LABEL, Scope.WEBHOOK, Scope.REVIEW],
    Role.MAINTAINER: list(Scope),
}


def scopes_of(user: User) -> list[Scope]:
    """What a token of this person's may do at most."""
    return SCOPES[Role(user.role)]


def check_maintains(by: User) -> None:
    """Raises Forbidden where `by` is not a maintainer."""
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers see who is here and give roles."))


def check_link(user: User | None, token: str) -> None:
    """Raises Gone where `token` is not the living one-time link of `user`. Whether such a person exists is not said."""
    if user is None or not default_token_generator.check_token(user, token):
        raise Gone(_("This link has been used, is too old, or was not copied whole."))
