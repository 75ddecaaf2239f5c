"""Reading lists of the API as streams, and a world in which every case occurs."""

import csv
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.api.conftest import Caller

NDJSON, CSV = "application/x-ndjson", "text/csv"
LONG = ("answers", "labels", "consensus", "prompts")
HOSTILE = (
    *('=HYPERLINK("http://example.org","a")', "+1", "-1", "@sum", "'quoted", "\t=1", "\r=1", "\n=1", "  =1"),
    *("\u3000=1", "＝1", "－1", "＠a", "\ufeff=1", "\u200b=1", "\u2028=1"),
    *('a "word", and more', "فارسی", "a line\r\nand another", "\\", "a=1"),
)


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def rows_of(caller: "Caller", path: str, query: dict[str, Any] | None = None) -> list[Any]:
    lines = body(caller.get(path, query, headers={"accept": NDJSON})).decode().split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]


def cells_of(caller: "Caller", path: str, query: dict[str, Any] | None = None) -> list[list[str]]:
    text = body(caller.get(path, query, headers={"accept": CSV})).decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def paged(caller: "Caller", path: str, query: dict[str, Any] | None = None) -> list[Any]:
    found, address, asked = [], path, {**(query or {}), "page_size": 2}
    while address:
        page = caller.get(address, asked if address == path else None).json()
        found += page["results"]
        address = page["next"]
    return found
