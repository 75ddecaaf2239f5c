"""Errors for programs, as RFC 9457 problem+json, where no view of the API is there to make them."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from core.errors import CandorError

READS = ("GET", "HEAD", "OPTIONS")
MEDIA_TYPE = "application/problem+json"


def problem_response(status: int, detail: str, *, code: str, **more: Any) -> HttpResponse:
    """One problem. `detail` is a sentence for people, `code` a stable name for programs; `more` are further members."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code}
    return JsonResponse({**body, **more}, status=status, content_type=MEDIA_TYPE)


def of_error(error: CandorError) -> HttpResponse:
    return problem_response(error.status, error.message, code=error.code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(400, _("This request cannot be read."), code="bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(403, _("You may not do this."), code="forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(404, _("There is nothing at this address."), code="not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    said = _("Something went wrong here. It has been written down; try again later.")
    return problem_response(500, said, code="server_error")


def read_alone(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For a view that programs read: any other method is a problem."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in READS:
            return view(request, *args, **kwargs)
        response = problem_response(405, _("This address can only be read."), code="method_not_allowed")
        response.headers["Allow"] = ", ".join(READS)
        return response

    return guarded


class AsProblems:
    """Turns a CandorError out of a view into a problem, where no page would be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return of_error(exception) if isinstance(exception, CandorError) else None
