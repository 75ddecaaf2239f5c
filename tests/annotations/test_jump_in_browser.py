"""In a long answer, from word to word of the key points."""

import pytest

from prompts.rules import Point

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILLER = "\n\n".join(f"Paragraph {n} speaks of the weather, and of nothing else that matters." for n in range(9))
FIRST = "The soldiers fired on the crowd. 😀 Crowds fled."
LONG = "\n\n".join([FIRST, FILLER, "Officially, 1,379 were dead.", FILLER, "The Troop left."])
POINTS = [
    Point(text="Troops fired on the crowd, and that was all.", source="Report, 1920", essential=True),
    Point(text="The count was 1379 dead, by 7 pm.", source="Report, 1920"),
]
CHINESE = "军队进入广场。" + "天气很好。" * 400 + "\n\n士兵向人群开枪。没有警告。" + "天气很好。" * 200
CHINESE_POINTS = [Point(text="军队没有警告就开枪。", source="1920", essential=True)]
ARABIC = "أطلق الجنود النار.\n\n" + "\n\n".join(["كان الطقس جميلا في ذلك اليوم."] * 40) + "\n\nهرب الحشد من جنود الملك."
ARABIC_POINTS = [Point(text="هاجم الجنود الحشد.", source="1920", essential=True)]


def words(screen, name="words"):
    return screen.page.evaluate("name => [...(CSS.highlights.get(name) ?? [])].map(String)", name)


def in_sight(screen):
    """Whether the word one is at lies between the bars, once the page has come to rest."""
    screen.page.wait_for_timeout(900)
    return screen.page.evaluate(
        """() => {
          const [range] = CSS.highlights.get("word");
          const { top, bottom } = range.getBoundingClientRect();
          const bar = document.querySelector(".verdict-bar").getBoundingClientRect().top;
          return top > document.querySelector(".dtop").getBoundingClientRect().bottom && bottom < bar;
        }"""
    )


@pytest.fixture
def reading(screen_of, person, make_prompt, make_answer):
    def on(text, points, language="en", **options):
        prompt = make_prompt(text="What was it that happened there?", language=language, points=points)
        make_answer(text, prompt=prompt)
        return screen_of(person("reader", languages=[language]), **options).open()

    return on


def test_the_words_of_the_key_points_are_found_in_their_forms(reading):
    """No word of three letters, none that stands everywhere, no number of one digit."""
    screen = reading(LONG, POINTS)
    assert words(screen) == ["fired", "crowd", "Crowds", "1,379", "dead", "Troop"]
    assert screen.page.locator("#jump-where").inner_text() == "6 found"
    assert [button.inner_text() for button in screen.page.locator(".rail .jump-point").all()] == [
        "4 in the answer",
        "2 in the answer",
    ]
    assert screen.page.evaluate("scrollY") == 0
    assert screen.faults == []


def test_keys_and_buttons_go_from_word_to_word_and_round(reading):
    screen = reading(LONG, POINTS)
    at = []
    for key in ("j", "j", "j", "j", "j", "j", "j", "Shift+J", "Shift+J"):
        screen.key(key)
        at.append(words(screen, "word"))
    assert [word for [word] in at] == ["fired", "crowd", "Crowds", "1,379", "dead", "Troop", "fired", "Troop", "dead"]
    assert in_sight(screen)
    assert screen.page.locator("#jump-where").inner_text() == "5 of 6"
    assert "5 of 6: dead." in screen.page.locator("#jump-says").inner_text()
    screen.page.locator("#jump-on").click()
    assert words(screen, "word") == ["Troop"]
    assert in_sight(screen)
    screen.page.locator("#jump-back").click()
    screen.page.locator(".rail .jump-point").nth(1).click()
    assert words(screen, "word") == ["1,379"]
    assert in_sight(screen)


def test_backwards_begins_at_the_last(reading):
    screen = reading(LONG, POINTS)
    screen.key("Shift+J")
    assert words(screen, "word") == ["Troop"]


def test_the_tint_can_be_taken_off(reading):
    screen = reading(LONG, POINTS)
    screen.page.locator("#jump-show").click()
    assert words(screen) == []
    assert screen.page.locator("#jump-show").get_attribute("aria-pressed") == "false"
    screen.key("j")
    assert words(screen, "word") == ["fired"]
    screen.page.locator("#jump-show").click()
    assert len(words(screen)) == 6


def test_chinese_words_are_found_wherever_they_stand(reading):
    screen = reading(CHINESE, CHINESE_POINTS, "zh-Hans")
    assert words(screen) == ["军队", "开枪", "警告"]
    screen.key("j", "j")
    assert words(screen, "word") == ["开枪"]
    assert in_sight(screen)


def test_arabic_words_are_found_with_and_without_their_article(reading):
    screen = reading(ARABIC, ARABIC_POINTS, "ar")
    assert words(screen) == ["الجنود", "الحشد", "جنود"]


def test_a_short_answer_is_left_alone(screen, five):
    screen.open()
    assert not screen.page.locator("#jump").is_visible()
    assert (words(screen), screen.page.locator(".jump-point:visible").count()) == ([], 0)
    screen.key("j")
    assert screen.page.evaluate("scrollY") == 0
    assert screen.page.locator("#jump-says").inner_text() == "No word of the key points is in this answer."


def test_on_a_phone(reading):
    screen = reading(LONG, POINTS, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for _ in range(4):
        screen.page.locator("#jump-on").tap()
    assert words(screen, "word") == ["1,379"]
    assert in_sight(screen)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
