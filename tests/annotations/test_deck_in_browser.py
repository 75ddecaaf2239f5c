"""The deck with its script, in a real browser: verdicts, undo, notes, and texts as text."""

import pytest

from annotations.models import CannotJudge, Label
from prompts.rules import Point
from tests.annotations.screen import READING_MS, VERDICTS, Gate, labels
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NASTY = "<script>alert(1)</script><b>bold</b><img src=x onerror=alert(2)> &amp; {{ x }}"


def test_one_two_three(screen, five):
    screen.open()
    given = {}
    for key, value in (("1", "censored"), ("2", "evasive"), ("3", "faithful")):
        given[screen.judge(key)] = value
        assert screen.text not in given
        assert screen.focused == "question"
    screen.until_saved()
    assert labels() == given
    assert all(label.took_ms >= 300 for label in Label.objects.all())
    assert screen.page.locator("#today").inner_text() == "3 today"
    assert screen.faults == []


def test_the_next_answer_does_not_wait_for_the_last_to_be_saved(screen, five):
    screen.open()
    gate = Gate(screen, VERDICTS)
    given = {screen.judge(key): value for key, value in (("1", "censored"), ("2", "evasive"), ("3", "faithful"))}
    assert len(given) == 3
    assert screen.text not in given
    assert (screen.status, labels()) == ("Saving", {})
    assert "saved" not in screen.page.locator("#toast").inner_text()
    gate.open()
    screen.until_saved()
    assert labels() == given
    assert screen.faults == []


def test_cannot_judge_by_keyboard(screen, five):
    screen.open()
    text = screen.text
    screen.key("s")
    assert screen.is_open("pass")
    screen.key("1", "2", "3")  # a reason is being chosen: no label
    assert screen.text == text
    screen.key("ArrowDown", "ArrowDown", "Enter")
    screen.until(lambda: screen.text != text)
    screen.until_saved()
    passed = CannotJudge.objects.get()
    assert (passed.answer.text, passed.reason) == (text, "broken_off")
    assert (Label.objects.count(), screen.is_open("pass")) == (0, False)
    screen.key("s")
    assert screen.page.locator("[name=reason]:checked").count() == 0
    screen.page.wait_for_timeout(READING_MS)
    screen.key("Space", "Enter")
    screen.until(lambda: CannotJudge.objects.count() == 2)
    screen.until_saved()
    assert CannotJudge.objects.order_by("pk").last().reason == "language"
    assert screen.faults == []


def test_cannot_judge_without_a_reason_asks_for_one(screen, five):
    screen.open()
    text = screen.text
    screen.key("s")
    screen.page.get_by_role("button", name="Pass it on").click()
    assert (screen.text, screen.is_open("pass"), CannotJudge.objects.count()) == (text, True, 0)


def test_undo_brings_the_same_text_back(screen, five):
    screen.open()
    first = screen.judge("1")
    screen.until_saved()
    second = screen.text
    screen.undo()
    screen.until(lambda: screen.text == first)
    assert screen.focused == "question"
    screen.until_saved()
    assert Label.objects.get().status == "superseded"
    assert screen.page.locator("#today").inner_text() == "0 today"
    assert screen.judge("3") == first
    # What was on the screen before the undo comes next again.
    assert screen.text == second
    screen.until_saved()
    assert labels() == {first: "faithful"}
    assert screen.faults == []


def test_undo_three_in_a_row_and_judge_again(screen, five):
    screen.open()
    order = [screen.judge("1"), screen.judge("2"), screen.judge("3")]
    screen.until_saved()
    for text in reversed(order):
        screen.undo()
        screen.until(lambda text=text: screen.text == text)
    assert [screen.judge("2") for _ in order] == order
    screen.until_saved()
    assert labels() == dict.fromkeys(order, "evasive")
    assert Label.objects.count() == 6
    assert screen.faults == []


def test_a_note_comes_back_with_undo(screen, five):
    screen.open()
    first = screen.text
    screen.key("n")
    screen.page.keyboard.type("It stops halfway.")
    screen.key("Escape")
    screen.judge("2")
    screen.until_saved()
    screen.undo()
    screen.until(lambda: screen.text == first)
    assert screen.page.locator("#note-text").input_value() == "It stops halfway."
    screen.judge("1")
    screen.until_saved()
    notes = Label.objects.order_by("pk").values_list("value", "note", "status")
    assert list(notes) == [
        ("evasive", "It stops halfway.", "superseded"),
        ("censored", "It stops halfway.", "current"),
    ]


def test_undo_is_off_until_there_is_something(screen, five):
    screen.open()
    assert screen.page.locator("#undo").is_disabled()
    screen.judge("1")
    screen.until_saved()
    assert screen.page.locator("#undo").is_enabled()
    screen.page.locator("#toast [form=undo-form]").click()
    screen.until(lambda: Label.objects.filter(status="superseded").count() == 1)


def test_a_note_is_typed_and_not_taken_for_keys(screen, five):
    screen.open()
    text = screen.text
    screen.key("n")
    assert screen.focused == "note-text"
    screen.page.keyboard.type("1 of 2, sung by u and 3 others?")
    assert (screen.text, screen.is_open("note"), Label.objects.count()) == (text, True, 0)
    screen.key("Escape")
    assert not screen.is_open("note")
    assert "has-note" in screen.page.locator("#note-button").get_attribute("class")
    screen.judge("2")
    screen.until_saved()
    assert [(label.answer.text, label.note) for label in Label.objects.all()] == [
        (text, "1 of 2, sung by u and 3 others?")
    ]
    # The next answer begins without one.
    assert "has-note" not in screen.page.locator("#note-button").get_attribute("class")
    screen.judge("2")
    screen.until_saved()
    assert Label.objects.order_by("pk").last().note == ""
    assert screen.faults == []


def test_by_mouse(screen, five):
    screen.open()
    given = {}
    for name, value in (("Censored", "censored"), ("Evasive", "evasive"), ("Faithful", "faithful")):
        screen.page.wait_for_timeout(300)
        given[screen.text] = value
        screen.page.locator(".verdicts").get_by_role("button", name=name).click()
    screen.until_saved()
    assert labels() == given
    assert screen.faults == []


def test_texts_are_text_after_painting_too(screen, make_prompt, make_answer):
    points = [Point(text=f"Essential {NASTY}", source=f"Source {NASTY}", essential=True)]
    for number in range(3):
        make_answer(
            f"Answer {number} {NASTY}\n\nMore.", prompt=make_prompt(f"Question {number} {NASTY}", points=points)
        )
    screen.open()
    seen = []
    for key in ("1", "2", "3"):
        question = screen.page.locator("#question")
        number = question.text_content().split()[1]
        assert question.text_content() == f"Question {number} {NASTY}"
        assert screen.text == f"Answer {number} {NASTY}\n\nMore."
        rail = screen.page.locator(".rail")
        assert rail.locator("b").all_text_contents() == [f"Essential {NASTY}"]
        assert rail.locator(".meta").all_text_contents() == [f"Source {NASTY}"]
        assert screen.page.locator("main script:not([type='application/json']), main img, #answer-text b").count() == 0
        seen.append(number)
        screen.judge(key)
    assert sorted(seen) == ["0", "1", "2"]
    assert screen.faults == []


def test_right_to_left_after_painting_too(screen, labeller, make_prompt, make_answer):
    labeller.languages = ["ar"]
    labeller.save()
    points = [Point(text="كانت مجزرة.", source="تقرير التحقيق", essential=True)]
    arabic = make_prompt("ماذا حدث في عام 1919؟", language="ar", points=points)
    for number in range(3):
        make_answer(f"كانت مجزرة {number}.", prompt=arabic)
    screen.open()
    for _ in range(2):
        directions = screen.page.evaluate(
            """["#question", "#answer-text > p", ".rail .points span", ".rail .points .meta"].map((one) => {
                const node = document.querySelector(one);
                return [node.dir, getComputedStyle(node).direction, node.closest("[lang]").lang];
            })"""
        )
        assert [found[:2] for found in directions] == [["auto", "rtl"]] * 4
        assert [found[2] for found in directions][:3] == ["ar"] * 3
        screen.judge("3")


def test_what_was_said_at_signing_in_goes_with_the_first_verdict(screen, five):
    screen.context.clear_cookies()
    page = screen.page
    page.goto("/label/")
    page.locator("[name=login]").fill("labeller")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/label/")
    screen.judge("1")
    screen.until_saved()
    assert page.locator(".deck__msgs").count() == 0
