"""Reporting what should not be here, and the reviewers' page of what was reported."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.signed_in import actor
from annotations import actions, selectors
from annotations.deciding_forms import ReportDecisionForm, ReportForm
from annotations.models import Gold
from annotations.sides import case, case_of_gold
from annotations.views.access import signed_in, wants_json
from core.errors import CandorError, Conflict, Forbidden, Invalid, TooMany
from probes.models import Answer
from prompts.models import Prompt
from prompts.selectors import visible_to

THINGS_A_PAGE = 10


def thanks() -> str:
    return _("Thank you. It is out of the deck until a reviewer has looked.")


@require_http_methods(["GET", "POST"])
@signed_in
def report_card(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Reports what is in hand and gives it back."""
    if request.method == "GET":  # where signing in again leads back to
        return redirect("annotations:deck")
    by = actor(request)
    actions.report_card(by=by, card_id=pk, kind=request.POST.get("kind", ""), note=request.POST.get("note", ""))
    if wants_json(request):
        today, total = selectors.done(by=by)
        return JsonResponse({"id": str(pk), "today": today, "total": total})
    messages.success(request, thanks())
    return redirect("annotations:deck")


@require_http_methods(["GET", "POST"])
@signed_in
def report_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Reports a closed answer."""
    answer = selectors.closed_answer_to_report(public_id)
    if answer is None:
        raise Http404("There is no closed answer by that name.")
    form = ReportForm(request.POST or None)
    back = reverse("observatory:answer", args=[public_id])
    context = {"answer": answer, "prompt": answer.version.prompt, "form": form, "back": back}
    return report_page(request, context, form, answer=answer)


@require_http_methods(["GET", "POST"])
@signed_in
def report_prompt(request: HttpRequest, pk: int) -> HttpResponse:
    """Reports a prompt that this person may read."""
    prompt = get_object_or_404(visible_to(actor(request)), pk=pk)
    form = ReportForm(request.POST or None)
    context = {"prompt": prompt, "form": form, "back": reverse("prompts:detail", args=[pk])}
    return report_page(request, context, form, prompt=prompt)


def report_page(
    request: HttpRequest,
    context: dict[str, object],
    form: ReportForm,
    *,
    answer: Answer | None = None,
    prompt: Prompt | None = None,
) -> HttpResponse:
    """The form; what was wrong with it; or on to where the person came from."""
    if request.method == "GET":
        return render(request, "annotations/report.html", context)
    if not form.is_valid():
        return render(request, "annotations/report.html", context, status=422)
    try:
        if answer is not None:
            actions.report_answer(by=actor(request), answer=answer, **form.cleaned_data)
        elif prompt is not None:
            actions.report_prompt(by=actor(request), prompt=prompt, **form.cleaned_data)
    except (Invalid, TooMany) as error:
        return render(request, "annotations/report.html", {**context, "error": error}, status=error.status)
    messages.success(request, thanks())
    return redirect(str(context["back"]))


def reviewer(request: HttpRequest) -> User:
    by = actor(request)
    if not by.is_reviewer:
        raise Forbidden(_("Only reviewers look at reports. A maintainer can make you one."))
    return by


@require_GET
@signed_in
def reports(request: HttpRequest) -> HttpResponse:
    """What was reported, oldest first."""
    return reports_page(request, reviewer(request))


def reports_page(
    request: HttpRequest,
    by: User,
    *,
    at: str = "",
    refused: ReportDecisionForm | None = None,
    error: CandorError | None = None,
) -> HttpResponse:
    """The page; `refused` is the form of the thing named by `at`, with what was wrong in it."""
    page = Paginator(selectors.reported_things(), THINGS_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "thing": thing,
            "at": (name := f"{'answer' if thing.shown else 'prompt'}-{thing.name}"),
            "case": case(thing.answer, [], []) if thing.answer else case_of_gold(thing.gold) if thing.gold else None,
            "form": refused if refused and at == name else ReportDecisionForm(auto_id=f"{name}_%s"),
            "open": at == name,
        }
        for thing in selectors.with_reports(list(page.object_list))
    ]
    status = error.status if error else 422 if refused else 200
    context = {"page": page, "rows": rows, "error": error}
    return render(request, "annotations/reports.html", context, status=status)


@require_POST
@signed_in
def decide_about_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Withdraws a reported answer, or puts it back."""
    by, gold = reviewer(request), selectors.reported_gold(public_id)
    answer = get_object_or_404(Answer, public_id=public_id) if gold is None else None
    return decide(request, by, f"answer-{public_id}", answer=answer, gold=gold)


@require_POST
@signed_in
def decide_about_prompt(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws a reported prompt, or puts it back."""
    by, prompt = reviewer(request), get_object_or_404(Prompt, pk=pk)
    return decide(request, by, f"prompt-{pk}", prompt=prompt)


def decide(
    request: HttpRequest,
    by: User,
    at: str,
    *,
    answer: Answer | None = None,
    prompt: Prompt | None = None,
    gold: Gold | None = None,
) -> HttpResponse:
    form = ReportDecisionForm(request.POST, auto_id=f"{at}_%s")
    if not form.is_valid():
        return reports_page(request, by, at=at, refused=form)
    upheld = request.POST.get("decision") == "uphold"
    if not upheld and request.POST.get("decision") != "dismiss":
        raise Invalid(_("Say whether it goes or stays."), {"decision": [_("Choose one.")]})
    try:
        if answer is not None:
            actions.decide_about_answer(by=by, answer=answer, upheld=upheld, reason=form.cleaned_data["reason"])
        elif prompt is not None:
            actions.decide_about_prompt(by=by, prompt=prompt, upheld=upheld, reason=form.cleaned_data["reason"])
        elif gold is not None:
            actions.decide_about_gold(by=by, gold=gold, upheld=upheld, reason=form.cleaned_data["reason"])
    except Conflict as error:
        return reports_page(request, by, error=error)
    messages.success(request, _("Withdrawn. Nobody is shown it any more.") if upheld else _("It is back in its place."))
    return redirect("annotations:reports")
