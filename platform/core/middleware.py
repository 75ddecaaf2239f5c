"""Small layers: headers that keep a page to itself, addresses the database can be asked about, our errors as pages."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import CandorError
from core.texts import storable

Next = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """A strict content policy: no inline script, no inline style, nothing from anywhere else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class PlainAddresses:
    """Refuses a page whose path or query string holds NUL or half a surrogate pair, which PostgreSQL cannot take.

    The API's views look at both themselves, and say which parameter it is.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A session key is letters and digits; PostgreSQL would be asked for anything else, NUL included.
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if key and not (key.isascii() and key.isalnum() and len(key) <= 40):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        # A Content-Type may name any charset, and Django would read the query string in it: in UTF-7, +AAA- is
        # a NUL. Its own setter would read the query string first.
        request._encoding = "utf-8"  # type: ignore[attr-defined]  # a private name of HttpRequest
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if hasattr(view, "cls"):
            return
        if not all(map(storable, texts(request))):
            raise BadRequest("The address holds a character that cannot be stored.")


def texts(request: HttpRequest) -> Iterator[str]:
    """The path and every name and value of the query string."""
    return chain([request.path_info], *([name, *values] for name, values in request.GET.lists()))


class PlainErrors:
    """Turns a CandorError out of a view into a page with its sentence and its status."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CandorError):
            return render(request, "core/error.html", {"error": exception}, status=exception.status)
        return None
