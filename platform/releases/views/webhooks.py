"""A person's webhooks: made, looked at, tested, given another secret, switched off and on, removed."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import actor
from core.errors import CandorError, Invalid
from releases.actions import webhooks as actions
from releases.forms.webhooks import WebhookForm
from releases.models import Webhook
from releases.rules.webhooks import WEBHOOKS_AT_MOST
from releases.selectors.webhooks import deliveries_of, webhooks_of

DELIVERIES_SHOWN = 30


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The list, with a form for one more; the secret of one just made is in this one answer and nowhere else."""
    by = actor(request)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    status, error = 200, None
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                made = make(request, form.cleaned_data)
            except CandorError as refused:
                error, status = refused, refused.status
            else:
                return secret_page(request, made, made.secret, status=201)
    context = {"webhooks": webhooks_of(by), "form": form, "error": error, "most": WEBHOOKS_AT_MOST}
    return render(request, "releases/webhooks.html", context, status=status)


def make(request: HttpRequest, given: Mapping[str, Any]) -> Webhook:
    try:
        return actions.make_webhook(by=actor(request), url=given["url"], events_wanted=given["events"])
    except Invalid as refused:
        raise Invalid(in_a_line(refused)) from refused


def in_a_line(refused: Invalid) -> str:
    """What is wrong, without the names of the parts."""
    return " ".join(line for lines in refused.fields.values() for line in lines)


def secret_page(request: HttpRequest, webhook: Webhook, secret: str, *, status: int = 200) -> HttpResponse:
    return render(request, "releases/webhook_secret.html", {"webhook": webhook, "secret": secret}, status=status)


@login_required
@never_cache
@require_safe
def webhook(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One webhook, and what was sent to it lately."""
    found = own(request, public_id)
    context = {"webhook": found, "deliveries": deliveries_of(found)[:DELIVERIES_SHOWN]}
    return render(request, "releases/webhook.html", context)


@login_required
@require_POST
def test(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sends a message that says nothing; how it went is on the page a few seconds later."""
    try:
        actions.test_webhook(by=actor(request), webhook=own(request, public_id))
    except CandorError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is sent in the next seconds. Load this page again to see how it went."))
    return redirect("releases:webhook", public_id)


@login_required
@require_POST
def resend(request: HttpRequest, public_id: uuid.UUID, delivery: uuid.UUID) -> HttpResponse:
    """Sends a message again as it was; how it went is on the page a few seconds later."""
    found = get_object_or_404(deliveries_of(own(request, public_id)), public_id=delivery)
    try:
        actions.resend_delivery(by=actor(request), delivery=found)
    except CandorError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is sent in the next seconds. Load this page again to see how it went."))
    return redirect("releases:webhook", public_id)


@login_required
@never_cache
@require_POST
def rotate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The new secret is in this one answer and nowhere else."""
    found = own(request, public_id)
    return secret_page(request, found, actions.rotate_secret(by=actor(request), webhook=found))


@login_required
@require_POST
def switch(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Off where it is on, and on where it is off: the button says which, so that two clicks do not undo each other."""
    found = own(request, public_id)
    if request.POST.get("to") == "on":
        try:
            actions.enable_webhook(by=actor(request), webhook=found)
        except Invalid as refused:
            messages.error(request, in_a_line(refused))
        else:
            messages.success(request, _("Switched on. It is told of what happens from now on."))
    else:
        actions.disable_webhook(by=actor(request), webhook=found)
        messages.success(request, _("Switched off. Nothing is sent to it."))
    return redirect("releases:webhook", public_id)


@login_required
@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    actions.remove_webhook(by=actor(request), webhook=own(request, public_id))
    messages.success(request, _("Removed, with the list of what was sent to it."))
    return redirect("releases:webhooks")


def own(request: HttpRequest, public_id: uuid.UUID) -> Webhook:
    """Somebody else's is not told from one that never was."""
    return get_object_or_404(webhooks_of(actor(request)), public_id=public_id)
