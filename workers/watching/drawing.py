"""Small drawings of the page that is watched, as SVG: attributes and classes only, as a strict content policy wants.

Each is hidden from screen readers, because its numbers stand beside it in words.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CURVE = (120.0, 28.0)
LINE = (100.0, 8.0)


def curve(minutes: Sequence[int]) -> SafeString:
    """Answers a minute as a line over a faint ground, the last one marked; flat on the ground where there were none."""
    width, height = CURVE
    most = max(*minutes, 1)
    step = width / max(1, len(minutes) - 1)
    # Two units stay free above, so that the stroke and the mark are never cut.
    points = [
        (round(place * step, 1), round(height - 1 - n / most * (height - 4), 1)) for place, n in enumerate(minutes)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    return format_html(
        '<svg class="curve" viewBox="-3 0 {} {}" aria-hidden="true">'
        '<polygon class="curve__ground" points="0,{} {} {},{}"/><polyline class="curve__line" points="{}"/>'
        '<circle class="curve__now" cx="{}" cy="{}" r="2.5"/></svg>',
        *(width + 6, height, height - 1, line, width, height - 1, line, x, y),
    )


def flight(now: int, found: int | None, most: int) -> SafeString:
    """Calls in flight on a line as long as may ever be, with a tick at what the endpoint was found to take."""
    width, height = LINE
    scale = width / max(1, most, now)
    tick: str | SafeString = ""
    if found is not None:
        tick = format_html(
            '<rect class="line__tick" x="{}" y="0" width="1.5" height="{}"/>',
            *(round(min(found * scale, width - 1.5), 1), height),
        )
    return svg([("line__full", 0.0, now * scale)], tick)


def purse(spent: Decimal, reserved: Decimal, budget: Decimal) -> SafeString:
    """Money spent and, lighter, put aside for calls in flight, on a line as long as the month's budget."""
    scale = LINE[0] / float(max(budget, spent + reserved) or 1)
    first = float(spent) * scale
    return svg([("line__full", 0.0, first), ("line__aside", first, float(reserved) * scale)])


def svg(parts: Sequence[tuple[str, float, float]], more: str | SafeString = "") -> SafeString:
    width, height = LINE
    rects = [(name, round(start, 2), round(length, 2)) for name, start, length in parts if length > 0]
    return format_html(
        '<svg class="line" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="line__ground" x="0" y="2" width="{}" height="4"/>{}{}</svg>',
        *(width, height, width),
        format_html_join("", '<rect class="{}" x="{}" y="2" width="{}" height="4"/>', rects),
        more,
    )
