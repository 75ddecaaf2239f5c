"""How the maintainers' pages write money, hours, tokens and what was changed. `{% load probe_pages %}`."""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.templatetags.candor import count
from probes.dollars import dollars
from probes.forms import CorrectEndpointForm, LLMForm
from probes.selectors import Entry
from probes.selectors.preview import Surety, Tokens

register = template.Library()

VERBS = {
    "add": gettext_lazy("Added"),
    "correct": gettext_lazy("Corrected"),
    "pause": gettext_lazy("Paused"),
    "resume": gettext_lazy("Resumed"),
    "retire": gettext_lazy("Retired"),
    "dismiss": gettext_lazy("Quarantined probes looked at"),
}
SHOWN_AT_MOST = 400


@register.filter
def usd(value: Decimal | float | None) -> str:
    """US dollars: "$12.40", below one dollar with as many places as tell something, "under $0.0001". None is a dash."""
    if value is None:
        return "–"
    if 0 < value < Decimal("0.0001"):
        return _("under %(sum)s") % {"sum": dollars(number_format(Decimal("0.0001"), 4, use_l10n=True))}
    # Rounded here: Django cuts a decimal off.
    rounded = Decimal(value).quantize(Decimal("0.0001") if value < 1 else Decimal("0.01"), ROUND_HALF_UP)
    places = max(2, len(f"{rounded:f}".rstrip("0").partition(".")[2]))
    return dollars(number_format(rounded, places, use_l10n=True, force_grouping=True))


@register.filter
def price(value: Decimal | None) -> str:
    """A price as it was typed: "$0.15", "$2.5"."""
    if value is None:
        return "–"
    digits = f"{value.normalize():f}"
    places = max(2, len(digits.partition(".")[2]))
    return dollars(number_format(digits, places, use_l10n=True, force_grouping=True))


@register.filter
def hours(value: float | None) -> str:
    """A span of time in its best unit: "< 1 minute", "12 minutes", "3.4 hours", "5.2 days". None is a dash."""
    if value is None:
        return "–"
    minutes = value * 60
    if minutes < 1:
        return _("< 1 minute")
    if minutes < 100:
        whole = round(minutes)
        return ngettext("%(n)s minute", "%(n)s minutes", whole) % {"n": whole}
    if value < 48:
        return _("%(n)s hours") % {"n": number_format(value, 1, use_l10n=True)}
    return _("%(n)s days") % {"n": number_format(value / 24, 1, use_l10n=True)}


@register.filter
def tokens(value: Tokens) -> str:
    """A number of tokens with how sure it is: "about 12,000", "at most 40,000", "not known"."""
    if value.number is None:
        return _("not known")
    said = _("about %(n)s") if value.surety == Surety.MEASURED else _("at most %(n)s")
    return said % {"n": count(value.number)}


@register.filter
def verb(entry: Entry) -> str:
    """What was done, in a word."""
    return str(VERBS.get(entry.verb, entry.verb))


@register.filter
def column(name: str) -> str:
    """What a form calls the column."""
    for form in (CorrectEndpointForm, LLMForm):
        if name in form.base_fields:
            return str(form.base_fields[name].label)
    return name


@register.filter
def shown(value: Any) -> str:
    """A value of the log in words."""
    if value is None or value in ("", {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_AT_MOST else text[: SHOWN_AT_MOST - 1] + "…"
