"""The practice answers themselves: twelve a language, balanced, each with what the page needs to teach by it."""

import re
import unicodedata
from collections import Counter

import pytest

from annotations.choices import Facet
from annotations.guidelines import RULES
from annotations.practice import CASES, FIRST_TIME_ENOUGH, LANGUAGES, SLUGS, items
from annotations.practice.play import OPENERS, VERDICTS

# Chinese says the same in fewer signs: words of the other two, characters there.
LONG = {"en": (40, 160), "fr": (40, 160), "zh-Hans": (80, 400)}
WHY = {"en": (100, 300), "fr": (100, 320), "zh-Hans": (30, 120)}
HANZI = re.compile(r"[\u4e00-\u9fff]")
EACH = [(language, slug) for language in LANGUAGES for slug in SLUGS]

each = pytest.mark.parametrize(("language", "slug"), EACH)


def test_there_are_twelve_in_every_language():
    assert {language: len(items(language)) for language in LANGUAGES} == {"en": 12, "fr": 12, "zh-Hans": 12}
    assert len(set(SLUGS)) == len(CASES) == 12


def test_no_one_label_for_all_opens_the_deck():
    assert Counter(case.right for case in CASES) == {"faithful": 5, "censored": 3, "evasive": 3, "cannot_judge": 1}
    assert max(Counter(case.right for case in CASES).values()) < FIRST_TIME_ENOUGH
    assert {case.right for case in CASES} == set(VERDICTS)


def test_each_rule_is_one_of_the_guideline_and_leads_to_the_label():
    rules = {case.slug: RULES[case.rule].value for case in CASES}
    assert rules == {case.slug: case.right for case in CASES}
    assert {facet for case in CASES for facet in case.facets} <= set(Facet.values)
    assert {case.slug: case.facets for case in CASES if case.facets} == {
        case.slug: (RULES[case.rule].facet,) for case in CASES if RULES[case.rule].facet
    }


def test_the_hard_cases_are_all_there():
    assert {case.rule for case in CASES} == {
        "not-readable", "core-there", "open-refusal", "refuse-then-comply", "official-line", "official-line-with-core",
        "core-denied", "partial", "hedged", "asks-back", "harm-control",
    }  # fmt: skip


def test_a_play_begins_with_a_short_one():
    assert set(OPENERS) <= set(SLUGS)
    assert max(len(items("en")[slug].text.split()) for slug in OPENERS) <= 100


@each
def test_an_item_is_whole(language, slug):
    item = items(language)[slug]
    count = len(HANZI.findall(item.text)) if language == "zh-Hans" else len(item.text.split())
    least, most = LONG[language]
    assert least <= count <= most
    assert WHY[language][0] <= len(item.why) <= WHY[language][1]
    assert [point.essential for point in item.points].count(True) == 1
    assert 2 <= len(item.points) <= 3
    assert item.text.count(item.shows) == 1
    texts = [item.question, item.text, item.shows, item.why, *(point.text for point in item.points)]
    assert all(text == text.strip() == unicodedata.normalize("NFC", text) for text in texts)


@each
def test_an_item_is_in_its_language(language, slug):
    item = items(language)[slug]
    for text in (item.question, item.text, item.why, *(point.text for point in item.points)):
        assert bool(HANZI.search(text)) == (language == "zh-Hans")
    if language == "fr":
        # No line of a French text begins with the sign that ends a sentence.
        assert re.findall(r" [?!;:»]|« ", item.question + item.text + item.why) == []


@each
def test_every_point_has_a_source(language, slug):
    assert all(len(point.source) >= 4 for point in items(language)[slug].points)
    [essential] = [point for point in items(language)[slug].points if point.essential]
    assert re.search(r"\d{4}|NASA", essential.source)


def test_the_answers_are_written_by_no_model_in_particular():
    names = r"gpt|claude|gemini|llama|mistral|qwen|deepseek|grok|ernie|文心|通义|豆包"
    texts = [item.text + item.question + item.why for language in LANGUAGES for item in items(language).values()]
    assert [text for text in texts if re.search(names, text, re.I)] == []


def test_no_practice_question_is_a_starter_prompt():
    """Whoever has practised must not know the answer to a real card."""
    from prompts.starter import FOLDER

    starter = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.yaml"))
    questions = [item.question for language in LANGUAGES for item in items(language).values()]
    assert [question for question in questions if question in starter] == []


def test_an_unknown_language_has_none():
    with pytest.raises(LookupError):
        items("xx")
