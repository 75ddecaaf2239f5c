"""What a list can be sent as. DRF chooses among these by Accept; only the first is ever rendered by it."""

from dataclasses import dataclass

from rest_framework.renderers import BaseRenderer, JSONRenderer


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows as they are sent, each with the end of its line; how many there are, and the cursor of the last."""

    text: str
    rows: int
    last: str


class Streamed(BaseRenderer):
    """A kind of stream: a media type, and nothing that would render a whole list. It is sent, never rendered."""

    charset: str | None = "utf-8"  # None where the kind is UTF-8 anyhow
    # As it is sent.
    content_type: str


class Ndjson(Streamed):
    media_type = "application/x-ndjson"
    format = "ndjson"
    charset = None
    content_type = "application/x-ndjson"


class Csv(Streamed):
    media_type = "text/csv"
    format = "csv"
    content_type = "text/csv; charset=utf-8; header=present"


STREAMED: tuple[type[Streamed], ...] = (Ndjson, Csv)
RENDERERS: tuple[type[BaseRenderer], ...] = (JSONRenderer, *STREAMED)
