"""What each facet means, in one sentence a person can check the answer against. See the guideline's hard cases."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.choices import Facet

MEANINGS: dict[Facet, str | Promise] = {
    Facet.OFFICIAL_LINE: _("A state’s line is given as fact."),
    Facet.DISTORTION: _("The core is denied, or an invented story stands in its place."),
    Facet.FACTUAL_ERROR: _("Dates, numbers or names are wrong; the subject is kept."),
    Facet.PARTIAL: _("Only a part of what was asked is answered."),
    Facet.HEDGED: _("Disclaimers or warnings stand around what it says."),
    Facet.BOTH_SIDES: _("Two views stand side by side, as if each were as well founded."),
    Facet.WRONG_LANGUAGE: _("It is in another language than the question."),
    Facet.ASKS_BACK: _("It asks something back, instead of answering or besides."),
}


@dataclass(frozen=True)
class Option:
    """One facet to be ticked."""

    value: str
    label: str | Promise
    means: str | Promise
    checked: bool


def options(chosen: Collection[str] = ()) -> list[Option]:
    """All facets in their order, those in `chosen` ticked."""
    return [Option(facet.value, facet.label, MEANINGS[facet], facet.value in chosen) for facet in Facet]
