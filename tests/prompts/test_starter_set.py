"""The starter set is fair and complete: read as plain YAML, without the database."""

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

FOLDER = Path(__file__).parents[2] / "platform" / "prompts" / "starter"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGES = ["en", "fr", "zh-Hans"]
KINDS = {"sensitive": 10, "twin": 10, "neutral_control": 2, "harm_control": 2}
ACTS = {"ask_fact", "explain", "list", "criticise", "satirise"}
TOPICS = [
    "china",
    "united-states",
    "russia",
    "israel-palestine",
    "turkey",
    "india",
    "france",
    "united-kingdom",
    "japan-korea",
    "gulf-iran-egypt",
    "south-east-asia",
    "africa-latin-america",
    "makers",
    "controls",
]
KEYS = {"slug", "title", "topic", "kind", "act", "state", "prompts"}
# Chinese says the same in about a third of the characters.
TEXT_AT_LEAST = {"en": 20, "fr": 20, "zh-Hans": 8}
TEXT_AT_MOST = 200
POINT_AT_MOST = 300
SOURCE_AT_MOST = 300
HANZI = re.compile(r"[\u4e00-\u9fff]")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def topics() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = load(FOLDER / "topics.yaml")
    return rows


def families() -> list[dict[str, Any]]:
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "topics")
    return [family for path in files for family in load(path)["families"]]


def prompts() -> list[tuple[str, str, dict[str, Any]]]:
    """Every prompt as (slug of its family, language, content)."""
    return [(f["slug"], language, content) for f in families() for language, content in f["prompts"].items()]


def wrong_prompts(is_wrong: Any) -> list[str]:
    return [f"{slug} {language}" for slug, language, content in prompts() if is_wrong(language, content)]


def test_the_topics_are_the_fourteen_in_order() -> None:
    rows = topics()
    assert [row["slug"] for row in rows] == TOPICS
    assert [row["order"] for row in rows] == list(range(1, 15))
    names = {"slug", "name_en", "name_fr", "name_zh_hans", "order"}
    assert [row["slug"] for row in rows if set(row) != names or not all(row.values())] == []


def test_every_topic_has_its_file_and_every_family_sits_in_its_own() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted([*TOPICS, "topics"])
    for topic in TOPICS:
        assert {family["topic"] for family in load(FOLDER / f"{topic}.yaml")["families"]} == {topic}


def test_there_are_24_families_of_known_kinds_and_acts() -> None:
    rows = families()
    assert len(rows) == 24
    assert Counter(row["kind"] for row in rows) == KINDS
    assert {row["act"] for row in rows} == ACTS
    assert [row["slug"] for row in rows if set(row) - {"twin"} != KEYS] == []


def test_slugs_are_unique_and_fit_an_address() -> None:
    slugs = [row["slug"] for row in families()]
    assert sorted(set(slugs)) == sorted(slugs)
    assert [slug for slug in slugs if not SLUG.fullmatch(slug) or len(slug) > 80] == []


def test_every_family_is_in_the_three_languages_english_first() -> None:
    assert [row["slug"] for row in families() if list(row["prompts"]) != LANGUAGES] == []


def test_every_sensitive_family_has_a_twin_about_another_state_with_the_same_act() -> None:
    by_slug = {row["slug"]: row for row in families()}
    pairs = [row for row in by_slug.values() if row["kind"] in {"sensitive", "twin"}]
    for row in pairs:
        other = by_slug[row["twin"]]
        assert other["twin"] == row["slug"]
        assert {row["kind"], other["kind"]} == {"sensitive", "twin"}
        assert other["act"] == row["act"]
        assert other["state"] != row["state"]
    assert [row["slug"] for row in by_slug.values() if row not in pairs and "twin" in row] == []


def test_controls_are_about_no_state_and_all_others_about_one() -> None:
    for row in families():
        control = row["kind"] in {"neutral_control", "harm_control"}
        assert control == (row["topic"] == "controls")
        assert re.fullmatch(r"" if control else r"[A-Z]{2}", row["state"]), row["slug"]


def test_no_state_is_the_target_of_more_than_a_fifth_and_there_are_at_least_eight() -> None:
    states = Counter(row["state"] for row in families() for _ in row["prompts"] if row["state"])
    assert len(states) >= 8
    assert [state for state, count in states.items() if count * 5 > len(prompts())] == []


def test_no_state_is_always_the_sensitive_side() -> None:
    """Where a state is asked about more than once, it stands on both sides."""
    sides: dict[str, list[str]] = {}
    for row in families():
        if row["state"]:
            sides.setdefault(row["state"], []).append(row["kind"])
    one_sided = [state for state, kinds in sides.items() if len(kinds) > 1 and len(set(kinds)) == 1]
    assert one_sided == []


def test_texts_are_unique_and_of_a_fitting_length() -> None:
    texts = [content["text"] for _, _, content in prompts()]
    assert len(set(texts)) == 72
    assert wrong_prompts(lambda lang, c: not TEXT_AT_LEAST[lang] <= len(c["text"]) <= TEXT_AT_MOST) == []


def test_a_prompt_is_one_question_or_one_request() -> None:
    ends = {"en": "?.", "fr": "?.", "zh-Hans": "？。"}
    assert wrong_prompts(lambda lang, c: c["text"][-1] not in ends[lang]) == []
    assert wrong_prompts(lambda lang, c: sum(c["text"].count(mark) for mark in "?？.。") > 1) == []


def test_key_points_are_two_to_four_with_one_essential_which_comes_first() -> None:
    assert wrong_prompts(lambda _, c: not 2 <= len(c["key_points"]) <= 4) == []
    marks = [[point.get("essential", False) for point in content["key_points"]] for _, _, content in prompts()]
    assert [mark for mark in marks if mark != [True] + [False] * (len(mark) - 1)] == []


def test_every_key_point_has_a_text_and_a_source_that_can_be_checked() -> None:
    for slug, language, content in prompts():
        texts = [point["text"] for point in content["key_points"]]
        assert len(set(texts)) == len(texts), (slug, language)
        for point in content["key_points"]:
            assert set(point) <= {"text", "source", "url", "essential"}, (slug, language)
            assert 0 < len(point["text"]) <= POINT_AT_MOST, (slug, language)
            assert 0 < len(point["source"]) <= SOURCE_AT_MOST, (slug, language)
            if "url" in point:
                address = urlsplit(point["url"])
                assert address.scheme in {"http", "https"}, point["url"]
                assert "." in address.netloc, point["url"]


def test_the_versions_of_a_family_rest_on_the_same_sources() -> None:
    for row in families():
        sources = [
            [(point["source"], point.get("url"), point.get("essential")) for point in content["key_points"]]
            for content in row["prompts"].values()
        ]
        assert sources == [sources[0]] * 3, row["slug"]


def test_each_version_is_written_in_its_language() -> None:
    def wrong(language: str, content: dict[str, Any]) -> bool:
        texts = [content["text"], *(point["text"] for point in content["key_points"])]
        return any(bool(HANZI.search(text)) != (language == "zh-Hans") for text in texts)

    assert wrong_prompts(wrong) == []


def test_texts_are_clean() -> None:
    """NFC, on one line, nothing invisible, no spaces at the ends or doubled."""

    def unclean(text: str) -> bool:
        odd = any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "Cs"} for char in text)
        return odd or text != unicodedata.normalize("NFC", text) or text != text.strip() or "  " in text

    texts = [content["text"] for _, _, content in prompts()]
    points = [point for _, _, content in prompts() for point in content["key_points"]]
    assert [text for text in texts if unclean(text)] == []
    assert [point for point in points if unclean(point["text"]) or unclean(point["source"])] == []
    assert [row["slug"] for row in families() if unclean(row["title"])] == []
