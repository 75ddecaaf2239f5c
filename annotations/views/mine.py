"""A person's own page: what they did, how they agree, and all their data."""

from typing import cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from accounts.models import User
from annotations import selectors
from annotations.activity_chart import activity_chart
from annotations.exporting import pieces
from annotations.selectors import mine_exported
from annotations.views.access import signed_in
from core.errors import TooMany

# Seconds between two files of one person.
EXPORT_EVERY = 60
# Of fewer answers that came again, a share says nothing.
OWN_LEAST = 5


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    weekly = request.GET.get("by") == "week"
    steps = selectors.activity(person, weekly=weekly)
    whole, by_label = selectors.agreement_with_others(person)
    labeller = selectors.labeller_of(person)
    context = {
        "done": selectors.what_i_did(person),
        "weekly": weekly,
        "steps": steps,
        "chart": activity_chart(steps),
        "whole": whole,
        "by_label": by_label,
        "apart": selectors.apart_from_others(person),
        "told": selectors.told_record(person),
        "own_least": OWN_LEAST,
        "labeller": labeller,
        "why": selectors.why_standing(labeller) if labeller else "",
        "may_settle": selectors.may_settle(person),
        "limited": selectors.limits_standing(labeller),
    }
    return render(request, "annotations/mine.html", context)


@require_GET
@signed_in
def export(request: HttpRequest) -> HttpResponse:
    """All of the person's data, as one file that is written while it is sent."""
    person = cast(User, request.user)
    if not cache.add(f"export:{person.pk}", 1, EXPORT_EVERY):
        raise TooMany(_("You have just taken your file. Try again in a minute."))
    facts = {"written_at": timezone.now(), "account": mine_exported.account(person)}
    lists = mine_exported.lists(person)
    response = StreamingHttpResponse(pieces(facts, lists), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="candor-my-data.json"'
    # Django has no common type for both kinds of response that this could name.
    return cast(HttpResponse, response)
