"""Figures in the reader's words."""

from django import template
from django.utils.formats import get_format, number_format

from annotations.choices import Value
from annotations.models import Consensus
from annotations.reasons import said_why
from annotations.selectors.crowd import DIGITS, Told
from annotations.selectors.crowd import likeliest as likeliest_of
from observatory.selectors.slices import Coefficient

register = template.Library()

# Below this a chance is not worth its digits.
SMALL = 0.001


@register.filter
def reason(why: str) -> str:
    """Why a number is missing, as annotations.agreement says it, in the reader's language."""
    return said_why(why)


@register.filter
def in_words(told: Told) -> Coefficient:
    """A measure of the crowd, with its reason in the reader's language."""
    return Coefficient(told.value, told.low, told.high, said_why(told.why or ""))


@register.filter
def posterior(value: float) -> str:
    """A model's own probability, with as many digits as it has: ".5", ".999"."""
    return number_format(value).removeprefix("0") if get_format("DECIMAL_SEPARATOR") == "." else number_format(value)


@register.filter
def chance(value: float | None) -> str:
    """A test's p: ".034", "< .001"."""
    if value is None:
        return "–"
    return "< .001" if value < SMALL else f"{value:.3f}".removeprefix("0") if value < 1 else "1"


@register.filter
def difference(value: float | None) -> str:
    """A difference of two shares in points, with its sign: "+12", "−3"."""
    if value is None:
        return "–"
    points = round(100 * value)
    return f"{'−' if points < 0 else '+' if points > 0 else ''}{abs(points)}"


@register.filter
def likeliest(consensus: Consensus) -> Value | None:
    """The most probable label of an answer; None before the crowd is known."""
    return likeliest_of(consensus)


@register.filter
def two_digits(chance: float) -> float:
    """A chance as it is published, for what is drawn to scale."""
    return round(chance, DIGITS)
