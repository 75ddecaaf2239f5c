"""How a line of the log is written: whatever went wrong, without the row that the database refused.

PostgreSQL says in an error's DETAIL which values a row had, and shows the place in a statement that it could not take,
with the values around it; drivers hand both on as part of their message. These are people's words and names, which no
log keeps.
"""

import logging
import re
from typing import Any

# Its own line, up to where the next part of the message begins.
ROW = re.compile(
    r"^DETAIL:.*(?:\n(?!\s*(?:[A-Z]+:|File \"|Traceback|The above exception|During handling|\S*Error)).*)*", re.M
)
# The line of the statement, and below it the mark at the place.
PLACE = re.compile(r"^LINE \d+:.*(?:\n[ \t]*\^)?", re.M)


class Line(logging.Formatter):
    """A formatter that leaves out the rows of the database, and statements with what stands in them."""

    def formatException(self, ei: Any) -> str:
        return without_rows(super().formatException(ei))

    def format(self, record: logging.LogRecord) -> str:
        return without_rows(super().format(record))


def without_rows(text: str) -> str:
    """The text without what follows DETAIL: and LINE 1: in an error of the database."""
    return PLACE.sub("LINE: left out", ROW.sub("DETAIL: left out", text))
