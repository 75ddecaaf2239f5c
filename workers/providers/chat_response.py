"""Reads the body of a chat completion, whole or streamed, whatever shape it is in, without judging it.

Nothing that comes over the wire may raise here: a field that has the wrong type counts as absent,
and a body that is not JSON gives a reading without a message, which the rules then call failed.
"""

from __future__ import annotations

from typing import Any

from workers.providers.counts import numbers
from workers.providers.error_reading import note_error, read_error
from workers.providers.reading import Reading, add_place, nonzero, table, tables, word
from workers.providers.sse import opened
from workers.providers.text import REASONING_FIELDS, content_texts, flat, is_blank, one_line


class Message:
    """A message as it grows; a whole one is a single piece."""

    def __init__(self) -> None:
        self.content: list[str] = []
        self.inner: list[str] = []
        self.refusal: list[str] = []
        self.fields: dict[str, list[str]] = {}

    def add(self, piece: dict[str, Any]) -> tuple[int, int]:
        """Add a piece; gives how many characters of content and of refusal it brought."""
        content, inner = content_texts(piece.get("content"))
        refusal = content_texts(piece.get("refusal"))[0]
        refusal = refusal or "".join(word(part.get("refusal")) for part in tables(piece.get("content")))
        for texts, text in ((self.content, content), (self.inner, inner), (self.refusal, refusal)):
            if text:
                texts.append(text)
        for name in REASONING_FIELDS:
            if name in piece and (trace := flat(piece[name])):
                self.fields.setdefault(name, []).append(trace)
        return len(content), len(refusal)

    def differs_from(self, whole: dict[str, Any]) -> bool:
        """Whether a whole message at the end says another thing than the pieces before it."""
        # Put together once: a server may repeat the whole as often as it likes.
        self.content = ["".join(self.content)]
        said, told = self.content[0].strip(), content_texts(whole.get("content"))[0].strip()
        return bool(said) and bool(told) and said != told

    def into(self, reading: Reading) -> None:
        """Give the texts to a reading: reasoning from the first field that has any, else from the content's parts."""
        trace = next(("".join(self.fields[name]) for name in REASONING_FIELDS if name in self.fields), "")
        if len(self.fields) + bool(self.inner) > 1:
            reading.beside = "\n".join("".join(texts) for texts in (*self.fields.values(), self.inner))
        reading.take_texts("".join(self.content), trace or "".join(self.inner), "".join(self.refusal))


def read_body(body: bytes) -> Reading:
    """Read one response body. Raises BodyTooBig and nothing else."""
    reading, events = opened(body)
    message = Message()
    for event in events:
        _read_part(event.data, message, reading, event.end, named=event.name == "error")
    message.into(reading)
    if not reading.streamed:
        reading.said, reading.refused = [], []
    _read_marks(reading)
    return reading


def _read_part(value: dict[str, Any], message: Message, reading: Reading, end: int, *, named: bool = False) -> None:
    """Read a whole body or one event of a stream, which differ only in `message` and `delta`."""
    read_error(value, reading, named=named)
    reading.take_served(value.get("model"), value.get("system_fingerprint"), value.get("provider"))
    choices = value.get("choices")
    choice = table(choices[0]) if isinstance(choices, list) and choices else {}
    # Moonshot writes the count into the last choice.
    reading.usage = numbers(value.get("usage")) or numbers(choice.get("usage")) or reading.usage
    if choice.get("error"):
        note_error(choice["error"], reading)
    reading.take_end(choice.get("finish_reason"), end)
    reading.take_end(choice.get("native_finish_reason"), end, shown=False)
    _read_flags(value, choice, reading)
    piece = choice.get("delta") if reading.streamed else None
    whole = choice.get("message")
    if isinstance(piece, dict) and (piece or not isinstance(whole, dict)):
        _take(piece, message, reading, end)
    elif isinstance(whole, dict):
        # MiniMax repeats the whole message at the end of a stream.
        if message.content or message.fields:
            reading.withdrawn = reading.withdrawn or message.differs_from(whole)
        else:
            _take(whole, message, reading, end)


def _take(piece: dict[str, Any], message: Message, reading: Reading, end: int) -> None:
    reading.has_message = True
    content, refusal = message.add(piece)
    if content:
        add_place(reading.said, end, content)
    if refusal:
        add_place(reading.refused, end, refusal)


def _read_flags(value: dict[str, Any], choice: dict[str, Any], reading: Reading) -> None:
    """Blocks told outside of `error`, by Baidu, beside the choice or inside it.

    `flag` is 0 or absent for safe, 1 for a light suspicion that stops nothing, 2 and 3 when the talk
    may not go on because of the question, 4 when the answer is to be taken off the screen. `ban_round`
    only says which turn `flag` is about, so it counts alone where there is no flag.

    Azure says for each category whether it was `filtered`, which a finish reason usually says too.

    MiniMax says by `input_sensitive` and `output_sensitive` that it found something, and only then
    withholds the answer when it also leaves it empty.
    """
    for place in (value, choice):
        flag = place.get("flag")
        if place.get("need_clear_history") or (flag is None and nonzero(place.get("ban_round"))):
            reading.input_flagged = True
        if not flag or (flag == 1 and flag is not True):
            continue
        if nonzero(flag) and flag in (2, 3):
            reading.input_flagged = True
        elif nonzero(flag) and flag == 4:
            reading.output_flagged = True
        else:
            reading.is_error = True
            reading.note_code("flag:unknown")
            reading.note_message(f"flag {one_line(str(flag), 20)}")
    for name in ("input_sensitive", "output_sensitive"):
        if value.get(name):
            reading.marks.add(name)
    if _was_filtered(choice.get("content_filter_results")):
        reading.output_flagged = True
    found = value.get("prompt_filter_results")
    if any(_was_filtered(each.get("content_filter_results")) for each in tables(found)):
        reading.marks.add("input_sensitive")


def _was_filtered(results: Any) -> bool:
    """Whether Azure says for any category that it took the text away; "detected" alone stops nothing."""
    return any(table(result).get("filtered") for result in table(results).values())


def _read_marks(reading: Reading) -> None:
    if is_blank(reading.answer):
        reading.input_flagged = reading.input_flagged or "input_sensitive" in reading.marks
        reading.output_flagged = reading.output_flagged or "output_sensitive" in reading.marks
