"""Verdicts as they come from the deck: given, taken back; and the leases that are kept while somebody reads."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from annotations import actions, evidence, forms, selectors
from annotations.cards import card
from annotations.said_before import before
from annotations.views.access import signed_in, wants_json
from annotations.views.deck import brought, done, number_ahead


def sent(request: HttpRequest) -> dict[str, Any]:
    """The verdict as the actions take it.

    Raises:
        Invalid: it has not the shape of one.
    """
    given = forms.read(request.POST, otherwise=_("This cannot be taken as it was sent."))
    given["evidence"] = evidence.read(given["evidence"])
    given["facets"] = request.POST.getlist("facets")
    return given


@require_http_methods(["GET", "POST"])
@signed_in
def judge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Takes a label, or the reason why the person cannot judge; with `ahead` it brings the next cards too."""
    if request.method == "GET":  # where signing in again leads back to
        return redirect("annotations:deck")
    by, given = cast(User, request.user), sent(request)
    asked = request.POST.get("ahead", "")
    if wants_json(request) and asked:
        served = actions.judge_and_next(by=by, assignment_id=pk, ahead=number_ahead(asked), **given)
        cards = brought(served.cards, have=request.POST.get("have", ""))
        return JsonResponse({**cards, "today": served.today, "total": served.total})
    actions.judge(by=by, assignment_id=pk, **given)
    if wants_json(request):
        return JsonResponse(done(by))
    if "changed" in request.POST:
        messages.success(request, _("Your verdict is changed."))
        return redirect("annotations:history")
    return redirect(f"{reverse('annotations:deck')}?saved")


@require_POST
@signed_in
def undo(request: HttpRequest) -> HttpResponse:
    """Takes the last verdict back and shows its answer again."""
    by = cast(User, request.user)
    return taken_back(request, actions.undo_last(by=by))


@require_POST
@signed_in
def undo_one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Takes the verdict on this card back, that with the key if one was sent, and shows its answer again."""
    by = cast(User, request.user)
    key = forms.key_of(request.POST, otherwise=_("This cannot be taken as it was sent."))
    return taken_back(request, actions.undo(by=by, assignment_id=pk, key=key))


def taken_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = cast(User, request.user)
    if not wants_json(request):
        messages.info(request, _("Your last label is taken back. This is the answer it was about."))
        return redirect(f"{reverse('annotations:deck')}?show={pk}")
    held = selectors.held_of(by=by, ids=[pk])[pk]
    given = selectors.taken_back(by=by, pk=pk)
    said = before(given, text=held.text).fields if given else {}
    return JsonResponse({"card": {**card(held), **said}, **done(by)})


@require_POST
@signed_in
def renew(request: HttpRequest) -> HttpResponse:
    """Somebody is still reading what they have in hand."""
    renewed = actions.renew(by=cast(User, request.user))
    until = renewed.until.isoformat() if renewed.until else None
    return JsonResponse({"ids": [str(pk) for pk in renewed.ids], "until": until})
