"""Finds names in a folded text, whole: with the version, size or company form that follows them.

Each spelling is looked for by its first part with a plain search, and looked at closely only where that is found, so
the time grows with the text's length and never with a power of it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from probes.identity.folding import Folded
from probes.identity.names import Kind, Name

# Between the parts of a name: nothing, a space or two, a hyphen, a dot, marks of emphasis.
GAP = r"[\s\-_.*~`·・/]{0,3}"
# What goes with a name: versions, sizes, editions ("2.5-72b-instruct", "4o mini", "3 Opus"), forms of companies.
TAIL = re.compile(
    r"(?:"
    r"[ \-_/:.*]{0,2}v?\d{1,4}(?:\.\d{1,3}){0,3}(?:[bkmo]|x\d{1,3}b|bn)?(?![a-z\d])(?<![ *]\b(?:19|20)\d\d)"
    r"|[ \-_/:.]{0,1}\d{1,3}(?:\.\d{1,2})?(?:[bkmvo]|x\d{1,3}b)(?![a-z\d])"
    r"|[\-_](?:v|a|r|k|e|m|t)\d{1,3}(?:\.\d{1,2})?b?(?![a-z\d])"
    r"|[ \-_](?:r1|v2|v3|v4|k1|k2|a3b|x1|y1|x5|m1|m2|t1|4o|4\.1|o1|o3)(?![a-z\d])"
    r"|[ \-_](?:pro|max|plus|turbo|mini|nano|micro|lite|ultra|flash|instruct|chat|chatbot|preview|latest|exp|base|code"
    r"|coder|vl|vision|omni|think|thinking|reasoner|distill|sonnet|opus|haiku|fable|large|medium|small|next|it|hf|gguf"
    r"|experimental|advanced|premium|bot|assistant|cloud|ai|inc\.?|corp\.?|corporation|ltd\.?|llc|group|holdings|labs?"
    r"|research|platforms|technologies|technology|deepmind|llm)(?![^\W\d_])"
    r"|(?:人工智能)?(?:基础)?(?:科技|技术)?(?:研究|集团|控股|网络)?(?:股份)?(?:有限)?(?:责任)?公司|(?:认知)?大语?言?模型|智能云|集团|智能助手"
    r"){1,8}"
)
CITY = re.compile(r"(?:杭州|北京|上海|深圳)(?:市)?$")
# Letters one by one: "D e e p S e e k".
SPELT = re.compile(r"(?<![^\W_])(?:[^\W_][\s.\-*_·]{1,2}){3,}[^\W_](?![^\W_])")


@dataclass(frozen=True)
class Hit:
    """A name in the folded text, [start, end), without and with what follows it."""

    start: int
    end: int
    whole: int
    name: Name
    # Written as names are: with a capital, or in a script that has none.
    proper: bool

    @property
    def kind(self) -> Kind:
        return self.name.kind


def find(text: Folded, original: str, names: dict[str, Name]) -> list[Hit]:
    """Names in their order; of those that overlap the longest, and the first."""
    found: list[tuple[int, int, Name]] = []
    chars = set(text.text)
    for one in names.values():
        if chars.issuperset(one.parts[0]) and one.parts[0] in text.text:
            found.extend((match.start(), match.end(), one) for match in seen(one, text.text))
    found.extend(spelt_out(text.text, names))
    hits: list[Hit] = []
    reached = 0
    for start, end, one in sorted(found, key=lambda each: (each[0], -each[1])):
        if start < reached:
            continue
        tail = TAIL.match(text.text, end)
        whole = tail.end() if tail else end
        begin = start
        if tail and text.text[end - 1] > "⿿" and (city := CITY.search(text.text, max(reached, start - 3), start)):
            begin = city.start()
        hits.append(Hit(begin, end, whole, one, is_proper(text, original, start, whole, one.kind)))
        reached = whole
    return hits


def seen(one: Name, text: str) -> Iterator[re.Match[str]]:
    return (match for match in pattern(one).finditer(text) if stands_alone(text, match.start(), one))


@lru_cache(maxsize=4096)
def pattern(one: Name) -> re.Pattern[str]:
    """Begins with a bare literal, so that the search is a plain one; what stands before is looked at afterwards."""
    body = GAP.join(map(re.escape, one.parts))
    last = one.letters[-1]
    if is_inflected(one):
        body += r"[^\W\d_]{0,3}(?![^\W\d_])"
    elif last.isascii() and last.isalpha():
        body += "(?![a-z])"
    elif last.isascii() and last.isdigit():
        body += r"(?!\d)(?![a-z]{2})"
    return re.compile(body)


def stands_alone(text: str, start: int, one: Name) -> bool:
    """Names in alphabets do not begin within a word."""
    if start == 0:
        return True
    first, before = one.letters[0], text[start - 1]
    if first.isascii():
        return not (before.isascii() and before.isalnum()) or (first.isdigit() and not before.isalnum())
    return not (is_inflected(one) and before.isalpha())


@lru_cache(maxsize=4096)
def is_inflected(one: Name) -> bool:
    """Cyrillic names, which take endings."""
    return any("Ѐ" <= char <= "ӿ" for char in one.letters)


def spelt_out(text: str, names: dict[str, Name]) -> Iterator[tuple[int, int, Name]]:
    """Names written letter by letter, from four letters on."""
    for run in SPELT.finditer(text):
        places = [at for at in range(run.start(), run.end()) if text[at].isalnum()]
        letters = "".join(text[at] for at in places)
        for one in long_names(tuple(names.values())) if len(letters) < 400 else ():
            if (at := letters.find(one.letters)) >= 0:
                yield places[at], places[at + len(one.letters) - 1] + 1, one


@lru_cache(maxsize=16)
def long_names(names: tuple[Name, ...]) -> list[Name]:
    return [one for one in names if len(one.letters) >= 4 and one.letters.isalnum()]


def is_proper(text: Folded, original: str, start: int, end: int, kind: Kind) -> bool:
    """Whether a word that may be a name is written like one, and is not half of another's ("Claude Monet")."""
    if kind is not Kind.WORD:
        return True
    first = original[text.start(start)]
    if unicodedata.category(first) not in {"Lu", "Ll", "Lt"}:
        return True
    if first.islower() and first not in "oо":
        return False
    rest = original[text.end(end) : text.end(end) + 2]
    return not (len(rest) == 2 and rest[0] == " " and rest[1].isupper())
