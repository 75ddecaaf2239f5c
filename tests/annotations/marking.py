"""Texts that count differently in UTF-16, in code points and in what one sees; and ways to mark them in a browser."""

from typing import Any

from annotations.models import Label
from tests.annotations.screen import Screen

# What is not in the basic plane counts two in the browser; a combining mark counts one everywhere, and is not seen.
ASTRAL = "😀 The court sat. 𝒜 judge 👩‍👩‍👧 spoke! Cafe\u0301 owners were heard 🇫🇷 too."
THREE = "First line.\nSecond line here.\n\nThe troops fired. Nobody was warned.\n\n\n\nIt ended at dusk."
RETURNS = "One is here.\r\nTwo is here.\r\n\r\nThree is here. 😀 Four is here.\r\rFive is here."
ARABIC = "اجتمع الناس في الحديقة. أطلق الجنود النار على الحشد! هل كان هناك مخرج؟"
CHINESE = "军队进入广场。士兵向人群开枪！有人受伤吗？官方说没有。"


def marks(screen: Screen) -> list[str]:
    """What the page shows as marked, from its own painting: highlights, or <mark> where there are none."""
    found: list[str] = screen.page.evaluate(
        """() => CSS.highlights ? [...(CSS.highlights.get("evidence") ?? [])].map((range) => range.toString())
        : [...document.querySelectorAll('mark[data-layer="evidence"]')].map((mark) => mark.textContent)"""
    )
    return found


def here(screen: Screen) -> str:
    """The sentence one is at."""
    found: str = screen.page.evaluate(
        """() => ["here", "here-marked"].flatMap((name) => [...(CSS.highlights.get(name) ?? [])]).join("")"""
    )
    return found


def select(screen: Screen, words: str) -> None:
    """Selects these words, all in one paragraph, as a mouse would."""
    screen.page.evaluate(
        """words => {
          const all = [...document.querySelectorAll("#answer-text > p")];
          const paragraph = all.find((one) => one.textContent.includes(words));
          const start = paragraph.textContent.indexOf(words);
          getSelection().setBaseAndExtent(paragraph.firstChild, start, paragraph.firstChild, start + words.length);
        }""",
        words,
    )


def passages(text: str, label: Label | None = None, **of: Any) -> list[str]:
    """What a saved label's evidence says of this text, by Python's own slicing."""
    label = label or Label.objects.get(status="current", **of)
    return [text[start:end] for start, end in label.evidence]
