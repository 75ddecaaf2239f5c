"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts import actions
from accounts.models import User
from core.errors import Forbidden

# Whoever has just signed in sees as much; the deck has no place for a box that says it.
SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}
# What a session may keep of how somebody signed in. A name is not among it: sessions lie in Valkey too, whose file is
# written on and on, and who leaves has to be gone from it.
KEPT_OF_A_SIGN_IN = {"method", "at", "reauthenticated"}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-up is always open, some messages are not worth a box, and what changes a person is an action of ours."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def set_password(self, user: User, password: str) -> None:
        """allauth comes through here with every password that is changed; its signals would come after the commit."""
        actions.set_password(by=user, password=password)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind TRUSTED_PROXIES the address they tell; the neighbour's own where a request came past some of them."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            return str(request.META["REMOTE_ADDR"])

    def pre_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse | None:
        """allauth comes through here right after it has noted in the session by what name somebody signed in."""
        if noted := request.session.get(AUTHENTICATION_METHODS_SESSION_KEY):
            request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
                {word: value for word, value in one.items() if word in KEPT_OF_A_SIGN_IN} for one in noted
            ]
        response: HttpResponse | None = super().pre_login(request, user, **told)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        raise Forbidden(_("This account is closed. Ask a maintainer of this site if you need it again."))

    def is_safe_url(self, url: str | None) -> bool:
        """Where to go afterwards; an address that cannot even be read is none of ours."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)
