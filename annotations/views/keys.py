"""The page on which a person changes the deck's keys, or switches them off."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from annotations import selectors
from annotations.actions import set_keys
from annotations.keys_form import KeysForm
from annotations.views.access import signed_in
from core.errors import Invalid


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """One line for each thing that has a key."""
    by = cast(User, request.user)
    form = KeysForm(request.POST if request.method == "POST" else None, keyboard=selectors.keyboard(by=by))
    if request.method == "POST" and form.is_valid():
        try:
            set_keys(by=by, keys=form.chosen())
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your keys are saved."))
            return redirect("annotations:keys")
    return render(request, "annotations/keys.html", {"form": form}, status=422 if form.errors else 200)
