"""Azure's chat completions: OpenAI's protocol, with the deployment in the path and the key in a header of its own.

An address that leads to `/openai/v1` takes the model from the body, as OpenAI does. Otherwise the
deployment has the model's name, unless the address names one. A filter that did not run
(`content_filter_error` beside the text) says nothing about the answer.
"""

from __future__ import annotations

import functools
from urllib.parse import quote

import httpx

from workers.providers import exchange, wire
from workers.providers.chat_response import read_body
from workers.providers.chat_rules import CHAT_RULES
from workers.providers.dialects import dialect_of
from workers.providers.openai_chat import body_of
from workers.providers.results import Call
from workers.providers.wire import Wire, Written

PATH = "/chat/completions"
# The last version that is not a preview; an address may name another.
API_VERSION = "2024-10-21"


def address(base_url: str, model: str, allow_private: bool) -> httpx.URL:
    """The address a call goes to. Raises AddressRefused, httpx.InvalidURL, or ValueError for a name that leads away."""
    path = httpx.URL(base_url.strip()).path.rstrip("/")
    if path.endswith("/openai/v1") or path.endswith("/openai/v1" + PATH):
        return wire.address(base_url, allow_private, PATH)
    if "/deployments/" not in path + "/":
        if not model or ".." in model:
            raise ValueError("The deployment's name cannot stand in an address.")
        deployment = f"/deployments/{quote(model, safe='')}"
        inside = path.endswith("/openai")
        url = wire.address(base_url, allow_private, ("" if inside else "/openai") + deployment + PATH)
    else:
        url = wire.address(base_url, allow_private, PATH)
    return url if "api-version" in url.params else url.copy_merge_params({"api-version": API_VERSION})


def write(call: Call) -> Written:
    """The whole request but for the key."""
    dialect = dialect_of(call.dialect or "azure", call.base_url)
    return Written(address(call.base_url, call.model, call.allow_private), body_of(call, dialect), stream=call.stream)


WIRE = Wire("azure", CHAT_RULES, write, read_body, key=("api-key", ""), last_line=b"\ndata: [DONE]")
ask = functools.partial(exchange.ask, WIRE)
classify = WIRE.classify
