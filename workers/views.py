"""What maintainers watch of the probing, and what Prometheus reads of it."""

import hashlib
import hmac
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from probes.views.access import for_maintainers
from workers.metrics import exposition
from workers.watching import look


@for_maintainers
@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    """The page; with ?part, only what changes, and nothing at all where it is as the reader's browser has it."""
    seen = look()
    as_of = f"{seen.now:%H:%M:%S} UTC"
    if "part" not in request.GET:
        return private(render(request, "workers/watch.html", {"look": seen, "as_of": as_of}), as_of)
    part = render_to_string("workers/_look.html", {"look": seen}, request)
    tag = f'"{hashlib.sha256(part.encode()).hexdigest()[:32]}"'
    same = request.headers.get("If-None-Match") == tag
    response = private(HttpResponseNotModified() if same else HttpResponse(part), as_of)
    response["ETag"] = tag
    return response


def private(response: HttpResponse, as_of: str) -> HttpResponse:
    """Kept by nobody on the way; says of which moment it is."""
    response["Cache-Control"] = "private, no-store"
    response["X-As-Of"] = as_of
    return response


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The same in the words of Prometheus, for maintainers and for who has METRICS_TOKEN."""
    if not may_read_metrics(request):
        said = _("Metrics are for maintainers. Sign in as one, or send Authorization: Bearer with METRICS_TOKEN.")
        return problem(HTTPStatus.FORBIDDEN, said, "forbidden")
    body, content_type = exposition(request.headers.get("Accept", ""))
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def may_read_metrics(request: HttpRequest) -> bool:
    """Compares in constant time, so that no timing tells the token."""
    scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.ENV.metrics_token
    if wanted and scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), wanted.encode()):
        return True
    return isinstance(request.user, User) and request.user.is_maintainer


def problem(status: HTTPStatus, detail: str, code: str) -> JsonResponse:
    """As the API's errors, RFC 9457."""
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "code": code}
    return JsonResponse(body, status=status, content_type="application/problem+json")
