"""A budget that is used up, in a sentence."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from probes.selectors import UsedUp
from probes.templatetags.probe_pages import usd


def why_used_up(one: UsedUp) -> str:
    """What is left, what the next call may cost, and when it is asked again."""
    said = _(
        "%(left)s is left of this month’s budget, and the next call may cost %(wanted)s. "
        "It is asked again from %(day)s, or when the budget is raised."
    )
    return said % {"left": usd(one.left), "wanted": usd(one.wanted), "day": day(one)}


def used_up_until(one: UsedUp) -> str:
    """The same in half a line, behind the endpoint's name."""
    return _("has used up its budget until %(day)s, or until it is raised.") % {"day": day(one)}


def day(one: UsedUp) -> str:
    return date_format(one.until, "MONTH_DAY_FORMAT")
