"""How far an import is: a bar that moves where somebody watches, and a line now and then where nobody does."""

import contextlib
import time
from collections.abc import Callable
from typing import TextIO

WORDS = {"read": "Reading", "send": "Staging", "import": "Importing"}
REDRAW_EVERY_S = 0.1
LINE_EVERY_S = 10.0
WIDTH = 30


class ImportProgress:
    """Call it with the step and the number of lines done; the first step counts how many there are."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.clock = stream, clock
        self.moves = stream.isatty()
        self.step, self.total, self.first = "", 0, 0
        self.begun = self.drawn = clock()
        self.shown = False

    def __call__(self, step: str, lines: int) -> None:
        now = self.clock()
        if step != self.step:
            self.step, self.first, self.begun = step, lines, now
            self.drawn = float("-inf") if self.moves else now
        if step == "read":
            self.total = max(lines, 1)
        if now - self.drawn >= (REDRAW_EVERY_S if self.moves else LINE_EVERY_S):
            self.drawn = now
            self.show(self.line(lines, now - self.begun))

    def line(self, lines: int, seconds: float) -> str:
        """One line: the step, a bar, lines of lines, lines a second, time left."""
        what = WORDS[self.step]
        if self.step == "read":
            return f"{what}: {lines:,} lines"
        share = min(1.0, lines / self.total)
        rate = (lines - self.first) / seconds if seconds > 0 else 0.0
        left = f", {clock_time((self.total - lines) / rate)} left" if rate > 0 and lines < self.total else ""
        bar = f" [{'#' * round(share * WIDTH):{WIDTH}}]" if self.moves else ""
        return f"{what}:{bar} {lines:,} of {self.total:,} lines ({share:.0%}), {rate:,.0f} lines/s{left}"

    def show(self, line: str) -> None:
        self.write(f"\r\x1b[K{line}" if self.moves else f"{line}\n")
        self.shown = self.moves

    def close(self) -> None:
        """Leaves an empty line for what is said next."""
        if self.shown:
            self.write("\r\x1b[K")
            self.shown = False

    def write(self, text: str) -> None:
        # The terminal may be gone: the import goes on without words.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()


def clock_time(seconds: float) -> str:
    """90 gives "1:30", 5400 "1:30:00"."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{last:02d}" if hours else f"{minutes}:{last:02d}"
