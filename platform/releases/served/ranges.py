"""The part of a file that a Range header asks for (RFC 9110, section 14): one range, from, to, or the last bytes."""

import re

ONE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class CannotSatisfy(Exception):
    """The range lies outside the file."""


def asked_part(header: str, length: int) -> tuple[int, int] | None:
    """First byte and number of bytes to send; None for the whole file.

    A header that is no range of bytes, or that asks for several, is ignored, as the standard allows.

    Raises:
        CannotSatisfy: a well-formed range without a byte in the file.
    """
    found = ONE.fullmatch(header)
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if not first:
        count = min(int(last), length)
        start, stop = length - count, length
    else:
        start, stop = int(first), min(int(last or length - 1) + 1, length)
        if last and int(last) < int(first):
            return None
    if start >= stop:
        raise CannotSatisfy
    return start, stop - start
