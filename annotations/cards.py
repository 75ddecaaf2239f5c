"""What a labeller sees of an answer, and nothing else: no model, no maker, no place, no time, no number to look up."""

from typing import Any

from django.utils.translation import ngettext

from annotations.hand import Held
from core.names import language_name

# Scripts that put no spaces between words: their length is told in characters.
UNSPACED = {"zh-Hans", "zh-Hant", "ja", "th"}


def card(held: Held) -> dict[str, Any]:
    """One card as the page and its script show it, in values that JSON can hold. `id` is a random one.

    `text` is the whole text as shown, in which passages are counted; `paragraphs` is the same, cut.
    """
    return {
        "id": str(held.id),
        "question": held.question,
        "lang": held.language,
        "language": language_name(held.language),
        "text": held.text,
        "paragraphs": paragraphs(held.text),
        "length": length(held.text, held.language),
        "escaped": held.escaped,
        "points": held.points,
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
