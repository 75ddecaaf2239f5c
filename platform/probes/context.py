"""What maintainers are told above every page, whatever app it is of: which endpoints stopped by themselves, and which
have used up their budget.

The frame of the pages knows no probes: it shows `notices`, which the settings have this module fill.
"""

from functools import partial
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.template.loader import render_to_string

from probes import selectors

NAMED_AT_MOST = 5


def notices(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Nothing is looked up before a template shows `notices`, and then for maintainers only."""
    return {"notices": partial(told, request)}


def told(request: HttpRequest) -> str:
    """The notices as HTML; "" while the database is away, or the page that says so would fail too."""
    if not getattr(getattr(request, "user", None), "is_maintainer", False):
        return ""
    try:
        stopped, used_up = selectors.stopped(), selectors.told_used_up()
    except DatabaseError:
        return ""
    more = len(stopped[NAMED_AT_MOST:])
    return render_to_string(
        "probes/_notices.html", {"stopped": stopped[:NAMED_AT_MOST], "more": more, "used_up": used_up}
    )
