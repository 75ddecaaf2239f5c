"""The rules for how an answer ended, for any protocol: each brings its own words, the meaning is the same."""

from __future__ import annotations

from dataclasses import dataclass

from workers.providers.error_rules import BLOCKS, PASSING, STANDING, WAY
from workers.providers.rules import Rule


@dataclass(frozen=True, slots=True)
class Ends:
    """The words a protocol has for each way to end, lower case. A word in none of them is unknown."""

    stop: frozenset[str]
    length: frozenset[str]
    filtered: frozenset[str]
    trouble: frozenset[str] = frozenset()
    not_a_block: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()


STREAM: tuple[Rule, ...] = (
    Rule(
        "stream_garbled",
        "A piece of the stream cannot be read or contradicts another, so text may be missing.",
        "failed",
        quarantined=True,
        garbled=True,
    ),
    Rule(
        "stream_withdrawn",
        "The finished answer is another one than was streamed.",
        "failed",
        quarantined=True,
        withdrawn=True,
    ),
    Rule(
        "stream_unfinished",
        "The stream stopped before the answer had come to an end.",
        "failed",
        retry="retry",
        retry_at_most=2,
        quarantined=True,
        note="Nothing says whether a filter or a fault cut it, so a person looks where it happens again.",
        unfinished=True,
    ),
)


def rules_for(ends: Ends, blocks: tuple[Rule, ...] = ()) -> tuple[Rule, ...]:
    """The whole table of a protocol, with blocks told as only it tells them. The order is explained in `rules`."""
    return WAY + _length(ends) + blocks + BLOCKS + STANDING + PASSING + _stopped(ends) + STREAM + _answers(ends)


def _length(ends: Ends) -> tuple[Rule, ...]:
    return (
        Rule("end_length", "The answer was cut by a length limit.", "truncated", has_message=True, ends=ends.length),
    )


def _stopped(ends: Ends) -> tuple[Rule, ...]:
    return (
        Rule(
            "end_filter",
            "A filter ended the answer.",
            "blocked_output",
            note="The words differ, see below. A word for a filter counts also where another says that all is well.",
            with_text="cut_by_filter",
            has_message=True,
            ends=ends.filtered,
        ),
        Rule(
            "end_flagged",
            "The provider marks the answer as not to be shown.",
            "blocked_output",
            with_text="cut_by_filter",
            note="Baidu's flag; MiniMax's output_sensitive beside an empty answer; Azure's filtered; Gemini's blocked.",
            has_message=True,
            output_flagged=True,
        ),
        Rule(
            "end_trouble",
            "The server ended the answer for a technical reason.",
            "failed",
            retry="retry",
            has_message=True,
            ends=ends.trouble,
        ),
        Rule(
            "end_not_a_block",
            "Ended for copyright, language or the like, which says nothing about opinions.",
            "failed",
            has_message=True,
            ends=ends.not_a_block,
        ),
        Rule(
            "end_tools",
            "The model called a tool, though none was offered.",
            "failed",
            has_message=True,
            ends=ends.tools,
        ),
    )


def _answers(ends: Ends) -> tuple[Rule, ...]:
    stop = ends.stop
    return (
        Rule(
            "refusal_field",
            "The model refused, in the field made for it.",
            "delivered",
            has_message=True,
            only_ends=stop,
            has_text=True,
            refused=True,
        ),
        Rule(
            "answer",
            "The model answered and came to its end.",
            "delivered",
            has_message=True,
            only_ends=stop,
            has_text=True,
        ),
        Rule(
            "empty_at_once",
            "Nothing came, after at most 8 tokens; a filter is suspected.",
            "empty",
            retry="retry",
            retry_at_most=2,
            has_message=True,
            only_ends=stop,
            has_text=False,
            fewer_tokens_than=9,
        ),
        Rule(
            "empty_after_reasoning",
            "It reasoned and never got to an answer.",
            "truncated",
            has_message=True,
            only_ends=stop,
            has_text=False,
            has_reasoning=True,
        ),
        Rule(
            "empty_after_tokens",
            "Tokens were spent and nothing came of them.",
            "empty",
            has_message=True,
            only_ends=stop,
            has_text=False,
        ),
        Rule(
            "end_unknown",
            "It ended in a way no rule knows, or did not say how.",
            "failed",
            has_message=True,
            quarantined=True,
        ),
        Rule("not_json", "The response is not JSON.", "failed", quarantined=True, is_json=False),
        Rule("shape_unknown", "The response has no message and no error.", "failed", quarantined=True),
    )
