"""Server-sent events: the bytes of a stream as JSON objects, each with the place where it ends.

A stream is read from the bytes that are kept of it, so that how the network cut them can make no
difference, and so that a stored stream can be read again. It is read more kindly than the standard
asks: a last event without an empty line counts, several objects under one event count each, and
JSON on a line of its own counts as data, because servers write errors so in mid-stream.

Events are given one by one and forgotten, so that a long stream takes no more memory than its text.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workers.providers.body import MAX_BODY_BYTES, BodyTooBig, limit_in_mb
from workers.providers.reading import Reading, parse_json, tables

# The last event of a stream may hold the whole answer.
MAX_LINE_BYTES = MAX_BODY_BYTES
# Three times what the longest answers have.
MAX_EVENTS = 400_000
MAX_EVENT_LINES = 10_000
# What JSON may hold: by the marks that begin an object, a list, or another value in one.
MAX_VALUES = 400_000
_LINE_END = re.compile(rb"\r\n|\n|\r")
_OPENINGS = (b"data:", b"event:", b"id:", b"retry:", b":")
_SAYS_NOTHING = (b"", b"[DONE]")
# Who reads more than so many lets other threads have a turn each time after so many.
_GREEDY_EVENTS, _TURN_EVENTS, _TURN_S = 2000, 64, 0.00005
# Less than this has not too many values, whatever it is.
_FEW = 64 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One JSON object of a stream. `end` is the number of bytes from the start of the body to its end."""

    name: str
    data: dict[str, Any]
    end: int


def is_stream(body: bytes | bytearray) -> bool:
    """Whether a body is a stream of events, whatever its headers say: no JSON begins like one."""
    return bytes(body[:200]).removeprefix(codecs.BOM_UTF8).lstrip().startswith(_OPENINGS)


def read_stream(body: bytes, reading: Reading) -> Iterator[Event]:
    """The events of a stream, or of as much of one as came. `reading` is told what else there is to say of them:
    `is_json` when there is any, and `garbled` when something in the middle cannot be read, so that text may be missing.

    Raises BodyTooBig where there are too many, or one is too large.
    """
    name, count, size = "", 0, 0
    pending: list[tuple[bytes, int]] = []
    for line, end, is_whole in _lines(body):
        if not line.strip():
            if pending:
                yield from _dispatch(name, pending, reading, is_whole=True)
                pending, size = [], 0
            name = ""
            continue
        field_name, _, value = line.partition(b":")
        if field_name == b"data":
            count += 1
            size += len(value)
            pending.append((value.removeprefix(b" "), end))
            if count > _GREEDY_EVENTS or size > _FEW or len(pending) > MAX_EVENT_LINES:
                _check(count, len(pending), size)
        elif field_name == b"event":
            name = value.decode("utf-8", "replace").strip()
        elif field_name in (b"", b"id", b"retry"):
            continue
        elif line.lstrip().startswith(b"{"):
            count += 1
            _check(count, 1, len(line))
            yield from _dispatch("", [(line, end)], reading, is_whole)
        elif is_whole:
            reading.garbled = True
    # The end of the body may stand in the middle of an event; what is not whole says nothing.
    yield from _dispatch(name, pending, reading, is_whole=False)


def opened(body: bytes, *, lists: bool = False) -> tuple[Reading, Iterator[Event]]:
    """A reading to fill, and the JSON objects of a body: the events of a stream, or the whole as a single one.

    `lists` is for a protocol that may also send its stream as one JSON list. Raises BodyTooBig, as do the events.
    """
    reading = Reading()
    if is_stream(body):
        reading.streamed = True
        return reading, read_stream(body, reading)
    if len(body) > _FEW:
        _check_values(body)
    reading.is_json, value = parse_json(body)
    if isinstance(value, dict):
        return reading, iter([Event("", value, len(body))])
    if lists and isinstance(value, list):
        reading.streamed = True
        return reading, (Event("", item, len(body)) for item in tables(value))
    return reading, iter(())


def _lines(body: bytes) -> Iterator[tuple[bytes, int, bool]]:
    """The lines, each with where it ends and whether its end came."""
    start = len(codecs.BOM_UTF8) if body.startswith(codecs.BOM_UTF8) else 0
    for mark in _LINE_END.finditer(body, start):
        yield body[start : mark.start()], mark.end(), True
        start = mark.end()
    if start < len(body):
        yield body[start:], len(body), False


def _dispatch(name: str, pending: list[tuple[bytes, int]], reading: Reading, is_whole: bool) -> Iterator[Event]:
    told = [(value, end) for value, end in pending if value.strip() not in _SAYS_NOTHING]
    if not told:
        return
    whole = told[0][0] if len(told) == 1 else b"\n".join(value for value, _ in told)
    if len(whole) > _FEW:
        _check_values(whole)
    _, data = parse_json(whole)
    if isinstance(data, dict):
        reading.is_json = True
        yield Event(name, data, told[-1][1])
        return
    for number, (value, end) in enumerate(told):
        _, data = parse_json(value)
        if isinstance(data, dict):
            reading.is_json = True
            yield Event(name, data, end)
        elif is_whole or number < len(told) - 1:
            reading.garbled = True


def _check(events: int, lines: int, length: int) -> None:
    if events > _GREEDY_EVENTS and not events % _TURN_EVENTS:
        # The event loop's thread waits for its turn up to ten times as long when nobody offers it one.
        time.sleep(_TURN_S)
    if events > MAX_EVENTS:
        raise BodyTooBig(f"The limit is {MAX_EVENTS:,} events.")
    if lines > MAX_EVENT_LINES:
        raise BodyTooBig(f"The limit is {MAX_EVENT_LINES:,} lines for one event.")
    if length > MAX_LINE_BYTES:
        raise BodyTooBig(limit_in_mb(MAX_LINE_BYTES))


def _check_values(text: bytes) -> None:
    """Whether JSON holds so much that reading it would stop everybody else: each value takes far more than its text."""
    if sum(text.count(mark) for mark in (b",", b"{", b"[")) > MAX_VALUES:
        raise BodyTooBig(f"The limit is {MAX_VALUES:,} values.")
