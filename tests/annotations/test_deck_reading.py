"""The deck as somebody reads it for long: in which order it is read out, and that it offers a pause now and then."""

import pytest
from playwright.sync_api import expect

from annotations.models import Label

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEAD = """
- main:
  - heading "Label this answer" [level=1]
  - region "What happened at Jallianwala Bagh in 1919?":
    - paragraph: The question
    - heading "What happened at Jallianwala Bagh in 1919?" [level=2]
"""
ANSWER = """
  - article "The answer":
    - heading "The answer" [level=2]
    - paragraph: English, 4 words
    - paragraph: /This is answer \\d\\./
"""
VERDICTS = """
- region "Your label":
  - group "What does the answer do?":
    - button /Censored/
    - button /Evasive/
    - button /Faithful/
  - group "Other actions":
    - button "Cannot judge"
    - button "Undo" [disabled]
    - button "Mark"
    - button "Note"
"""
ON_A_DESK = f"""{HEAD.rstrip()}{ANSWER.rstrip()}
  - complementary "Help for this answer":
    - heading "What a faithful answer contains" [level=2]
    - list:
      - listitem: /Troops fired on the crowd/
      - listitem: /379 dead/
    - paragraph:
      - button "Facets"
    - paragraph:
      - button "Report a problem"
{VERDICTS.lstrip()}"""
ON_A_PHONE = f"""{HEAD.rstrip()}
  - heading "What a faithful answer contains" [level=2]
  - list:
    - listitem: /Troops fired on the crowd. The essential point/
  - group: The other points{ANSWER.rstrip()}
  - paragraph:
    - button "Facets"
    - button "Report a problem"
    - link "Your last ten"
{VERDICTS.lstrip()}"""


def test_a_screen_reader_hears_question_answer_key_points_and_verdicts(screen, five):
    screen.open()
    expect(screen.page.locator("body")).to_match_aria_snapshot(ON_A_DESK)


def test_on_a_phone_the_essential_point_comes_before_the_answer_and_the_others_are_folded(screen_of, labeller, five):
    screen = screen_of(labeller, viewport={"width": 390, "height": 844}, has_touch=True).open()
    expect(screen.page.locator("body")).to_match_aria_snapshot(ON_A_PHONE)
    others = screen.page.get_by_text("379 dead").first
    assert not others.is_visible()
    screen.page.get_by_text("The other points").click()
    assert others.is_visible()
    screen.judge("3")
    assert not others.is_visible()  # of the next answer
    assert screen.page.locator("[data-points]").evaluate_all("lists => lists.map((list) => list.children.length)") == [
        1,
        1,
        2,
    ]
    assert screen.faults == []


def test_while_marking_on_a_phone_nothing_else_lies_over_the_answer(screen_of, labeller, five):
    screen = screen_of(labeller, viewport={"width": 390, "height": 844}, has_touch=True).open()
    screen.judge("3")
    toast = screen.page.locator("#toast")
    assert toast.is_visible()
    screen.key("e")
    assert (screen.page.locator("#marking").is_visible(), toast.is_visible()) == (True, False)
    screen.key("Escape")
    assert toast.is_visible()


def test_beside_an_answer_facets_are_about_it_whatever_the_last_label_was(screen, five):
    screen.open()
    button = screen.page.locator("#facets-button")
    assert (button.get_attribute("aria-keyshortcuts"), button.inner_text().split()) == ("F", ["Facets", "F"])
    screen.judge("2")
    assert (button.get_attribute("aria-keyshortcuts"), button.inner_text().split()) == (None, ["Facets"])
    button.click()
    assert screen.page.locator("#facets-of [aria-pressed=true]").get_attribute("data-of") == "current"


def test_without_a_script_the_saved_label_is_told_above_the_question(screen_of, labeller, five):
    screen = screen_of(labeller, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    screen.page.goto("/label/")
    screen.page.locator(".v.is-evasive").click()
    note = screen.page.locator(".saved-note")
    assert "Your last label is saved." in note.inner_text()
    assert not screen.page.locator("#toast").is_visible()
    told, question = note.bounding_box(), screen.page.locator("#question").bounding_box()
    assert told["y"] + told["height"] < question["y"]
    assert screen.page.locator("[popovertarget=facets]:not(#facets *):visible").all_inner_texts() == ["Facets"]
    note.locator("button").click()
    assert Label.objects.get().status == "superseded"


def label_slowly(screen, number, *, pause):
    """Gives a label, waits until it is saved and the next answer is there, and lets so much time go by."""
    before = screen.judge("123"[number % 3])
    screen.until(lambda: screen.text != before)
    screen.until_saved()
    offered = screen.page.locator("#pause").is_visible()
    screen.page.clock.fast_forward(pause)
    return offered


def test_a_pause_is_offered_after_25_minutes_and_then_let_be(screen, make_answer):
    for number in range(13):
        make_answer(f"This is answer {number}.")
    screen.page.clock.install()
    screen.open()
    assert [label_slowly(screen, number, pause="02:50") for number in range(9)] == [False] * 9
    assert label_slowly(screen, 9, pause="00:30")
    assert "reading for 25 minutes" in screen.page.locator("#pause").inner_text()
    assert not label_slowly(screen, 10, pause="00:30")
    assert Label.objects.count() == 11


def test_who_has_paused_is_not_told_to(screen, make_answer):
    for number in range(10):
        make_answer(f"This is answer {number}.")
    screen.page.clock.install()
    screen.open()
    assert [label_slowly(screen, number, pause="04:00") for number in range(8)] == [False] * 8
