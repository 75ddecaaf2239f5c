"""Who is asking, for views that only people who are signed in can reach."""

from django.http import HttpRequest

from accounts.models import User


def actor(request: HttpRequest) -> User:
    """The person, behind login_required."""
    assert isinstance(request.user, User)
    return request.user
