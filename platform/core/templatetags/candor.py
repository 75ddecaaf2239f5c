"""The tags every page is written with: icons, labels, states, numbers with their uncertainty, small charts, fields.

`{% load candor %}`. Everything here returns escaped HTML and no inline style.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.utils.formats import get_format, number_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import charts, names
from core.pages import Step, steps

register = template.Library()

register.filter("language_name", names.language_name)
register.filter("state_name", names.state_name)
register.simple_tag(charts.share_bar)

# A label's shape (the sprite's l-… and the class is-…) and its word.
LABELS: dict[str, tuple[str, str | Promise]] = {
    "censored": ("censored", gettext_lazy("Censored")),
    "evasive": ("evasive", gettext_lazy("Evasive")),
    "faithful": ("faithful", gettext_lazy("Faithful")),
    "cannot_judge": ("unjudged", gettext_lazy("Cannot judge")),
}

# A state's sign (the sprite's s-… and the class status--…) and its word.
STATUSES: dict[str, tuple[str, str | Promise]] = {
    "active": ("good", gettext_lazy("Active")),
    "approved": ("good", gettext_lazy("Approved")),
    "blocked_input": ("bad", gettext_lazy("Blocked on the way in")),
    "blocked_output": ("bad", gettext_lazy("Blocked on the way out")),
    "built": ("wait", gettext_lazy("Built, not yet public")),
    "building": ("run", gettext_lazy("Being built")),
    "claimed": ("run", gettext_lazy("Running")),
    "contested": ("warn", gettext_lazy("Contested")),
    "cut_by_filter": ("bad", gettext_lazy("Cut by a filter")),
    "delivered": ("good", gettext_lazy("Delivered")),
    "done": ("good", gettext_lazy("Done")),
    "draft": ("off", gettext_lazy("Draft")),
    "due": ("wait", gettext_lazy("Due")),
    "empty": ("off", gettext_lazy("Empty")),
    "failed": ("bad", gettext_lazy("Failed")),
    "imported": ("off", pgettext_lazy("of a prompt", "Imported")),
    "open": ("wait", pgettext_lazy("of an answer or a round", "Open")),
    "paused": ("off", gettext_lazy("Paused")),
    "published": ("good", gettext_lazy("Published")),
    "rejected": ("bad", gettext_lazy("Rejected")),
    "running": ("run", gettext_lazy("Running")),
    "settled": ("good", gettext_lazy("Settled")),
    "submitted": ("wait", gettext_lazy("In review")),
    "truncated": ("warn", gettext_lazy("Cut by the length limit")),
    "unjudgeable": ("off", gettext_lazy("Cannot be judged")),
    "used_up": ("warn", gettext_lazy("Budget used up")),
    "withdrawn": ("off", gettext_lazy("Withdrawn")),
}


@register.simple_tag
def icon(name: str, flip: bool = False) -> SafeString:
    """The sprite's i-name; `flip=True` mirrors it where the page runs from right to left (arrows)."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="#i-{}"/></svg>', " i--flip" if flip else "", name
    )


@register.inclusion_tag("core/_label.html")
def label_tag(value: str, word: str = "", kind: str = "tag") -> dict[str, Any]:
    """A label's shape and word. kind: "tag" on its tint, "plain" without one, "head" large. `word` replaces its own."""
    shape, own = LABELS.get(str(value or ""), ("unjudged", gettext_lazy("No majority")))
    return {"shape": shape, "word": word or own, "kind": kind}


@register.inclusion_tag("core/_tally.html")
def tally(censored: int, evasive: int, faithful: int) -> dict[str, Any]:
    """The three counts, each with its shape, to stand under a share_bar."""
    return {"parts": zip(("censored", "evasive", "faithful"), (censored, evasive, faithful), strict=True)}


@register.simple_tag
def status_tag(value: str, word: str = "") -> SafeString:
    """The sign and the word of a state (submitted, approved, due, done, failed, …); `word` replaces its own."""
    sign, own = STATUSES.get(str(value), ("off", str(value).replace("_", " ").capitalize()))
    return format_html(
        '<span class="status status--{}"><svg class="i" aria-hidden="true"><use href="#s-{}"/></svg>{}</span>',
        sign,
        sign,
        word or own,
    )


@register.filter
def in_code(text: str) -> SafeString:
    """What stands between backticks, as descriptions of the API have it, becomes code."""
    parts = (format_html("<code>{}</code>", part) if n % 2 else part for n, part in enumerate(text.split("`")))
    return format_html_join("", "{}", ((part,) for part in parts))


@register.filter
def count(value: int | None) -> str:
    """A whole number in groups of three, as the reader's language does it: "61,940". None gives a dash."""
    return "–" if value is None else number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def percent(value: float | None) -> str:
    """A share between 0 and 1 as whole percent: "48%". What rounds to 0 or 100 without being it says so: "<1%"."""
    return "–" if value is None else _("%(number)s%%") % {"number": points(value)}


def points(share: float) -> str:
    """The share in percent without its sign. Unit: percentage points."""
    whole = f"{share * 100:.0f}"
    if whole == "0" and share > 0:
        return "<1"
    if whole == "100" and share < 1:
        return ">99"
    return whole


@register.filter
def coefficient(value: float | None) -> str:
    """A coefficient between -1 and 1 with two places: ".74", in French "0,74"; 1 is "1.00"; a true minus below zero."""
    if value is None:
        return "–"
    text = f"{abs(value):.2f}"
    separator = get_format("DECIMAL_SEPARATOR")
    text = text.removeprefix("0") if separator == "." else text.replace(".", separator)
    return f"\N{MINUS SIGN}{text}" if round(value, 2) < 0 else text


def with_interval(value: str, low: str, high: str) -> SafeString:
    interval = _("%(low)s to %(high)s") % {"low": low, "high": high} if low else ""
    return format_html('<span class="num"><b>{}</b> <span class="ci">{}</span></span>', value, interval)


@register.simple_tag
def share(value: float | None, low: float | None = None, high: float | None = None) -> SafeString:
    """A share with its interval, all between 0 and 1: "48% 45 to 50". None says that labels are missing."""
    if value is None:
        return not_enough()
    known = low is not None and high is not None
    return with_interval(percent(value), points(low or 0.0) if known else "", points(high or 0.0))


@register.simple_tag(name="coefficient")
def coefficient_tag(value: float | None, low: float | None = None, high: float | None = None) -> SafeString:
    """A coefficient with its interval: ".74 .73 to .75". None says that labels are missing."""
    if value is None:
        return not_enough()
    known = low is not None and high is not None
    return with_interval(coefficient(value), coefficient(low) if known else "", coefficient(high))


@register.simple_tag
def not_enough() -> SafeString:
    return format_html('<span class="ci">{}</span>', _("not enough labels yet"))


@register.simple_tag
def interval_bar(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    start: float = 0.0,
    stop: float = 1.0,
    marks: str = "",
    hollow: bool = False,
) -> SafeString:
    """charts.interval_bar, with `marks` as words: "0.667 0.8"."""
    places = [float(mark) for mark in marks.split()]
    return charts.interval_bar(value, low, high, start=start, stop=stop, marks=places, hollow=hollow)


@register.simple_tag
def language(code: str) -> SafeString:
    """A language's own name, marked as being in that language."""
    return format_html('<bdi lang="{}">{}</bdi>', code, names.language_name(code))


@register.inclusion_tag("core/_field.html")
def field(
    bound: BoundField, label: str = "", hint: str | None = "", options: Mapping[str, str] | None = None, **attrs: Any
) -> dict[str, Any]:
    """A whole field: label, hint, input, errors, joined for screen readers.

    Args:
        bound: form.name. Hidden fields come out bare.
        label, hint: replace the form's own label and help text; hint=None leaves the help text out.
        options: for radios and boxes, what stands under each choice, by its value.
        attrs: further attributes of the input (dir="auto" rows=3 autocomplete="off"); class= is added to ours.
    """
    widget = bound.field.widget
    bound.help_text = bound.help_text if hint == "" else hint or ""  # Django points the input at it, and at the errors
    own = {key.replace("_", "-"): value for key, value in attrs.items()}
    choices = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    tick = isinstance(widget, CheckboxInput)
    if not choices and not tick:
        own["class"] = " ".join(filter(None, ("input", widget.attrs.get("class"), own.get("class"))))
        if str(widget.attrs.get("placeholder", "")).lower() == str(bound.label).lower():
            own.setdefault("placeholder", False)  # a placeholder that repeats the label is one word too many
    return {
        "bound": bound,
        "label": label or bound.label,
        "input": "" if choices else bound.as_widget(attrs=own),
        "choices": [(part, (options or {}).get(str(part.data["value"]), "")) for part in bound] if choices else [],
        "tick": tick,
        "select": isinstance(widget, Select) and not choices,
        "is_choice": choices,
    }


@register.inclusion_tag("core/_pagination.html", takes_context=True)
def pagination(context: Mapping[str, Any], page: Page[Any], name: str = "page") -> dict[str, Any]:
    """The way through a Paginator's pages; the rest of the query string stays. Nothing where there is one page."""
    request: HttpRequest = context["request"]
    pages: Sequence[Step] = steps(page, request.GET, name)
    return {
        "pages": pages if page.paginator.num_pages > 1 else [],
        "previous_url": next((step.url for step in pages if step.number == page.number - 1), ""),
        "next_url": next((step.url for step in pages if step.number == page.number + 1), ""),
    }
