"""A provider's key: whether it can be sent at all, and that it comes back nowhere."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from workers.providers.timing import Arrivals

# Local servers take any word as a key ("none", "ollama"); blanking such words would spoil answers.
_SECRET_FROM = 16
BLANK = "[key removed]"
# What is kept of a response that repeats the key cut into pieces, which stand all over it.
IN_PIECES = f"{BLANK} The response repeats the key in pieces, so none of it is kept."
# A body is looked through by lines that make up this much together, so that other threads have a turn.
_STEP_BYTES = 256 * 1024
# What JSON may put a backslash before.
_ESCAPED = frozenset('/"\\')


@dataclass(frozen=True, slots=True)
class Key:
    """A key while a call is under way. It shows itself nowhere, not even where the frames of an error are printed."""

    value: str | None = field(repr=False)

    @property
    def _is_secret(self) -> bool:
        return self.value is not None and len(self.value) >= _SECRET_FROM

    def off(self, body: bytes) -> bytes:
        """The body without the key, should a server repeat what it was sent, also in the escapes of JSON."""
        return self.off_timed(body, ())[0]

    def off_timed(self, body: bytes, arrivals: Arrivals) -> tuple[bytes, Arrivals]:
        """The same, and what had come when of the body as it is then."""
        kept, moved, at, told = bytearray(), [], 0, 0
        for start, end in self._found(body):
            while told < len(arrivals) and arrivals[told][1] < end:
                moment, reached = arrivals[told]
                moved.append((moment, len(kept) + min(reached, start) - at))
                told += 1
            kept += body[at:start] + BLANK.encode("ascii")
            at = end
        if not at:
            return body, arrivals
        moved += [(moment, len(kept) + reached - at) for moment, reached in arrivals[told:]]
        return bytes(kept + body[at:]), moved

    def off_text(self, text: str) -> str:
        """The same for a text that was put together from a body or an error."""
        if not self._is_secret:
            return text
        text = text.replace(self.value or "", BLANK)
        return re.sub(_forms(self.value or ""), BLANK, text) if "\\" in text else text

    def off_values(self, value: Any) -> Any:
        """The same for all texts in a JSON value."""
        if isinstance(value, str):
            return self.off_text(value)
        if isinstance(value, dict):
            return {self.off_text(name): self.off_values(inner) for name, inner in value.items()}
        return value

    def is_in(self, texts: Iterable[str]) -> bool:
        """Whether any of these holds the key."""
        return self._is_secret and any(self.off_text(text) != text for text in texts)

    def _found(self, body: bytes) -> Iterator[tuple[int, int]]:
        """Where the key stands in a body, from first to last."""
        if not self._is_secret or not self._may_be_in(body):
            return
        forms = _forms_in_bytes(self.value or "")
        start = 0
        while start < len(body):
            # A key never reaches over the end of a line.
            end = body.find(b"\n", start + _STEP_BYTES) + 1 or len(body)
            for found in forms.finditer(body, start, end):
                yield found.span()
            start = end

    def _may_be_in(self, body: bytes) -> bool:
        value = self.value or ""
        if value.encode("ascii") in body or b"\\u00" in body:
            return True
        return not _ESCAPED.isdisjoint(value) and b"\\" in body


def usable_key(key: str | None) -> Key:
    """The key without white space around it, or none. Raises ValueError where no header can carry it."""
    if key is None or not key.strip():
        return Key(None)
    kept = Key(key.strip())
    can_be_sent = key.strip().isascii() and key.strip().isprintable()
    # No variable holds the bare key while an error is raised.
    del key
    if not can_be_sent:
        raise ValueError("The key holds characters that cannot be sent in a header.")
    return kept


@functools.lru_cache(maxsize=64)
def _forms(value: str) -> re.Pattern[str]:
    r"""A key in every form that JSON may write it in: `/` as `\/`, any character as `\u002f`.

    A router may put JSON into a string of JSON, so there may be any number of backslashes.
    """
    return re.compile("".join(_form(character) for character in value))


@functools.lru_cache(maxsize=64)
def _forms_in_bytes(value: str) -> re.Pattern[bytes]:
    return re.compile(_forms(value).pattern.encode("ascii"))


def _form(character: str) -> str:
    plain = (r"\\*" if character in _ESCAPED else "") + re.escape(character)
    return rf"(?:{plain}|\\+u00(?i:{ord(character):02x}))"
