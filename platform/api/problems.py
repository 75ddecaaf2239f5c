"""Every error of the API as RFC 9457 problem+json.

It has `type`, `title`, `status`, `detail`, `code`, and `fields` where parts are wrong.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.errors import Busy, CandorError, Invalid
from core.readers import COME_BACK_AFTER

log = logging.getLogger("candor.api")

MEDIA_TYPE = "application/problem+json"
TYPE = "about:blank"
# What Django raises, the narrower class before the wider.
OF_DJANGO: tuple[tuple[type[Exception], int, Promise, str], ...] = (
    (Http404, 404, gettext_lazy("There is nothing at this address."), "not_found"),
    (PermissionDenied, 403, gettext_lazy("You may not do this."), "forbidden"),
    (RequestDataTooBig, 413, gettext_lazy("The body is too large. Send less at once."), "too_large"),
    (SuspiciousOperation, 400, gettext_lazy("This request cannot be read."), "bad_request"),
    (BadRequest, 400, gettext_lazy("This request cannot be read."), "bad_request"),
)


class Problem(serializers.Serializer[Any]):
    """What an error looks like, as in RFC 9457."""

    type = serializers.CharField(default=TYPE)
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="One sentence that says what is wrong and what to do.")
    code = serializers.CharField(help_text="A stable name of the error, for programs.")
    fields = serializers.DictField(  # type: ignore[assignment]  # RFC 9457 lets us name it; DRF's own is a property
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Sentences for each part that is wrong, by its name; a part of a list as key_points.0.text.",
    )


class TooLarge(exceptions.APIException):
    """A body larger than the site reads."""

    status_code = 413
    default_code = "too_large"
    default_detail = gettext_lazy("The body is too large. Send less at once.")


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Called by DRF for each exception in a view."""
    if isinstance(error, CandorError):
        fields = error.fields if isinstance(error, Invalid) else {}
        answer = problem(error.status, error.message, code=error.code, fields=fields)
        if isinstance(error, Busy):
            answer.headers["Retry-After"] = str(COME_BACK_AFTER)
        return answer
    if isinstance(error, exceptions.APIException):
        return of_exception(error)
    for kind, status, detail, code in OF_DJANGO:
        if isinstance(error, kind):
            return problem(status, str(detail), code=code)
    return unexpected(error, context)


def of_exception(error: exceptions.APIException) -> Response:
    """An exception of DRF: what a serializer refuses is 422, as what an action refuses is."""
    if isinstance(error, exceptions.ValidationError):
        fields = flat(error.detail)
        whole = fields.pop(api_settings.NON_FIELD_ERRORS_KEY, [])
        detail = " ".join(whole) or _("Some parts cannot be used; fields says which.")
        return problem(422, detail, code="invalid", fields=fields)
    code = error.get_codes()
    answer = problem(error.status_code, str(error.detail), code=code if isinstance(code, str) else error.default_code)
    if header := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(int(wait))
    return answer


def unexpected(error: Exception, context: dict[str, Any]) -> Response | None:
    """A mistake of ours: logged, and whoever asked still gets a problem. With DEBUG Django shows its own page."""
    if settings.DEBUG:
        return None
    got_request_exception.send(sender=None, request=context.get("request"))
    log.error("a view of the API failed", exc_info=error)
    said = _("Something went wrong here. It has been written down; try again later.")
    return problem(500, said, code="server_error")


def flat(detail: Any, name: str = "") -> dict[str, list[str]]:
    """DRF's nested errors as one level: {"key_points": [{}, {"text": ["…"]}]} gives {"key_points.1.text": ["…"]}."""
    if isinstance(detail, dict):
        parts = list(detail.items())
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        parts = list(enumerate(detail))
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return {name or api_settings.NON_FIELD_ERRORS_KEY: [str(part) for part in sentences]}
    found: dict[str, list[str]] = {}
    for key, part in parts:
        if part:
            whole = key == api_settings.NON_FIELD_ERRORS_KEY and name
            found |= flat(part, name if whole else f"{name}.{key}" if name else str(key))
    return found


def problem(status: int, detail: str, *, code: str, fields: dict[str, Any] | None = None) -> Response:
    """One problem as a response."""
    body: dict[str, Any] = {
        "type": TYPE,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if fields:
        body["fields"] = fields
    return Response(body, status=status, content_type=MEDIA_TYPE)
