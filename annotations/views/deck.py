"""The deck: a page that works by itself, and the same in JSON for its script."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from annotations import selectors
from annotations.actions import assign_next, pass_on, submit_label, undo_last
from annotations.cards import card
from annotations.choices import GUIDELINE, Reason
from annotations.forms import VerdictForm
from annotations.models import Label
from annotations.rules import NOTE_AT_MOST
from annotations.views.access import signed_in, wants_json
from core.errors import Invalid

# How many answers the page's script may have in hand: the one on the screen and the next four.
AHEAD_AT_MOST = 5


def done(by: User) -> dict[str, int]:
    """What the page says of the person's own work."""
    progress = selectors.progress(by=by)
    return {"today": progress.today, "total": progress.total}


@require_GET
@signed_in
def deck(request: HttpRequest) -> HttpResponse:
    """The next answer, whole, with its key points; or the one named by `show`, if the person holds it."""
    by = cast(User, request.user)
    held = list(assign_next(by=by))
    shown = next((one for one in held if str(one.pk) == request.GET.get("show")), held[0] if held else None)
    last = selectors.last_verdict(by=by)
    context: dict[str, Any] = {
        "card": card(shown) if shown else None,
        "note": selectors.note_of(assignment=shown) if shown and "show" in request.GET else "",
        "still": shown is None,
        "progress": selectors.progress(by=by),
        "last": last.value if isinstance(last, Label) else "cannot_judge" if last else "",
        "saved": "saved" in request.GET and last is not None,
        "reasons": Reason.choices,
        "note_length": NOTE_AT_MOST,
        "ahead": AHEAD_AT_MOST,
        "guideline": GUIDELINE,
    }
    return render(request, "annotations/deck.html", context)


@require_GET
@signed_in
def cards(request: HttpRequest) -> HttpResponse:
    """What the person holds, topped up to `ahead` answers (5 at most)."""
    by = cast(User, request.user)
    asked = request.GET.get("ahead", "1")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 3:
        raise Invalid(
            _("That is not a number of answers."),
            {"ahead": [_("A number from 1 to %(most)s.") % {"most": AHEAD_AT_MOST}]},
        )
    ahead = min(AHEAD_AT_MOST, max(1, int(asked)))
    held = [card(assignment) for assignment in assign_next(by=by, limit=ahead)[:AHEAD_AT_MOST]]
    return JsonResponse({"cards": held, **done(by)})


@require_http_methods(["GET", "POST"])
@signed_in
def judge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Takes a label, or the reason why the person cannot judge."""
    if request.method == "GET":  # where signing in again leads back to
        return redirect("annotations:deck")
    by, form = cast(User, request.user), VerdictForm(request.POST)
    if not form.is_valid():
        wrong = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        raise Invalid(_("This cannot be taken as it was sent."), wrong)
    sent = form.cleaned_data
    if sent["reason"] and not sent["value"]:
        pass_on(by=by, assignment_id=pk, reason=sent["reason"], note=sent["note"])
    else:
        submit_label(by=by, assignment_id=pk, value=sent["value"], note=sent["note"], took_ms=sent["took_ms"])
    if wants_json(request):
        return JsonResponse(done(by))
    return redirect(f"{reverse('annotations:deck')}?saved")


@require_POST
@signed_in
def undo(request: HttpRequest) -> HttpResponse:
    """Takes the last verdict back and shows its answer again."""
    by = cast(User, request.user)
    again = undo_last(by=by)
    if wants_json(request):
        return JsonResponse({"card": card(again), "note": selectors.note_of(assignment=again), **done(by)})
    messages.info(request, _("Your last label is taken back. This is the answer it was about."))
    return redirect(f"{reverse('annotations:deck')}?show={again.pk}")
