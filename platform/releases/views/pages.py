"""The pages of the data: what there is, one release, its files; and for maintainers to start, publish and discard."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.errors import NotFound
from releases import actions
from releases.choices import ReleaseStatus
from releases.files.signing import is_signed, was_signed
from releases.models import Release
from releases.rules.maintainers import check_maintainer
from releases.selectors import published as selectors
from releases.selectors.copies import concept_doi, newest_pushes, out_of_date
from releases.selectors.desk import builds
from releases.selectors.listing import listed
from releases.selectors.shelf import shelf
from releases.selectors.signed import signed_before
from releases.served.archive import packed
from releases.served.found import found

# The tables most people come for.
WANTED = ("answers", "labels", "consensus")
LISTED_AT_MOST = 200


@require_safe
def release_list(request: HttpRequest) -> HttpResponse:
    published = listed(LISTED_AT_MOST)
    newest = shelf(published[0].release) if published else None
    maintains = is_maintainer(request)
    waiting = list(selectors.unpublished()[:LISTED_AT_MOST]) if maintains else []
    context = {
        "published": published,
        "newest": newest,
        "concept": concept_doi(),
        "wanted": [each for each in newest.tables if each.table.name in WANTED] if newest else [],
        "builds": builds(waiting),
        "out_of_date": out_of_date() if maintains else [],
        "building": any(release.status == ReleaseStatus.BUILDING for release in waiting),
    }
    return render(request, "releases/list.html", context)


@require_safe
def release_detail(request: HttpRequest, version: str) -> HttpResponse:
    release = readable(request, version)
    editions = list(release.editions.order_by("-number"))
    laid_out, pushes = shelf(release), newest_pushes(release)
    page = request.build_absolute_uri(reverse("releases:detail", args=[version]))
    whole = packed(release, editions[0] if editions else None, laid_out.files) if release.published_at else None
    context = {
        "release": release,
        "shelf": laid_out,
        "archive": whole,
        "found": found(release, whole, page=page, doi=laid_out.doi, copies=[push.url for push in pushes])
        if whole
        else "",
        "editions": editions,
        "counts": editions[0].counts if editions else release.counts,
        "pushes": pushes,
        "signed": is_signed(release),
        "was_signed": bool(editions) and was_signed(release),
        "signed_before": signed_before(release),
        "base": page,
    }
    return render(request, "releases/detail.html", context)


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    release = selectors.latest()
    if release is None:
        raise NotFound(_("No release has been published yet."))
    return redirect("releases:detail", release.version)


@require_POST
@login_required
def start(request: HttpRequest) -> HttpResponse:
    release = actions.start_release(by=cast(User, request.user))
    said = _("Release %(version)s will be built in the next seconds. Load this page again to see it.")
    messages.success(request, said % {"version": release.version})
    return redirect("releases:list")


@require_POST
@login_required
def publish(request: HttpRequest, version: str) -> HttpResponse:
    release = to_decide(request, version)
    unsigned = request.POST.get("unsigned") == "on"
    release = actions.publish_release(by=cast(User, request.user), release=release, unsigned=unsigned)
    if release.status != ReleaseStatus.PUBLISHED:
        said = _("Another release was published since: %(version)s is built again, and compared with that one.")
        messages.warning(request, said % {"version": version})
        return redirect("releases:list")
    messages.success(request, _("Release %(version)s is published.") % {"version": version})
    return redirect("releases:detail", release.version)


@require_POST
@login_required
def discard(request: HttpRequest, version: str) -> HttpResponse:
    actions.discard_release(by=cast(User, request.user), release=to_decide(request, version))
    messages.success(request, _("Release %(version)s is discarded.") % {"version": version})
    return redirect("releases:list")


def is_maintainer(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_maintainer


def readable(request: HttpRequest, version: str) -> Release:
    release = selectors.readable(by_maintainer=is_maintainer(request)).filter(version=version).first()
    if release is None:
        raise NotFound(_("There is no release %(version)s.") % {"version": version})
    return release


def to_decide(request: HttpRequest, version: str) -> Release:
    """Who may not decide is told so, and does not learn whether there is such a release."""
    check_maintainer(cast(User, request.user))
    release = Release.objects.filter(version=version).first()
    if release is None:
        raise NotFound(_("There is no release %(version)s.") % {"version": version})
    return release
