"""How the text of a variable is read: what it has to be, said in words that go on "…, but it"."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


def text(value: str) -> str:
    return value


def integer(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"has to be a whole number from {low} to {high}") from None
        if not low <= number <= high:
            raise ValueError(f"has to be a whole number from {low} to {high}")
        return number

    return read


def port_or_none(value: str) -> int | None:
    return integer(1, 65535)(value) if value else None


def origin(value: str) -> str:
    """One origin, or nothing."""
    found = origins(value)
    if len(found) > 1:
        raise ValueError("has to hold one origin, as https://candor.example")
    return found[0] if found else ""


def switch(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError("has to be yes or no")


def listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def folder(value: str) -> Path | None:
    try:
        return Path(value).expanduser().resolve() if value else None
    except RuntimeError:  # ~somebody, who is not there
        raise ValueError("has to be the path of a folder") from None


def key(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("has to have 32 characters or more")
    return value


def commit(value: str) -> str:
    if value and not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", value):
        raise ValueError("has to be a whole commit of git, 40 hexadecimal digits")
    return value


def contact(value: str) -> str:
    """A mail address, or where to write to on the web; nothing is sent there by us."""
    if value and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+|https://[^\s/@\"'<>]+(/[^\s\"'<>]*)?", value, re.ASCII):
        raise ValueError("has to be a mail address, as team@candor.example, or the address of a page with https://")
    return value


def signing_key(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9+/]{43}=", value):
        raise ValueError("has to be a key made by `manage.py make_release_key`")
    return value


def repository(value: str) -> str:
    if value and not re.fullmatch(r"[\w.-]+/[\w.-]+", value, re.ASCII):
        raise ValueError("has to be an owner and a name, as candor/candor")
    return value


def hosts(value: str) -> list[str]:
    """Names as Django compares them: without a scheme and without a port."""
    found = listed(value)
    if not all(re.fullmatch(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]", name) for name in found):
        raise ValueError("has to hold host names alone, as candor.example, without https://, a port or a path")
    return found


def origins(value: str) -> list[str]:
    """Scheme, host and port, as a browser's Origin header has them."""
    found = listed(value)
    for origin in found:
        parts = address(origin, ("https", "http"))
        if not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
            raise ValueError("has to hold origins alone, as https://candor.example, without a path")
    return found


def url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value:
            address(value, schemes)
        return value

    return read


def address(value: str, schemes: Sequence[str]) -> SplitResult:
    """The parts of an address whose host and port can be read. Raises ValueError with what it should be."""
    begins = f"has to start with {' or '.join(scheme + '://' for scheme in schemes)}"
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ValueError(begins)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(f"{begins} and a host, with [ ] around an IPv6 address and nowhere else") from None
    try:
        _ = parts.port
    except ValueError:
        raise ValueError(
            "has to have a port from 1 to 65535 behind its host, and : / @ in a password %-encoded"
        ) from None
    return parts
