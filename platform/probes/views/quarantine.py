"""What no rule knew, for a person to look at."""

from datetime import UTC

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import actor
from core.errors import Invalid
from probes import actions, selectors
from probes.models import Probe
from probes.views.access import for_maintainers

GROUPS_A_PAGE = 25


@for_maintainers
@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.quarantine_groups(), GROUPS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(group, selectors.may_be_asked_again(group.example)) for group in page]
    return render(request, "probes/quarantine.html", {"page": page, "rows": rows})


@for_maintainers
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Dismisses a probe and all that are like it and were there when the page was made."""
    example = get_object_or_404(Probe, pk=pk)
    try:
        until = parse_datetime(request.POST.get("until", ""))
        # What is before the year 1 or after 9999 in UTC is a moment that no database keeps.
        until = until.astimezone(UTC) if until is not None and until.tzinfo is not None else None
    except (ValueError, OverflowError):
        until = None
    if until is None:
        raise Invalid(_("Open the page of quarantine again and choose there."))
    number = actions.dismiss(by=actor(request), probes=selectors.alike(example, until))
    said = ngettext("%(n)s probe was looked at.", "%(n)s probes were looked at.", number)
    messages.success(request, said % {"n": number})
    return redirect("probes:quarantine")
