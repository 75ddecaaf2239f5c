"""How to use the data: lines to copy, for this very site and its newest release, or another one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from releases.selectors import published as selectors
from releases.selectors.listing import at_newest
from releases.selectors.shelf import parts
from releases.served.archive import archive_of

OTHERS_SHOWN = 6


@require_safe
def use(request: HttpRequest) -> HttpResponse:
    """`?release=` chooses one; each line names the release, so that what it gives stays the same."""
    asked = request.GET.get("release", "")
    published = selectors.published()
    release = published.filter(version=asked).first() if asked else published.first()
    if asked and release is None:
        raise NotFound(_("There is no release %(version)s.") % {"version": asked})
    context = {
        "release": release,
        "archive": archive_of(release) if release else None,
        "label": at_newest(release).label if release else "",
        "parts": parts(release) if release else {},
        "others": published.exclude(pk=release.pk)[:OTHERS_SHOWN] if release else [],
        "base": request.build_absolute_uri(reverse("releases:detail", args=[release.version])) if release else "",
        "root": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "releases/use.html", context)
