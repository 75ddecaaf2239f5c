"""Small charts as SVG, drawn on the server: attributes and classes only, so that a strict content policy lets them be.

Colours come from charts.css, so both themes hold. Each is hidden from screen readers, because its number stands beside
it in words: whoever places a chart places the number too.
"""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

INTERVAL_WIDTH = 136.0
TICK_WIDTH = 2.5


def interval_bar(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    start: float = 0.0,
    stop: float = 1.0,
    marks: Sequence[float] = (),
    hollow: bool = False,
) -> SafeString:
    """A tick at the value and a bar over its interval, on a line from `start` to `stop`.

    Args:
        value: what was measured; None draws a hatched bar, "not enough labels yet".
        low, high: the interval's ends, in the value's unit; None leaves the bar out.
        marks: values where a dashed line stands, such as .667 and .80 for alpha.
        hollow: draws the interval as an outline, for a value that is not to be relied on.
    """

    def at(number: float) -> float:
        part = (number - start) / (stop - start)
        return round(min(max(part, 0.0), 1.0) * INTERVAL_WIDTH, 1)

    if value is None:
        body = format_html('<rect class="void" x="0.5" y="3.5" width="{}" height="9" rx="2"/>', INTERVAL_WIDTH - 1)
    else:
        lines = format_html_join(
            "", '<line class="th" x1="{}" x2="{}" y1="0" y2="16"/>', ((at(mark), at(mark)) for mark in marks)
        )
        interval: str | SafeString = ""
        if low is not None and high is not None:
            name = "iv iv--low" if hollow else "iv"
            width = round(max(at(high) - at(low), 1.0), 1)
            interval = format_html('<rect class="{}" x="{}" y="3.5" width="{}" height="9"/>', name, at(low), width)
        tick = round(min(max(at(value) - TICK_WIDTH / 2, 0.0), INTERVAL_WIDTH - TICK_WIDTH), 2)
        body = format_html(
            '<rect class="axis" x="0" y="7.5" width="{}" height="1"/>{}{}'
            '<rect class="pt" x="{}" y="1" width="{}" height="14"/>',
            INTERVAL_WIDTH,
            lines,
            interval,
            tick,
            TICK_WIDTH,
        )
    return format_html(
        '<svg class="ibar" viewBox="0 0 {} 16" preserveAspectRatio="xMinYMid meet" aria-hidden="true">{}</svg>',
        INTERVAL_WIDTH,
        body,
    )


def share_bar(censored: float, evasive: float, faithful: float) -> SafeString:
    """One bar in three parts, as long as their shares. Takes counts or shares; nothing at all is drawn hatched."""
    parts = [
        (name, max(float(number or 0), 0.0))
        for name, number in (("censored", censored), ("evasive", evasive), ("faithful", faithful))
    ]
    total = sum(number for _, number in parts)
    if total == 0:
        body = SafeString('<rect class="void" width="100%" height="100%"/>')
    else:
        # Percentages and not a viewBox: the gaps stay two pixels wide however long the bar is.
        rects, gaps, left = [], [], 0.0
        for name, number in parts:
            if not number:
                continue
            if left:
                gaps.append((round(left, 2),))
            width = number / total * 100
            rects.append((name, round(left, 2), round(width, 2)))
            left += width
        body = format_html(
            "{}{}",
            format_html_join("", '<rect class="f-{}" x="{}%" width="{}%" height="100%"/>', rects),
            format_html_join("", '<rect class="f-gap" x="{}%" width="2" height="100%"/>', gaps),
        )
    return format_html('<svg class="bar" aria-hidden="true">{}</svg>', body)
