"""A person's own keys in the deck: changed, switched off, and shown as they are."""

import pytest

from annotations.actions import set_keys
from annotations.keyboard import USUAL
from tests.annotations.marking import here
from tests.annotations.screen import READING_MS, labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shown(screen):
    """Every key the page shows anywhere, the list behind "?" left out, and every one it tells a screen reader of."""
    return screen.page.evaluate(
        """() => [
          [...document.querySelectorAll(".key")].filter((key) => !key.closest("#keys, #facets .option"))
            .map((key) => key.textContent),
          [...document.querySelectorAll("[aria-keyshortcuts]")].map((one) => one.ariaKeyShortcuts
            ?? one.getAttribute("aria-keyshortcuts")),
        ]"""
    )


def listed(screen):
    return screen.page.locator("#keys dt .key").all_text_contents()


def test_changed_keys_work_and_the_old_ones_do_not(screen, labeller, five):
    set_keys(by=labeller, keys={"censored": "q", "pass": ".", "guideline": "z", "evidence": "1"})
    screen.open()
    text = screen.text
    screen.key("1")
    assert here(screen) == text
    screen.key("Escape", "s", "g")
    assert screen.page.locator(".drawer:popover-open").count() == 0
    screen.key(".")
    assert screen.is_open("pass")
    screen.key("Escape", "z")
    assert screen.is_open("guideline")
    screen.key("z")
    assert not screen.is_open("guideline")
    screen.judge("q")
    screen.until(lambda: labels() == {text: "censored"})
    assert screen.faults == []


def test_every_hint_shows_the_persons_own_key(screen, labeller, five):
    set_keys(by=labeller, keys={"censored": "q", "pass": ".", "undo": "", "keys": "k"})
    screen.open()
    seen, told = shown(screen)
    assert {"Q", "2", "3", ".", "K"} <= set(seen)
    assert {"1", "S", "U", "?"} & {*seen, *told} == set()
    assert screen.page.locator(".v.is-censored").get_attribute("aria-keyshortcuts") == "Q"
    screen.key("k")
    assert listed(screen)[:5] == ["Q", "2", "3", ".", "H"]
    assert screen.page.locator("#keys a").get_attribute("href") == "/label/keys/"


def test_with_every_key_off_nothing_happens_by_keys_and_none_is_shown(screen, labeller, five):
    set_keys(by=labeller, keys=dict.fromkeys(USUAL, ""))
    screen.open()
    text = screen.text
    screen.page.wait_for_timeout(READING_MS)
    screen.key(*USUAL.values(), "Shift+J")
    screen.page.wait_for_timeout(100)
    assert (screen.text, labels(), here(screen)) == (text, {}, "")
    assert screen.page.locator(".drawer:popover-open").count() == 0
    assert shown(screen) == [[], []]
    screen.page.locator(".dtop [popovertarget=keys]").click()
    assert listed(screen) == ["Esc"]
    screen.key("Escape")
    screen.page.locator(".v.is-evasive").click()
    screen.until(lambda: labels() == {text: "evasive"})


def test_the_page_of_keys_by_keyboard_and_without_a_script(screen_of, labeller, five):
    screen = screen_of(labeller, java_script_enabled=False)
    page = screen.page
    page.goto("/label/keys/")
    page.get_by_label("Write a note", exact=True).fill("m")
    page.get_by_label("Switch off the key of “Undo the last label”").check()
    page.get_by_role("button", name="Save the keys").click()
    assert page.get_by_text("Your keys are saved.").is_visible()
    assert page.get_by_label("Write a note", exact=True).input_value() == "M"
    page.get_by_label("Guideline", exact=True).fill("m")
    page.get_by_role("button", name="Save the keys").click()
    assert page.get_by_text("M is the key of “Write a note” too.").is_visible()
    assert page.get_by_label("Guideline", exact=True).get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="Switch all off").click()
    assert page.get_by_label("Write a note", exact=True).input_value() == ""
    page.get_by_role("button", name="All as usual").click()
    assert page.get_by_label("Write a note", exact=True).input_value() == "N"
