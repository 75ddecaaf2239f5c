"""One probe with everything that was recorded of it, as far as the blind allows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import actor
from core.errors import NotFound
from probes import actions, selectors
from probes.models import Probe
from probes.recorded import asked_for, body_of, curl, was_kept_whole
from probes.timeline import timeline
from probes.views.access import for_maintainers


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
        "early": not was_kept_whole(found.request),
        "asked_for": asked_for(found),
        # Over, but of a question that is still being labelled: not even how it ended is told.
        "sealed": blind and found.status in selectors.OVER,
        "bodies": [] if blind else [body_of(payload) for payload in found.payloads.all()],
        "timeline": None if blind else timeline(found.pieces),
        "blind": blind,
        "again": selectors.may_be_asked_again(found),
    }
    return render(request, "probes/probe.html", context)


@for_maintainers
@require_POST
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Probe, pk=pk)
    actions.ask_again(by=actor(request), probe=found)
    messages.success(request, _("Probe %(n)s is asked again. What came before stays below.") % {"n": pk})
    return redirect("probes:probe", pk)
