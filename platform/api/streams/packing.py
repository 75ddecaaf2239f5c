"""Compression on the way: what has been written can be read at once, and memory stays flat."""

import re
import zlib
from collections.abc import Iterator
from typing import Protocol

import zstandard

GZIP_LEVEL = 4
ZSTD_LEVEL = 3
GZIP = 31  # zlib's word for a gzip header
# Best first, of those that a reader takes as gladly.
KNOWN = ("zstd", "gzip")


class Packer(Protocol):
    def pack(self, data: bytes) -> bytes: ...
    def end(self) -> bytes: ...


class Gzip:
    def __init__(self) -> None:
        self.inner = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP)

    def pack(self, data: bytes) -> bytes:
        return self.inner.compress(data) + self.inner.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self.inner.flush()


class Zstd:
    def __init__(self) -> None:
        self.inner = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()

    def pack(self, data: bytes) -> bytes:
        return self.inner.compress(data) + self.inner.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def end(self) -> bytes:
        return self.inner.flush()


PACKERS: dict[str, type[Gzip] | type[Zstd]] = {"gzip": Gzip, "zstd": Zstd}


def encoding_for(accepted: str) -> str | None:
    """The encoding to use for an Accept-Encoding header, by its weights (RFC 9110, 12.5.3); None for none."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(",")[:20]:
        found = re.fullmatch(r"\s*([a-z0-9*_-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", part)
        if found:
            weights[found[1]] = float(found[2] or 1)
    weighed = {name: weights.get(name, weights.get("*", 0.0)) for name in KNOWN}
    best = max(KNOWN, key=lambda name: weighed[name])
    return best if weighed[best] > 0 and weighed[best] >= weights.get("identity", 0.0) else None


def packed(chunks: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """The chunks, compressed. Where they break off the compressed form has no end, so its reader notices."""
    if encoding is None:
        yield from chunks
        return
    packer: Packer = PACKERS[encoding]()
    for chunk in chunks:
        yield packer.pack(chunk)
    yield packer.end()
