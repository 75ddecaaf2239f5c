"""Anthropic's messages: content in typed blocks, a stop reason, and a stream of named events.

`stop_reason: refusal` is the classifier's doing, not the model's: it is a block, and what had come is
kept. Sources: Anthropic's API reference and SDK.
"""

from __future__ import annotations

import functools
from typing import Any

from workers.providers import exchange
from workers.providers.counts import numbers
from workers.providers.end_rules import Ends, rules_for
from workers.providers.error_reading import read_error
from workers.providers.reading import Reading, Texts, short, table, tables
from workers.providers.results import Call
from workers.providers.rules import words
from workers.providers.sse import opened
from workers.providers.wire import Wire, Written, address

ANTHROPIC_RULES = rules_for(
    Ends(
        stop=words("end_turn", "stop_sequence"),
        length=words("max_tokens", "model_context_window_exceeded"),
        filtered=words("refusal"),
        tools=words("tool_use"),
    )
)

PATH = "/messages"
VERSION = "2023-06-01"
# The protocol does not go without; the most that every model still served takes.
MAX_TOKENS = 4096
_OWN_FIELDS = frozenset({"model", "messages", "system", "stream"})
_RENAMES = {"max_completion_tokens": "max_tokens", "stop": "stop_sequences"}
# Newer models show no trace unless told so. Older ones want a budget: `thinking` among the parameters.
_THINK = {"thinking": {"type": "adaptive", "display": "summarized"}}
_THINK_NOT = {"thinking": {"type": "disabled"}}


def write(call: Call) -> Written:
    """The whole request but for the key."""
    asked: dict[str, Any] = {True: _THINK, False: _THINK_NOT, None: {}}[call.reasoning]
    body: dict[str, Any] = {"max_tokens": MAX_TOKENS, **asked}
    for name, value in call.params.items():
        if name not in _OWN_FIELDS:
            body[_RENAMES.get(name, name)] = value
    if call.system is not None:
        body["system"] = call.system
    if call.stream:
        body["stream"] = True
    messages = [{"role": "user", "content": call.prompt}]
    return Written(
        address(call.base_url, call.allow_private, PATH, alone="/v1"),
        {"model": call.model, "messages": messages, **body},
        {"anthropic-version": VERSION},
        call.stream,
    )


def read_body(body: bytes) -> Reading:
    """Read one response body, whole or streamed. Raises BodyTooBig and nothing else."""
    reading, events = opened(body)
    texts = Texts()
    for event in events:
        _read_part(event.data, event.name, texts, reading, event.end)
    texts.into(reading)
    return reading


def _read_part(value: dict[str, Any], name: str, texts: Texts, reading: Reading, end: int) -> None:
    kind = value.get("type") or name
    read_error(value, reading, named=kind == "error")
    if kind == "message_start":
        _read_message(table(value.get("message")), texts, reading, end)
    elif kind == "content_block_start":
        _read_block(table(value.get("content_block")), texts, reading, end)
    elif kind == "content_block_delta":
        _read_block(table(value.get("delta")), texts, reading, end)
    elif kind == "message_delta":
        _read_stop(table(value.get("delta")), reading, end)
        reading.usage = {**reading.usage, **numbers(value.get("usage"))}
    elif kind == "message" or (not name and "content" in value):
        _read_message(value, texts, reading, end)


def _read_message(message: dict[str, Any], texts: Texts, reading: Reading, end: int) -> None:
    """A whole message, or the empty one a stream begins with."""
    reading.has_message = reading.has_message or isinstance(message.get("content"), list)
    reading.take_served(message.get("model"))
    reading.usage = {**reading.usage, **numbers(message.get("usage"))}
    for block in tables(message.get("content")):
        _read_block(block, texts, reading, end)
    _read_stop(message, reading, end)


def _read_block(block: dict[str, Any], texts: Texts, reading: Reading, end: int) -> None:
    kind = block.get("type")
    if kind in ("text", "text_delta"):
        texts.add(reading, "content", block.get("text"), end)
    elif kind in ("thinking", "thinking_delta"):
        texts.add(reading, "reasoning", block.get("thinking"), end)


def _read_stop(place: dict[str, Any], reading: Reading, end: int) -> None:
    reading.take_end(place.get("stop_reason"), end)
    details = table(place.get("stop_details"))
    # Their type repeats the reason; where it is another one, they contradict each other.
    reading.take_end(details.get("type"), end, shown=False)
    category = short(details.get("category"))
    if category:
        reading.note_message(f"category {category}")


WIRE = Wire(
    "anthropic_messages",
    ANTHROPIC_RULES,
    write,
    read_body,
    key=("x-api-key", ""),
    last_line=b"\nevent: message_stop",
)
ask = functools.partial(exchange.ask, WIRE)
classify = WIRE.classify
