"""Names for rows whose number must not be told: it would say in which order people or machines made them.

HMAC-SHA256 of the number under a key of this site, computed by PostgreSQL, so that a list can be ordered by it. Without
the key nobody can tell which of two is older, or whose they are. Releases have names of their own, under other keys.
"""

from typing import Any

from django.db.models import BinaryField, CharField, Func, TextField, Value
from django.db.models.functions import Cast
from django.utils.crypto import salted_hmac

BLOCK = 64


def pads(noun: str) -> tuple[bytes, bytes]:
    """The two paddings of HMAC with this site's key for a noun."""
    key = salted_hmac("candor.api.names", noun, algorithm="sha256").digest().ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


def joined(*parts: Any) -> Func:
    """Bytes one after the other."""
    return Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=BinaryField())


def summed(part: Func) -> Func:
    return Func(part, function="sha256", output_field=BinaryField())


class Named(Func):
    """The name of a row of `noun` with the number at the lookup `number`: 16 hexadecimal digits."""

    template = "encode(substring(%(expressions)s FOR 8), 'hex')"
    output_field = CharField()

    def __init__(self, noun: str, number: str = "pk") -> None:
        inner, outer = (Value(pad, output_field=BinaryField()) for pad in pads(noun))
        said = Func(
            Cast(number, TextField()), template="convert_to(%(expressions)s, 'UTF8')", output_field=BinaryField()
        )
        super().__init__(summed(joined(outer, summed(joined(inner, said)))))
