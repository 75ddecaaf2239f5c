"""Leaving: says what goes and what stays, asks what is to become of one's labels, and does it."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.signed_in import actor
from annotations.views.access import signed_in
from core.errors import Invalid
from releases import actions
from releases.forms.erasing import LeaveForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def leave(request: HttpRequest) -> HttpResponse:
    form = LeaveForm(request.POST if request.method == "POST" else None)
    error: Invalid | None = None
    if form.is_bound and form.is_valid():
        try:
            actions.leave(by=actor(request), typed=form.cleaned_data["typed"], erase=form.erases)
        except Invalid as refused:
            error = refused
            for field, lines in refused.fields.items():
                form.add_error(field, lines)
        else:
            logout(request)
            messages.success(request, _("Your account is closed. Thank you for what you did here."))
            return redirect("observatory:home")
    return render(request, "releases/leave.html", {"form": form, "error": error}, status=422 if form.is_bound else 200)
