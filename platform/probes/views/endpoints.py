"""All endpoints with the round that is open, and one endpoint with its facts, its money and its history."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import actor
from core.errors import Invalid
from probes import actions, selectors
from probes.choices import EndpointStatus
from probes.forms import CorrectEndpointForm, EndpointForm, RoundForm, ScheduleForm, SteerForm
from probes.models import Endpoint
from probes.views.access import for_maintainers

ENDPOINTS_A_PAGE = 25


@for_maintainers
@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    return show(request)


def show(request: HttpRequest, *, schedule_form: ScheduleForm | None = None, status: int = 200) -> HttpResponse:
    """The page of endpoints, with the form of a schedule as it stands."""
    page = Paginator(selectors.endpoints_to_maintain(), ENDPOINTS_A_PAGE).get_page(request.GET.get("page"))
    queues, lately, money = selectors.queues(page), selectors.lately(page), selectors.money(page)
    used_up = selectors.used_up(endpoint.pk for endpoint in page)
    of = selectors.open_round()
    context = {
        "page": page,
        "rows": [
            (
                endpoint,
                queues.get(endpoint.pk, selectors.Queue()),
                lately.get(endpoint.pk, selectors.Lately()),
                money[endpoint.pk],
                used_up.get(endpoint.pk),
            )
            for endpoint in page
        ],
        "round": of,
        "progress": selectors.progress(of) if of else None,
        "remaining": selectors.remaining(of) if of else None,
        "form": RoundForm(),
        "schedules": [(one, selectors.waits_until(one, of) if of else None) for one in selectors.schedules()],
        "schedule_form": schedule_form or ScheduleForm(),
        "quarantined": selectors.in_quarantine().count(),
    }
    return render(request, "probes/endpoints.html", context, status=status)


@for_maintainers
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST if request.method == "POST" else None)
    endpoint = form.save(by=actor(request)) if form.is_valid() else None
    if endpoint is None:
        return render(request, "probes/add.html", {"form": form}, status=422 if form.errors else 200)
    messages.success(request, _("%(slug)s is there. The open round asks it from now on.") % {"slug": endpoint.slug})
    return redirect("probes:endpoint", endpoint.pk)


@for_maintainers
@require_safe
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.endpoints_to_maintain(), pk=pk)
    context = {
        "endpoint": found,
        "queue": selectors.queues([found]).get(pk, selectors.Queue()),
        "lately": selectors.lately([found]).get(pk, selectors.Lately()),
        "money": selectors.money([found])[pk],
        "used_up": selectors.used_up([pk]).get(pk),
        "months": found.spending.order_by("-month")[:12],
        "rounds": selectors.rounds_of(found),
        "imports": selectors.imports_of(found),
        "history": selectors.history(found),
    }
    return render(request, "probes/endpoint.html", context)


@for_maintainers
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Endpoint.objects.select_related("llm"), pk=pk)
    form = CorrectEndpointForm(request.POST if request.method == "POST" else None, endpoint=found)
    corrected = form.save(by=actor(request)) if form.is_valid() else None
    if corrected is None:
        context = {"form": form, "endpoint": found, "retired": found.status == EndpointStatus.RETIRED}
        return render(request, "probes/correct.html", context, status=422 if form.errors else 200)
    messages.success(request, _("%(slug)s is as you wrote it, from the next call on.") % {"slug": corrected.slug})
    return redirect("probes:endpoint", pk)


@for_maintainers
@require_POST
def steer(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Endpoint, pk=pk)
    form = SteerForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("An endpoint can be paused, resumed or retired."),
            {field: [str(one) for one in errors] for field, errors in form.errors.items()},
        )
    do, reason = form.cleaned_data["do"], form.cleaned_data["reason"]
    if do == SteerForm.RESUME:
        actions.resume_endpoint(by=actor(request), endpoint=found)
        said = _("%(slug)s is asked again.")
    elif do == SteerForm.PAUSE:
        actions.stop_endpoint(by=actor(request), endpoint=found, reason=reason)
        said = _("%(slug)s is not asked any more until it is resumed.")
    else:
        actions.stop_endpoint(by=actor(request), endpoint=found, reason=reason, retire=True)
        said = _("%(slug)s is retired. It is not asked any more.")
    messages.success(request, said % {"slug": found.slug})
    return redirect("probes:endpoint", pk)
