"""Plain words, and a bar only where it takes more than two seconds."""

import io

import pytest

from embedded import progress as progress_module
from embedded.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress_module, "time", clock)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    return clock


def test_a_quick_step_is_one_line(clock):
    out = Terminal()
    progress = Progress(out)
    with progress.step("Starting"):
        clock.now += 1.9
        progress.tick()
    assert out.getvalue() == "Starting ...\n"


def test_a_long_step_draws_a_bar_that_leaves_nothing_behind(clock):
    out = Terminal()
    progress = Progress(out)
    with progress.step("Loading", lambda: 0.25):
        for _ in range(3):
            clock.now += 1.05
            progress.tick()
            progress.tick()  # too soon to draw again
    bar = f"\r  [{'#' * 10:40}]  25% "
    assert out.getvalue() == f"Loading ...\n{bar}{bar}\r\x1b[K"


def test_a_bar_moves_where_nobody_knows_how_much_is_left(clock):
    out = Terminal()
    progress = Progress(out)
    with progress.step("Waiting"):
        clock.now += 3
        progress.tick()
        clock.now += 0.4
        progress.tick()
    first, second = (line for line in out.getvalue().split("\r") if "#" in line)
    assert first == f"  [{'':30}######{'':4}]    3 s "
    assert second == f"  [{'':34}######]    3 s "


def test_where_nothing_can_be_redrawn_a_line_comes_every_ten_seconds(clock):
    out = io.StringIO()
    progress = Progress(out)
    with progress.step("Waiting", lambda: 0.5):
        for _ in range(25):
            clock.now += 1
            progress.tick()
    assert out.getvalue() == ("Waiting ...\n  still at it after 10 s, 50% done\n  still at it after 20 s, 50% done\n")


def test_a_reader_that_has_gone_away_does_not_stop_the_work():
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    Progress(Gone()).say("nobody listens")
