"""Files of releases: the addresses of a release lead on to the bytes, which lie at the sum of what is in them.

A release's own address leads to the newest edition's file. What an edition took out is gone from its old address too,
which says so.
"""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.headers import put_headers
from core.problems import problem_response, read_alone
from releases.models import Edition, Release, ReleaseFile
from releases.selectors import published as selectors
from releases.served.addresses import address_of, saved_as
from releases.served.archive import archive_of
from releases.served.responses import ANY_ORIGIN, FOR_A_MINUTE, archive_response, file_response
from releases.views.pages import is_maintainer


@read_alone
def release_file(request: HttpRequest, version: str, path: str) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return asked_beforehand()
    found = file_of(selectors.published(), version, path)
    if found is not None:
        return led_to(address_of(found))
    # Only now look who asks: a public file is the same for everybody, and no session is read for it.
    built = file_of(selectors.readable(by_maintainer=is_maintainer(request)), version, path)
    if built is not None:
        return file_response(request, built)
    if (gone := withdrawn(path=path, release__version=version)) is not None:
        return tombstone(gone)
    raise NotFound(_("There is no such file in this release."))


@read_alone
def latest_file(request: HttpRequest, path: str) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return asked_beforehand()
    release = selectors.latest()
    if release is None:
        raise NotFound(_("No release has been published yet."))
    response: HttpResponseBase = redirect("releases:file", release.version, path)
    put_headers(response, {**ANY_ORIGIN, "Cache-Control": FOR_A_MINUTE})
    return response


@read_alone
def file_bytes(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return asked_beforehand()
    if settings.FILES_URL and not settings.IS_FILES_PROCESS:
        return led_to(settings.FILES_URL + request.get_full_path())
    for file in selectors.files(selectors.published()).filter(sha256=sha256):
        if saved_as(file) == name:
            return file_response(request, file)
    if (gone := withdrawn(sha256=sha256)) is not None:
        return tombstone(gone)
    raise NotFound(_("There is no such file."))


@read_alone
def archive(request: HttpRequest, version: str, named: str) -> HttpResponseBase:
    """All files of a published release, as they are now, in one."""
    if request.method == "OPTIONS":
        return asked_beforehand()
    release = selectors.published().filter(version=version).first() if version == named else None
    if release is None:
        raise NotFound(_("There is no release %(version)s.") % {"version": named})
    if settings.FILES_URL and not settings.IS_FILES_PROCESS:
        return led_to(settings.FILES_URL + request.get_full_path())
    return archive_response(request, archive_of(release))


def file_of(releases: QuerySet[Release], version: str, path: str) -> ReleaseFile | None:
    """The file by its row: what lies in the store without one is not there. No row holds a NUL."""
    if "\0" in path:
        return None
    return selectors.files(releases).filter(release__version=version, path=path).first()


def withdrawn(**wanted: str) -> ReleaseFile | None:
    """A file of a published release that an edition has taken away, the last one first."""
    if any("\0" in value for value in wanted.values()):
        return None
    gone = ReleaseFile.objects.filter(release__in=selectors.published(), withdrawn_at__isnull=False, **wanted)
    return gone.select_related("release").order_by("-edition", "path").first()


def tombstone(file: ReleaseFile) -> HttpResponse:
    """410, with what was taken out in the words of withdrawn.json, of the edition that took the file away."""
    taken_by = Edition.objects.filter(release=file.release)
    edition = taken_by.filter(made_at=file.withdrawn_at).first() if file.withdrawn_at else None
    label = f"{file.release.version}+e{edition.number}" if edition else file.release.version
    said = _("Something in this file was withdrawn. Edition %(edition)s stands in its place.") % {"edition": label}
    response = problem_response(
        410,
        said,
        code="withdrawn",
        edition=label,
        withdrawn_at=file.withdrawn_at and file.withdrawn_at.isoformat(),
        tombstone=edition.tombstone if edition else {},
        newest=f"/data/{file.release.version}/{file.path}",
    )
    put_headers(response, {**ANY_ORIGIN, "Cache-Control": FOR_A_MINUTE})
    return response


def led_to(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    put_headers(response, {**ANY_ORIGIN, "Cache-Control": FOR_A_MINUTE})
    return response


def asked_beforehand() -> HttpResponse:
    """What a browser wants to know before another site's page asks for a part of a file."""
    allowed = {
        "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match, If-Modified-Since",
        "Access-Control-Max-Age": "86400",
    }
    return HttpResponse(status=204, headers={**ANY_ORIGIN, **allowed})
