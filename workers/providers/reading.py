"""What one response holds, in one shape for every wire protocol, without judging it.

A reader of a protocol fills a `Reading`; the rules look at the `Facts` it gives. Nothing that comes
over the wire may raise on the way, but for BodyTooBig: a field of the wrong type counts as absent.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from workers.providers.body import BodyTooBig
from workers.providers.counts import output_tokens, reasoning_tokens
from workers.providers.rules import Facts
from workers.providers.text import is_blank, one_line, rejoin, split_reasoning

# One for all: `json.loads` would build another for each event of a stream.
_DECODER = json.JSONDecoder(strict=False)
_STATUSES = frozenset(str(status) for status in range(400, 600))
# A stream may hold an error in each event; so many tell all that the rules can ask.
_MOST_WORDS = 200
_MOST_ENDS = 20
# Longer than any word that a rule knows, so that a cut one is never taken for one.
_WORD_LENGTH = 200
# The longest answers have some 130,000 tokens; with the reasoning this is more than twice as much.
MAX_TEXT = 2_000_000
# From so many pieces on, where they stand is told by blocks of so many bytes.
_FINE_PLACES = 20_000
_PLACE_BYTES = 4096


@dataclass(slots=True)
class Reading:
    """What one body holds. `codes` and `messages` come from errors and from what is said of a block.

    `marks` are findings that stop an answer only together with something else. `said` and `refused`
    tell of a stream where its text stands: (bytes from the start to the end of the event, characters
    of text in it), and `ended_at` where it last said how it ended. `retry_after_s` is in seconds, as the body has it.
    `too_big` is the sentence of a BodyTooBig; then there is nothing else. `beside` are texts
    that were read and count for nothing.
    """

    is_json: bool = False
    streamed: bool = False
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    finish_reason: str = ""
    ends: set[str] = field(default_factory=set)
    has_message: bool = False
    is_error: bool = False
    codes: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    input_flagged: bool = False
    output_flagged: bool = False
    marks: set[str] = field(default_factory=set)
    garbled: bool = False
    withdrawn: bool = False
    ended_at: int = 0
    usage: dict[str, Any] = field(default_factory=dict)
    served_model: str = ""
    served_fingerprint: str = ""
    served_by: str = ""
    retry_after_s: float | None = None
    too_big: str = ""
    beside: str = ""
    said: list[tuple[int, int]] = field(default_factory=list)
    refused: list[tuple[int, int]] = field(default_factory=list)

    def facts(self, http_status: int | None) -> Facts:
        """This reading and the HTTP status as the rules want them."""
        failed = http_status is not None and http_status >= 300
        has_reasoning = not is_blank(self.reasoning)
        return Facts(
            net="too_big" if self.too_big and not failed else "",
            is_json=self.is_json,
            status=http_status if failed else self._status_inside() or http_status,
            is_error=failed or self.is_error,
            codes=frozenset(self.codes),
            messages="\n".join(self.messages).lower(),
            # An HTTP error is decided by what it says about the error, not by a half-filled choice beside it.
            ends=frozenset() if failed else self._ends(http_status),
            has_message=self.has_message,
            has_text=not is_blank(self.answer),
            has_reasoning=has_reasoning or reasoning_tokens(self.usage) > 0,
            refused=self._is_refusal,
            input_flagged=self.input_flagged,
            output_flagged=self.output_flagged,
            # A server that counts no tokens still shows by its reasoning that there were some.
            output_tokens=max(output_tokens(self.usage), len(self.reasoning) // 4),
            unfinished=self.streamed and not self.ends,
            garbled=self.garbled or self._went_on(),
            withdrawn=self.withdrawn,
        )

    def texts(self) -> list[str]:
        """All that was read, for whoever looks for something in it."""
        inner = [name for part in self.usage.values() if isinstance(part, dict) for name in part]
        told = [self.text, self.reasoning, self.refusal, self.beside, self.finish_reason]
        served = [self.served_model, self.served_fingerprint, self.served_by]
        return [*told, *served, *self.codes, *self.messages, *self.ends, *self.usage, *inner]

    @property
    def answer(self) -> str:
        """The text a person would see: the content, or the refusal where there is no content."""
        return self.refusal if self._is_refusal else self.text

    @property
    def answered(self) -> list[tuple[int, int]]:
        """Where in the stream the characters of `answer` stand."""
        return self.refused if self._is_refusal else self.said

    def note_code(self, code: str) -> None:
        """Keep an error's code or type."""
        if len(self.codes) < _MOST_WORDS:
            self.codes.append(code[:_WORD_LENGTH].lower())

    def note_message(self, message: str) -> None:
        """Keep what an error says."""
        if len(self.messages) < _MOST_WORDS:
            self.messages.append(one_line(message))

    def take_end(self, end: Any, at: int, *, shown: bool = True) -> None:
        """Take one word on how the answer ended, said before byte `at`; `shown` ones are kept as the finish reason."""
        if end is None or end == "":
            return
        self.ended_at = max(self.ended_at, at)
        if shown:
            before, self.finish_reason = self.finish_reason, one_line(end if isinstance(end, str) else repr(end), 100)
            # Two different ends contradict each other, and the milder must not win.
            self.garbled = self.garbled or before not in ("", self.finish_reason)
        # A value that is not a word is an end too, one that no rule knows.
        if len(self.ends) < _MOST_ENDS:
            self.ends.add(end[:_WORD_LENGTH].lower() if isinstance(end, str) else "not a word")

    def take_texts(self, content: str, reasoning: str, refusal: str = "") -> None:
        """Take the whole texts, and the reasoning that stands inside the content off it.

        Raises BodyTooBig where they are longer than any answer.
        """
        if len(content) + len(reasoning) + len(refusal) > MAX_TEXT:
            raise BodyTooBig(f"The limit is {MAX_TEXT:,} characters.")
        text, inline = split_reasoning(rejoin(content))
        self.text = text
        self.reasoning = "\n\n".join(trace for trace in (rejoin(reasoning), inline) if trace)
        self.refusal = rejoin(refusal)

    def take_served(self, model: Any, fingerprint: Any = None, by: Any = None) -> None:
        """Take who served it; the last that is said counts."""
        self.served_model = short(model) or self.served_model
        self.served_fingerprint = short(fingerprint) or self.served_fingerprint
        self.served_by = short(by) or self.served_by

    def _ends(self, http_status: int | None) -> frozenset[str]:
        """All that is said about the end, with a word no rule knows for what should not stand beside it."""
        odd = set()
        if http_status not in (None, 200, 201):
            odd.add(f"http {http_status}")
        if self.ends and not self.finish_reason:
            odd.add("only said by another")
        return frozenset(self.ends | odd)

    def _went_on(self) -> bool:
        """Whether a stream brought more of its answer after it had said how it ended."""
        return self.streamed and bool(self.ends) and any(end > self.ended_at for end, _ in self.answered)

    @property
    def _is_refusal(self) -> bool:
        return bool(self.refusal) and is_blank(self.text)

    def _status_inside(self) -> int | None:
        """An HTTP status written as the code of an error inside a 200."""
        # The outermost comes first: it is the router's own, the ones inside are upstream's.
        return next((int(code) for code in self.codes if code in _STATUSES), None)


@dataclass(slots=True)
class Texts:
    """The texts of an answer as they grow, for protocols that name each piece by what it is."""

    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)

    def add(self, reading: Reading, kind: Literal["content", "reasoning", "refusal"], text: Any, end: int) -> None:
        """Add a piece whose event ends at byte `end`; what is not a string says nothing."""
        if not isinstance(text, str) or not text:
            return
        getattr(self, kind).append(text)
        if reading.streamed and kind != "reasoning":
            add_place(reading.said if kind == "content" else reading.refused, end, len(text))

    def into(self, reading: Reading) -> None:
        """Give the texts to a reading."""
        reading.take_texts("".join(self.content), "".join(self.reasoning), "".join(self.refusal))


def add_place(places: list[tuple[int, int]], end: int, characters: int) -> None:
    """Note that so many characters came before byte `end`; where there are very many, those close by are joined."""
    if len(places) >= _FINE_PLACES and places[-1][0] // _PLACE_BYTES == end // _PLACE_BYTES:
        characters += places.pop()[1]
    places.append((end, characters))


def parse_json(body: bytes) -> tuple[bool, Any]:
    """Whether it is JSON, and its value. Never raises."""
    # Bytes that are not UTF-8 become lone surrogates, which are then shown escaped: nothing is lost.
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    try:
        return True, _DECODER.decode(text)
    except (ValueError, RecursionError):
        return False, None


def table(value: Any) -> dict[str, Any]:
    """The value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The JSON objects in a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def word(value: Any) -> str:
    """The value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def short(value: Any) -> str:
    """A name as a field of the database takes it: one line, at most 200 characters."""
    return one_line(value, 200) if isinstance(value, str) else ""


def nonzero(value: Any) -> bool:
    """True for a whole number that is not 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value != 0
