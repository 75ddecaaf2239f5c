"""The figures of the page that is watched, in words and drawn. `{% load watching %}`."""

from django import template
from django.utils.safestring import SafeString

from workers.watching import drawing, words
from workers.watching.standing import Standing

register = template.Library()

register.filter("lasting", words.lasting)
register.filter("answer_time", words.answer_time)
register.filter("rate", words.rate)
register.filter("time_left", words.time_left)
register.filter("curve", drawing.curve)


@register.filter
def flight(one: Standing) -> SafeString:
    """drawing.flight of an endpoint."""
    return drawing.flight(one.in_flight or 0, one.concurrency, one.endpoint.max_in_flight)


@register.filter
def purse(one: Standing) -> SafeString:
    """drawing.purse of an endpoint with a budget; nothing for one without."""
    budget = one.endpoint.budget
    return SafeString("") if budget is None else drawing.purse(one.spent.spent, one.spent.reserved, budget)
