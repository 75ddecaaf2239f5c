"""How long ago something was, in words. `{% load moments %}`."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """A <time>: "just now", "12 seconds ago", "5 minutes ago", "3 hours ago"; from two days on the date; all in UTC."""
    if moment is None:
        return _("never")
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    if seconds == 0:
        words = _("just now")
    elif seconds < 100:
        words = ngettext("%(n)s second ago", "%(n)s seconds ago", seconds) % {"n": seconds}
    elif (minutes := seconds // 60) < 100:
        words = ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    elif (hours := minutes // 60) < 48:
        words = ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    else:
        words = date_format(moment, "DATE_FORMAT")
    return stamped(moment, words)


@register.simple_tag
def moment(moment: datetime | None) -> SafeString | str:
    """A <time> with date, hour and minute, in UTC."""
    if moment is None:
        return "–"
    return stamped(moment, _("%(when)s UTC") % {"when": date_format(moment, "DATETIME_FORMAT")})


def stamped(moment: datetime, words: str) -> SafeString:
    exact = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', exact, exact, words)
