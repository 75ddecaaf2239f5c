"""Maintainers' page of those who label, and what is decided about them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.signed_in import actor
from annotations import selectors
from annotations.actions import lift_decision, quarantine, reinstate
from annotations.deciding import REASON_AT_MOST, check_maintains_labelling
from annotations.desk_forms import NameForm
from annotations.selectors import people as labelling
from annotations.views.access import signed_in
from core.errors import Invalid

PEOPLE_A_PAGE = 30


@require_safe
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    check_maintains_labelling(actor(request))
    form = NameForm(request.GET)
    page = Paginator(labelling.labellers(form.chosen()), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": labelling.rows(list(page)),
        "most": REASON_AT_MOST,
        "in_doubt": selectors.in_doubt(),
    }
    return render(request, "annotations/people.html", context)


@require_POST
@signed_in
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Quarantine, its end, or the end of a maintainer's decision, as `what` says."""
    by = actor(request)
    check_maintains_labelling(by)
    person = get_object_or_404(User, pk=pk, labeller__isnull=False)
    what, reason = request.POST.get("what", ""), request.POST.get("reason", "")
    if what == "quarantine":
        quarantine(by=by, person=person, reason=reason)
        said = _("%(name)s is in quarantine. Their labels are being set aside.")
    elif what == "reinstate":
        reinstate(by=by, person=person, reason=reason)
        said = _("%(name)s may label again, and their labels count again.")
    elif what == "lift":
        lift_decision(by=by, person=person)
        said = _("The standing of %(name)s follows from gold again.")
    else:
        raise Invalid(_("Say what is to happen: quarantine, reinstate or lift."))
    messages.success(request, said % {"name": person.username})
    return redirect("annotations:people")
