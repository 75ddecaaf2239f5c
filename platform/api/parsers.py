"""Reading a JSON body: in UTF-8, of bounded size, and with nothing in it that the database could not keep."""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from api.problems import TooLarge
from core.errors import Invalid
from core.texts import storable


class StrictJSON(JSONParser):
    """DRF's own reads bodies of any length, and lets through NUL and lone surrogates, which PostgreSQL refuses."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge
        try:
            body = json.loads(raw.decode("utf-8-sig"), parse_constant=not_a_number)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("The body is not JSON: %(why)s.") % {"why": error}) from None
        if wrong := {name: [_("A text holds NUL or half a surrogate pair.")] for name in unstorable(body)}:
            raise Invalid(_("Some texts cannot be kept."), wrong)
        return body


def not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number of JSON")


def unstorable(body: Any) -> Iterator[str]:
    """Where the texts are that PostgreSQL would refuse, as key_points.0.text; a bad name is told by what holds it."""
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, str):
            if not storable(part):
                yield name or "body"
        elif isinstance(part, dict | list):
            pairs = part.items() if isinstance(part, dict) else enumerate(part)
            for key, inner in pairs:
                if isinstance(key, str) and not storable(key):
                    yield name or "body"
                else:
                    waiting.append((f"{name}.{key}" if name else str(key), inner))
