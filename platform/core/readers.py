"""Readers that take their time: how many there may be, from where, and when one is given up.

A thread waits for each, so their number is bounded, in all and for one address. Who takes nothing at all is given up
after two minutes by the kernel; who takes a little, when the time a response may last is over.
"""

import contextlib
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from core.doorway import Application
from core.errors import Busy
from core.problems import not_found, of_error

STALLED_AFTER = 120  # seconds in which nothing that was sent has been taken
LASTS_AT_MOST = 6 * 3600.0  # seconds for a file; its reader goes on with a Range
COME_BACK_AFTER = 30  # seconds
# What the kernel keeps for one reader; of its own accord it would take 4 MB.
KERNEL_KEEPS = 256 * 1024
# What anybody may ask of the process for files and streams, by name. Views of the API look for themselves.
SENT = {"core:health", "releases:bytes", "releases:archive"}


class Gate:
    """Lets in so many at one time, and so many of one address."""

    def __init__(self, at_most: int, per_address: int) -> None:
        self.at_most, self.per_address = at_most, per_address
        self.inside: Counter[str] = Counter()
        self.lock = threading.Lock()

    def enter(self, address: str) -> Callable[[], None]:
        """Takes a place and returns what gives it back, once, however often it is called.

        Raises:
            Busy: all places are taken, or all that this address may have.
        """
        with self.lock:
            if self.inside.total() >= self.at_most:
                raise Busy(_("As many readers as there can be are being served. Try again in half a minute."))
            if self.inside[address] >= self.per_address:
                raise Busy(_("Your address is reading as much at one time as it may. Wait until something has ended."))
            self.inside[address] += 1
        given_back = threading.Lock()

        def leave() -> None:
            if given_back.acquire(blocking=False):
                with self.lock:
                    self.inside[address] -= 1
                    if not self.inside[address]:
                        del self.inside[address]

        return leave


STREAMS = Gate(settings.ENV.streams_at_most, settings.ENV.streams_per_address)
FILES = Gate(settings.ENV.streams_at_most, settings.ENV.streams_per_address)


class Reading:
    """The chunks of one response, whose place is given back when it ends, breaks or is left."""

    def __init__(self, chunks: Iterator[bytes], leave: Callable[[], None], until: float | None = None) -> None:
        """`until` is the moment of the monotonic clock at which a reader is given up who still is not done."""
        self.chunks, self.leave, self.until = chunks, leave, until

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.until is not None and time.monotonic() > self.until:
            self.close()
            raise StopIteration  # what Content-Length promised is not kept, so the server breaks the connection off
        try:
            return next(self.chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.leave()
        if (close := getattr(self.chunks, "close", None)) is not None:
            close()


def busy(error: Busy) -> HttpResponse:
    response = of_error(error)
    response.headers["Retry-After"] = str(COME_BACK_AFTER)
    return response


class FilesAndStreamsAlone:
    """Nobody gets to a page of the site through the process that sends files and streams."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is not None and (match.view_name in SENT or hasattr(view, "cls")):
            return None
        return not_found(request, Exception())


def end_when_stalled(application: Application) -> Application:
    """Has the kernel end a connection whose reader takes nothing for STALLED_AFTER seconds, and keep little for it.

    A thread that waits for a reader cannot look at the clock. The sockets belong to the web server, which opens them
    after this module is loaded: so the first request sets them, and those made from them later are alike.
    """
    done = threading.Event()

    def watched(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not done.is_set():
            done.set()
            for number in open_descriptors():
                set_socket(number)
        return application(environ, start_response)

    return watched


def open_descriptors() -> list[int]:
    for folder in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            return [int(path.name) for path in Path(folder).iterdir()]
    return []


def set_socket(number: int) -> None:
    """Sets one descriptor where it is a socket of TCP; else nothing happens."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as door:
        if door.family in (socket.AF_INET, socket.AF_INET6):
            door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_KEEPS)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_AFTER * 1000)
