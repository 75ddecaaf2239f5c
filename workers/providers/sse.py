"""Server-sent events: the bytes of a stream as a list of JSON objects, each with the place where it ends.

A stream is read as a whole from the bytes that came, so that how the network cut them can make no
difference, and so that a stored stream can be read again. It is read more kindly than the standard
asks: a last event without an empty line counts, several objects under one event count each, and
JSON on a line of its own counts as data, because servers write errors so in mid-stream.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import Any

from workers.providers.reading import Reading, parse_json, tables

_LINE_END = re.compile(rb"\r\n|\n|\r")
_OPENINGS = (b"data:", b"event:", b"id:", b"retry:", b":")
_DONE = b"[DONE]"


@dataclass(frozen=True, slots=True)
class Event:
    """One JSON object of a stream. `end` is the number of bytes from the start of the body to its end."""

    name: str
    data: dict[str, Any]
    end: int


@dataclass(slots=True)
class Stream:
    """What a stream holds. `garbled` means that something in its middle cannot be read, so text may be missing."""

    events: list[Event] = field(default_factory=list)
    garbled: bool = False


def is_stream(body: bytes | bytearray) -> bool:
    """Whether a body is a stream of events, whatever its headers say: no JSON begins like one."""
    return bytes(body[:200]).removeprefix(codecs.BOM_UTF8).lstrip().startswith(_OPENINGS)


def read_stream(body: bytes) -> Stream:
    """Read a whole stream, or as much of one as came. Never raises."""
    stream = Stream()
    name = ""
    pending: list[tuple[bytes, int]] = []
    for line, end, is_whole in _lines(body):
        if not line.strip():
            _dispatch(name, pending, stream, is_whole=True)
            name, pending = "", []
            continue
        field_name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field_name == b"data":
            pending.append((value, end))
        elif field_name == b"event":
            name = value.decode("utf-8", "replace").strip()
        elif field_name in (b"", b"id", b"retry"):
            continue
        elif line.lstrip().startswith(b"{"):
            _dispatch("", [(line, end)], stream, is_whole)
        elif is_whole:
            stream.garbled = True
    # The end of the body may stand in the middle of an event; what is not whole says nothing.
    _dispatch(name, pending, stream, is_whole=False)
    return stream


def opened(body: bytes, *, lists: bool = False) -> tuple[Reading, list[Event]]:
    """A reading to fill, and the JSON objects of a body: the events of a stream, or the whole as a single one.

    `lists` is for a protocol that may also send its stream as one JSON list. Never raises.
    """
    reading = Reading()
    if is_stream(body):
        stream = read_stream(body)
        reading.streamed, reading.garbled, reading.is_json = True, stream.garbled, bool(stream.events)
        return reading, stream.events
    reading.is_json, value = parse_json(body)
    if isinstance(value, dict):
        return reading, [Event("", value, len(body))]
    if lists and isinstance(value, list):
        reading.streamed = True
        return reading, [Event("", item, len(body)) for item in tables(value)]
    return reading, []


def _lines(body: bytes) -> list[tuple[bytes, int, bool]]:
    """The lines, each with where it ends and whether its end came."""
    lines: list[tuple[bytes, int, bool]] = []
    start = len(codecs.BOM_UTF8) if body.startswith(codecs.BOM_UTF8) else 0
    for mark in _LINE_END.finditer(body, start):
        lines.append((body[start : mark.start()], mark.end(), True))
        start = mark.end()
    if start < len(body):
        lines.append((body[start:], len(body), False))
    return lines


def _dispatch(name: str, pending: list[tuple[bytes, int]], stream: Stream, is_whole: bool) -> None:
    told = [(value, end) for value, end in pending if value.strip() and value.strip() != _DONE]
    if not told:
        return
    _, data = parse_json(b"\n".join(value for value, _ in told))
    if isinstance(data, dict):
        stream.events.append(Event(name, data, told[-1][1]))
        return
    for number, (value, end) in enumerate(told):
        _, data = parse_json(value)
        if isinstance(data, dict):
            stream.events.append(Event(name, data, end))
        elif is_whole or number < len(told) - 1:
            stream.garbled = True
