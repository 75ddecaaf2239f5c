"""One line of an import file, from its bytes to fields that are checked. Knows no database."""

import json
from typing import Any

from probes.actions.import_fields import FIELDS, BadLine, checked, shown
from probes.import_formats import Format
from probes.import_lines import LINE_AT_MOST
from probes.import_speechmap import Unreadable

Row = tuple[str, dict[str, Any]]


def rows_of(line: bytes, form: Format) -> list[Row]:
    """What a line says: for each thing it is about, the kind and the checked fields. Nothing for a blank line.

    Raises:
        BadLine: it cannot be used; says why.
    """
    if len(line) > LINE_AT_MOST:
        raise BadLine(f"it is longer than {LINE_AT_MOST} bytes.")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise BadLine(f"it is not UTF-8 at byte {error.start + 1}.") from None
    if not text.strip():
        return []
    row = parsed(text)
    try:
        found = form.lines_of(row)
    except Unreadable as error:
        raise BadLine(printable(str(error))) from None
    return [(kind, checked(kind, fields)) for kind, fields in map(known, found)]


def parsed(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text, parse_constant=no_number)
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error.msg} at column {error.colno}.") from None
    except RecursionError:
        raise BadLine("it is nested too deeply.") from None
    except ValueError:
        # Python's own limit on the digits of a whole number.
        raise BadLine("it holds a number that is too long.") from None
    if not isinstance(row, dict):
        raise BadLine("a line is a JSON object.")
    return row


def known(line: Row) -> Row:
    kind, _ = line
    if not isinstance(kind, str) or kind not in FIELDS:
        raise BadLine(f"its kind is {shown(kind)}, not one of {', '.join(FIELDS)}.")
    return line


def no_number(name: str) -> None:
    raise BadLine(f"not JSON: {name} is no number.")


def printable(said: str) -> str:
    """A reason that PostgreSQL can keep, whatever the line held."""
    return said.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
