"""The protocol of chat completions: how a request is written, in every dialect of it.

`ask` puts a call, `classify` decides a stored response again; both come from what all protocols share.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import httpx

from workers.providers import exchange, wire
from workers.providers.chat_response import read_body
from workers.providers.chat_rules import CHAT_RULES
from workers.providers.dialects import DIALECTS, Dialect, dialect_of
from workers.providers.results import Call
from workers.providers.wire import Wire, Written

# What a call says by itself; parameters never replace these.
_OWN_FIELDS = frozenset({"model", "messages", "stream", "stream_options"})


def address(base_url: str, allow_private: bool, dialect: Dialect = DIALECTS["plain"]) -> httpx.URL:
    """The address a call goes to. Raises AddressRefused or httpx.InvalidURL."""
    return wire.address(base_url, allow_private, dialect.path, alone=dialect.alone)


def body_of(call: Call, dialect: Dialect) -> dict[str, Any]:
    """The request as a dialect writes it. Raises ValueError where a router is not told whom to use."""
    asked = {True: dialect.think, False: dialect.think_not, None: {}}[call.reasoning]
    body: dict[str, Any] = dict(asked)
    for name, value in call.params.items():
        if name not in _OWN_FIELDS:
            body[dialect.renames.get(name, name)] = value
    model = call.model
    if dialect.upstream == "model" and call.upstream and ":" not in model:
        model = f"{model}:{call.upstream}"
    if dialect.upstream == "body":
        body = joined(body, {"provider": {"only": [call.upstream]}}) if call.upstream else body
        routing = body.get("provider")
        if not (isinstance(routing, dict) and routing.get("only")):
            raise ValueError("Name the upstream that has to serve the model; else a router takes any.")
    messages = [{"role": "user", "content": call.prompt}]
    if call.system is not None:
        messages.insert(0, {"role": "system", "content": call.system})
    if call.stream:
        body["stream"] = True
        if dialect.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return {"model": model, "messages": messages, **joined(body, dialect.fixed)}


def joined(body: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, tables inside joined too; `more` outranks."""
    whole = dict(body)
    for name, value in more.items():
        inner = whole.get(name)
        whole[name] = {**inner, **value} if isinstance(inner, dict) and isinstance(value, dict) else value
    return whole


def request_body(call: Call) -> bytes:
    """The JSON of the request. Raises ValueError or TypeError for parameters that are no JSON."""
    return exchange.json_bytes(body_of(call, dialect_of(call.dialect, call.base_url)))


def write(call: Call) -> Written:
    """The whole request but for the key."""
    dialect = dialect_of(call.dialect, call.base_url)
    return Written(address(call.base_url, call.allow_private, dialect), body_of(call, dialect), stream=call.stream)


WIRE = Wire("openai_chat", CHAT_RULES, write, read_body, last_line=b"\ndata: [DONE]")
ask = functools.partial(exchange.ask, WIRE)
classify = WIRE.classify
