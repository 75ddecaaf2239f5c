"""Reads the body of a chat completion, whatever shape it is in, without judging it.

Nothing that comes over the wire may raise here: a field that has the wrong type counts as absent,
and a body that is not JSON gives a reading without a message, which the rules then call failed.
"""

from __future__ import annotations

import codecs
import json
import math
from dataclasses import dataclass, field
from typing import Any

from workers.providers.rules import Facts
from workers.providers.text import content_texts, is_blank, one_line, reasoning_field, split_reasoning

_CODE_FIELDS = frozenset({"code", "type", "status_code", "status", "error_code"})
_MESSAGE_FIELDS = frozenset(
    {"message", "msg", "status_msg", "detail", "reason", "reasons", "error", "error_msg", "error_message", "raw"}
)
_FLAT_ERROR = ("code", "type", "message", "msg", "error_code", "error_msg")
_MAX_NODES = 200
_MAX_DEPTH = 6
_JSON_INTEGER = 2**53


@dataclass(slots=True)
class Reading:
    """What one body holds. `codes` and `messages` come from errors only."""

    is_json: bool = False
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
    usage: dict[str, Any] = field(default_factory=dict)
    served_model: str = ""
    served_fingerprint: str = ""
    served_by: str = ""

    def facts(self, http_status: int | None) -> Facts:
        """This reading and the HTTP status as the rules want them."""
        refused = bool(self.refusal) and is_blank(self.text)
        failed = http_status is not None and http_status >= 300
        return Facts(
            is_json=self.is_json,
            status=http_status if failed else self._status_inside() or http_status,
            is_error=failed or self.is_error,
            codes=frozenset(self.codes),
            messages="\n".join(self.messages).lower(),
            # An HTTP error is decided by what it says about the error, not by a half-filled choice beside it.
            ends=frozenset() if failed else frozenset(self.ends),
            has_message=self.has_message,
            has_text=not is_blank(self.answer),
            has_reasoning=not is_blank(self.reasoning) or _count(self.usage, "reasoning_tokens") > 0,
            refused=refused,
            input_flagged=self.input_flagged,
            output_flagged=self.output_flagged,
            # A server that counts no tokens still shows by its reasoning that there were some.
            output_tokens=max(_count(self.usage, "completion_tokens"), len(self.reasoning) // 4),
        )

    @property
    def answer(self) -> str:
        """The text a person would see: the content, or the refusal where there is no content."""
        return self.refusal if self.refusal and is_blank(self.text) else self.text

    def _status_inside(self) -> int | None:
        """An HTTP status written as the code of an error inside a 200."""
        # The outermost comes first: it is the router's own, the ones inside are upstream's.
        return next((int(code) for code in self.codes if code in _STATUSES), None)


_STATUSES = frozenset(str(status) for status in range(400, 600))


def read_body(body: bytes) -> Reading:
    """Read one response body. Never raises."""
    reading = Reading()
    found, value = _parse(body)
    reading.is_json = found
    if not found:
        return reading
    if not isinstance(value, dict):
        return reading
    _read_error(value, reading)
    _read_served(value, reading)
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if isinstance(choice, dict):
        _read_choice(choice, reading)
    _read_flags(value, choice if isinstance(choice, dict) else {}, reading)
    return reading


def _parse(body: bytes) -> tuple[bool, Any]:
    # Bytes that are not UTF-8 become lone surrogates, which are then shown escaped: nothing is lost.
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    try:
        return True, json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False, None


def _read_choice(choice: dict[str, Any], reading: Reading) -> None:
    if choice.get("error"):
        _note_error(choice["error"], reading)
    finish = choice.get("finish_reason")
    if finish is not None:
        reading.finish_reason = one_line(finish if isinstance(finish, str) else repr(finish), 100)
    for end in (finish, choice.get("native_finish_reason")):
        if isinstance(end, str) and end:
            reading.ends.add(end.lower())
    message = choice.get("message")
    if not isinstance(message, dict):
        return
    reading.has_message = True
    content, inner = content_texts(message.get("content"))
    text, inline = split_reasoning(content)
    reading.text = text
    reading.reasoning = reasoning_field(message) or inner
    if inline:
        reading.reasoning = "\n\n".join(trace for trace in (reading.reasoning, inline) if trace)
    reading.refusal = content_texts(message.get("refusal"))[0]
    if isinstance(message.get("content"), list):
        reading.refusal = reading.refusal or "".join(
            part["refusal"]
            for part in message["content"]
            if isinstance(part, dict) and isinstance(part.get("refusal"), str)
        )


def _read_served(value: dict[str, Any], reading: Reading) -> None:
    reading.served_model = _short(value.get("model"))
    reading.served_fingerprint = _short(value.get("system_fingerprint"))
    reading.served_by = _short(value.get("provider"))
    usage = value.get("usage")
    reading.usage = _numbers(usage) if isinstance(usage, dict) else {}


def _read_flags(value: dict[str, Any], choice: dict[str, Any], reading: Reading) -> None:
    """Blocks told outside of `error`, by Baidu, beside the choice or inside it.

    `flag` is 0 or absent for safe, 1 for a light suspicion that stops nothing, 2 and 3 when the talk
    may not go on because of the question, 4 when the answer is to be taken off the screen. `ban_round`
    only says which turn `flag` is about, so it counts alone where there is no flag.
    """
    for place in (value, choice):
        flag = place.get("flag")
        if place.get("need_clear_history") is True or (flag is None and _nonzero(place.get("ban_round"))):
            reading.input_flagged = True
        if not _nonzero(flag) or flag == 1:
            continue
        if flag in (2, 3):
            reading.input_flagged = True
        elif flag == 4:
            reading.output_flagged = True
        else:
            reading.is_error = True
            reading.codes.append("flag:unknown")
            reading.messages.append(f"flag {one_line(str(flag), 20)}")


def _read_error(value: dict[str, Any], reading: Reading) -> None:
    if value.get("error"):
        _note_error(value["error"], reading)
    # FastAPI's validation errors, and the flat form older vLLM, Mistral and DashScope use.
    if "choices" not in value:
        if value.get("detail"):
            _note_error({"detail": value["detail"]}, reading)
        if value.get("object") == "error" or value.get("code") or value.get("error_code"):
            _note_error({name: value.get(name) for name in _FLAT_ERROR}, reading)
    base = value.get("base_resp")
    if isinstance(base, dict) and _nonzero(base.get("status_code")):
        reading.is_error = True
        reading.codes.append(f"base_resp:{base['status_code']}")
        reading.messages.append(one_line(str(base.get("status_msg", ""))))


def _note_error(error: Any, reading: Reading) -> None:
    """Gather codes and texts from an error, nested as deep as routers nest what upstream said."""
    reading.is_error = True
    queue: list[tuple[str, Any, int]] = [("message", error, 0)]
    for _ in range(_MAX_NODES):
        if not queue:
            return
        name, value, depth = queue.pop(0)
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            if name == "metadata" and (value.get("flagged_input") or value.get("reasons")):
                reading.input_flagged = True
            queue.extend((str(key), item, depth + 1) for key, item in value.items() if key != "flagged_input")
        elif isinstance(value, list) and depth < _MAX_DEPTH:
            queue.extend((name, item, depth + 1) for item in value)
        elif isinstance(value, bool):
            continue
        elif isinstance(value, str | int):
            _note_word(name, value, depth, queue, reading)


def _note_word(name: str, value: str | int, depth: int, queue: list[tuple[str, Any, int]], reading: Reading) -> None:
    if isinstance(value, str) and value.lstrip()[:1] == "{" and depth < _MAX_DEPTH:
        # A router hands on what upstream sent as a string of JSON.
        found, inner = _parse(value.encode("utf-8", "surrogatepass"))
        if found:
            queue.append((name, inner, depth + 1))
            return
    if name in _CODE_FIELDS and (isinstance(value, str) or abs(value) < _JSON_INTEGER):
        reading.codes.append(str(value).lower())
    elif isinstance(value, str) and name in _MESSAGE_FIELDS and not is_blank(value):
        reading.messages.append(one_line(value))


def _numbers(usage: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """The counts in `usage` that a JSON column can hold: finite numbers, one level of details."""
    kept: dict[str, Any] = {}
    for name, value in list(usage.items())[:50]:
        if isinstance(value, dict) and depth == 0:
            if inner := _numbers(value, 1):
                kept[_short(name)] = inner
        elif isinstance(value, int | float) and not isinstance(value, bool) and _fits_json(value):
            kept[_short(name)] = value
    return kept


def _count(usage: dict[str, Any], name: str) -> int:
    """A token count, at the top or among the details; 0 when it is not there."""
    for place in (usage, usage.get("completion_tokens_details")):
        value = place.get(name) if isinstance(place, dict) else None
        if isinstance(value, int | float):
            return int(value)
    return 0


def _fits_json(value: int | float) -> bool:
    return math.isfinite(value) and abs(value) < _JSON_INTEGER


def _nonzero(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value != 0


def _short(value: Any) -> str:
    return one_line(value, 200) if isinstance(value, str) else ""
