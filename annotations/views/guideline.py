"""The guideline, for anybody: the whole of it, and each of its rules with what was said about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.signed_in import actor
from annotations import actions, guidelines, selectors
from annotations.choices import GUIDELINE
from annotations.deciding_forms import AskAgainForm, RemarkForm
from annotations.views.access import signed_in
from core.errors import CandorError, Forbidden, Invalid, TooMany

REMARKS_A_PAGE = 30
DECISIONS_SHOWN = 10


@require_GET
def guideline(request: HttpRequest) -> HttpResponse:
    """The whole guideline, for anybody."""
    return render(request, "annotations/guideline.html", {"guideline": GUIDELINE})


def find(slug: str) -> guidelines.Rule:
    rule = guidelines.rule(slug)
    if rule is None:
        raise Http404("The guideline has no such rule.")
    return rule


@require_GET
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """One rule, what was decided by it, and what people say about it."""
    return rule_page(request, find(slug), RemarkForm())


def rule_page(
    request: HttpRequest, shown: guidelines.Rule, form: RemarkForm, error: CandorError | None = None, status: int = 200
) -> HttpResponse:
    judging = isinstance(request.user, User) and request.user.is_reviewer
    said = selectors.remarks_on(shown.slug, hidden=judging)
    context = {
        "rule": shown,
        "guideline": GUIDELINE,
        "form": form,
        "error": error,
        "page": Paginator(said, REMARKS_A_PAGE).get_page(request.GET.get("page")),
        "decisions": selectors.decided_by_rule(shown.slug)[:DECISIONS_SHOWN],
        "judging": judging,
    }
    return render(request, "annotations/rule.html", context, status=error.status if error else status)


@require_http_methods(["GET", "POST"])
@signed_in
def remark(request: HttpRequest, slug: str) -> HttpResponse:
    """Says something about a rule."""
    there, shown = reverse("annotations:rule", args=[slug]), find(slug)
    if request.method == "GET":  # where signing in leads back to
        return redirect(there)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return rule_page(request, shown, form, status=422)
    try:
        actions.remark(by=actor(request), rule=slug, text=form.cleaned_data["text"])
    except (Invalid, TooMany) as error:
        return rule_page(request, shown, form, error)
    messages.success(request, _("Said. Others see it without your name."))
    return redirect(f"{there}#remarks")


@require_POST
@signed_in
def remark_status(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Hides a remark, or shows it again."""
    actions.show_remark(by=actor(request), remark_id=pk, rule=slug, shown=request.POST.get("status") == "shown")
    return redirect(f"{reverse('annotations:rule', args=[slug])}#remarks")


@require_http_methods(["GET", "POST"])
@signed_in
def ask_again(request: HttpRequest, slug: str) -> HttpResponse:
    """A maintainer sees how many labels a change of this rule makes old, and asks for them again, a part at a time."""
    by, shown = actor(request), find(slug)
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers ask for labels again."))
    form = AskAgainForm(request.POST or request.GET or {"before": GUIDELINE})
    if not form.is_valid():
        context = {"rule": shown, "form": form, "outdated": None}
        return render(request, "annotations/ask_again.html", context, status=422)
    if request.method == "POST":
        asked = actions.ask_again(by=by, rule=slug, **form.cleaned_data)
        messages.success(request, told(asked))
    context = {"rule": shown, "form": form, "outdated": selectors.outdated(**form.cleaned_data)}
    return render(request, "annotations/ask_again.html", context)


def told(asked: selectors.Outdated) -> str:
    return ngettext("%(number)s label is asked for again.", "%(number)s labels are asked for again.", asked.labels) % {
        "number": asked.labels
    }
