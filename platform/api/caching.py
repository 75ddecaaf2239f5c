"""Reads that need not be sent again: an ETag, 304 where the reader has it, and compression where they take it.

The tag is made of what is sent and of nothing else, so it tells no more than that.
"""

import hashlib
import zlib
from typing import Any

import zstandard
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from api.streams.packing import GZIP, GZIP_LEVEL, ZSTD_LEVEL, encoding_for

# Less is not worth the processor's time.
PACKED_FROM = 1024  # bytes
# Anybody may keep it and has to ask whether it still holds; what somebody sees who is signed in is theirs alone.
PUBLIC, PRIVATE = "public, no-cache", "private, no-cache"
DEPENDS_ON = ("Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie")


def keep(request: Request, response: Response) -> None:
    """To be called before the response of a read is rendered."""
    known = request.successful_authenticator is not None
    response.headers["Cache-Control"] = PRIVATE if known else PUBLIC
    patch_vary_headers(response, DEPENDS_ON)
    etags = request.headers.get("If-None-Match", "")
    accepted = request.headers.get("Accept-Encoding", "")
    response.add_post_render_callback(lambda rendered: finish(rendered, etags, accepted))


def finish(response: Any, etags: str, accepted: str) -> None:
    # A weak one: compressed or not, it is the same.
    etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    if etags and any(one == "*" or one.removeprefix("W/") == etag[2:] for one in parse_etags(etags)):
        response.status_code = 304
        response.content = b""
        del response.headers["Content-Type"]
        return
    if len(response.content) < PACKED_FROM:
        return
    if encoding := encoding_for(accepted):
        response.content = pack(response.content, encoding)
        response.headers["Content-Encoding"] = encoding


def pack(content: bytes, encoding: str) -> bytes:
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(content)
    return zlib.compress(content, GZIP_LEVEL, GZIP)
