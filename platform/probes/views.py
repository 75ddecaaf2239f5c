"""What maintainers see of the probing: each endpoint's queue and troubles, the round, one probe whole."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import actor
from core.errors import Forbidden, Invalid, NotFound
from probes import actions, selectors
from probes.forms import EndpointForm, RoundForm, SteerForm
from probes.models import Endpoint, Round
from probes.recorded import body_of, curl

ENDPOINTS_A_PAGE = 25
View = Callable[..., HttpResponse]


def for_maintainers(view: View) -> View:
    """Sends strangers to the sign-in page and refuses everybody else who is no maintainer."""

    @wraps(view)
    def guarded(request: HttpRequest, **named: object) -> HttpResponse:
        if not actor(request).is_maintainer:
            raise Forbidden(_("This page is for maintainers. Ask one of them if you need something changed here."))
        return view(request, **named)

    return login_required(guarded)


@for_maintainers
@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    return show(request, RoundForm())


def show(request: HttpRequest, form: RoundForm, status: int = 200) -> HttpResponse:
    """The page of endpoints, with the form that opens a round as it stands."""
    page = Paginator(selectors.endpoints_to_maintain(), ENDPOINTS_A_PAGE).get_page(request.GET.get("page"))
    queues, lately = selectors.queues(page), selectors.lately(page)
    of = selectors.open_round()
    context = {
        "page": page,
        "rows": [
            (endpoint, queues.get(endpoint.pk, selectors.Queue()), lately.get(endpoint.pk, selectors.Lately()))
            for endpoint in page
        ],
        "round": of,
        "progress": selectors.progress(of) if of else None,
        "form": form,
    }
    return render(request, "probes/endpoints.html", context, status=status)


@for_maintainers
@require_POST
def open_round(request: HttpRequest) -> HttpResponse:
    form = RoundForm(request.POST)
    if not form.is_valid():
        return show(request, form, status=422)
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
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST if request.method == "POST" else None)
    endpoint = form.save(by=actor(request)) if form.is_valid() else None
    if endpoint is None:
        return render(request, "probes/add.html", {"form": form}, status=422 if form.errors else 200)
    messages.success(request, _("%(slug)s is there. The open round asks it from now on.") % {"slug": endpoint.slug})
    return redirect("probes:endpoints")


@for_maintainers
@require_POST
def steer(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(Endpoint, pk=pk)
    form = SteerForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("An endpoint can be paused, resumed or retired."),
            {field: [str(one) for one in errors] for field, errors in form.errors.items()},
        )
    do, reason = form.cleaned_data["do"], form.cleaned_data["reason"]
    if do == SteerForm.RESUME:
        actions.resume_endpoint(by=actor(request), endpoint=endpoint)
        said = _("%(slug)s is asked again.")
    elif do == SteerForm.PAUSE:
        actions.stop_endpoint(by=actor(request), endpoint=endpoint, reason=reason)
        said = _("%(slug)s is not asked any more until it is resumed.")
    else:
        actions.stop_endpoint(by=actor(request), endpoint=endpoint, reason=reason, retire=True)
        said = _("%(slug)s is retired. It is not asked any more.")
    messages.success(request, said % {"slug": endpoint.slug})
    return redirect("probes:endpoints")


@for_maintainers
@require_safe
def probe(request: HttpRequest, pk: int) -> HttpResponse:
    found = selectors.whole_probe(pk)
    if found is None:
        raise NotFound(_("There is no such probe."))
    # Maintainers label too, and the home page promises that nobody sees who wrote an answer before its labels are in.
    blind = selectors.is_blind(found)
    context = {
        "probe": found,
        "command": curl(found),
        "bodies": [] if blind else [body_of(payload) for payload in found.payloads.all()],
        "blind": blind,
    }
    return render(request, "probes/probe.html", context)
