"""What was recorded of one call, written so that a person can read it and repeat it by hand."""

import gzip
import json
import shlex
from dataclasses import dataclass
from datetime import datetime
from zlib import error as BadStream

from probes.choices import EndpointKind
from probes.models import Payload, Probe

PATH = "/chat/completions"
SHOWN_AT_MOST = 200_000


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
    """A command that asks the same; "" for imports. The key is the variable it is kept in, never its value.

    What has not been asked yet is shown as its endpoint would ask it.
    """
    endpoint = probe.endpoint
    if endpoint.kind == EndpointKind.IMPORT:
        return ""
    request = dict(probe.request or endpoint.params)
    system = request.pop("system", None)
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": probe.version.text})
    body = {"model": request.pop("model", endpoint.served_name), "messages": messages, **request}
    url = endpoint.base_url if endpoint.base_url.endswith(PATH) else endpoint.base_url + PATH
    parts = [f"curl {shlex.quote(url)}"]
    if endpoint.key_variable:
        parts.append(f'-H "Authorization: Bearer ${endpoint.key_variable}"')
    parts += [
        "-H 'Content-Type: application/json'",
        f"-d {shlex.quote(json.dumps(body, ensure_ascii=False, indent=1))}",
    ]
    return " \\\n  ".join(parts)


def body_of(payload: Payload) -> Body:
    """The payload unpacked; what is no UTF-8 and what no page can hold is written out as \\x00."""
    try:
        raw = gzip.decompress(bytes(payload.body))
    except (OSError, EOFError, BadStream):
        return Body(payload.attempt, payload.received_at, payload.sha256, 0, "", cut=False)
    text = raw[:SHOWN_AT_MOST].decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    return Body(payload.attempt, payload.received_at, payload.sha256, len(raw), text, cut=len(raw) > SHOWN_AT_MOST)
