"""What is taken out of the record and of releases: the maintainers' list of orders, and the pages that give one."""

import uuid
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import actor
from core.deadlocks import done_again
from core.errors import Forbidden, Invalid
from probes.models import Answer
from prompts.selectors import visible_to
from releases import actions
from releases.forms.erasing import ErasureForm, FindPersonForm, PersonErasureForm
from releases.selectors import withdrawals
from releases.selectors.copies import out_of_date

ORDERS_A_PAGE = 30
EDITIONS_SHOWN = 20


@login_required
@never_cache
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    maintainer(request)
    form = FindPersonForm(request.GET if "name" in request.GET else None)
    if (person := form.found() if form.is_bound else None) is not None:
        return redirect("releases:erase_person", person.pk)
    page = Paginator(withdrawals.orders(), ORDERS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "editions": withdrawals.editions()[:EDITIONS_SHOWN], "form": form}
    return render(request, "releases/withdrawals.html", {**context, "out_of_date": out_of_date()})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_prompt(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor(request)
    prompt = get_object_or_404(visible_to(by).select_related("current", "family"), pk=pk)
    own = prompt.submitted_by_id == by.pk
    if not own:
        maintainer(request)
    form = ErasureForm(request.POST or None, own=own)
    if form.is_valid() and done(form, partial(actions.erase_prompt, by=by, prompt=prompt)):
        messages.success(request, _("Erased. The releases that hold it are edited in the next minutes."))
        return redirect("releases:withdrawals" if by.is_maintainer else "prompts:mine")
    context = {"prompt": prompt, "goes": withdrawals.goes_with_prompt(prompt), "form": form, "own": own}
    return page(request, "releases/erase_prompt.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    by = maintainer(request)
    answer = get_object_or_404(Answer.objects.select_related("version__prompt"), public_id=public_id)
    form = ErasureForm(request.POST or None)
    if form.is_valid() and done(form, partial(actions.erase_answer, by=by, answer=answer)):
        messages.success(request, _("Erased. The releases that hold it are edited in the next minutes."))
        return redirect("releases:withdrawals")
    context = {"answer": answer, "goes": withdrawals.goes_with_answer(answer), "form": form}
    return page(request, "releases/erase_answer.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_person(request: HttpRequest, pk: int) -> HttpResponse:
    by = maintainer(request)
    person = get_object_or_404(User, pk=pk)
    form = PersonErasureForm(request.POST or None)
    if form.is_valid() and done(form, partial(actions.erase_person, by=by, person=person, erase=form.erases)):
        messages.success(request, _("Erased. The releases that hold it are edited in the next minutes."))
        return redirect("releases:withdrawals")
    context = {"person": person, "goes": withdrawals.goes_with_person(person), "form": form}
    return page(request, "releases/erase_person.html", context)


def maintainer(request: HttpRequest) -> User:
    by = actor(request)
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers erase what other people did."))
    return by


def done(form: ErasureForm, erase: Callable[..., object]) -> bool:
    """Whether it was erased; otherwise the form says why not."""
    try:
        done_again(partial(erase, **form.why))
    except Invalid as refused:
        for field, lines in refused.fields.items():
            form.add_error(field if field in form.fields else None, lines)
        if not refused.fields:
            form.add_error(None, refused.message)
        return False
    return True


def page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)
