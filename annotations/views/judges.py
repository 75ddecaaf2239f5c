"""Maintainers' pages of the machine judges."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import actor
from annotations import judges_shown
from annotations.actions import pause_judge, register_judge, set_a_day, start_judge, want_test
from annotations.deciding import check_maintains_judges
from annotations.judge_forms import BoundForm, JudgeForm
from annotations.models import Judge
from annotations.selectors import judges as selectors
from annotations.views.access import signed_in
from core.errors import Conflict, Invalid

JUDGES_A_PAGE = 50


def page_of_judges(request: HttpRequest, form: JudgeForm, status: int = 200) -> HttpResponse:
    page = Paginator(selectors.all_judges(), JUDGES_A_PAGE).get_page(request.GET.get("page"))
    work, lines = selectors.work_of(page), judges_shown.lines_of(page)
    rows = [(one, work[one.pk], next(iter(lines[one.pk]), None)) for one in page]
    return render(request, "annotations/judges.html", {"rows": rows, "page": page, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def judges(request: HttpRequest) -> HttpResponse:
    """The list; sent by POST, one more."""
    by = actor(request)
    check_maintains_judges(by)
    if request.method != "POST":
        return page_of_judges(request, JudgeForm())
    form = JudgeForm(request.POST)
    if form.is_valid():
        try:
            judge = register_judge(by=by, **form.cleaned_data)
        except Invalid as error:
            form.refuse(error.fields)
        except Conflict as error:
            form.refuse({"slug": [error.message]})
        else:
            messages.success(request, _("%(judge)s is registered. Its canaries are next.") % {"judge": judge})
            return redirect("annotations:machine_judge", judge.pk)
    return page_of_judges(request, form, 422)


@require_safe
@signed_in
def machine_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """One judge: its canaries, how far it agrees with people, and its instructions."""
    check_maintains_judges(actor(request))
    judge = get_object_or_404(selectors.all_judges(), pk=pk)
    lines, put = judges_shown.lines(judge), judges_shown.put(judge)
    context = {
        "judge": judge,
        "work": selectors.work_of([judge])[judge.pk],
        "lines": lines,
        "crossed": judges_shown.crossed(lines[0].row) if lines else [],
        "put": put,
        "moved": sum(one.moved for one in put),
        "passed": selectors.has_passed(judge),
        "form": BoundForm({"a_day": judge.a_day}),
    }
    return render(request, "annotations/judge.html", context)


def pause(*, by: User | None, judge: Judge) -> None:
    pause_judge(by=by, judge=judge, reason=_("A maintainer paused it."))


def retire(*, by: User | None, judge: Judge) -> None:
    pause_judge(by=by, judge=judge, reason=_("A maintainer retired it."), retire=True)


STEPS: dict[str, Callable[..., None]] = {"start": start_judge, "pause": pause, "retire": retire, "test": want_test}


@require_POST
@signed_in
def steer_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Starts, pauses or retires a judge, has it tested, or bounds it, as `what` says."""
    by = actor(request)
    check_maintains_judges(by)
    judge, what = get_object_or_404(Judge, pk=pk), request.POST.get("what", "")
    if what == "bound":
        form = BoundForm(request.POST)
        if not form.is_valid():
            raise Invalid(
                _("Give a whole number from 0 to 100,000."), {"a_day": [str(said) for said in form.errors["a_day"]]}
            )
        set_a_day(by=by, judge=judge, a_day=form.cleaned_data["a_day"])
    elif what in STEPS:
        STEPS[what](by=by, judge=judge)
    else:
        raise Invalid(_("Say what is to happen: start, pause, retire, test or bound."))
    messages.success(request, _("The canaries are put to it within a minute.") if what == "test" else _("Saved."))
    return redirect("annotations:machine_judge", pk)
