"""Takes in a response body up to a size, unpacking it ourselves so that the size holds unpacked too."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import httpx

MAX_BODY_BYTES = 8 * 1024 * 1024
# In a stream each token brings two or three hundred bytes of wrapping.
MAX_STREAM_BYTES = 32 * 1024 * 1024
# zlib finds out by itself whether it is gzip or zlib that it is given.
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class BodyTooBig(Exception):
    """The body is larger than we take."""


class BodyPacked(Exception):
    """The body is packed in a way we did not ask for, or its packing is broken."""


async def read_capped(response: httpx.Response, into: bytearray, most: int, arrived: Callable[[], None]) -> None:
    """Append at most `most` bytes of body to `into` piece by piece, so that what came before an error stays.

    `arrived` is called after each piece.

    Raises BodyTooBig, BodyPacked, or whatever the transport raises.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise BodyPacked(packing)
    unpacker = None if packing in ("", "identity") else zlib.decompressobj(_GZIP_OR_ZLIB)
    async for chunk in response.aiter_raw():
        room = most - len(into)
        if unpacker is None:
            piece = chunk[: room + 1]
        else:
            try:
                piece = unpacker.decompress(chunk, room + 1)
            except zlib.error:
                raise BodyPacked(packing) from None
        into += piece[:room]
        arrived()
        if len(piece) > room:
            raise BodyTooBig
        if unpacker is not None and unpacker.eof:
            return
    if unpacker is not None:
        raise BodyPacked(packing)
