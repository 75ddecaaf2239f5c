"""The deck by keyboard: each key and its drawer, keys that mean something else, and Tab and Enter alone."""

import pytest

from annotations.models import Label
from tests.annotations.screen import READING_MS, labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("key", "drawer"), [("g", "guideline"), ("?", "keys"), ("s", "pass"), ("n", "note")])
def test_drawers_open_and_close(screen, five, key, drawer):
    screen.open()
    text = screen.text
    screen.key(key)
    assert screen.is_open(drawer)
    inside = screen.page.evaluate(f"document.getElementById('{drawer}').contains(document.activeElement)")
    assert inside
    screen.key("Escape")
    assert not screen.is_open(drawer)
    screen.key(key)
    assert screen.is_open(drawer)
    if drawer in {"guideline", "keys"}:
        screen.key("1", "2", "3", "u")
        assert screen.text == text
        screen.key(key)
        assert not screen.is_open(drawer)
    screen.page.reload()
    assert Label.objects.count() == 0
    assert screen.faults == []


ELSEWHERE = [
    {"key": "1", "code": "Digit1", "ctrlKey": True},
    {"key": "1", "code": "Digit1", "metaKey": True},
    {"key": "1", "code": "Digit1", "altKey": True},
    {"key": "1", "code": "Digit1", "repeat": True},
    {"key": "1", "code": "Digit1", "isComposing": True},
    # The number pad without its lock scrolls.
    {"key": "End", "code": "Numpad1"},
    {"key": "ArrowDown", "code": "Numpad2"},
    {"key": "PageDown", "code": "Numpad3"},
    {"key": "!", "code": "Digit1", "shiftKey": True},
    {"key": "F1", "code": "F1"},
    # Another Latin layout: what the key types counts, not where it is.
    {"key": "o", "code": "KeyS"},
    {"key": "Dead", "code": "KeyN"},
]
# The number pad, and a French keyboard, where digits want the shift key.
TWO = [
    {"key": "2", "code": "Numpad2"},
    {"key": "é", "code": "Digit2"},
    {"key": "2", "code": "Digit2", "shiftKey": True},
]


def send(screen, event):
    screen.page.wait_for_timeout(READING_MS)
    screen.page.evaluate(
        "event => document.body.dispatchEvent(new KeyboardEvent('keydown', {...event, bubbles: true}))", event
    )


def test_keys_that_mean_something_else(screen, five):
    screen.open()
    text = screen.text
    for event in ELSEWHERE:
        send(screen, event)
        assert (screen.text, screen.page.locator(".drawer:popover-open").count()) == (text, 0), event
    assert (screen.status, Label.objects.count()) == ("All saved", 0)


def test_keys_of_other_keyboards(screen, five):
    screen.open()
    given = []
    for event in TWO:
        given.append(screen.text)
        send(screen, event)
    screen.until_saved()
    assert labels() == dict.fromkeys(given, "evasive")
    assert len(given) == 3


def test_two_presses_at_once_are_one_label(screen, five):
    """Nobody has read the second answer in that time."""
    screen.open()
    first = screen.judge("1")
    screen.key("1")
    second = screen.text
    screen.until_saved()
    screen.page.wait_for_timeout(100)
    assert (labels(), screen.text) == ({first: "censored"}, second)
    screen.judge("3")
    screen.until_saved()
    assert labels() == {first: "censored", second: "faithful"}


def test_with_tab_and_enter_alone(screen, five):
    screen.open()
    text = screen.judge("F9")
    seen = []
    while "is-faithful" not in (seen or [""])[-1]:
        screen.key("Tab")
        seen.append(screen.focused)
        assert len(seen) < 40, seen
    assert seen[0] == "skip"
    # The answer's own links and buttons come before the verdicts, in the order of the page.
    places = [
        next(number for number, name in enumerate(seen) if word in name) for word in ("is-censored", "is-evasive")
    ]
    assert places == sorted(places)
    screen.key("Enter")
    screen.until(lambda: labels() == {text: "faithful"})
    assert screen.focused == "question"
