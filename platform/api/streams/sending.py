"""One response with every row of a list, whoever reads it and however slowly.

Rows are read in pages by key, as the pages of the API are: each page is one short question, and nothing of the database
is held while a reader takes what it brought. Pages grow until they have a megabyte and a half, so that the first comes
at once and memory stays flat. While a swift reader is sent one, the next is made; a few swift readers have larger ones.

A stream that cannot be brought to its end (its hour is over, the database is away) ends in the middle of a line, or of
its compressed form, since a server can say nothing else once it has begun: no reader takes it for whole. Whoever reads
goes on with `cursor`, the key of the last row they have.
"""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from api.streams.asked import saved_as
from api.streams.kinds import Csv, Streamed
from api.streams.making import Coming, Making, Rows
from api.streams.packing import encoding_for, packed
from core.errors import CandorError
from core.readers import STREAMS, Reading
from core.visitors import address_of

if TYPE_CHECKING:
    from api.base import ApiView

log = logging.getLogger("candor.api")

FIRST = 50  # rows
MOST = 20_000  # in thousands PostgreSQL finds what belongs to a row all at once
WANTED = 1536 * 1024  # bytes of a page: less, and PostgreSQL would plan as long as it reads
# Bytes of a page for a reader who is swift with smaller ones, and how many readers have such pages at one time.
WIDE = 6 * 1024 * 1024
WIDE_AT_ONCE = threading.BoundedSemaphore(6)
GROWS = 8
PIECE = 64 * 1024  # bytes given to the web server at once
LASTS_AT_MOST = 3600.0  # seconds
SWIFT = 1.0  # seconds: for whoever takes a page in less, the next is made meanwhile


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
    if named := saved_as(request, kind):
        headers["Content-Disposition"] = named
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
    with contextlib.ExitStack() as wide:
        yield from paged(Making(view.order, queryset, rows), view.values.get("cursor"), kind, wide)


def paged(making: Making, cursor: str | None, kind: type[Streamed], wide: contextlib.ExitStack) -> Iterator[bytes]:
    """`written`, from a cursor on; `wide` holds the reader's place among those who have wide pages."""
    size, wanted, until, begun, swift = FIRST, WANTED, time.monotonic() + LASTS_AT_MOST, False, False
    coming: Coming = partial(making.page, cursor, size)
    while True:
        try:
            page, over = coming()
        except (DatabaseError, CandorError) as error:
            if not begun:
                raise
            log.warning("a stream broke off: %s", error)
            yield unfinished(kind, cursor)
            raise BrokenOff from error
        data = (page.text if begun else making.rows.head + page.text).encode()
        begin, cursor, had, begun = cursor, page.last or cursor, page.rows, True
        del page  # a reader may take an hour over what comes now
        if not over and cursor:
            size = next_size(had, len(data), wanted)
            # In the process for streams the next is made while a reader takes this one.
            is_ahead = swift and settings.IS_FILES_PROCESS
            coming = making.ahead(begin, cursor, had, size) if is_ahead else partial(making.page, cursor, size)
        given = time.monotonic()
        if data:
            yield data
        swift = time.monotonic() - given < SWIFT
        if not swift:
            wide.close()
            wanted = WANTED
        elif wanted < WIDE and len(data) > WANTED // 4 and WIDE_AT_ONCE.acquire(blocking=False):
            wide.callback(WIDE_AT_ONCE.release)
            wanted = WIDE
        if over:
            return
        if time.monotonic() > until:
            yield unfinished(kind, cursor)
            raise BrokenOff


def next_size(rows: int, length: int, wanted: int) -> int:
    """How many rows the next page has, if they are as long as these and shall have so many bytes."""
    fitting = rows * wanted // max(length, 1)
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
