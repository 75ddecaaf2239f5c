"""Who may come in: people who are signed in; a script is told so in JSON."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.errors import CandorError, Invalid

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def signed_in(view: View[P]) -> View[P]:
    """Asks to sign in; a script gets 401 and our errors as JSON instead of pages. Nothing here is ever cached.

    A script says whose page it is on: where two people share a browser, nobody's labels go out under another's name.
    """

    @never_cache
    @functools.wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if not wants_json(request):
                return redirect_to_login(request.get_full_path())
            return JsonResponse({"detail": _("You are signed out."), "code": "signed_out"}, status=401)
        if request.headers.get("X-Candor-Person", str(request.user.pk)) != str(request.user.pk):
            return JsonResponse({"detail": _("Somebody else has signed in here."), "code": "other_person"}, status=401)
        try:
            return view(request, *args, **kwargs)
        except CandorError as error:
            if not wants_json(request):
                raise
            fields = error.fields if isinstance(error, Invalid) else {}
            body = {"detail": error.message, "code": error.code, "fields": fields}
            return JsonResponse(body, status=error.status)

    return cast(View[P], inner)
