"""Every error of the API as RFC 9457 problem+json: `type`, `title`, `status`, `detail`, and `fields` where parts are wrong."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.errors import CandorError, Invalid

TYPE = "about:blank"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Called by DRF for each exception in a view; None leaves it to Django as a 500."""
    if isinstance(error, CandorError):
        fields = error.fields if isinstance(error, Invalid) else {}
        return problem(error.status, error.message, code=error.code, fields=fields)
    if isinstance(error, Http404):
        return problem(404, "There is nothing at this address.", code="not_found")
    if isinstance(error, PermissionDenied):
        return problem(403, "You may not do this.", code="forbidden")
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    fields = error.detail if isinstance(error.detail, dict) else {}
    first = error.detail[0] if isinstance(error.detail, list) and error.detail else error.detail
    detail = "Some parts cannot be used." if fields else str(first)
    answer = problem(response.status_code, detail, code=str(error.default_code), fields=fields)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            answer[name] = response.headers[name]
    return answer


def problem(status: int, detail: str, *, code: str, fields: dict[str, Any] | None = None) -> Response:
    """One problem as a response."""
    body: dict[str, Any] = {
        "type": TYPE,
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if fields:
        body["fields"] = fields
    return Response(body, status=status, content_type="application/problem+json")
