"""A file of a release over HTTP: whole or in part, with what lets a client keep it for ever."""

import base64
import logging
import time

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.errors import Busy, NotFound
from core.headers import put_headers
from core.problems import problem_response
from core.readers import FILES, LASTS_AT_MOST, Reading, busy
from core.visitors import address_of as visitor
from releases.choices import ReleaseStatus
from releases.files import store
from releases.models import ReleaseFile
from releases.served.addresses import saved_as
from releases.served.ranges import CannotSatisfy, asked_part

log = logging.getLogger("candor.releases")

FOR_EVER = "public, immutable, max-age=31536000"
# Documents open in the browser; tables are saved.
SHOWN = ("text/plain", "application/json")
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, Location, Repr-Digest",
}


def file_response(request: HttpRequest, file: ReleaseFile) -> HttpResponseBase:
    """The file for GET and HEAD: 200, 206 for one range, 304 where the client has it, 416 where the range is outside,
    503 where too many read at this time.

    Raises:
        NotFound: the row is there and the file is not.
    """
    etag = f'"{file.sha256}"'
    public = file.release.status == ReleaseStatus.PUBLISHED
    if public and (address := elsewhere(file)):
        return redirected(address)
    response = get_conditional_response(request, etag=etag) or respond(request, file, etag)
    if response.status_code == 412:
        said = _("This is not the file that If-Match names.")
        response = problem_response(412, said, code="precondition_failed")
    if response.status_code >= 400:  # nothing to be kept
        put_headers(response, ANY_ORIGIN)
        return response
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOR_EVER if public else "private, no-store"
    response.headers["Accept-Ranges"] = "bytes"
    if public:
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


def respond(request: HttpRequest, file: ReleaseFile, etag: str) -> HttpResponseBase:
    start, length, status = 0, file.bytes, 200
    if request.method == "GET" and request.headers.get("If-Range", etag) == etag:
        try:
            part = asked_part(request.headers.get("Range", ""), file.bytes)
        except CannotSatisfy:
            said = _("The file has %(bytes)s bytes, and none of them is in this range.") % {"bytes": file.bytes}
            response: HttpResponseBase = problem_response(416, said, code="range_not_satisfiable")
            response.headers["Content-Range"] = f"bytes */{file.bytes}"
            return response
        if part is not None:
            (start, length), status = part, 206
    if request.method == "HEAD":
        response = HttpResponse(content_type=file.media_type)
    else:
        try:
            response = sent(request, file, start, length)
        except Busy as error:
            return busy(error)
        response.status_code = status
    response.headers["Content-Length"] = str(length)
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{file.bytes}"
    # RFC 9530: of the whole file, also where a part is sent.
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    attachment = not file.media_type.startswith(SHOWN)
    response.headers["Content-Disposition"] = str(content_disposition_header(attachment, saved_as(file)))
    return response


def sent(request: HttpRequest, file: ReleaseFile, start: int, length: int) -> StreamingHttpResponse:
    """The bytes as they are read. Raises Busy where too many read, NotFound where the store has no such bytes."""
    leave = FILES.enter(visitor(request))
    try:
        chunks = store.open_range(file.sha256, start, length)
    except OSError as error:
        leave()
        log.exception("the file %s is in the database and not in the store", file)
        raise NotFound(_("This file is missing on the server. The maintainers have been told.")) from error
    except BaseException:
        leave()
        raise
    return StreamingHttpResponse(Reading(chunks, leave, time.monotonic() + LASTS_AT_MOST), content_type=file.media_type)
