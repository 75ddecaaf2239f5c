"""Programs sign in with `Authorization: Bearer candor_…`."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, User

if TYPE_CHECKING:
    # rest_framework.views imports this module by the setting's name: at run time the import would go in a circle.
    from rest_framework.views import APIView

# How old "last used" may get before it is written again: not one write for each request.
LAST_USED_EVERY = timedelta(minutes=5)


class TokenAuthentication(BaseAuthentication):
    """Finds the token by its SHA-256, so that neither the database nor a timing tells it."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the token as: Authorization: Bearer candor_…"))
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)
            .filter(sha256=hashlib.sha256(parts[1]).hexdigest())
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked. Make a new one on your page."))
        if token.last_used_at is None or token.last_used_at < now - LAST_USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def reader(request: Request, scope: str) -> User | None:
    """Who is signed in and may act in this scope: a session has all its person may do, a token what it was made for."""
    token: Any = request.auth
    if not isinstance(request.user, User) or (token is not None and scope not in token.scopes):
        return None
    return request.user


class Scoped(BasePermission):
    """Signed in, with a session or with a token that has the scope the view names for this method."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.message = f"Sign in, or send a token with the scope {scope}."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return reader(request, self.scope) is not None
