"""Rounds: looked at before they open, opened, closed; and the schedules that open them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import actor
from probes import actions, selectors
from probes.forms import RoundForm, ScheduleForm
from probes.models import Round, RoundSchedule
from probes.views.access import for_maintainers
from probes.views.endpoints import show


@for_maintainers
@require_safe
def preview_round(request: HttpRequest) -> HttpResponse:
    """A name and samples first; with both, what the round would be, and the button that opens it."""
    return show_preview(request, RoundForm(request.GET or None))


def show_preview(request: HttpRequest, form: RoundForm) -> HttpResponse:
    ready = form.is_valid()
    context = {
        "form": form,
        "preview": selectors.preview(form.cleaned_data["samples"]) if ready else None,
        "open": selectors.open_round(),
    }
    return render(request, "probes/new_round.html", context, status=422 if form.errors else 200)


@for_maintainers
@require_POST
def open_round(request: HttpRequest) -> HttpResponse:
    form = RoundForm(request.POST)
    if not form.is_valid():
        return show_preview(request, form)
    opened = form.save(by=actor(request))
    messages.success(request, _("%(name)s is open. Its probes appear within seconds.") % {"name": opened.name})
    return redirect("probes:endpoints")


@for_maintainers
@require_POST
def close_round(request: HttpRequest, pk: int) -> HttpResponse:
    of = get_object_or_404(Round, pk=pk)
    actions.close_round(by=actor(request), of=of)
    messages.success(request, _("%(name)s is closed. What is in flight is still recorded.") % {"name": of.name})
    return redirect("probes:endpoints")


@for_maintainers
@require_POST
def add_schedule(request: HttpRequest) -> HttpResponse:
    form = ScheduleForm(request.POST)
    schedule = form.save(by=actor(request)) if form.is_valid() else None
    if schedule is None:
        return show(request, schedule_form=form, status=422)
    messages.success(request, _("%(name)s opens rounds from now on.") % {"name": schedule.name})
    return redirect("probes:endpoints")


@for_maintainers
@require_POST
def stop_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(RoundSchedule, pk=pk)
    actions.stop_schedule(by=actor(request), schedule=schedule)
    messages.success(request, _("%(name)s opens nothing more.") % {"name": schedule.name})
    return redirect("probes:endpoints")
