"""The right of reply: the form, what becomes of a reply, the public list, and the maintainers' desk."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import actor
from core.errors import CandorError, Invalid
from observatory import actions, selectors, senders
from observatory.choices import ReplyStatus
from observatory.forms import DecisionForm, ReplyForm, TogetherForm
from observatory.models import Reply
from observatory.rules import check_maintainer
from probes.selectors import asked_llms

REPLIES_A_PAGE = 20


@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """Every reply that is published, newest first."""
    page = Paginator(selectors.published_replies(), REPLIES_A_PAGE).get_page(request.GET.get("page"))
    waiting = selectors.waiting_replies().count() if maintains(request) else 0
    return render(request, "observatory/replies.html", {"page": page, "waiting": waiting})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; anyone may send it. Whoever did keeps the address of the page that follows."""
    llm = get_object_or_404(asked_llms(), slug=slug)
    form, error, status = ReplyForm(request.POST if request.method == "POST" else None), None, 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            by = actor(request) if request.user.is_authenticated else None
            try:
                senders.count_reply(request)
                made = actions.send_reply(by=by, llm=llm, sent_from=senders.network_of(request), **form.cleaned_data)
                senders.remember(request, made)
                return redirect("observatory:reply", made.public_id)
            except Invalid as refused:
                for name, lines in refused.fields.items():
                    form.add_error(name, lines)
            except CandorError as refused:
                error, status = refused, refused.status
    return render(request, "observatory/write_reply.html", {"llm": llm, "form": form, "error": error}, status=status)


@never_cache
@require_safe
def reply(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where a reply stands, for whoever has the address. What it says, and in whose name, is shown once published;
    otherwise only to maintainers and to whoever sent it. Its contact is on no page but the desk.
    """
    found, manages = named(public_id), maintains(request)
    shown = found.status == ReplyStatus.PUBLISHED or manages or senders.wrote(request, found)
    return render(request, "observatory/reply.html", {"reply": found, "shown": shown, "maintains": manages})


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    check_maintainer(actor(request))
    return desk_page(request)


def desk_page(
    request: HttpRequest,
    *,
    at: Reply | None = None,
    error: CandorError | None = None,
    together: TogetherForm | None = None,
) -> HttpResponse:
    """What waits; `at` is the reply about which a decision was refused, `together` what several were; `error` why."""
    page = Paginator(selectors.waiting_replies(), REPLIES_A_PAGE).get_page(request.GET.get("page"))
    rows = [{"reply": one, "form": decision_form(request, one, filled=at == one)} for one in page]
    context = {
        **{"page": page, "rows": rows, "error": error},
        **{"together": together or TogetherForm(), "chosen": request.POST.getlist("replies")},
    }
    return render(request, "observatory/replies_desk.html", context, status=error.status if error else 200)


def decision_form(request: HttpRequest, reply: Reply, *, filled: bool) -> DecisionForm:
    """One of several on the page, so its ids carry the reply's name."""
    return DecisionForm(request.POST if filled else None, auto_id=f"r{reply.pk}_%s")


@login_required
@require_POST
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Publishes a reply, turns it down, takes it off the page, or answers one that is there."""
    by, found = actor(request), named(public_id)
    check_maintainer(by)
    try:
        said = take(by, found, request.POST.get("decision", ""), request)
    except CandorError as error:
        return desk_page(request, at=found, error=plain(error))
    messages.success(request, said)
    return redirect("observatory:replies_desk")


@login_required
@require_POST
def reject_together(request: HttpRequest) -> HttpResponse:
    """Turns down all that were chosen on the desk, with one reason."""
    by = actor(request)
    check_maintainer(by)
    form = TogetherForm(request.POST)
    try:
        count = actions.reject_replies(by=by, public_ids=ticked(request), reason=request.POST.get("why", ""))
    except CandorError as error:
        return desk_page(request, error=plain(error), together=form)
    said = ngettext("%(count)s reply is not published.", "%(count)s replies are not published.", count)
    messages.success(request, said % {"count": count})
    return redirect("observatory:replies_desk")


def ticked(request: HttpRequest) -> list[uuid.UUID]:
    """The names of the replies that were ticked. Raises Invalid where one is no name at all."""
    try:
        return [uuid.UUID(text) for text in request.POST.getlist("replies")]
    except ValueError:
        raise Invalid(_("Tick the replies that it is about.")) from None


def take(by: User, reply: Reply, decision: str, request: HttpRequest) -> str:
    """Does what was decided, and says so."""
    response, reason = request.POST.get("response", ""), request.POST.get("reason", "")
    if decision == "publish":
        actions.publish_reply(by=by, reply=reply, response=response)
        return _("Published beside the findings.")
    if decision == "respond":
        actions.respond_to_reply(by=by, reply=reply, response=response)
        return _("Your answer stands below the reply.")
    if decision == "reject":
        actions.reject_reply(by=by, reply=reply, reason=reason)
        return _("Not published. Whoever sent it reads why.")
    raise Invalid(_("Say whether it is published or not."))


def plain(error: CandorError) -> CandorError:
    """With what is wrong in the sentence itself, where it is about one field of several forms."""
    if isinstance(error, Invalid) and error.fields:
        return Invalid(" ".join([error.message, *(line for lines in error.fields.values() for line in lines)]))
    return error


def named(public_id: uuid.UUID) -> Reply:
    found = selectors.reply_named(public_id)
    if found is None:
        raise Http404("There is no reply by that name.")
    return found


def maintains(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_maintainer
