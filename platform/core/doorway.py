"""What is refused before Django looks at a request, because Django itself would fail on it.

Django reads the query string in whatever charset a Content-Type names, before any middleware runs; some charsets of
Python's are no text encodings and end in a 500 for anybody. Candor speaks UTF-8.
"""

from collections.abc import Callable, Iterable
from email.message import Message
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
UTF8 = {"", "utf-8", "utf8"}


def only_utf8(application: Application) -> Application:
    """Answers 415 to a request whose Content-Type names another charset, and passes on every other."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if charset(environ.get("CONTENT_TYPE", "")) in UTF8:
            return application(environ, start_response)
        said = b"Candor speaks UTF-8. Send it so, or leave the charset out.\n"
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(said)))]
        start_response("415 Unsupported Media Type", headers)
        return [said]

    return guarded


def charset(content_type: str) -> str:
    """The charset a Content-Type names, in lower case; empty where it names none."""
    if "charset" not in content_type.lower():
        return ""
    message = Message()
    message["Content-Type"] = content_type
    named = message.get_param("charset", "")
    return str(named[2] if isinstance(named, tuple) else named).strip().lower()
