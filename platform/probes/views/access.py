"""Who comes in: maintainers alone."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.signed_in import actor
from core.errors import Forbidden

View = Callable[..., HttpResponse]


def for_maintainers(view: View) -> View:
    """Sends strangers to the sign-in page and refuses everybody else who is no maintainer."""

    @wraps(view)
    def guarded(request: HttpRequest, **named: object) -> HttpResponse:
        if not actor(request).is_maintainer:
            raise Forbidden(_("This page is for maintainers. Ask one of them if you need something changed here."))
        return view(request, **named)

    return login_required(guarded)
