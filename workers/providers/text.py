"""The texts inside a response: the answer, the reasoning kept apart, and what a database can hold."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# How models mark reasoning inside the answer itself, when the server does not take it out.
REASONING_MARKS: tuple[tuple[str, str], ...] = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
)

# Where servers put reasoning they did take out, in the order we look.
REASONING_FIELDS: tuple[str, ...] = ("reasoning_content", "reasoning", "thinking", "reasoning_details")

_BYTES = re.compile("[\udc80-\udcff]{2,}")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_MAX_DEPTH = 6
_MAX_BLOCKS = 20


def storable(text: str) -> tuple[str, bool]:
    r"""Escape what PostgreSQL refuses (NUL, lone surrogates) as six visible characters, `\u0000`.

    Returns the text and whether anything had to be escaped.
    """
    escaped, count = _UNSTORABLE.subn(lambda found: f"\\u{ord(found.group()):04x}", text)
    return escaped, count > 0


def rejoin(text: str) -> str:
    """Put characters together again that a stream has cut in two, between their bytes or their surrogates."""
    if text.isascii():
        return text
    text = _BYTES.sub(
        lambda cut: cut.group().encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"), text
    )
    return _HALVES.sub(lambda cut: cut.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)


def one_line(text: str, limit: int = 300) -> str:
    """A storable single line of at most `limit` characters, for errors and short fields."""
    line = storable(" ".join(text[: limit * 4].split()))[0]
    return line if len(line) <= limit else line[: limit - 1] + "…"


def is_blank(text: str) -> bool:
    """True when nothing in the text would be seen: white space, control and format characters."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)


def split_reasoning(text: str) -> tuple[str, str]:
    """Take inline reasoning off the front of an answer: (answer, reasoning).

    Only what opens the text counts, so that an answer that talks about such marks stays whole. A
    block that never closes is all reasoning: the model was cut before it answered. Some servers
    put the opening mark into the prompt; then only a closing mark on the end of a line is seen.
    """
    traces: list[str] = []
    rest = text
    for _ in range(_MAX_BLOCKS):
        if (found := _leading_block(rest)) is None:
            break
        trace, rest = found
        traces.append(trace)
    if not traces and (found := _headless_block(text)) is not None:
        trace, rest = found
        traces.append(trace)
    if not traces:
        return text, ""
    return rest.lstrip(), "\n\n".join(trace.strip() for trace in traces if trace.strip())


def _leading_block(text: str) -> tuple[str, str] | None:
    start = text.lstrip()
    for opening, closing in REASONING_MARKS:
        if start[: len(opening)].casefold() == opening.casefold():
            return _cut_at(start[len(opening) :], closing) or (start[len(opening) :], "")
    return None


def _headless_block(text: str) -> tuple[str, str] | None:
    for opening, closing in REASONING_MARKS:
        found = _cut_at(text, closing)
        if found is None:
            continue
        trace, rest = found
        ends_line = not rest or rest[0] in "\r\n"
        if ends_line and opening.casefold() not in trace.casefold():
            return found
    return None


def _cut_at(text: str, mark: str) -> tuple[str, str] | None:
    found = re.search(re.escape(mark), text, re.IGNORECASE)
    return (text[: found.start()], text[found.end() :]) if found else None


def content_texts(content: Any) -> tuple[str, str]:
    """(answer, reasoning) of a message's `content`: a string, or a list of typed parts."""
    if isinstance(content, str):
        return content, ""
    answer: list[str] = []
    reasoning: list[str] = []
    for part in content if isinstance(content, list) else [content]:
        kind = part.get("type") if isinstance(part, dict) else None
        thinks = kind in ("thinking", "reasoning")
        (reasoning if thinks else answer).append(flat(part))
    return "".join(answer), "".join(reasoning)


def reasoning_field(message: dict[str, Any]) -> str:
    """The reasoning a server took out of the answer, from the first field that holds any."""
    for name in REASONING_FIELDS:
        trace = flat(message.get(name))
        if trace:
            return trace
    return ""


def flat(value: Any, depth: int = 0) -> str:
    """The text in a string, a part, or a list of parts, however they are nested."""
    if isinstance(value, str):
        return value
    if depth >= _MAX_DEPTH:
        return ""
    if isinstance(value, list):
        return "".join(flat(item, depth + 1) for item in value)
    if isinstance(value, dict):
        for name in ("text", "thinking", "content", "summary"):
            if name in value and (text := flat(value[name], depth + 1)):
                return text
    return ""
