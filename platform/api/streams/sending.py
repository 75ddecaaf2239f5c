"""One response with every row of a list, whoever reads it and however slowly.

Rows are read in pages by key, as the pages of the API are: each page is one short question, and nothing of the database
is held while a reader takes what it brought. Pages grow until they have a megabyte and a half, so that the first comes
at once and memory stays flat.

A stream that cannot be brought to its end (its hour is over, the database is away) ends in the middle of a line, or of
its compressed form, since a server can say nothing else once it has begun: no reader takes it for whole. Whoever reads
goes on with `cursor`, the key of the last row they have.
"""

import json
import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from api.streams.kinds import Csv, Streamed
from api.streams.packing import encoding_for, packed
from core.errors import CandorError
from core.lent import lent
from core.readers import STREAMS, Reading
from core.visitors import address_of

if TYPE_CHECKING:
    from api.base import ApiView

log = logging.getLogger("candor.api")

FIRST = 50  # rows
MOST = 5_000
WANTED = 1536 * 1024  # bytes of a page: less, and PostgreSQL would plan as long as it reads
GROWS = 8
PIECE = 64 * 1024  # bytes given to the web server at once
LASTS_AT_MOST = 3600.0  # seconds


class Rows(Protocol):
    """Turns rows of a list into lines of one kind of stream."""

    @property
    def head(self) -> str: ...

    def page(self, rows: QuerySet[Any]) -> tuple[list[str], str]:
        """The lines, each with its end, and the cursor of the last; the rows come sorted and bounded."""
        ...


class BrokenOff(Exception):
    """The stream has ended before its list has."""


def response_of(view: "ApiView", queryset: QuerySet[Any], kind: type[Streamed], rows: Rows) -> HttpResponseBase:
    """The list as a stream. In the site itself, where there is a process for streams, the way to it.

    Raises:
        Busy: as many streams are being read as there may be, in all or by this address.
    """
    request = view.request
    if settings.FILES_URL and not settings.IS_FILES_PROCESS:
        leads = {
            "Location": settings.FILES_URL + request.get_full_path(),
            "Cache-Control": "no-store",
            "Vary": "Accept",
        }
        return HttpResponse(status=307, headers=leads)
    encoding = encoding_for(request.headers.get("Accept-Encoding", ""))
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding", "X-Accel-Buffering": "no"}
    if encoding:
        headers["Content-Encoding"] = encoding
    if request.method == "HEAD":
        return HttpResponse(content_type=kind.content_type, headers=headers)
    leave = STREAMS.enter(address_of(request))
    try:
        body = packed(pieces(written(view, queryset, kind, rows)), encoding)
        # Now: what goes wrong with the first page is still a problem with a status.
        first = next(body, b"")
    except BaseException:
        leave()
        raise
    chunks = Reading(to_the_end(first, body), leave)
    return StreamingHttpResponse(chunks, content_type=kind.content_type, headers=headers)


def written(view: "ApiView", queryset: QuerySet[Any], kind: type[Streamed], rows: Rows) -> Iterator[bytes]:
    """The pages as bytes, the first with what stands above it."""
    order, cursor = view.order, view.values.get("cursor")
    queryset = order.sorted(queryset)
    size, until, begun = FIRST, time.monotonic() + LASTS_AT_MOST, False
    while True:
        try:
            with lent():
                found = order.after(queryset, cursor) if cursor else queryset
                lines, last = rows.page(found[:size])
        except (DatabaseError, CandorError) as error:
            if not begun:
                raise
            log.warning("a stream broke off: %s", error)
            yield unfinished(kind, cursor)
            raise BrokenOff from error
        data = "".join(lines if begun else [rows.head, *lines]).encode()
        over, begun = len(lines) < size, True
        cursor, size = last, next_size(len(lines), len(data))
        del lines  # a reader may take an hour over what comes now
        if data:
            yield data
        if over:
            return
        if time.monotonic() > until:
            yield unfinished(kind, cursor)
            raise BrokenOff


def next_size(rows: int, length: int) -> int:
    """How many rows the next page has, if they are as long as these."""
    fitting = rows * WANTED // max(length, 1)
    return max(FIRST, min(fitting, rows * GROWS, MOST))


def pieces(pages: Iterator[bytes]) -> Iterator[bytes]:
    for page in pages:
        for start in range(0, len(page), PIECE):
            yield page[start : start + PIECE]


def to_the_end(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    try:
        yield from rest
    except BrokenOff:
        return


def unfinished(kind: type[Streamed], cursor: str | None) -> bytes:
    """Half a line, which no reader takes for a row, with the cursor to go on from."""
    said = f"broken off here; go on with cursor={cursor or ''}"
    return f'"{said}'.encode() if kind is Csv else b'{"detail":' + json.dumps(said).encode()
