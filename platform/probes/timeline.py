"""When the characters of a streamed text came, as a small chart: attributes and classes only, no inline style."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDE, NARROW, HEIGHT = 640.0, 340.0, 96.0
LEFT, BOTTOM = 1.0, 20.0
STEPS_MS = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000)


@dataclass(frozen=True)
class Timeline:
    """When it came: `first_ms` and `last_ms` after the request, `longest_ms` between two pieces at most.

    The charts are SVG, one for broad windows and one for phones.
    """

    pieces: int
    characters: int
    first_ms: int
    last_ms: int
    longest_ms: int
    wide: SafeString
    narrow: SafeString


def timeline(pieces: Any) -> Timeline | None:
    """The chart of [[milliseconds since the request, characters], …]; None where nothing of that form is there."""
    came = [(int(ms), int(many)) for ms, many in pairs(pieces)]
    if not came:
        return None
    moments = [ms for ms, _ in came]
    waits = [later - sooner for sooner, later in pairwise(moments)]
    return Timeline(
        pieces=len(came),
        characters=sum(many for _, many in came),
        first_ms=moments[0],
        last_ms=moments[-1],
        longest_ms=max(waits, default=0),
        wide=chart_of(came, WIDE),
        narrow=chart_of(came, NARROW),
    )


def pairs(pieces: Any) -> list[tuple[int, int]]:
    """What is a pair of numbers, in the order of time: an import may have anything here."""
    rows = pieces if isinstance(pieces, list) else []
    good = [row for row in rows if isinstance(row, list) and len(row) == 2 and all(isinstance(n, int) for n in row)]
    return sorted((ms, many) for ms, many in good if ms >= 0 and many >= 0)


def chart_of(came: list[tuple[int, int]], width: float) -> SafeString:
    """The text's length over time, as steps; a mark on the line below for each piece."""
    end = max(came[-1][0], 1)
    total = max(sum(many for _, many in came), 1)
    floor = HEIGHT - BOTTOM

    def x(ms: float) -> float:
        return round(LEFT + ms / end * (width - 2 * LEFT), 1)

    path, so_far = [f"M{x(0)} {floor}"], 0
    for ms, many in came:
        so_far += many
        path.append(f"H{x(ms)}V{round(floor - so_far / total * (floor - 6), 1)}")
    path.append(f"V{floor}Z")
    step = next((step for step in STEPS_MS if end / step <= width / 80), end)
    ticks = [
        (x(ms), floor, floor + 4, x(ms), HEIGHT - 4, anchor(ms, end), seconds(ms)) for ms in range(0, end + 1, step)
    ]
    return format_html(
        '<svg viewBox="0 0 {} {}" role="presentation" aria-hidden="true"><path class="came" d="{}"/>{}'
        '<line class="base" x1="0" x2="{}" y1="{}" y2="{}"/>{}</svg>',
        width,
        HEIGHT,
        "".join(path),
        format_html_join("", '<line class="piece" x1="{}" x2="{}" y1="{}" y2="{}"/>', marks(came, x, floor)),
        width,
        floor,
        floor,
        format_html_join(
            "",
            '<line class="base" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text class="t-tick" x="{3}" y="{4}" text-anchor="{5}">{6}</text>',
            ticks,
        ),
    )


def marks(came: list[tuple[int, int]], x: Any, floor: float) -> list[tuple[float, float, float, float]]:
    """One mark a piece; those at the same place are one."""
    places = sorted({x(ms) for ms, _ in came})
    return [(place, place, floor - 5, floor) for place in places]


def anchor(ms: int, end: int) -> str:
    """Where a tick's number stands, so that the first and the last one stay inside."""
    return "start" if ms < end * 0.03 else "end" if ms > end * 0.96 else "middle"


def seconds(ms: int) -> str:
    return _("%(n)s s") % {"n": number_format(f"{ms / 1000:g}", use_l10n=True)}
