"""What pages of apps that may not know the probes say of them: how the asking of one's own prompts went.

Authors see counts only, neither text nor model: a text cut short or an empty one never becomes an answer, and without
this its author would wait for ever.
"""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from probes import selectors
from probes.budget_words import used_up_until, why_used_up
from probes.selectors import Outcomes
from prompts.models import Prompt

register = template.Library()

register.filter("why_used_up", why_used_up)
register.filter("used_up_until", used_up_until)


def parts(went: Outcomes) -> list[tuple[str, int]]:
    """Each count with its word; all but the first two only where there are any."""
    rest = [
        (_("Cut short by the length limit"), went.cut),
        (_("Blocked by a filter"), went.blocked),
        (_("Came back empty"), went.empty),
        (_("Failed"), went.failed),
        (_("Still to be asked"), went.waiting),
    ]
    return [(_("Times asked"), went.asked), (_("Came back whole"), went.whole), *[pair for pair in rest if pair[1]]]


@register.simple_tag
def outcomes(prompts: Iterable[Prompt]) -> dict[int, Outcomes]:
    """The counts of a page of prompts, in one query, for `went`."""
    return selectors.outcomes(prompts)


@register.inclusion_tag("probes/_went.html")
def went(counts: dict[int, Outcomes], prompt: Prompt) -> dict[str, object]:
    """One line; nothing where the prompt was never to be asked."""
    found = counts.get(prompt.pk)
    return {"parts": parts(found) if found else []}


@register.inclusion_tag("probes/_how_it_went.html")
def how_it_went(prompt: Prompt) -> dict[str, object]:
    """A card with the counts; nothing where the prompt was never to be asked."""
    found = selectors.outcomes([prompt]).get(prompt.pk)
    return {"parts": parts(found) if found else []}


@register.filter
def cut(text: str, most: int) -> str:
    """At most so many characters; what is longer ends in "…" behind a whole word, or anywhere if it is one."""
    if len(text) <= most:
        return text
    words = text[:most].rpartition(" ")[0].rstrip(" ,;:.–-")
    return (words or text[: most - 1]) + "…"
