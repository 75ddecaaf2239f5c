"""One model, for maintainers: its facts to be set right, its endpoints, its history, and its end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import actor
from core.errors import Invalid
from probes import actions, selectors
from probes.forms import LLMForm, RetireForm
from probes.models import LLM
from probes.views.access import for_maintainers


@for_maintainers
@require_http_methods(["GET", "HEAD", "POST"])
def llm(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LLM, pk=pk)
    form = LLMForm(request.POST if request.method == "POST" else None, llm=found)
    corrected = form.save(by=actor(request)) if form.is_valid() else None
    if corrected is None:
        context = {
            "llm": found,
            "form": form,
            "endpoints": found.endpoints.order_by("slug"),
            "history": selectors.history(found),
        }
        return render(request, "probes/llm.html", context, status=422 if form.errors else 200)
    messages.success(request, _("%(name)s is as you wrote it.") % {"name": corrected.name})
    return redirect("probes:llm", pk)


@for_maintainers
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LLM, pk=pk)
    form = RetireForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("The reason is too long."), {"reason": [str(one) for one in form.errors["reason"]]})
    actions.retire_llm(by=actor(request), llm=found, reason=form.cleaned_data["reason"])
    messages.success(request, _("%(name)s is retired, and every place that serves it.") % {"name": found.name})
    return redirect("probes:llm", pk)
