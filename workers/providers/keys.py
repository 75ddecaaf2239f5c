"""A provider's key: whether it can be sent at all, and that it comes back nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Local servers take any word as a key ("none", "ollama"); blanking such words would spoil answers.
_SECRET_FROM = 16
BLANK = "[key removed]"


@dataclass(frozen=True, slots=True)
class Key:
    """A key while a call is under way. It shows itself nowhere, not even where the frames of an error are printed."""

    value: str | None = field(repr=False)

    @property
    def _is_secret(self) -> bool:
        return self.value is not None and len(self.value) >= _SECRET_FROM

    def off(self, body: bytes) -> bytes:
        """The body without the key, should a server repeat what it was sent."""
        return body.replace((self.value or "").encode("ascii"), BLANK.encode("ascii")) if self._is_secret else body

    def off_text(self, text: str) -> str:
        """The same for a text that was put together from a body or an error."""
        return text.replace(self.value or "", BLANK) if self._is_secret else text

    def off_values(self, value: Any) -> Any:
        """The same for all texts in a JSON value."""
        if isinstance(value, str):
            return self.off_text(value)
        if isinstance(value, dict):
            return {self.off_text(name): self.off_values(inner) for name, inner in value.items()}
        return value


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
