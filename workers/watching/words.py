"""Times in words short enough for a page that changes every two seconds."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from workers.watching.estimate import Estimate

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def lasting(seconds: float) -> str:
    """One unit, and as coarse as it may be: "40 s", "12 min", "5 h", "3 days"."""
    if seconds < 1.5 * MINUTE:
        return _("%(n)s s") % {"n": whole(seconds)}
    if seconds < 1.5 * HOUR:
        return _("%(n)s min") % {"n": whole(seconds / MINUTE)}
    if seconds < 2 * DAY:
        return _("%(n)s h") % {"n": whole(seconds / HOUR)}
    return _("%(n)s days") % {"n": whole(seconds / DAY)}


def answer_time(milliseconds: float | None) -> str:
    """How long an answer took: "640 ms", "3.4 s", "48 s"."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return _("%(n)s ms") % {"n": whole(milliseconds)}
    return _("%(n)s s") % {"n": number(milliseconds / 1000, 1 if milliseconds < 20_000 else 0)}


def rate(in_ten_minutes: int) -> str:
    """A mean a minute; one decimal while it is small."""
    mean = in_ten_minutes / 10
    return number(mean, 1 if mean < 10 else 0)


def time_left(told: Estimate) -> str:
    """A sentence on when the open round is done."""
    if told.unknown:
        return _("When it is done cannot be told yet: too little has come back from %(slug)s.") % {"slug": told.unknown}
    if not told.high_s:
        return ""
    low, high = lasting(told.low_s or 0.0), lasting(told.high_s)
    values = {"low": low, "high": high, "slug": told.slowest}
    if low == high:
        return _("Done in about %(high)s at the pace of the last minutes; %(slug)s takes longest.") % values
    return _("Done in %(low)s to %(high)s at the pace of the last minutes; %(slug)s takes longest.") % values


def whole(value: float) -> str:
    return number(value, 0)


def number(value: float | Decimal, places: int) -> str:
    """As the reader's language writes it. Rounded first: number_format alone cuts off what is behind the last place."""
    return number_format(f"{value:.{places}f}", decimal_pos=places, force_grouping=True)
