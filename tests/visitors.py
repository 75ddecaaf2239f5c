"""Who is connected to the live server, so that a test ends only after the last of them has gone.

A page that is closed leaves requests behind. Where one is on its way, or between two queries, emptying the tables under
it is a deadlock; where it comes later, it is refused the database. A connection is counted from the moment it is
accepted until its thread has closed its own connection to the database, so that nothing falls between.
"""

import threading
import time
from typing import Any


class Visitors:
    """Counts what is connected to one server."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.here = 0

    def count(self, more: int) -> None:
        with self.changed:
            self.here += more
            self.changed.notify_all()

    def watch(self, server: Any) -> None:
        """Begins to count: `server` is the live server's ThreadedWSGIServer."""
        accept, serve = server.process_request, server.process_request_thread

        def arrive(request: Any, address: Any) -> None:
            self.count(1)
            try:
                accept(request, address)
            except BaseException:
                self.count(-1)
                raise

        def stay(request: Any, address: Any) -> None:
            try:
                serve(request, address)
            finally:
                self.count(-1)

        server.process_request, server.process_request_thread = arrive, stay

    def wait_until_gone(self, seconds: float) -> None:
        """Returns once nobody is connected, and has not been for a moment: a connection may wait to be accepted.

        Raises:
            AssertionError: after `seconds` somebody still is; a browser was left open.
        """
        end, quiet_since = time.monotonic() + seconds, 0.0
        with self.changed:
            while not quiet_since or time.monotonic() - quiet_since < 0.05:
                assert time.monotonic() < end, f"{self.here} connections to the live server are still open"
                quiet_since = 0.0 if self.here else quiet_since or time.monotonic()
                self.changed.wait(0.02)


VISITORS = Visitors()
