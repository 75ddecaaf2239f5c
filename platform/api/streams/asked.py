"""`format=`: what Accept says, for whoever cannot send it: a link, a spreadsheet, IMPORTDATA.

It is sent with a name to save it under. Where both are given, the address has the last word.
"""

from typing import Any

from rest_framework.request import Request

from api.parameters import OneOf, Parameter
from api.streams.kinds import RENDERERS

NAME = "format"
KINDS: dict[str, Any] = {kind.format: kind for kind in RENDERERS}
FORMAT = Parameter(
    NAME,
    "What the list comes as, whatever Accept says: csv and ndjson are the whole list, as a file to save.",
    OneOf(tuple(KINDS)),
)


def kind_asked(request: Request) -> Any:
    """The kind that the address names, if it names any. What is no kind is refused later, in JSON."""
    text = request.query_params.get(NAME)
    return None if text is None else KINDS.get(text, KINDS["json"])


def saved_as(request: Request, kind: Any) -> str:
    """How it is saved where the address asks for it: attachment; filename="candor-answers.csv". Else nothing."""
    if kind_asked(request) is not kind:
        return ""
    noun = "-".join(part for part in request.path.split("/")[3:] if part)
    return f'attachment; filename="candor-{noun}.{kind.format}"'
