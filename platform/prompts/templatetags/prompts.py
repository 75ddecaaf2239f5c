"""Words for prompts: `{% load prompts %}`."""

from django import template
from django.utils.translation import get_language

from prompts.models import Topic

register = template.Library()


@register.filter
def topic_name(topic: Topic) -> str:
    """The topic's name in the reader's language."""
    return topic.name(get_language() or "en")
