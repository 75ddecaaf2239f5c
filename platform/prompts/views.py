"""The pages about prompts: the list, one prompt, submitting, reviewing, one's own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import actor
from core.errors import Conflict, Forbidden
from core.languages import LANGUAGES
from core.names import language_name
from core.templatetags.candor import percent
from prompts import actions, selectors
from prompts.forms import KINDS, FilterForm, ReasonForm
from prompts.models import Family, Prompt, PromptVersion
from prompts.rules import TEXT_AT_LEAST, TEXT_AT_MOST, clean_text, may_review
from prompts.submission import Submission

FAMILIES_A_PAGE = 20
PROMPTS_A_PAGE = 10


@dataclass(frozen=True)
class Entry:
    """A family in the list: `lead` is the text shown, `others` its translations, `twin` one prompt of its twin."""

    family: Family
    lead: Prompt
    others: list[Prompt]
    twin: Prompt | None


@dataclass(frozen=True)
class Waiting:
    """A prompt on the review page."""

    prompt: Prompt
    original: PromptVersion | None
    near: list[dict[str, Any]]
    share: float
    own: bool
    form: ReasonForm


def reviewer(request: HttpRequest) -> User:
    user = actor(request)
    if not user.is_reviewer:
        raise Forbidden(_("Only reviewers read what waits for review. A maintainer can make you one."))
    return user


def readable_first(prompts: list[Prompt], language: str) -> list[Prompt]:
    """The same prompts, those in `language` first, then English ones."""
    return sorted(prompts, key=lambda prompt: (prompt.language.lower() != language.lower(), prompt.language != "en"))


@require_safe
def list_prompts(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    chosen = form.chosen()
    page = Paginator(selectors.families(**chosen), FAMILIES_A_PAGE).get_page(request.GET.get("page"))
    language = chosen.get("language") or get_language() or "en"
    return render(
        request,
        "prompts/list.html",
        {"form": form, "chosen": chosen, "page": page, "entries": [entry(family, language) for family in page]},
    )


def entry(family: Any, language: str) -> Entry:
    lead, *others = readable_first(family.shown, language)
    twins = readable_first(family.twin.known, language) if family.twin else []
    return Entry(family, lead, others, twins[0] if twins else None)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    prompt = get_object_or_404(selectors.visible_to(request.user).select_related("key_points", "family__twin"), pk=pk)
    family = prompt.family
    twins = selectors.public(Prompt.objects.filter(family=family.twin)) if family.twin else []
    return render(
        request,
        "prompts/detail.html",
        {
            "prompt": prompt,
            "family": family,
            "translations": selectors.translations(of=prompt, user=request.user),
            "twin": next(iter(readable_first(list(twins), get_language() or "en")), None),
            "points": prompt.key_points.points.all() if prompt.key_points else [],
            "versions": prompt.versions.order_by("-number")[:20],
            "own": prompt.submitted_by_id is not None and prompt.submitted_by_id == request.user.pk,
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    submission = Submission(by=actor(request), query=request.GET, data=data)
    if prompt := submission.send():
        messages.success(request, _("Sent. A reviewer reads it before any model does."))
        return redirect("prompts:detail", prompt.pk)
    return render(request, "prompts/submit.html", {"submission": submission, "kinds": KINDS}, status=submission.status)


@require_safe
def near_prompts(request: HttpRequest) -> JsonResponse:
    """What comes close to a text that is still being written; at most eight rows, for those who may submit."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": _("Sign in first.")}, status=403)
    seen = selectors.visible_to(request.user)
    text, language = clean_text(request.GET.get("text", "")), request.GET.get("language", "")
    near: list[PromptVersion] = []
    others: list[PromptVersion] = []
    if TEXT_AT_LEAST <= len(text) <= TEXT_AT_MOST and language in LANGUAGES:
        near = list(selectors.near(text=text, language=language, among=seen))
        others = list(selectors.near_translations(text=text, language=language))
    return JsonResponse(
        {
            "title": ngettext("%(number)s prompt comes close.", "%(number)s prompts come close.", len(near))
            % {"number": len(near)},
            "near": [row(version) for version in near],
            "translations": [row(version) for version in others],
        }
    )


def row(version: Any) -> dict[str, Any]:
    prompt = version.prompt
    return {
        "prompt": prompt.pk,
        "url": reverse("prompts:detail", args=[prompt.pk]),
        "text": version.text,
        "language": prompt.language,
        "language_name": language_name(prompt.language),
        "similarity": round(version.similarity, 3),
        "alike": percent(version.similarity),
    }


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.by_author(actor(request)), FAMILIES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "prompts/mine.html", {"page": page})


@login_required
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    return review_page(request, reviewer(request))


def review_page(request: HttpRequest, user: User, refused: ReasonForm | None = None, **more: Any) -> HttpResponse:
    """The page; `refused` is the form of the prompt `more["at"]` with what was wrong in it."""
    page: Page[Prompt] = Paginator(selectors.waiting(), PROMPTS_A_PAGE).get_page(request.GET.get("page"))
    near, shares = selectors.near_each(page.object_list), selectors.shares()
    rows = [
        Waiting(
            prompt=prompt,
            original=prompt.current.translates if prompt.current else None,
            near=near[prompt.pk],
            share=shares.get(prompt.family.state, 0.0),
            own=not may_review(user, prompt),
            form=refused if refused and more.get("at") == prompt.pk else reason_form(prompt.pk),
        )
        for prompt in page
    ]
    context = {"page": page, "rows": rows, "alert": more.get("alert", ""), "at": more.get("at")}
    return render(request, "prompts/review.html", context, status=more.get("status", 200))


def reason_form(pk: int, data: QueryDict | None = None) -> ReasonForm:
    """One of several on the page, so its ids carry the prompt's key."""
    return ReasonForm(data, auto_id=f"p{pk}_%s")


@login_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user, prompt = reviewer(request), find(pk)
    try:
        actions.approve_prompt(by=user, prompt=prompt)
    except Conflict as error:
        return review_page(request, user, alert=error.message, status=error.status)
    messages.success(request, _("Approved. It is put to the models from now on."))
    return redirect("prompts:review")


@login_required
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    user, prompt = reviewer(request), find(pk)
    form = reason_form(pk, request.POST)
    if not form.is_valid():
        return review_page(request, user, form, at=pk, status=422)
    try:
        actions.reject_prompt(by=user, prompt=prompt, reason=form.cleaned_data["reason"])
    except Conflict as error:
        return review_page(request, user, alert=error.message, status=error.status)
    messages.success(request, _("Sent back. Its author sees your reason."))
    return redirect("prompts:review")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = actor(request)
    prompt = get_object_or_404(selectors.visible_to(user), pk=pk)
    try:
        actions.withdraw_prompt(by=user, prompt=prompt)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("prompts:detail", pk)
    messages.success(request, _("Withdrawn. It is put to no more models."))
    return redirect("prompts:detail", pk)


def find(pk: int) -> Prompt:
    prompt = Prompt.objects.filter(pk=pk).first()
    if prompt is None:
        raise Http404
    return prompt
