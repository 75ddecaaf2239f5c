"""Reading people and tokens."""

from django.core.exceptions import ValidationError
from django.db.models import Case, Count, QuerySet, When
from django.utils.http import urlsafe_base64_decode

from accounts.choices import Role
from accounts.models import ApiToken, User

# Those whom a maintainer looks after come first.
BY_ROLE = (When(role=Role.MAINTAINER, then=0), When(role=Role.REVIEWER, then=1))


def people(name: str = "") -> QuerySet[User]:
    """Everybody whose name holds `name`, maintainers and reviewers first, with `submitted`, their number of prompts."""
    return (
        User.objects.filter(username__icontains=name)
        .annotate(submitted=Count("prompts_submitted"))
        .order_by(Case(*BY_ROLE, default=2), "username")
    )


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's tokens that are not revoked, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None).order_by("-pk")


def link_holders(uid: str) -> QuerySet[User]:
    """The person whose one-time link carries `uid`; nobody where it is not one of ours."""
    try:
        key = int(urlsafe_base64_decode(uid).decode())
    except (ValueError, ValidationError):
        return User.objects.none()
    return User.objects.filter(pk=key, is_active=True)
