"""One's last ten verdicts, and the page on which one of them is changed. Plain pages, with or without a script."""

import uuid
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from annotations import selectors
from annotations.cards import card
from annotations.said_before import before
from annotations.views.access import signed_in
from annotations.views.deck import around
from core.errors import NotFound


@require_GET
@signed_in
def history(request: HttpRequest) -> HttpResponse:
    """The last ten, newest first, each with what was said and whether it can still be changed."""
    past = [(one, before(one, text=one.text)) for one in selectors.history(by=cast(User, request.user))]
    return render(request, "annotations/history.html", {"past": past})


@require_GET
@signed_in
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The whole card again, its form filled with what was said; or why it stays as it is."""
    by = cast(User, request.user)
    one = selectors.past(by=by, pk=pk)
    if one is None:
        raise NotFound(_("That is none of your last ten verdicts."))
    said = before(one, text=one.text)
    return render(request, "annotations/change.html", {**around(by, said), "card": card(one), "past": one})
