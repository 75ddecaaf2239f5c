"""What a labeller sees of an answer, and nothing else: no model, no maker, no place, no time, no number to look up."""

from typing import Any

from django.utils.translation import ngettext

from annotations.models import Assignment
from core.names import language_name

# Scripts that put no spaces between words: their length is told in characters.
UNSPACED = {"zh-Hans", "zh-Hant", "ja", "th"}


def card(assignment: Assignment) -> dict[str, Any]:
    """One answer as the page and its script show it, in values that JSON can hold. `id` is the lease's random one."""
    answer = assignment.answer
    points = assignment.key_points.points.all() if assignment.key_points else []
    return {
        "id": str(assignment.pk),
        "question": answer.version.text,
        "lang": answer.language,
        "language": language_name(answer.language),
        "paragraphs": paragraphs(answer.text),
        "length": length(answer.text, answer.language),
        "escaped": answer.escaped,
        "points": [
            {"text": point.text, "source": point.source, "url": point.url, "essential": point.essential}
            for point in points
        ],
    }


def paragraphs(text: str) -> list[str]:
    """The text cut at empty lines; within a paragraph every character stays where it is."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return [part.strip("\n") for part in lines.split("\n\n") if part.strip()] or [text]


def length(text: str, language: str) -> str:
    """How long it is, in the reader's own words."""
    if language in UNSPACED:
        count = sum(not character.isspace() for character in text)
        return ngettext("%(count)s character", "%(count)s characters", count) % {"count": count}
    count = len(text.split())
    return ngettext("%(count)s word", "%(count)s words", count) % {"count": count}
