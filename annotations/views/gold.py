"""Maintainers' pages of the gold answers."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import actor
from annotations import selectors
from annotations.actions import add_gold, make_gold, set_gold_status
from annotations.deciding import check_maintains_labelling
from annotations.desk_forms import GoldForm, GoldOfAnswerForm
from annotations.models import Gold
from annotations.views.access import signed_in
from core.errors import CandorError, Conflict, Invalid
from probes.models import Answer

GOLD_A_PAGE = 30


def gives_itself_away() -> str:
    """It may be meant, so nothing is refused."""
    return _(
        "No approved prompt here asks this question, word for word and in this language, so whoever looks it up can "
        "tell that the card is gold."
    )


def page_of_gold(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; `forms` replaces one that was filled in with mistakes."""
    page = Paginator(selectors.all_gold(), GOLD_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [selectors.gold_row(gold) for gold in page],
        "doubtful": len(selectors.doubtful_gold()),
        "supply": selectors.supply(),
        "form": GoldForm(),
        "of_answer": GoldOfAnswerForm(),
        **forms,
    }
    return render(request, "annotations/gold.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def gold(request: HttpRequest) -> HttpResponse:
    """The list; sent by POST, one more."""
    by = actor(request)
    check_maintains_labelling(by)
    if request.method != "POST":
        return page_of_gold(request)
    form = GoldForm(request.POST)
    if form.is_valid():
        try:
            added = add_gold(by=by, given=form.given())
        except Invalid as error:
            form.refuse(error.fields)
        except Conflict as error:
            form.refuse({"slug": [error.message]})
        else:
            messages.success(request, _("%(slug)s is in the deck.") % {"slug": added.slug})
            if selectors.asked_nowhere([added]):
                messages.warning(request, gives_itself_away())
            return redirect("annotations:gold")
    return page_of_gold(request, 422, form=form)


@require_POST
@signed_in
def gold_of_answer(request: HttpRequest) -> HttpResponse:
    """Makes gold of an answer of the record."""
    by = actor(request)
    check_maintains_labelling(by)
    form = GoldOfAnswerForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            made = make_gold(by=by, answer=get_object_or_404(Answer, public_id=form.cleaned_data["answer"]))
        except CandorError as error:
            form.add_error("answer", error.message)
            status = error.status
        else:
            messages.success(request, _("%(slug)s is in the deck.") % {"slug": made.slug})
            return redirect("annotations:gold")
    return page_of_gold(request, status, of_answer=form)


@require_POST
@signed_in
def gold_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Retires a gold answer, or returns it to the deck."""
    by = actor(request)
    check_maintains_labelling(by)
    set_gold_status(by=by, gold=get_object_or_404(Gold, pk=pk), status=request.POST.get("status", ""))
    messages.success(request, _("Saved. What is retired counts neither for nor against anybody."))
    return redirect("annotations:gold")
