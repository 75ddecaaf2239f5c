"""What the pages of a play show, in values that a template can use as they are."""

from typing import Any

from annotations.cards import length, paragraphs
from annotations.choices import Facet
from annotations.guidelines import RULES
from annotations.practice.deck import SLUGS, items
from annotations.practice.play import FIRST_TIME_ENOUGH, RIGHT, Play
from core.names import language_name


def answer(slug: str, language: str, *, told: bool = False) -> dict[str, Any]:
    """One answer as the deck shows it; `told` cuts out the words that decide, and adds the reason and the rule."""
    item = items(language)[slug]
    shown: dict[str, Any] = {
        "slug": slug,
        "question": item.question,
        "lang": language,
        "language": language_name(language),
        "paragraphs": [(part, "", "") for part in paragraphs(item.text)],
        "length": length(item.text, language),
        "points": item.points,
    }
    if told:
        shown["paragraphs"] = [part.partition(item.shows) for part in paragraphs(item.text)]
        shown["why"] = item.why
        shown["rule"] = RULES[item.case.rule]
        shown["facets"] = [Facet(facet).label for facet in item.case.facets]
    return shown


def outcome(play: Play, slug: str) -> dict[str, Any]:
    """Whether the last verdict on it was right, and what comes next."""
    return {
        "right": play.is_right(slug),
        "said": play.last(slug),
        "is": RIGHT[slug],
        "again": not play.is_right(slug),
        "next": play.next,
        "only_this": play.next == slug,
        # All have been seen, and the next one is one that was wrong.
        "second_round": play.next is not None and play.seen == len(SLUGS),
    }


def progress(play: Play | None, *, told: bool = False) -> dict[str, int]:
    """How far the play is. `number` is the answer on the screen in the first round, 0 once what was wrong comes again;
    `told` where that answer has its verdict already.
    """
    seen = play.seen if play else 0
    first_round = play is None or all(len(values) == 1 for values in play.said.values())
    number = seen if told else seen + 1
    return {
        "seen": seen,
        "number": number if first_round and number <= len(SLUGS) else 0,
        "of": len(SLUGS),
        "left": play.left if play else len(SLUGS),
        "done": len(SLUGS) - play.left if play else 0,
        "enough": FIRST_TIME_ENOUGH,
    }


def ending(play: Play) -> dict[str, Any]:
    """How it went: how many were right the first time, and what to remember of the others."""
    texts = items(play.language)
    missed = [{"question": texts[slug].question, "right": texts[slug].case.right, "why": texts[slug].why}
              for slug in play.missed]  # fmt: skip
    return {"right_first": play.right_first, "missed": missed, "lang": play.language, "of": len(SLUGS)}
