"""Names by which a model gives itself away are masked, in all scripts, and nothing else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.identity import SIGN, Masked, mask
from probes.identity.names import TABLE
from tests.probes.identity_cases import LEAKS, PLAIN

BAR = "▇"
BITS = [
    *["I am ", "As ", ", I ", "我是", "作为", "меня зовут ", "أنا ", "DeepSeek", "Qwen2.5-72B", "Google", "Claude"],
    *[
        "通义千问",
        "由",
        "开发",
        "。",
        ".",
        "\n",
        "\u200b",
        "**",
        "(",
        "）",
        " ",
        "\x00",
        "\ud800",
        "ﬁ",
        "İ",
        "が",
        "हूँ",
        "◆",
    ],
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(BITS)).map("".join))


@pytest.mark.parametrize(("question", "answer", "shown"), LEAKS)
def test_a_leak_is_masked(question: str, answer: str, shown: str):
    masked = mask(answer, question=question)

    assert masked.text.replace(SIGN, BAR) == shown
    assert masked.leaked


@pytest.mark.parametrize(("question", "answer"), PLAIN)
def test_what_only_sounds_like_it_stays(question: str, answer: str):
    masked = mask(answer, question=question)

    assert masked == Masked(answer)
    assert not masked.leaked


def test_the_bar_is_as_wide_whatever_it_covers():
    shown = {
        mask(f"I am {name}.").text for name in ("Qwen", "DeepSeek-R1-Distill-Llama-70B", "通义千问", "ChatGPT 4o mini")
    }

    assert shown == {f"I am {SIGN}."}


def test_names_the_site_knows_are_names():
    names = [("Zibeline 2", "Ferblantier"), ("Owl", "Night Works")]

    assert mask("I am Zibeline 2, made by Ferblantier.", names=names).text == f"I am {SIGN}, made by {SIGN}."
    assert mask("I am Owl. Night Works made me.", names=names).text == f"I am {SIGN}. {SIGN} made me."
    assert mask("I am Zibeline 2.").text == "I am Zibeline 2."
    assert mask("The owl sings. Owl is a bird.", names=names).text == "The owl sings. Owl is a bird."


def test_positions_are_those_of_the_original():
    text = "Hello. I am DeepSeek-V3, by DeepSeek. Bye."
    masked = mask(text)

    assert masked.text == f"Hello. I am {SIGN}, by {SIGN}. Bye."
    at = masked.text.index("Bye")
    assert masked.to_original(at, at + 3) == (text.index("Bye"), text.index("Bye") + 3)
    assert masked.to_original(0, 5) == (0, 5)
    # within a bar: the whole name
    bar = masked.text.index(SIGN)
    assert masked.to_original(bar + 1, bar + 2) == (12, 23)
    assert masked.to_masked(14, 15) == (bar, bar + len(SIGN))
    assert masked.to_original(0, len(masked.text)) == (0, len(text))
    assert masked.to_masked(0, len(text)) == (0, len(masked.text))


@given(texts, texts)
def test_any_text_is_masked_without_trouble(text: str, question: str):
    masked = mask(text, question=question)

    rebuilt, reached = [], 0
    for start, end in masked.spans:
        assert reached <= start < end <= len(text)
        rebuilt += [text[reached:start], SIGN]
        reached = end
    assert "".join([*rebuilt, text[reached:]]) == masked.text


@given(texts, st.data())
def test_what_is_not_masked_has_the_same_characters_on_both_sides(text: str, data: st.DataObject):
    masked = mask("I am DeepSeek. " + text)
    start = data.draw(st.integers(0, len(masked.text)))
    end = data.draw(st.integers(start, len(masked.text)))

    first, last = masked.to_original(start, end)
    there, back = masked.to_masked(first, last)
    assert there <= start
    assert end <= back or start == end
    if SIGN[0] not in masked.text[max(0, start - 1) : end + 1]:
        assert masked.text[start:end] == ("I am DeepSeek. " + text)[first:last]


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps. " * 37_000,
        "我是一个喜欢历史的人，作为学生。" * 62_000,
        "DeepSeek is good. I am DeepSeek. " * 31_000,
        "as an ai model " * 66_000 + "DeepSeek",
        "i am " * 200_000 + "DeepSeek",
        "a b " * 250_000,
        "I was told DeepSeek and " * 41_000,
        "我是的的的的一个" * 125_000 + "豆包",
        "d." * 500_000,
        " ".join(spellings for _, _, spellings in TABLE) * 60,
    ],
    ids=["plain", "chinese", "names", "as", "i am", "letters", "one sentence", "filling", "dots", "all names"],
)
def test_a_million_characters_take_no_time_to_speak_of(text: str):
    begun = time.process_time()
    mask(text)

    # A second or two at most on a slow machine; what grows with a power of the length takes minutes.
    assert time.process_time() - begun < 10
