"""What was recorded of one call, written so that a person can read it and repeat it by hand."""

import gzip
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import error as BadStream

from probes.choices import EndpointKind, Protocol
from probes.models import Payload, Probe
from probes.token_limits import table

PATH = "/chat/completions"
SHOWN_AT_MOST = 200_000
# Where a key goes stands the variable it is kept in; nothing else in a header is for the shell to fill in.
PLACEHOLDER = re.compile(r"(?:[A-Za-z]+ )?\$[A-Za-z_][A-Za-z0-9_]*")
KEY_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "x-goog-api-key"})
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Body:
    """A payload as text. `size` is in bytes, before compression; `cut` says that only its beginning is here."""

    attempt: int
    received_at: datetime
    sha256: str
    size: int
    text: str
    cut: bool


def curl(probe: Probe) -> str:
    """A command that asks the same again; "" for what was not asked here, or not yet.

    The key is the variable it is kept in, never its value, in double quotes so that the shell fills it in. An import
    has no command, whatever it says: whoever wrote its file could have the key sent to an address of their own.
    """
    if probe.endpoint.kind == EndpointKind.IMPORT or not probe.request:
        return ""
    return whole_command(probe.request) if was_kept_whole(probe.request) else early_command(probe)


def was_kept_whole(request: Any) -> bool:
    """Whether the address, the headers and the whole body of a call were kept; early ones kept its parameters only."""
    kept = isinstance(request, dict) and isinstance(request.get("url"), str) and isinstance(request.get("body"), dict)
    return kept and isinstance(request.get("headers", {}), dict)


def whole_command(request: Mapping[str, Any]) -> str:
    streams = "text/event-stream" in str(request.get("headers", {}).get("accept", ""))
    return written(request["url"], request.get("headers", {}), request["body"], streams=streams)


def early_command(probe: Probe) -> str:
    """As the first version of Candor asked: chat completions, at the address the endpoint has now."""
    endpoint = probe.endpoint
    if endpoint.protocol != Protocol.OPENAI_CHAT or not isinstance(probe.request, dict):
        return ""
    request = dict(probe.request)
    system = request.pop("system", None)
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": probe.version.text})
    body = {"model": request.pop("model", endpoint.served_name), "messages": messages, **request}
    url = endpoint.base_url if endpoint.base_url.endswith(PATH) else endpoint.base_url + PATH
    key = {"authorization": f"Bearer ${endpoint.key_variable}"} if endpoint.key_variable else {}
    return written(url, {"content-type": "application/json", **key}, body, streams=False)


def written(url: str, headers: Mapping[str, Any], body: Mapping[str, Any], *, streams: bool) -> str:
    """The command in lines. `--globoff` keeps curl from reading brackets in an address as a pattern."""
    command = "curl --no-buffer" if streams else "curl"
    if set(url) & set("[]{}"):
        command += " --globoff"
    parts = [f"{command} {shlex.quote(url)}"]
    parts += [f"-H {in_shell(name, str(value))}" for name, value in headers.items() if HEADER.fullmatch(name)]
    parts.append(f"--data-raw {shlex.quote(json.dumps(body, ensure_ascii=False, indent=1))}")
    return " \\\n  ".join(parts)


def in_shell(name: str, value: str) -> str:
    """A header as one word of the shell. Only the place of a key is in double quotes, and it holds nothing else."""
    if name.lower() in KEY_HEADERS and PLACEHOLDER.fullmatch(value):
        return f'"{name}: {value}"'
    return shlex.quote(f"{name}: {value}")


@dataclass(frozen=True)
class AskedFor:
    """What a recorded request asked for beside its question; None where it does not say."""

    protocol: str
    model: str
    stream: bool
    reasoning: str
    logprobs: str
    system: str
    limit: str


def asked_for(probe: Probe) -> AskedFor | None:
    """Read out of the request as it was sent, in whichever protocol; None where only parameters or nothing was kept."""
    request = probe.request
    if not was_kept_whole(request):
        return None
    body, url = request["body"], request["url"]
    config = table(body.get("generationConfig"))
    limits = [body.get(name) for name in ("max_tokens", "max_completion_tokens", "max_output_tokens")]
    limits.append(config.get("maxOutputTokens"))
    logprobs = {name: body[name] for name in ("logprobs", "top_logprobs") if name in body}
    logprobs |= {name: config[name] for name in ("responseLogprobs", "logprobs") if name in config}
    return AskedFor(
        protocol=str(request.get("protocol", "")),
        model=str(body.get("model") or ""),
        stream=bool(body.get("stream")) or ":streamGenerateContent" in url,
        reasoning=said({name: body[name] for name in REASONING if name in body} | thinking(config)),
        logprobs=said(logprobs),
        system=system_of(body),
        limit=", ".join(str(one) for one in limits if one is not None),
    )


# Parameters by which the protocols and dialects ask for a trace, or for none.
REASONING = (
    "reasoning", "reasoning_effort", "reasoning_split", "reasoning_format", "thinking", "enable_thinking",
    "thinking_budget", "chat_template_kwargs", "prompt_mode",
)  # fmt: skip


def thinking(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"thinkingConfig": config["thinkingConfig"]} if "thinkingConfig" in config else {}


def said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def system_of(body: Mapping[str, Any]) -> str:
    """The system prompt, where the protocol puts it; "" for none."""
    messages = body.get("messages")
    first = table(messages[0]) if isinstance(messages, list) and messages else {}
    found = first.get("content") if first.get("role") in {"system", "developer"} else None
    parts = table(body.get("systemInstruction")).get("parts")
    if isinstance(parts, list):
        found = "".join(str(table(part).get("text", "")) for part in parts)
    return next((one for one in (found, body.get("system"), body.get("instructions")) if isinstance(one, str)), "")


def body_of(payload: Payload) -> Body:
    """The payload unpacked; what is no UTF-8 and what no page can hold is written out as \\x00."""
    try:
        raw = gzip.decompress(bytes(payload.body))
    except (OSError, EOFError, BadStream):
        return Body(payload.attempt, payload.received_at, payload.sha256, 0, "", cut=False)
    text = raw[:SHOWN_AT_MOST].decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    return Body(payload.attempt, payload.received_at, payload.sha256, len(raw), text, cut=len(raw) > SHOWN_AT_MOST)
