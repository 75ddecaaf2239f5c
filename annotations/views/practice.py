"""Learning to label: twelve answers with the reason after each, for anybody, with or without an account.

A play is kept in the session, so it survives signing up and in: the next visit of these pages writes it to the account.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from annotations import selectors
from annotations.actions import pass_practice
from annotations.choices import GUIDELINE, Reason
from annotations.practice import LANGUAGES, SLUGS, Play
from annotations.practice.screen import answer, ending, outcome, progress
from annotations.rules import check_reason, check_value
from core.errors import Invalid

KEPT_AS = "practice"


def person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def kept(request: HttpRequest) -> Play | None:
    return Play.from_json(request.session.get(KEPT_AS))


def language_of(sent: QueryDict, play: Play | None) -> str:
    """The language to practise in: the one that is asked for, else that of the play, else the interface's."""
    if "language" not in sent:
        interface = {code.lower(): code for code in LANGUAGES}.get(get_language() or "", "en")
        return play.language if play else interface
    if sent["language"] not in LANGUAGES:
        raise Invalid(_("There are no practice answers in this language."), {"language": [", ".join(LANGUAGES)]})
    return sent["language"]


def page(request: HttpRequest, name: str, play: Play | None, **context: Any) -> HttpResponse:
    """A page of these, with what all of them show."""
    by = person(request)
    common = {
        "progress": progress(play, told="told" in context),
        "keys": selectors.keyboard(by=by),
        "guideline": GUIDELINE,
        "languages": LANGUAGES,
        "passed": play is not None and play.passed,
        "practised": by is not None and selectors.has_practised(by),
    }
    return render(request, f"annotations/{name}.html", common | context)


@require_safe
@never_cache
def practice(request: HttpRequest) -> HttpResponse:
    """The answer that comes now, or the end. Who played before they signed in is carried over to the deck."""
    play, by = kept(request), person(request)
    if by and play and play.passed and not selectors.has_practised(by):
        pass_practice(by=by, said=play.said)
        messages.success(request, _("What you practised is kept. This is the first real answer."))
        return redirect("annotations:deck")
    slug = play.next if play else Play.opener()
    if play and slug is None:
        may_label = by is not None and selectors.may_label(by)
        return page(request, "practice_end", play, still=True, may_label=may_label, end=ending(play))
    shown = answer(slug or "", language_of(request.GET, play))
    return page(request, "practice", play, card=shown, reasons=Reason.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def practice_item(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a verdict on one answer; shows whether it was right, and why."""
    if slug not in SLUGS:
        raise Http404
    play = kept(request)
    if request.method == "POST":
        say(request, slug, play)
        return redirect("annotations:practice_item", slug=slug)
    if play is None or not play.last(slug):
        return redirect("annotations:practice")
    shown = answer(slug, language_of(request.GET, play), told=True)
    return page(request, "practice_told", play, card=shown, told=outcome(play, slug))


def say(request: HttpRequest, slug: str, play: Play | None) -> None:
    """Puts the verdict into the play, if this is the answer that comes now: not what is sent twice, or from a page
    that one went back to.
    """
    sent, by = request.POST, person(request)
    language = language_of(sent, play)
    if "value" not in sent:
        check_reason(sent.get("reason", ""))
    else:
        check_value(sent["value"])
    play = play or Play.begin(slug, language=language)
    if play.next != slug:
        return
    play.say(slug, sent.get("value", "cannot_judge"))
    play.language = language
    request.session[KEPT_AS] = play.as_json()
    if by and play.passed and (play.next is None or not selectors.has_practised(by)):
        pass_practice(by=by, said=play.said)


@require_POST
@never_cache
def practice_again(request: HttpRequest) -> HttpResponse:
    """Begins anew. What was passed stays passed."""
    language = language_of(request.POST, kept(request))
    request.session[KEPT_AS] = Play.begin(Play.opener(), language=language).as_json()
    return redirect("annotations:practice")
