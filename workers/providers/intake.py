"""What has come of a response body, held small however much it is.

A short body is held as it came. Of a stream that grows long, what says nothing is left out as it comes: comments,
keep-alives and repeated empty lines, so that the stored payload of a long stream is without them; the rest is packed
until it is read. What is kept of a stream is the same however the network cut it.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from workers.providers.body import MAX_BODY_BYTES, BodyTooBig, limit_in_mb
from workers.providers.sse import MAX_LINE_BYTES, is_stream

# The longest answers have some 130,000 tokens, and each brings two to four hundred bytes of wrapping.
MAX_STREAM_BYTES = 48 * 1024 * 1024
# With what is left out. A server may send signs of life for as long as a call may take, but not in floods.
MAX_WIRE_BYTES = 128 * 1024 * 1024
# Ends of lines in what is kept: a token takes up to five lines, and some end each with two characters.
MAX_LINES = 4_000_000
# So much is kept exactly as it came.
EXACT_BYTES = 256 * 1024
# Reading so many lines takes longer than others should wait.
SHORT_LINES = 1500
_END_BYTES = 256
# Packed at once: each time another thread may take its turn first.
_PACK_BYTES = 128 * 1024
# Comments and several empty lines, after the end of a line: with a plain first character it is found ten times as fast.
_NOTHING = re.compile(rb"\n(?:\r?\n(?:\r?\n|:[^\r\n]*\r?\n)+|(?::[^\r\n]*\r?\n)+(?:\r?\n|:[^\r\n]*\r?\n)*)")
_EMPTY = re.compile(rb"(?<=\n)\r?\n")
_EMPTY_AT_END = re.compile(rb"\n\r?\n\Z")


class Intake:
    """Takes a body in. `length` is how much of it is kept; `end` its last bytes."""

    def __init__(self, *, stream: bool) -> None:
        self._most = MAX_STREAM_BYTES if stream else MAX_BODY_BYTES
        self._wire = 0
        self._lines = 0
        self._exact = bytearray()
        # Only of a long stream: all of it packed but for its end, and its last line as far as it has come.
        self._packer: Any = None
        self._packed: list[bytes] = []
        self._loose = bytearray()
        self._more = 0
        self._line: bytearray | None = None
        self._in_line = False
        self._after_empty = False
        self.end = b""

    @property
    def length(self) -> int:
        """The bytes that are kept and whole; the last line of a long stream counts when its end has come."""
        return len(self._exact) + self._more

    @property
    def is_stream(self) -> bool:
        return is_stream(self._exact)

    @property
    def is_long(self) -> bool:
        """Whether reading it takes longer than others should wait."""
        return self._line is not None or len(self._exact) > EXACT_BYTES or self._lines > SHORT_LINES

    def take(self, piece: bytes) -> None:
        """Take the next piece. Raises BodyTooBig, when as much is kept as there is room for."""
        self._wire += len(piece)
        self.end = (self.end + piece)[-_END_BYTES:]
        if self._line is None:
            piece = self._take_exact(piece)
        if piece and self._line is not None:
            self._take_lines(piece)
        if self._wire > MAX_WIRE_BYTES:
            raise BodyTooBig(limit_in_mb(MAX_WIRE_BYTES))

    def body(self) -> bytes:
        """All that is kept, unpacked, with a last line that has no end. It may take some time. Never raises."""
        if self._line is None:
            return bytes(self._exact)
        # All of it goes through the packer, so that there is never a second copy of it.
        packer = self._packer.copy()
        packed = (*self._packed, packer.compress(self._loose), packer.compress(self._line), packer.flush())
        return zlib.decompress(b"".join(packed), bufsize=self.length + len(self._line))

    def _take_exact(self, piece: bytes) -> bytes:
        """Keep it as it is while the body is short, or is no stream; gives what is left of it then."""
        room = EXACT_BYTES - len(self._exact)
        head, rest = piece[:room] if room > 0 else b"", piece[max(room, 0) :]
        self._exact += head
        self._count(head)
        if not rest:
            return b""
        if self.is_stream and self._most > MAX_BODY_BYTES:
            self._line, self._loose = bytearray(), self._exact.copy()
            self._packer = zlib.compressobj(level=1)
            self._in_line = not self._exact.endswith(b"\n")
            self._after_empty = _EMPTY_AT_END.search(self._exact, EXACT_BYTES - 3) is not None
            return rest
        room = MAX_BODY_BYTES - len(self._exact)
        self._exact += rest[:room]
        self._count(rest)
        if len(rest) > room:
            raise BodyTooBig(limit_in_mb(MAX_BODY_BYTES))
        return b""

    def _take_lines(self, piece: bytes) -> None:
        """Keep of whole lines what says something; the last one waits for its end."""
        line = self._line if self._line is not None else bytearray()
        cut = piece.rfind(b"\n") + 1
        if not cut:
            line += piece
            if len(line) > MAX_LINE_BYTES:
                raise BodyTooBig(limit_in_mb(MAX_LINE_BYTES))
            return
        lines = bytes(line) + piece[:cut]
        line[:] = piece[cut:]
        if self._in_line:
            # The end of a line whose beginning is kept already.
            begun = lines.index(b"\n") + 1
            self._keep(lines[:begun])
            lines, self._in_line = lines[begun:], False
        # With the end of the line before them.
        said = _NOTHING.sub(_short, b"\n" + lines)
        begin = 1
        if self._after_empty and (empty := _EMPTY.match(said, 1)):
            begin = empty.end()
        if begin < len(said):
            self._after_empty = _EMPTY_AT_END.search(said, max(0, len(said) - 3)) is not None
            self._keep(said[begin:])

    def _keep(self, said: bytes) -> None:
        room = MAX_STREAM_BYTES - self.length
        self._loose += said[:room]
        self._more += min(len(said), room)
        if len(self._loose) >= _PACK_BYTES:
            self._packed.append(self._packer.compress(self._loose))
            self._loose.clear()
        self._count(said)
        if len(said) > room:
            raise BodyTooBig(limit_in_mb(MAX_STREAM_BYTES))

    def _count(self, said: bytes) -> None:
        self._lines += said.count(b"\n") + said.count(b"\r")
        if self._lines > MAX_LINES:
            raise BodyTooBig(f"The limit is {MAX_LINES:,} lines.")


def _short(nothing: re.Match[bytes]) -> bytes:
    """The end of the line before, and of the empty lines, which end an event, the first."""
    empty = _EMPTY.search(nothing.group())
    return b"\n" + (empty.group() if empty else b"")
