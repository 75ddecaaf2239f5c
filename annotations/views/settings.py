"""Maintainers' page of the shares that gold and repeats have in the deck."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.signed_in import actor
from annotations import selectors
from annotations.actions import set_shares
from annotations.deciding import check_maintains_labelling
from annotations.desk_forms import SharesForm
from annotations.views.access import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    by = actor(request)
    check_maintains_labelling(by)
    now = selectors.deck_settings()
    initial = {"gold": round(now.gold_share * 100), "repeats": round(now.repeat_share * 100)}
    form = SharesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        set_shares(by=by, gold_share=sent["gold"] / 100, repeat_share=sent["repeats"] / 100)
        messages.success(request, _("Saved. The next cards are mixed so."))
        return redirect("annotations:settings")
    context = {"form": form, "supply": selectors.supply()}
    return render(request, "annotations/settings.html", context, status=422 if form.errors else 200)
