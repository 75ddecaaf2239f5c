"""Gathers codes and words from an error, in whatever shape and depth a provider or router puts them."""

from __future__ import annotations

from typing import Any

from workers.providers.counts import JSON_INTEGER
from workers.providers.reading import Reading, parse_json
from workers.providers.text import is_blank, one_line

_CODE_FIELDS = frozenset({"code", "type", "status_code", "status", "error_code"})
_MESSAGE_FIELDS = frozenset(
    {"message", "msg", "status_msg", "detail", "reason", "reasons", "error", "error_msg", "error_message", "raw"}
)
_FLAT_ERROR = ("code", "type", "message", "msg", "error_code", "error_msg")
_MAX_NODES = 200
_MAX_DEPTH = 6


def read_error(value: dict[str, Any], reading: Reading, *, named: bool = False) -> None:
    """Note the errors that stand at the top of a body or of a stream's event; `named` ones call themselves an error."""
    if value.get("error"):
        note_error(value["error"], reading)
    elif named:
        note_error(value, reading)
    # FastAPI's validation errors, and the flat form older vLLM, Mistral and DashScope use.
    if "choices" not in value:
        if value.get("detail"):
            note_error({"detail": value["detail"]}, reading)
        if value.get("object") == "error" or value.get("code") or value.get("error_code"):
            note_error({name: value.get(name) for name in _FLAT_ERROR}, reading)
    base = value.get("base_resp")
    if isinstance(base, dict) and base.get("status_code") not in (None, 0, "", "0"):
        reading.is_error = True
        reading.note_code(f"base_resp:{one_line(str(base['status_code']), 20)}")
        reading.note_message(str(base.get("status_msg", "")))


def note_error(error: Any, reading: Reading) -> None:
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
        found, inner = parse_json(value.encode("utf-8", "surrogatepass"))
        if found:
            queue.append((name, inner, depth + 1))
            return
    if name in _CODE_FIELDS and (isinstance(value, str) or abs(value) < JSON_INTEGER):
        reading.note_code(str(value))
    elif isinstance(value, str) and name in _MESSAGE_FIELDS and not is_blank(value):
        reading.note_message(value)
