"""The table of rules as a page for readers: `python -m workers.providers.rules_table` prints docs/delivery-rules.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import pairwise

from workers.providers import WIRES
from workers.providers.end_rules import STREAM
from workers.providers.error_rules import PASSING, STANDING, WAY
from workers.providers.rules import Rule

_PREFACE = """# How an answer gets its delivery

Every call to a model ends in exactly one of seven deliveries. Which one is decided by the rules below, and each
result keeps the id of the rule that decided it, together with the bytes that came. When a rule is mended, old results
are decided again from those bytes (`manage.py reclassify`). This page is printed from the rules themselves by
`python -m workers.providers.rules_table`.

## The seven deliveries
"""

_MEANINGS = (
    (
        "delivered",
        "The model came to its own end and there is text. A refusal in the model's own words is delivered too: it is "
        "an answer, and labellers judge it.",
    ),
    ("blocked_input", "The provider refused the question. The model never answered it."),
    ("blocked_output", "The provider withheld the answer, and none of it came."),
    ("cut_by_filter", "The provider's filter stopped the answer, and what had come before is kept."),
    (
        "empty",
        "The model came to its end and said nothing. A filter that does not own up is suspected, and shown so.",
    ),
    (
        "truncated",
        "A limit of length cut the answer, or reasoning used it up. It says nothing about the provider's will.",
    ),
    ("failed", "Something technical, or something that nobody knows yet. It says nothing about the model."),
)

_ORDER = """\
Only the second, third and fourth are blocks by a provider. They are never asked again: a block is a result.

## What outranks what

The rules are read from the top, and the first that fits decides. So the order is part of their meaning:

- **A cut by length outranks a filter**: the text ended where the limit was, whatever else is said.
- **A block outranks a technical error**: an HTTP 502 that carries a content code is a block and not an outage.
- **Whatever else is known outranks an answer**: a word for a filter beside a word for a clean end is a filter.
- **The world is closed**: an answer is delivered only where every word about its end is known to mean a clean end.
  An end, an error or a shape that no rule knows is `failed` and *quarantined*: a maintainer looks at it and mends the
  rules. What nobody knows is never counted as a success, and never as a block either.

*Tried again* says whether asking once more can help; a wait that the provider asks for is always kept. *Pauses* means
that the fault lies with the whole endpoint, such as a wrong key, so that nothing more is asked there until a maintainer
has looked. *Partial text* says what becomes of a result where some of the answer had already come.
"""

_SECTIONS = (
    ("On the way", "No complete response came, so there is nothing to read."),
    ("A cut by length", "Looked at first, because it outranks everything that a response says besides."),
    ("Blocks told as an error", "Whatever the HTTP status: the code or the words decide."),
    ("Money, keys, addresses", "Asking again does not mend these."),
    ("Errors that may heal, and the rest", "The last of these takes every error that no rule before it knows."),
    ("How the answer ended", "Blocks that are told by the word for the end, and other ends that are no answer."),
    ("Whether a stream is whole", "Only for answers that came piece by piece."),
    ("Answers", "Text or none, after a clean end; and what nobody knows."),
)


def ordered() -> tuple[Rule, ...]:
    """All rules of all protocols in the order in which they decide, each once."""
    # The protocols' tables differ only in rules that some leave out, so the longest has them all in order.
    return max((wire.rules for wire in WIRES.values()), key=len)


def page() -> str:
    """The whole page as Markdown, with a line break at its end."""
    parts = [
        _PREFACE,
        _table(("Delivery", "What it means"), ((f"`{name}`", means) for name, means in _MEANINGS)),
        _ORDER,
    ]
    parts.append("## The rules, in the order in which they decide\n")
    for (title, about), rules in zip(_SECTIONS, _grouped(), strict=True):
        parts.append(f"### {title}\n\n{about}\n")
        parts.append(
            _table(("Rule", "What it says", "Delivery", "Partial text", "Tried again", "Marks"), map(_row, rules))
        )
    parts.append(
        "## Words that differ by protocol\n\n"
        "How an answer ended is told by one word, without regard to capitals. A word that stands nowhere here is "
        "unknown and quarantined. `azure` speaks as `openai_chat` does; there, a router's word stands beside that of "
        "the provider behind it, so that the words of the others are known too.\n"
    )
    parts.append(_table(("Rule", "Protocol", "Words"), _words()))
    parts.append(
        "## Codes and words of errors\n\n"
        "The same for every protocol but for those that begin with `blockreason:`, which only `gemini` has. One code "
        "is enough, or one pattern found in the error's text.\n"
    )
    parts.append(_table(("Rule", "HTTP status", "Codes", "Patterns"), _codes()))
    return "\n".join(parts)


def _grouped() -> list[list[Rule]]:
    """The rules by the sections of the page, in order."""
    ids = [rule.id for rule in ordered()]
    starts = [0, len(WAY), len(WAY) + 1]
    starts += [ids.index(rules[0].id) for rules in (STANDING, PASSING)]
    starts += [ids.index(PASSING[-1].id) + 1, ids.index(STREAM[0].id), ids.index(STREAM[-1].id) + 1, len(ids)]
    return [list(ordered()[start:end]) for start, end in pairwise(starts)]


def _row(rule: Rule) -> tuple[str, ...]:
    tried = "no" if rule.retry == "no" else f"at most {rule.retry_at_most} times" if rule.retry_at_most else "yes"
    partial = [f"`{rule.with_text}`" if rule.with_text else ""]
    partial.append(f"reasoning alone: `{rule.with_reasoning}`" if rule.with_reasoning else "")
    marks = ["pauses" if rule.pauses else "", "quarantined" if rule.quarantined else ""]
    says = f"{rule.about} *{rule.note}*" if rule.note else rule.about
    return f"`{rule.id}`", says, f"`{rule.delivery}`", _listed(partial), tried, _listed(marks)


def _words() -> Iterable[tuple[str, ...]]:
    """A line for each protocol and way to end; rules that share their words stand together."""
    # Azure's table is that of chat completions.
    tables = {name: {rule.id: rule for rule in wire.rules} for name, wire in sorted(WIRES.items()) if name != "azure"}
    together: dict[tuple[tuple[str, frozenset[str]], ...], list[str]] = {}
    for rule in ordered():
        if rule.ends is not None or rule.only_ends is not None:
            own = {name: table[rule.id] for name, table in tables.items()}
            words = tuple((name, one.ends or one.only_ends or frozenset()) for name, one in own.items())
            together.setdefault(words, []).append(rule.id)
    for words, ids in together.items():
        for name, known in words:
            if known:
                yield _coded(ids), f"`{name}`", _coded(sorted(known))


def _codes() -> Iterable[tuple[str, ...]]:
    for rule in ordered():
        if rule.codes is not None or rule.says is not None or rule.status is not None:
            patterns = rule.says.pattern.split("|") if rule.says is not None else []
            yield f"`{rule.id}`", _statuses(rule), _coded(sorted(rule.codes or ())), _patterns(patterns)


def _statuses(rule: Rule) -> str:
    """Runs of numbers are shortened; None is a status that was not kept."""
    numbers = sorted(status for status in rule.status or () if status is not None)
    if len(numbers) > 20:
        return f"{numbers[0]} to {numbers[-1]}"
    return _listed([str(number) for number in numbers])


def _patterns(patterns: list[str]) -> str:
    """The alternatives of a pattern; a vertical line inside of one is put back together."""
    whole: list[str] = []
    for part in patterns:
        if whole and whole[-1].count("(") > whole[-1].count(")"):
            whole[-1] += "|" + part
        else:
            whole.append(part)
    return _listed([f"`{part}`" for part in whole])


def _coded(words: Iterable[str]) -> str:
    return _listed([f"`{word}`" for word in words])


def _listed(items: list[str]) -> str:
    return ", ".join(item for item in items if item)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    # A vertical line inside a cell would end it.
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
