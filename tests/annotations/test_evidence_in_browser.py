"""Marking the sentence that shows it: by keys, by selecting, by tapping; and that what is saved is exactly that."""

import pytest

from annotations.models import Label
from tests.annotations.marking import ARABIC, ASTRAL, CHINESE, RETURNS, THREE, here, marks, passages, select
from tests.annotations.screen import labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SENTENCES = {
    ASTRAL: ["😀 The court sat.", "𝒜 judge 👩‍👩‍👧 spoke!", "Cafe\u0301 owners were heard 🇫🇷 too."],
    THREE: ["First line.", "Second line here.", "The troops fired.", "Nobody was warned.", "It ended at dusk."],
    RETURNS: ["One is here.", "Two is here.", "Three is here.", "😀 Four is here.", "Five is here."],
    ARABIC: ["اجتمع الناس في الحديقة.", "أطلق الجنود النار على الحشد!", "هل كان هناك مخرج؟"],
    CHINESE: ["军队进入广场。", "士兵向人群开枪！", "有人受伤吗？", "官方说没有。"],
}
LANGUAGES = {ARABIC: "ar", CHINESE: "zh-Hans"}


@pytest.fixture
def reading(screen_of, person, make_prompt, make_answer):
    """Opens the deck on one text, in the language it is in: `reading(text)`."""

    def on(text, **options):
        language = LANGUAGES.get(text, "en")
        make_answer(text, **({} if language == "en" else {"prompt": make_prompt(language=language)}))
        screen = screen_of(person("reader", languages=[language]), **options)
        return screen.open()

    return on


def save(screen, count=1):
    screen.judge("2")
    screen.until(lambda: Label.objects.count() == count)
    screen.page.wait_for_load_state("networkidle")  # it looks for more answers, and finds none


@pytest.mark.parametrize("text", SENTENCES, ids=["astral", "three", "returns", "arabic", "chinese"])
def test_every_sentence_by_keys_is_exactly_itself(reading, text):
    """Every other sentence is marked, so that none touches the next."""
    screen = reading(text)
    screen.key("e")
    seen = []
    for number in range(len(SENTENCES[text])):
        seen.append(here(screen))
        if number % 2 == 0:
            screen.key("Enter")
        screen.key("ArrowDown")
    wanted = SENTENCES[text][::2]
    assert seen == SENTENCES[text]
    assert marks(screen) == wanted
    screen.key("Escape")
    save(screen)
    assert passages(text) == wanted
    assert screen.faults == []


def test_arrows_go_the_way_the_text_runs(reading):
    screen = reading(ARABIC)
    screen.key("e", "ArrowLeft", "ArrowLeft")
    assert here(screen) == SENTENCES[ARABIC][2]
    screen.key("ArrowRight")
    assert here(screen) == SENTENCES[ARABIC][1]
    screen.key("Home")
    assert here(screen) == SENTENCES[ARABIC][0]
    screen.key("End", "ArrowDown")
    assert here(screen) == SENTENCES[ARABIC][2]


def test_tab_goes_by_sentence_and_escape_leaves(reading):
    screen = reading(THREE)
    screen.key("e", "Tab", "Tab", "Shift+Tab", " ")
    assert marks(screen) == ["Second line here."]
    assert screen.page.locator("#marking").is_visible()
    assert screen.page.locator("#marking-says").inner_text() == "Marked: Second line here."
    assert screen.page.locator("#mark-button").get_attribute("aria-pressed") == "true"
    screen.key(" ")
    assert (marks(screen), here(screen)) == ([], "Second line here.")
    screen.key("Escape")
    assert (here(screen), screen.page.locator("#marking").is_visible()) == ("", False)
    assert screen.focused == "mark-button"
    assert Label.objects.count() == 0


def test_labelling_goes_on_while_one_marks(reading):
    screen = reading(THREE)
    screen.key("e", "Enter")
    save(screen)
    assert passages(THREE) == ["First line."]


def test_a_label_without_marks_has_no_evidence(reading):
    screen = reading(THREE)
    save(screen)
    assert Label.objects.get().evidence == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ASTRAL, "𝒜 judge 👩‍👩‍👧"),
        (ASTRAL, "Cafe\u0301 owners"),
        (ASTRAL, "heard 🇫🇷 too"),
        (THREE, "Second line"),
        (THREE, "troops fired. Nobody"),
        (RETURNS, "Three is here. 😀 Four"),
        (RETURNS, "Five"),
        (ARABIC, "أطلق الجنود"),
        (CHINESE, "向人群开枪"),
    ],
)
def test_what_is_selected_is_marked_to_the_letter(reading, text, words):
    screen = reading(text)
    select(screen, words)
    screen.key("e")
    assert marks(screen) == [words]
    assert screen.page.evaluate("String(getSelection())") == ""
    save(screen)
    assert passages(text) == [words]


def test_a_selection_with_line_ends_keeps_them_as_they_are_in_the_text(reading):
    screen = reading(RETURNS)
    select(screen, "here.\nTwo")
    screen.page.locator("#mark-button").click()
    save(screen)
    assert passages(RETURNS) == ["here.\r\nTwo"]


def test_a_selection_over_paragraphs_and_beyond_the_answer(reading):
    screen = reading(THREE)
    screen.page.evaluate(
        """() => {
          const paragraphs = document.querySelectorAll("#answer-text > p");
          getSelection().setBaseAndExtent(paragraphs[1].firstChild, 18, document.querySelector(".rail"), 0);
        }"""
    )
    screen.page.locator("#mark-button").click()
    save(screen)
    assert passages(THREE) == ["Nobody was warned.\n\n\n\nIt ended at dusk."]


def test_half_a_character_counts_as_the_whole(reading):
    screen = reading(ASTRAL)
    screen.page.evaluate(
        """() => {
          const text = document.querySelector("#answer-text > p").firstChild;
          getSelection().setBaseAndExtent(text, 1, text, text.data.indexOf("𝒜") + 1);
        }"""
    )
    screen.key("e")
    save(screen)
    assert passages(ASTRAL) == ["😀 The court sat. 𝒜"]


def test_marks_merge_where_they_overlap_and_are_split_by_what_is_taken_out(reading):
    screen = reading(THREE)
    for words in ("First", "First line."):
        select(screen, words)
        screen.key("e")
    assert marks(screen) == ["First line."]
    select(screen, "Nobody was warned.")
    screen.key("e")
    select(screen, "was")
    screen.key("e")
    assert marks(screen) == ["First line.", "Nobody", "warned."]
    screen.page.locator("#marked-list button").first.click()
    assert marks(screen) == ["Nobody", "warned."]
    assert screen.page.locator("#mark-button").get_attribute("data-has") == "2"
    save(screen)
    assert passages(THREE) == ["Nobody", "warned."]


def test_sentences_that_touch_are_one_passage_and_come_apart_again(reading):
    screen = reading(CHINESE)
    screen.key("e", "Enter", "ArrowDown", "Enter", "ArrowDown", "Enter")
    assert marks(screen) == ["军队进入广场。士兵向人群开枪！有人受伤吗？"]
    screen.key("ArrowUp", "Enter")
    assert marks(screen) == ["军队进入广场。", "有人受伤吗？"]
    save(screen)
    assert passages(CHINESE) == ["军队进入广场。", "有人受伤吗？"]


def test_ten_passages_and_no_more(reading):
    text = "\n\n".join(f"Sentence number {number}." for number in range(12))
    screen = reading(text)
    screen.key("e")
    for _ in range(11):
        screen.key("Enter", "ArrowDown")
    assert len(marks(screen)) == 10
    screen.key("ArrowUp", "Enter")
    assert screen.page.locator("#marking-says").inner_text() == "Ten passages can be marked. Unmark one first."
    save(screen)
    assert passages(text) == [f"Sentence number {number}." for number in range(10)]


def test_a_tap_on_a_sentence_marks_it(reading):
    screen = reading(THREE, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    paragraph = screen.page.locator("#answer-text > p").nth(1)

    def tap():
        # The key points stand above the answer, and the bar below covers what is at the end.
        paragraph.evaluate("paragraph => paragraph.scrollIntoView({block: 'center', behavior: 'instant'})")
        at = paragraph.bounding_box()
        screen.page.touchscreen.tap(at["x"] + 60, at["y"] + 12)

    tap()
    assert marks(screen) == []
    screen.page.locator("#mark-button").tap()
    tap()
    assert marks(screen) == ["The troops fired."]
    screen.page.locator("#marking-done").tap()
    tap()
    assert marks(screen) == ["The troops fired."]
    screen.page.wait_for_timeout(300)
    screen.page.locator(".v.is-evasive").tap()
    screen.until(lambda: Label.objects.count() == 1)
    assert passages(THREE) == ["The troops fired."]


def test_a_browser_without_highlights_wraps_the_passages(reading, screen_of):
    screen = reading(RETURNS)
    screen.context.add_init_script("Object.defineProperty(CSS, 'highlights', {value: undefined})")
    with screen.page.expect_response("**/label/next/**"):
        screen.page.reload()
    before = screen.text
    select(screen, "is here.\nTwo is")
    screen.key("e")
    screen.key("e", "End", "Enter", "Escape")
    assert marks(screen) == ["is here.\nTwo is", "Five is here."]
    assert screen.text == before
    select_again = "document.querySelectorAll('mark[data-layer=evidence]').length"
    assert screen.page.evaluate(select_again) == 2
    save(screen)
    assert passages(RETURNS) == ["is here.\r\nTwo is", "Five is here."]


def test_marks_belong_to_their_answer_and_come_back_with_it(screen, five):
    screen.open()
    screen.key("e", "Enter", "Escape")
    first = screen.judge("1")
    assert (marks(screen), screen.page.locator("#marked").is_visible()) == ([], False)
    second = screen.judge("3")
    screen.until(lambda: len(labels()) == 2)
    assert passages(first, answer__text=first) == [first]
    assert passages(second, answer__text=second) == []
    screen.undo()
    screen.undo()
    screen.until(lambda: screen.text == first)
    assert marks(screen) == [first]
    screen.judge("2")
    screen.until(lambda: labels().get(first) == "evasive")
    assert passages(first, answer__text=first) == [first]
    assert screen.faults == []
