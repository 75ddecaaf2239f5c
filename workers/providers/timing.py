"""When the characters of a streamed answer came."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

# (milliseconds since the request, bytes of the body that had come by then), growing in both.
Arrivals = Sequence[tuple[int, int]]
Pieces = tuple[tuple[int, int], ...]

# Finer than this says something about the network, not about the model.
JOINED_MS = 50
MOST_PIECES = 200


# More moments than this are kept of no call, however often its server sends a byte.
MOST_ARRIVALS = 4000


class Arriving:
    """Notes when bytes come. Where they come too often, moments that are close together become the last of them."""

    def __init__(self) -> None:
        self.moments: list[tuple[int, int]] = []
        # In milliseconds.
        self._width = 1

    def note(self, now: int, reached: int) -> None:
        """That `reached` bytes had come at `now`, in milliseconds; both only grow."""
        if self.moments and self.moments[-1][0] // self._width == now // self._width:
            self.moments.pop()
        self.moments.append((now, reached))
        if len(self.moments) > MOST_ARRIVALS:
            self._width *= 2
            # Of several in one stretch the last one stays.
            self.moments = list({moment // self._width: (moment, length) for moment, length in self.moments}.values())


def pieces(said: Sequence[tuple[int, int]], arrivals: Arrivals, length: int) -> Pieces:
    """When the last `length` characters came of those told by `said`: (milliseconds, characters), summing up to it.

    What stands in front of the answer is reasoning that was taken off it. Characters that come within
    `JOINED_MS` of a piece's first belong to it, or within as much more as keeps the list short.
    """
    if not arrivals or not said or length < 1:
        return ()
    lengths = [reached for _, reached in arrivals]
    timed = [(arrivals[min(bisect_left(lengths, end), len(arrivals) - 1)][0], characters) for end, characters in said]
    timed = _last(timed, length)
    width = JOINED_MS
    while len(joined := _joined(timed, width)) > MOST_PIECES:
        width *= 2
    return tuple(joined)


def _last(timed: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The end of the list that holds `length` characters; where there are fewer, the first piece gets the rest."""
    kept: list[tuple[int, int]] = []
    for moment, characters in reversed(timed):
        taken = min(characters, length)
        if taken > 0:
            kept.append((moment, taken))
            length -= taken
    if length > 0:
        moment, characters = kept.pop() if kept else (timed[0][0], 0)
        kept.append((moment, characters + length))
    return kept[::-1]


def _joined(timed: list[tuple[int, int]], width: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for moment, characters in timed:
        if joined and moment - joined[-1][0] < width:
            joined[-1] = (joined[-1][0], joined[-1][1] + characters)
        else:
            joined.append((moment, characters))
    return joined
