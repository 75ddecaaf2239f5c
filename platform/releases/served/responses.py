"""A file of a release, or all of them as one, over HTTP: whole or in part, with what lets a client keep it."""

import base64
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe
from django.utils.translation import gettext as _

from core.errors import Busy, NotFound
from core.headers import put_headers
from core.problems import problem_response
from core.readers import FILES, LASTS_AT_MOST, Reading, busy
from core.visitors import address_of as visitor
from releases.choices import ReleaseStatus
from releases.files import store
from releases.models import Edition, ReleaseFile
from releases.served.addresses import saved_as
from releases.served.archive import MEDIA_TYPE, Archive
from releases.served.ranges import CannotSatisfy, asked_part

log = logging.getLogger("candor.releases")

FOR_EVER = "public, immutable, max-age=31536000"
# An edition may stand in its place; its ETag tells.
FOR_A_MINUTE = "public, max-age=60"
PRIVATE = "private, no-store"
# Documents open in the browser; tables are saved.
SHOWN = ("text/plain", "application/json")
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, Location, Repr-Digest",
}


@dataclass(frozen=True)
class Body:
    """Bytes that can be sent from anywhere on. `sum` names them, and is their SHA-256 where `is_digest`; `changed_at`
    is since when they are these, where they are public.
    """

    sum: str
    length: int
    media_type: str
    saved_as: str
    kept: str
    read: Callable[[int, int], Iterator[bytes]]
    changed_at: datetime | None
    is_digest: bool = True

    @property
    def etag(self) -> str:
        return f'"{self.sum}"'

    @property
    def since(self) -> int | None:
        """Whole seconds, as HTTP has them."""
        return int(self.changed_at.timestamp()) if self.changed_at else None


def file_response(request: HttpRequest, file: ReleaseFile) -> HttpResponseBase:
    """The file for GET and HEAD: 200, 206 for one range, 304 where the client has it, 416 where the range is outside,
    503 where too many read at this time.

    Raises:
        NotFound: the row is there and the file is not.
    """
    public = file.release.status == ReleaseStatus.PUBLISHED
    if public and (address := elsewhere(file)):
        return redirected(address)

    def read(start: int, length: int) -> Iterator[bytes]:
        return store.open_range(file.sha256, start, length)

    kept, since = (FOR_EVER, changed_at(file)) if public else (PRIVATE, None)
    return response_of(request, Body(file.sha256, file.bytes, file.media_type, saved_as(file), kept, read, since))


def archive_response(request: HttpRequest, archive: Archive) -> HttpResponseBase:
    """All files of a published release as one, in the same way."""
    body = Body(
        sum=archive.sum,
        length=archive.length,
        media_type=MEDIA_TYPE,
        saved_as=archive.saved_as,
        kept=FOR_A_MINUTE,
        read=archive.read,
        changed_at=archive.changed_at,
        is_digest=False,
    )
    return response_of(request, body)


def response_of(request: HttpRequest, body: Body) -> HttpResponseBase:
    response = get_conditional_response(request, etag=body.etag, last_modified=body.since) or respond(request, body)
    if response.status_code == 412:
        said = _("This is not the file that If-Match or If-Unmodified-Since names.")
        response = problem_response(412, said, code="precondition_failed")
    if response.status_code >= 400:  # nothing to be kept
        put_headers(response, ANY_ORIGIN)
        return response
    response.headers["ETag"] = body.etag
    response.headers["Cache-Control"] = body.kept
    if body.since is not None:
        response.headers["Last-Modified"] = http_date(body.since)
    response.headers["Accept-Ranges"] = "bytes"
    if body.kept != PRIVATE:
        # Pages of other sites may read a release in the browser, ranges included.
        put_headers(response, ANY_ORIGIN)
    return response


def elsewhere(file: ReleaseFile) -> str | None:
    """Its address in the storage, where that hands it out itself."""
    attached = not file.media_type.startswith(SHOWN)
    return store.address_elsewhere(file.sha256, saved_as=saved_as(file), media_type=file.media_type, attached=attached)


def redirected(address: str) -> HttpResponseBase:
    """On to the storage. The address runs out, so nobody may keep it for longer than it is good."""
    response = HttpResponse(status=302, headers={"Location": address, "Cache-Control": "public, max-age=1800"})
    put_headers(response, ANY_ORIGIN)
    return response


def changed_at(file: ReleaseFile) -> datetime | None:
    """Since when these are the file's bytes: since its edition was made, or since the release is out."""
    if file.edition:
        edition = Edition.objects.filter(release=file.release_id, number=file.edition).first()
        return edition.made_at if edition else None
    return file.release.published_at


def is_still(asked: str, body: Body) -> bool:
    """Whether If-Range names this file: by its tag, or by the very moment it was sent with (RFC 9110, 13.1.5)."""
    return asked == body.etag or (body.since is not None and parse_http_date_safe(asked) == body.since)


def respond(request: HttpRequest, body: Body) -> HttpResponseBase:
    start, length, status = 0, body.length, 200
    if request.method == "GET" and is_still(request.headers.get("If-Range", body.etag), body):
        try:
            part = asked_part(request.headers.get("Range", ""), body.length)
        except CannotSatisfy:
            said = _("The file has %(bytes)s bytes, and none of them is in this range.") % {"bytes": body.length}
            response: HttpResponseBase = problem_response(416, said, code="range_not_satisfiable")
            response.headers["Content-Range"] = f"bytes */{body.length}"
            return response
        if part is not None:
            (start, length), status = part, 206
    if request.method == "HEAD":
        response = HttpResponse(content_type=body.media_type)
    else:
        try:
            response = sent(request, body, start, length)
        except Busy as error:
            return busy(error)
        response.status_code = status
    response.headers["Content-Length"] = str(length)
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{body.length}"
    if body.is_digest:
        # RFC 9530: of the whole file, also where a part is sent.
        response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(body.sum)).decode()}:"
    attachment = not body.media_type.startswith(SHOWN)
    response.headers["Content-Disposition"] = str(content_disposition_header(attachment, body.saved_as))
    return response


def sent(request: HttpRequest, body: Body, start: int, length: int) -> StreamingHttpResponse:
    """The bytes as they are read. Raises Busy where too many read, NotFound where the store has no such bytes."""
    leave = FILES.enter(visitor(request))
    try:
        chunks = body.read(start, length)
    except OSError as error:
        leave()
        log.exception("%s is in the database and not in the store", body.saved_as)
        raise NotFound(_("This file is missing on the server. The maintainers have been told.")) from error
    except BaseException:
        leave()
        raise
    return StreamingHttpResponse(Reading(chunks, leave, time.monotonic() + LASTS_AT_MOST), content_type=body.media_type)
