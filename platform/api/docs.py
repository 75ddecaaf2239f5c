"""The page about the API: made from the OpenAPI document, with lines to copy that work on this very site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.lines import line, places
from api.reference import groups, shapes


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters, what it takes and gives, and a line that works."""
    root = request.build_absolute_uri("/").rstrip("/")
    known = places()
    shown = [
        (group.name, [(one, line(one, root, known.get(group.name, {}))) for one in group.operations])
        for group in groups()
    ]
    return render(request, "api/docs.html", {"groups": shown, "shapes": shapes(), "root": root})
