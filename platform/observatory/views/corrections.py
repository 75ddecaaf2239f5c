"""What had to be corrected: the page, its feed, and the maintainers' form."""

from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signed_in import actor
from core.errors import Invalid
from core.feeds import Atom
from observatory import actions, selectors
from observatory.forms import CorrectionForm
from observatory.models import Correction
from observatory.rules import check_maintainer
from observatory.views.replies import maintains

CORRECTIONS_A_PAGE = 20
IN_THE_FEED = 50


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """All corrections, newest first; `?release=` narrows them to one release."""
    release = request.GET.get("release", "")
    page = Paginator(selectors.corrections(release=release), CORRECTIONS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "release": release, "maintains": maintains(request)}
    return render(request, "observatory/corrections.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    check_maintainer(actor(request))
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.add_correction(by=actor(request), **form.cleaned_data)
        except Invalid as refused:
            for name, lines in refused.fields.items():
                form.add_error(name, lines)
        else:
            messages.success(request, _("The correction is public."))
            return redirect("observatory:corrections")
    return render(request, "observatory/add_correction.html", {"form": form}, status=422 if form.is_bound else 200)


class CorrectionsFeed(Feed):  # type: ignore[type-arg]  # what it is about is nothing but the site
    """The newest corrections as Atom."""

    feed_type = Atom
    title = gettext_lazy("Candor: corrections")
    subtitle = gettext_lazy("What we published that was wrong, and what is right.")

    def link(self) -> str:
        return reverse("observatory:corrections")

    def items(self) -> list[Correction]:
        return list(selectors.corrections()[:IN_THE_FEED])

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.text)

    def item_link(self, item: Any) -> str:
        return f"{reverse('observatory:corrections')}#c{item.pk}"

    def item_updateddate(self, item: Any) -> datetime:
        return datetime.combine(item.written_on, time(), UTC)

    def item_pubdate(self, item: Any) -> datetime:
        return self.item_updateddate(item)
