"""OpenAI's responses: a list of output items, a status, and a stream of finely named events.

A stream ends with the whole response in its last event. What was streamed counts as the answer; where
the whole says another thing, it was withdrawn. Sources: OpenAI's API reference and SDK.
"""

from __future__ import annotations

import functools
from typing import Any

from workers.providers import exchange
from workers.providers.counts import numbers
from workers.providers.end_rules import Ends, rules_for
from workers.providers.error_reading import read_error
from workers.providers.openai_chat import joined
from workers.providers.reading import Reading, Texts, table, tables, word
from workers.providers.results import Call
from workers.providers.rules import words
from workers.providers.sse import opened
from workers.providers.wire import Wire, Written, address

RESPONSES_RULES = rules_for(
    Ends(
        # How it ended is its status, or for an incomplete one the reason.
        stop=words("completed"),
        length=words("max_output_tokens", "max_tokens"),
        filtered=words("content_filter"),
        trouble=words("failed"),
    )
)

PATH = "/responses"
_OWN_FIELDS = frozenset({"model", "input", "instructions", "stream", "store"})
_RENAMES = {"max_tokens": "max_output_tokens", "max_completion_tokens": "max_output_tokens"}
# The trace itself is never given away, only a summary, and only when asked for.
_THINK = {"reasoning": {"summary": "auto"}}


def write(call: Call) -> Written:
    """The whole request but for the key. Nothing is to be stored there that a later call could be answered from."""
    body: dict[str, Any] = dict(_THINK) if call.reasoning else {}
    told = {_RENAMES.get(name, name): value for name, value in call.params.items() if name not in _OWN_FIELDS}
    body = joined(body, told)
    if call.system is not None:
        body["instructions"] = call.system
    if call.stream:
        body["stream"] = True
    question = [{"role": "user", "content": call.prompt}]
    return Written(
        address(call.base_url, call.allow_private, PATH, alone="/v1"),
        {"model": call.model, "input": question, "store": False, **body},
        stream=call.stream,
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
    kind = word(value.get("type")) or name
    read_error(value, reading, named=kind == "error")
    if kind == "error":
        return
    whole = value if "output" in value or "status" in value else table(value.get("response"))
    if kind == "response.output_text.delta":
        reading.has_message = True
        texts.add(reading, "content", value.get("delta"), end)
    elif kind == "response.refusal.delta":
        reading.has_message = True
        texts.add(reading, "refusal", value.get("delta"), end)
    elif kind in ("response.reasoning_text.delta", "response.reasoning_summary_text.delta"):
        texts.add(reading, "reasoning", value.get("delta"), end)
    elif kind == "response.reasoning_summary_part.added" and texts.reasoning:
        texts.add(reading, "reasoning", "\n\n", end)
    elif kind in ("response.created", "response.queued", "response.in_progress"):
        reading.take_served(whole.get("model"))
    elif whole:
        if whole is not value:
            read_error(whole, reading)
        _read_whole(whole, texts, reading, end)


def _read_whole(whole: dict[str, Any], texts: Texts, reading: Reading, end: int) -> None:
    """The response as it stands at the end."""
    reading.take_served(whole.get("model"))
    reading.usage = numbers(whole.get("usage")) or reading.usage
    reason = table(whole.get("incomplete_details")).get("reason")
    reading.take_end(reason if whole.get("status") == "incomplete" and reason else whole.get("status"), end)
    reading.take_end(reason, end, shown=False)
    if not isinstance(whole.get("output"), list):
        return
    reading.has_message = True
    final = Texts()
    unstreamed = Reading()
    for item in tables(whole["output"]):
        _read_item(item, final, unstreamed)
        if item.get("type") == "message" and item.get("status") != "completed":
            reading.take_end(item.get("status"), end, shown=False)
    # Put together once: a server may repeat the whole as often as it likes.
    texts.content[:] = ["".join(texts.content)] if texts.content else []
    said, told = "".join(texts.content).strip(), "".join(final.content).strip()
    reading.withdrawn = bool(said) and said != told
    for kind in ("content", "refusal", "reasoning"):
        if not getattr(texts, kind):
            for text in getattr(final, kind):
                texts.add(reading, kind, text, end)


def _read_item(item: dict[str, Any], final: Texts, reading: Reading) -> None:
    kind = item.get("type")
    if kind == "message":
        for part in tables(item.get("content")):
            if part.get("type") == "refusal":
                final.add(reading, "refusal", part.get("refusal"), 0)
            else:
                final.add(reading, "content", part.get("text"), 0)
    elif kind == "reasoning":
        for part in (*tables(item.get("content")), *tables(item.get("summary"))):
            if final.reasoning:
                final.add(reading, "reasoning", "\n\n", 0)
            final.add(reading, "reasoning", part.get("text"), 0)


WIRE = Wire("openai_responses", RESPONSES_RULES, write, read_body)
ask = functools.partial(exchange.ask, WIRE)
classify = WIRE.classify
