"""Verdicts by day or week as bars, drawn as core.charts does; the numbers stand in a table beside it."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotations.selectors.mine import PASSED, Step

WIDTH, HEIGHT, GAP = 560.0, 120.0, 3.0
# From the ground up.
PARTS = (("censored", "f-censored"), ("evasive", "f-evasive"), ("faithful", "f-faithful"), (PASSED, "void"))


def activity_chart(steps: Sequence[Step]) -> SafeString:
    """One bar a step, in four parts."""
    most = max((step.said.total() for step in steps), default=0) or 1
    each = WIDTH / max(len(steps), 1)
    rects = []
    for number, step in enumerate(steps):
        ground = HEIGHT
        for part, style in PARTS:
            if not step.said[part]:
                continue
            tall = step.said[part] / most * (HEIGHT - 4)
            ground -= tall
            rects.append(
                (style, round(number * each + GAP / 2, 1), round(ground, 1), round(each - GAP, 1), round(tall, 1))
            )
    return format_html(
        '<svg class="activity" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}'
        '<rect class="activity__ground" x="0" y="{}" width="{}" height="1"/></svg>',
        WIDTH,
        HEIGHT + 1,
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', rects),
        HEIGHT,
        WIDTH,
    )
