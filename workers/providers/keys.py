"""A provider's key: whether it can be sent at all, and that it comes back nowhere."""

from __future__ import annotations

# Local servers take any word as a key ("none", "ollama"); blanking such words would spoil answers.
_SECRET_FROM = 16
BLANK = "[key removed]"


def usable_key(key: str | None) -> str | None:
    """The key without white space around it; None for no key. Raises ValueError where no header can carry it."""
    if key is None or not key.strip():
        return None
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise ValueError("The key holds characters that cannot be sent in a header.")
    return key


def blank_key(body: bytes, key: str | None) -> bytes:
    """The body without the key, should a server repeat what it was sent."""
    if key is None or len(key) < _SECRET_FROM:
        return body
    return body.replace(key.encode("ascii"), BLANK.encode("ascii"))


def blank_key_text(text: str, key: str | None) -> str:
    """The same for a text that was put together from a body or an error."""
    if key is None or len(key) < _SECRET_FROM:
        return text
    return text.replace(key, BLANK)
