"""The page about the API: made from the OpenAPI document, with lines to copy and forms that call this very site."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from api.beside import BESIDE
from api.lines import body, line, places
from api.reference import Operation, groups, shapes
from api.trying import address, reading
from api.trying import places as spots


@dataclass(frozen=True)
class Entry:
    """One operation, the line that calls it, what stands in its path, and the body its form begins with."""

    one: Operation
    line: str
    spots: list[tuple[str, str, str]]
    body: str


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters, what it takes and gives, a line that works, and a form."""
    root = request.build_absolute_uri("/").rstrip("/")
    known = places()
    shown = [
        (group.name, [entry(one, root, known.get(group.name, {})) for one in group.operations]) for group in groups()
    ]
    limits = {"reads": settings.READS_PER_MINUTE, "reads_by_token": settings.READS_PER_MINUTE_BY_TOKEN}
    parts = {"groups": shown, "shapes": shapes(), "beside": BESIDE.items(), "root": root}
    return render(request, "api/docs.html", {**parts, **limits})


def entry(one: Operation, root: str, known: Mapping[str, str]) -> Entry:
    example = body(one.example) if one.example is not None else ""
    return Entry(one, line(one, root, known), spots(one, known if one.method == "GET" else {}), example)


@require_safe
def try_it(request: HttpRequest, anchor: str) -> HttpResponse:
    """Where a form for reading leads without a script: to the address it asks for.

    An operation that leads on itself may leave this origin, which a form may not: its address is shown as a link.
    """
    one = reading(anchor)
    there = address(one, request.GET)
    if any(outcome.status == "302" for outcome in one.gives):
        return render(request, "api/try.html", {"one": one, "address": there})
    return redirect(there)
