"""An answer with a bar over the names by which its model gives itself away.

Every bar is the same sign, whatever it covers, so that its width tells nothing. Positions are code points.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from probes.identity.finding import Hit, find
from probes.identity.folding import folded
from probes.identity.leaks import END, SIGNS, self_named
from probes.identity.leaks import SIGN as SIGN_OF_NAME
from probes.identity.names import Kind, with_more

SIGN = "█████"

Span = tuple[int, int]

# Between two names that are one: "Tongyi Qianwen (通义千问)", "OpenAI/ChatGPT".
BETWEEN = re.compile(r"[\s(（\[【「『《\"'“”‘’*_/·-]{1,4}")
CLOSING = {"(": ")）", "（": ")）", "[": "]", "【": "】", "「": "」", "『": "』", "《": "》"}


@dataclass(frozen=True)
class Masked:
    """A masked text, and how its positions and those of the original belong together."""

    text: str
    # What was masked, as [start, end) in the original; in order, never touching.
    spans: tuple[Span, ...] = ()
    # Where each bar begins in the masked text.
    bars: tuple[int, ...] = field(default=(), repr=False)

    @property
    def leaked(self) -> bool:
        return bool(self.spans)

    def to_original(self, start: int, end: int) -> Span:
        """The original's [start, end) for a stretch of the masked text. A bar that is touched counts whole."""
        return self._original(start, first=True), self._original(end, first=False)

    def to_masked(self, start: int, end: int) -> Span:
        """The masked text's [start, end) for a stretch of the original. A bar that is touched counts whole."""
        return self._masked(start, first=True), self._masked(end, first=False)

    def _original(self, at: int, *, first: bool) -> int:
        which = (bisect_right(self.bars, at) if first else bisect_right(self.bars, at - 1)) - 1
        if which < 0:
            return at
        begin, end = self.spans[which]
        into = at - self.bars[which]
        if into < len(SIGN) or (into == len(SIGN) and not first):
            return begin if first else end
        return end + into - len(SIGN)

    def _masked(self, at: int, *, first: bool) -> int:
        starts = [begin for begin, _ in self.spans]
        which = (bisect_right(starts, at) if first else bisect_right(starts, at - 1)) - 1
        if which < 0:
            return at
        _, end = self.spans[which]
        bar = self.bars[which]
        if at < end or (at == end and not first):
            return bar if first else bar + len(SIGN)
        return bar + len(SIGN) + at - end


def mask(text: str, *, question: str = "", names: Iterable[Sequence[str]] = ()) -> Masked:
    """`text` with a bar over every name by which it gives its author away.

    `question` is what was asked, with its key points: names it speaks about are content, and are masked only where the
    answer speaks of itself. `names` are more names to look for, each a sequence of what belongs together (a model's
    name, its maker, the name it is served under): see probes.selectors.known_names.
    """
    known = with_more(tuple(tuple(group) for group in names))
    plain = folded(text)
    hits = find(plain, text, known)
    own, telling = spoken_of_itself(plain.text, hits) if hits else (set(), set())
    if not own:
        return Masked(text)
    makers = {hits[at].name.maker for at in own}
    spelt = {hits[at].name.letters for at in own}
    asked = folded(question)
    content = {hit.name.letters for hit in find(asked, question, known)}
    hidden = [
        (plain.start(hit.start), plain.end(hit.whole))
        for at, hit in enumerate(hits)
        if at in telling or (hit.name.letters not in content and is_given_away(hit, makers, spelt))
    ]
    return covered(text, joined(text, hidden))


def is_given_away(hit: Hit, makers: set[str], spelt: set[str]) -> bool:
    """Whether a name outside the sentences in which the answer names itself would give it away."""
    if hit.name.maker not in makers or not hit.proper:
        return False
    return hit.kind is not Kind.WORD or hit.name.letters in spelt


def spoken_of_itself(text: str, hits: Sequence[Hit]) -> tuple[set[int], set[int]]:
    """Which names the answer says are its own or its maker's; and all that stand in the sentences where it says so."""
    # A sign that stands in the text itself is no name; one for one, so that positions stay.
    text = SIGN_OF_NAME.sub("·", text)
    pieces: list[str] = []
    reached = 0
    seen: list[int] = []
    for at, hit in enumerate(hits):
        pieces.append(text[reached : hit.start])
        if hit.proper:
            pieces.append(SIGNS[hit.kind])
            seen.append(at)
        else:
            pieces.append(text[hit.start : hit.whole])
        reached = hit.whole
    signed = "".join([*pieces, text[reached:]])
    own: set[int] = set()
    telling: set[int] = set()
    passed = begin = 0
    for end in [*(match.end() for match in END.finditer(signed)), len(signed)]:
        sentence = signed[begin:end]
        begin = end
        if not (inside := len(SIGN_OF_NAME.findall(sentence))):
            continue
        if spoken := self_named(sentence.strip()):
            own.update(seen[passed + which] for which in spoken)
            telling.update(seen[passed : passed + inside])
        passed += inside
    return own, telling


def joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those run together between which only a bracket or the like stands: "Tongyi (通义)"."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and (start <= found[-1][1] or BETWEEN.fullmatch(text, found[-1][1], start)):
            begin, before = found[-1]
            closing = CLOSING.get(text[start - 1 : start]) if start > before else None
            last = end + 1 if closing and text[end : end + 1] in closing else end
            found[-1] = (begin, max(before, last))
        else:
            found.append((start, end))
    return found


def covered(text: str, spans: Sequence[Span]) -> Masked:
    pieces: list[str] = []
    bars: list[int] = []
    reached = length = 0
    for start, end in spans:
        pieces += [text[reached:start], SIGN]
        bars.append(length + start - reached)
        length += start - reached + len(SIGN)
        reached = end
    return Masked("".join([*pieces, text[reached:]]), tuple(spans), tuple(bars))
