"""Plain words about what is being done, and a bar where it takes more than two seconds.

On a terminal the bar moves on a line of its own and leaves nothing behind. Elsewhere (a file, a pipe, a CI log) a line
every ten seconds says that work goes on.
"""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import TextIO

BAR_AFTER = 2.0  # seconds
REDRAW_EVERY = 0.1
LINE_EVERY = 10.0  # where nothing can be redrawn
WIDEST = 40  # characters of bar
BLOCK = 6  # characters of the block that moves where nobody knows how much is left


class Progress:
    """Says what is done. One step at a time; `tick` as often as you like while it goes on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._moves = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._fraction: Callable[[], float] | None = None
        self._begun: float | None = None
        self._drawn = 0.0
        self._shown = False

    def say(self, line: str = "") -> None:
        """Print one line."""
        self._wipe()
        self._write(f"{line}\n")

    @contextlib.contextmanager
    def step(self, what: str, fraction: Callable[[], float] | None = None) -> Iterator[None]:
        """Say what begins, and draw a bar if it lasts. `fraction` tells how much is done, 0 to 1, if that is known."""
        self.say(f"{what} ...")
        self._begun = self._drawn = time.monotonic()
        self._fraction = fraction
        try:
            yield
        finally:
            self._wipe()
            self._begun = self._fraction = None

    def tick(self) -> None:
        """Bring the bar up to date, if it is time."""
        if self._begun is None:
            return
        now = time.monotonic()
        if now - self._begun < BAR_AFTER or now - self._drawn < (REDRAW_EVERY if self._moves else LINE_EVERY):
            return
        self._drawn = now
        seconds = now - self._begun
        if self._moves:
            self._write(f"\r{self._bar(seconds)}")
            self._shown = True
        else:
            share = "" if self._fraction is None else f", {self._fraction():.0%} done"
            self._write(f"  still at it after {seconds:.0f} s{share}\n")

    def _bar(self, seconds: float) -> str:
        width = max(BLOCK * 2, min(WIDEST, shutil.get_terminal_size().columns - 20))
        if self._fraction is None:
            way = width - BLOCK
            place = round(seconds * 10) % (2 * way)
            left = min(place, 2 * way - place)
            return f"  [{'#' * BLOCK:>{left + BLOCK}}{'':{way - left}}] {seconds:4.0f} s "
        done = min(1.0, max(0.0, self._fraction()))
        return f"  [{'#' * round(done * width):{width}}] {done:4.0%} "

    def _wipe(self) -> None:
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _write(self, text: str) -> None:
        # The terminal may be closed, or the reader of the pipe gone: work goes on without words.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
