"""Takes in a response body up to a size, unpacking it ourselves so that the size holds unpacked too."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable

import httpx

MAX_BODY_BYTES = 4 * 1024 * 1024
# What is taken in at once, so that everybody else has a turn in between.
STEP_BYTES = 64 * 1024
# zlib finds out by itself whether it is gzip or zlib that it is given.
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class BodyTooBig(Exception):
    """The body is larger than we take: its argument is a sentence that names the limit."""


class BodyPacked(Exception):
    """The body is packed in a way we did not ask for, or its packing is broken."""


def limit_in_mb(most: int) -> str:
    """The sentence of a BodyTooBig for a limit of `most` bytes."""
    return f"The limit is {most // 2**20} MB."


async def read_body(response: httpx.Response, take: Callable[[bytes], None]) -> None:
    """Give the body to `take` piece by piece as it comes, so that what came before an error stays.

    `take` gets at most STEP_BYTES at once, and bounds the whole by raising BodyTooBig.

    Raises BodyPacked, or whatever `take` or the transport raises.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise BodyPacked(packing)
    if packing not in ("", "identity"):
        async for piece in _unpacked(response, packing):
            take(piece)
        return
    async for chunk in response.aiter_raw():
        for start in range(0, len(chunk), STEP_BYTES):
            if start:
                await asyncio.sleep(0)
            take(chunk[start : start + STEP_BYTES])


async def _unpacked(response: httpx.Response, packing: str) -> AsyncIterator[bytes]:
    """The body without its packing, in small steps: a few bytes may unpack to many. Raises BodyPacked."""
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    async for chunk in response.aiter_raw():
        rest = chunk
        while rest and not unpacker.eof:
            try:
                piece = unpacker.decompress(rest, STEP_BYTES)
            except zlib.error:
                raise BodyPacked(packing) from None
            yield piece
            rest = unpacker.unconsumed_tail
            await asyncio.sleep(0)
        if unpacker.eof:
            return
    raise BodyPacked(packing)
