"""One spelling stands for many: full and half width, case, accents, look-alike letters, what cannot be seen.

Text, names and patterns are folded alike, so a name meets its disguises. Where a folded character came from is kept.
"""

import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

# Letters of other scripts that look like Latin ones, after case folding; quotes and dashes.
LOOK_ALIKES = str.maketrans(
    "аеорсхукмтвнԛԝһіјѕӏԁοαιρκτυνıđł‘’ʼ′“”„«»‐‑‒–—−﹣",
    'aeopcxykmtbhqwhijsldoaipktuvidl\'\'\'\'"""""-------',
)
# Arabic letters that are written in several ways, and traditional Chinese characters that our words have simplified.
ONE_WAY = str.maketrans(
    "يىةكأإآهۀ"
    "語問義億騰訊嗎號個為這開發訓練創團隊製設計與來屬稱夢華實驗體雲麵書靈話訴聯應該當們聽會說謂對於從獨東輸學習機據萬萊雙聖單廠後種構歡謝飛譜湯盤階躍專業處",
    "ییهکاااهه"
    "语问义亿腾讯吗号个为这开发训练创团队制设计与来属称梦华实验体云面书灵话诉联应该当们听会说谓对于从独东输学习机据万莱双圣单厂后种构欢谢飞谱汤盘阶跃专业处",
)
INVISIBLE = {"Cf", "Mn", "Me", "Cc"}
KEPT = "\n\t\r"


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """What one character folds to: nothing, one character, or a few (ﬁ, ß, ㈱)."""
    if unicodedata.category(char) in INVISIBLE and char not in KEPT:
        return ""
    plain = unicodedata.normalize("NFKD", char).casefold()
    shown = "".join(part for part in plain if unicodedata.category(part) not in INVISIBLE or part in KEPT)
    return (shown or char).translate(LOOK_ALIKES).translate(ONE_WAY)


def fold(text: str) -> str:
    return "".join(map(fold_char, unicodedata.normalize("NFKC", text)))


@dataclass(frozen=True)
class Folded:
    """A folded text and, unless each character became one, where each folded character stood; one more for the end."""

    text: str
    came_from: "array[int] | None"

    def start(self, at: int) -> int:
        return at if self.came_from is None else self.came_from[at]

    def end(self, at: int) -> int:
        """The end in the original of what ends before `at` here, with the marks that belong to its last character."""
        return at if self.came_from is None else max(self.came_from[at - 1] + 1, self.came_from[at])


def folded(text: str) -> Folded:
    if text.isascii() and text.isprintable():
        return Folded(text.lower(), None)
    table = {char: fold_char(char) for char in set(text)}
    if all(len(each) == 1 for each in table.values()):
        return Folded(text.translate({ord(char): each for char, each in table.items()}), None)
    pieces = [table[char] for char in text]
    came_from = array("q")
    for at, piece in enumerate(pieces):
        if len(piece) == 1:
            came_from.append(at)
        elif piece:
            came_from.extend([at] * len(piece))
    came_from.append(len(text))
    return Folded("".join(pieces), came_from)
