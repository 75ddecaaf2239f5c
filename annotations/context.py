"""What maintainers are told above every page: who is in quarantine by gold alone, until one of them has decided."""

from functools import partial
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.template.loader import render_to_string

from annotations import selectors


def labelling_notices(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Nothing is looked up before a template shows them, and then for maintainers only."""
    return {"labelling_notices": partial(told, request)}


def told(request: HttpRequest) -> str:
    """The notice as HTML; "" while the database is away, or the page that says so would fail too."""
    if not getattr(getattr(request, "user", None), "is_maintainer", False):
        return ""
    try:
        number = selectors.in_doubt()
    except DatabaseError:
        return ""
    return render_to_string("annotations/_notices.html", {"number": number}) if number else ""
