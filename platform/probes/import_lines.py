"""A stream of bytes cut into numbered lines, whatever pieces it comes in; in memory is one piece and one line."""

from collections.abc import Iterator

# Bytes. The longest answer that is recorded has to come in again: its response has 48 MiB at most
# (workers.providers.intake), where six bytes can stand for a character that is written out with seven.
LINE_AT_MOST = 64 * 1024 * 1024
# Some programs begin a file with it.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Splitter:
    """Feed it the bytes in order. Its state is `lines`, how many were whole, and `tail`, the beginning of the next.

    A line that is too long is not kept: its tail stops growing one byte past the limit, which says so.
    """

    def __init__(self, lines: int = 0, tail: bytes = b"") -> None:
        self.lines = lines
        self.tail = tail

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        """The lines that are whole with this piece: number from 1, and bytes without the line break.

        One that is too long comes with a length above LINE_AT_MOST.
        """
        at = 0
        while (end := piece.find(b"\n", at)) >= 0:
            self.grow(piece[at:end])
            at = end + 1
            yield self.take()
        self.grow(piece[at:])

    def close(self) -> Iterator[tuple[int, bytes]]:
        """The last line, if the file does not end in a line break."""
        if self.tail:
            yield self.take()

    def grow(self, piece: bytes) -> None:
        room = LINE_AT_MOST + 1 - len(self.tail)
        self.tail += piece[:room]

    def take(self) -> tuple[int, bytes]:
        self.lines += 1
        line, self.tail = self.tail, b""
        if self.lines == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        return self.lines, line
