"""A file of a release over HTTP: whole or in part, with what lets a client keep it for ever."""

import logging
from collections.abc import Iterator
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.errors import NotFound
from releases.choices import ReleaseStatus
from releases.models import ReleaseFile
from releases.ranges import CannotSatisfy, asked_part
from releases.selectors import path_of

log = logging.getLogger("candor.releases")

CHUNK = 1 << 18
FOR_EVER = "public, immutable, max-age=31536000"
# Documents open in the browser; tables are saved.
SHOWN = ("text/plain", "application/json")


def file_response(request: HttpRequest, file: ReleaseFile) -> HttpResponseBase:
    """The file for GET and HEAD: 200, 206 for one range, 304 where the client has it, 416 where the range is outside.

    Raises:
        NotFound: the row is there and the file is not.
    """
    etag = f'"{file.sha256}"'
    response = get_conditional_response(request, etag=etag) or respond(request, file, etag)
    public = file.release.status == ReleaseStatus.PUBLISHED
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOR_EVER if public else "private, no-store"
    response.headers["Accept-Ranges"] = "bytes"
    if public:
        # Pages of other sites may read a release in the browser, ranges included.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Content-Length, Content-Range, ETag"
    return response


def respond(request: HttpRequest, file: ReleaseFile, etag: str) -> HttpResponseBase:
    start, length, status = 0, file.bytes, 200
    if request.method == "GET" and request.headers.get("If-Range", etag) == etag:
        try:
            part = asked_part(request.headers.get("Range", ""), file.bytes)
        except CannotSatisfy:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.bytes}"})
        if part is not None:
            (start, length), status = part, 206
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=file.media_type)
    else:
        stream = chunks(opened(file), start, length)
        response = StreamingHttpResponse(stream, status=status, content_type=file.media_type)
    response.headers["Content-Length"] = str(length)
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{file.bytes}"
    attachment = not file.media_type.startswith(SHOWN)
    response.headers["Content-Disposition"] = str(content_disposition_header(attachment, saved_as(file)))
    return response


def saved_as(file: ReleaseFile) -> str:
    """The name it is saved under, which tells the release: candor-2026.11.0-answers.csv."""
    return f"candor-{file.release.version}-{file.path.rpartition('/')[2]}"


def opened(file: ReleaseFile) -> BinaryIO:
    try:
        return path_of(file).open("rb")
    except OSError as error:
        log.exception("the file %s is in the database and not on the disk", file)
        raise NotFound(_("This file is missing on the server. The maintainers have been told.")) from error


def chunks(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
