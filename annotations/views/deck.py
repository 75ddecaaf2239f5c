"""The deck: a page that works by itself, and the next cards for its script."""

import uuid
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from annotations import facets, selectors
from annotations.actions import assign_next
from annotations.cards import card
from annotations.choices import GUIDELINE, Reason, ReportKind, Value
from annotations.hand import Held
from annotations.rules import NOTE_AT_MOST
from annotations.said_before import Before, before
from annotations.views.access import signed_in
from core.errors import Forbidden, Invalid

# How many answers the page's script may have in hand: the one on the screen and the next four.
AHEAD_AT_MOST = 5


def number_ahead(asked: str) -> int:
    """How many cards are to be in hand, from 1 to 5, out of what was sent.

    Raises:
        Invalid: that is no number.
    """
    if not asked.isascii() or not asked.isdigit() or len(asked) > 3:
        raise Invalid(
            _("That is not a number of answers."),
            {"ahead": [_("A number from 1 to %(most)s.") % {"most": AHEAD_AT_MOST}]},
        )
    return min(AHEAD_AT_MOST, max(1, int(asked)))


def brought(held: list[Held], *, have: str) -> dict[str, Any]:
    """The hand for the script: all ids in order, and the cards whole that it does not have yet."""
    has = set(have.split(","))
    shown = held[:AHEAD_AT_MOST]
    return {"held": [str(one.id) for one in shown], "cards": [card(one) for one in shown if str(one.id) not in has]}


def done(by: User) -> dict[str, int]:
    """What the page says of the person's own work."""
    today, total = selectors.done(by=by)
    return {"today": today, "total": total}


def around(by: User, given: Before | None) -> dict[str, Any]:
    """What stands around a card, on the deck and where a verdict is changed."""
    return {
        "given": given,
        "key": uuid.uuid4(),
        "keys": selectors.keyboard(by=by),
        "facet_options": facets.options(given.facets if given else ()),
        "reasons": Reason.choices,
        "values": Value.values,
        "report_kinds": ReportKind.choices,
        "note_length": NOTE_AT_MOST,
        "guideline": GUIDELINE,
    }


@require_GET
@signed_in
def deck(request: HttpRequest) -> HttpResponse:
    """The next answer, whole, with its key points; or the one named by `show`, if the person holds it."""
    by = cast(User, request.user)
    if not selectors.has_practised(by):
        return redirect("annotations:practice")
    try:
        held, wish = assign_next(by=by), request.GET.get("show")
    except Forbidden as error:
        return render(request, "annotations/barred.html", {"why": error.message, "still": True}, status=error.status)
    shown = next((one for one in held if str(one.id) == wish), held[0] if held else None)
    said = selectors.taken_back(by=by, pk=shown.id) if shown and wish else None
    last = selectors.last_verdict(by=by)
    context: dict[str, Any] = {
        **around(by, before(said, text=shown.text) if shown and said else None),
        "card": card(shown) if shown else None,
        "still": shown is None,
        "labeller": selectors.labeller_of(by),
        "progress": selectors.progress(by=by),
        "last": (last.value or "cannot_judge") if last else "",
        "saved": "saved" in request.GET and last is not None,
        "ahead": AHEAD_AT_MOST,
    }
    return render(request, "annotations/deck.html", context)


@require_GET
@signed_in
def cards(request: HttpRequest) -> HttpResponse:
    """What the person holds, topped up to `ahead` answers (5 at most)."""
    by = cast(User, request.user)
    held = assign_next(by=by, limit=number_ahead(request.GET.get("ahead", "1")))
    return JsonResponse({**brought(held, have=request.GET.get("have", "")), **done(by)})
