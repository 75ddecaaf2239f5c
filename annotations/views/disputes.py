"""The reviewers' pages of what people could not agree on."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.signed_in import actor
from annotations import actions, selectors
from annotations.actions.adjudicate import check_may_settle
from annotations.deciding_forms import DecisionForm, DisputesForm
from annotations.models import Adjudication
from annotations.sides import case
from annotations.views.access import signed_in
from core.errors import CandorError, Conflict, Forbidden, Invalid
from probes.models import Answer

DISPUTES_A_PAGE = 20


def reviewer(request: HttpRequest) -> User:
    """Who asks, if they settle disputes."""
    by = actor(request)
    if not selectors.may_settle(by):
        raise Forbidden(
            _("Only reviewers settle disputes. Labels that hold, over time, make you one; so can a maintainer.")
        )
    return by


def narrowed(request: HttpRequest, by: User) -> DisputesForm:
    return DisputesForm(request.GET, reads=by.languages)


@require_GET
@signed_in
def disputes(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, oldest first; with `decided`, what has one."""
    by = reviewer(request)
    form, decided = narrowed(request, by), "decided" in request.GET
    found = selectors.disputes(by=by, decided=decided, **form.chosen())
    page = Paginator(found, DISPUTES_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "decided": decided, "page": page, "narrowed": any(map(request.GET.get, form.fields))}
    return render(request, "annotations/disputes.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def dispute(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One dispute, with all that was said, and its decision."""
    by = reviewer(request)
    answer = find(public_id)
    check_may_settle(by=by, answer=answer)
    stands = selectors.decision_on(answer)
    if request.method == "GET":
        form = DecisionForm(initial={"instead_of": stands.pk if stands else None})
        return dispute_page(request, answer, form, stands)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            actions.adjudicate(by=by, answer=answer, **form.cleaned_data)
        except (Conflict, Invalid) as error:
            return dispute_page(request, answer, form, stands, error=error)
        return on_to_the_next(request, by, _("Decided. It stands beside the labels from now on."))
    return dispute_page(request, answer, form, stands, status=422)


def dispute_page(
    request: HttpRequest,
    answer: Answer,
    form: DecisionForm,
    stands: Adjudication | None,
    *,
    error: CandorError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "answer": answer,
        "prompt": answer.version.prompt,
        "case": case(answer, selectors.labels_on(answer), selectors.passes_on(answer)),
        "form": form,
        "stands": stands,
        "error": error,
        "again": answer.state == "unjudgeable",
        "query": request.GET.urlencode(),
    }
    return render(request, "annotations/dispute.html", context, status=error.status if error else status)


@require_POST
@signed_in
def dispute_again(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Gives an unjudgeable answer out again."""
    by = reviewer(request)
    actions.give_out_again(by=by, answer=find(public_id))
    return on_to_the_next(request, by, _("It is given out again, as if nobody had passed it on."))


def find(public_id: uuid.UUID) -> Answer:
    answer = selectors.dispute(public_id)
    if answer is None:
        raise Http404("There is no disputed answer by that name.")
    return answer


def on_to_the_next(request: HttpRequest, by: User, said: str) -> HttpResponse:
    """To the dispute that waits longest, of those the list was narrowed to."""
    messages.success(request, said)
    following = selectors.disputes(by=by, **narrowed(request, by).chosen()).first()
    there = redirect("annotations:dispute", following.public_id) if following else redirect("annotations:disputes")
    if query := request.GET.urlencode():
        there["Location"] += f"?{query}"
    return there
