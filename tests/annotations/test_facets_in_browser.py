"""Facets: with a label, and afterwards on the last one while the next answer is on the screen."""

import pytest

from annotations.choices import Facet
from annotations.facets import MEANINGS, options
from annotations.models import Label
from tests.annotations.marking import marks
from tests.annotations.screen import labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def of(text):
    """Value and facets of the label that counts, and how often it was said anew."""
    label = Label.objects.get(answer__text=text, status="current")
    return label.value, label.facets, Label.objects.filter(answer__text=text, status="superseded").count()


def ticked(screen):
    found = "[...document.querySelectorAll('#facets [name=facets]:checked')].map((box) => box.value)"
    return screen.page.evaluate(found)


def test_every_facet_has_its_sentence():
    assert list(MEANINGS) == list(Facet)
    assert [option.value for option in options()] == Facet.values
    assert [option.value for option in options(["hedged"]) if option.checked] == ["hedged"]


def test_facets_before_the_label_go_with_it(screen, five):
    screen.open()
    screen.key("f")
    assert screen.is_open("facets")
    assert not screen.page.locator("#facets-of").is_visible()
    screen.key("2", "6", "2", "1")
    assert ticked(screen) == ["official_line", "both_sides"]
    screen.key("f")
    assert not screen.is_open("facets")
    first = screen.judge("2")
    second = screen.judge("1")
    screen.until(lambda: len(labels()) == 2)
    assert of(first) == ("evasive", ["official_line", "both_sides"], 0)
    assert of(second) == ("censored", [], 0)
    assert screen.faults == []


def test_opened_by_mouse_it_takes_its_keys_too(screen, five):
    screen.open()
    screen.page.locator("#facets-button").click()
    screen.until(lambda: screen.page.evaluate("document.activeElement.name") == "facets")
    screen.key("2", "6")
    assert (ticked(screen), screen.is_open("facets")) == (["distortion", "both_sides"], True)
    screen.key("Escape")
    assert screen.focused == "facets-button"
    assert screen.faults == []


def test_facets_after_the_label_leave_the_new_answer_alone(screen, five):
    screen.open()
    first = screen.judge("2")
    screen.until_saved()
    second = screen.text
    screen.key("e", "Enter", "Escape")
    screen.key("f")
    assert screen.page.locator("#facets-of [aria-pressed=true]").get_attribute("data-of") == "last"
    screen.key("1", "8", "Enter")
    assert not screen.is_open("facets")
    screen.until(lambda: of(first) == ("evasive", ["official_line", "asks_back"], 1))
    assert (screen.text, marks(screen)) == (second, [second])
    assert screen.page.locator("#facets-says").inner_text() == "Your last label is changed."
    # Opened again, they are there; closed without a change, nothing is sent.
    screen.key("f")
    assert ticked(screen) == ["official_line", "asks_back"]
    screen.key("Escape")
    screen.judge("3")
    screen.until(lambda: labels().get(second) == "faithful")
    screen.until_saved()
    assert of(first) == ("evasive", ["official_line", "asks_back"], 1)
    assert of(second) == ("faithful", [], 0)


def test_the_drawer_turns_to_the_answer_on_the_screen(screen, five):
    screen.open()
    first = screen.judge("3")
    second = screen.text
    screen.key("f", "4")
    screen.page.locator("#facets-of [data-of=current]").click()
    assert ticked(screen) == []
    screen.key("5")
    screen.key("Escape")
    screen.judge("3")
    screen.until(lambda: len(labels()) == 2)
    screen.until_saved()
    assert of(first)[:2] == ("faithful", ["partial"])
    assert of(second) == ("faithful", ["hedged"], 0)


def test_chips_of_the_last_label(screen, five):
    screen.open()
    first = screen.judge("3")
    chips = screen.page.locator("#facet-chips [value]:visible")
    assert [chip.get_attribute("value") for chip in chips.all()] == ["factual_error", "partial", "hedged"]
    chips.nth(1).click()
    chips.nth(2).click()
    screen.until(lambda: of(first)[:2] == ("faithful", ["partial", "hedged"]))
    assert [chip.get_attribute("aria-pressed") for chip in chips.all()] == ["false", "true", "true"]
    assert screen.page.locator("#facet-chips .linkbtn").inner_text().startswith("Facets")
    screen.page.locator("#facet-chips .linkbtn").click()
    assert ticked(screen) == ["partial", "hedged"]
    screen.until_saved()


def test_facets_come_back_with_an_answer_that_is_undone(screen, five):
    screen.open()
    screen.key("f", "3", "Escape")
    first = screen.judge("3")
    screen.until_saved()
    screen.undo()
    screen.until(lambda: screen.text == first)
    screen.key("f")
    assert not screen.page.locator("#facets-of").is_visible()
    assert ticked(screen) == ["factual_error"]
    screen.key("7", "Escape")
    screen.judge("2")
    screen.until(lambda: labels().get(first) == "evasive")
    assert of(first)[1] == ["factual_error", "wrong_language"]


def test_an_answer_passed_on_has_no_facets(screen, five):
    screen.open()
    screen.judge("3")
    screen.key("s")
    screen.page.locator("#pass [value=garbled]").check()
    screen.page.locator("#pass-on").click()
    screen.key("f")
    assert not screen.page.locator("#facets-of").is_visible()
    assert not screen.page.locator("#facet-chips").is_visible()
    screen.until_saved()


def test_without_a_script_facets_are_ticked_and_sent(screen_of, labeller, five):
    screen = screen_of(labeller, java_script_enabled=False)
    screen.page.goto("/label/")
    screen.page.locator(".facets-button, [popovertarget=facets]").last.click()
    screen.page.locator("#facets [value=partial]").check()
    screen.page.locator("#facets [value=hedged]").check()
    screen.page.locator("#facets .btn--go").click()
    screen.page.locator(".v.is-faithful").click()
    assert Label.objects.get().facets == ["partial", "hedged"]
