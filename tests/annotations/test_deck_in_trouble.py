"""The deck when things go wrong: a server that stumbles, a network that is slow, leases that run out, an empty deck."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from annotations.models import Assignment, CannotJudge, Label
from probes.models import Answer
from tests.annotations.conftest import sign_in
from tests.annotations.screen import UNDO, VERDICTS, Gate, Hiccup, labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WAITING = "not yet saved, trying again"
NEXT = re.compile("/label/next/")
UNDO_ONE = re.compile(r"/label/[0-9a-f-]{36}/undo/$")


def own(faults):
    """Faults of ours: the browser itself reports each request that failed."""
    return [fault for fault in faults if not fault.startswith("Failed to load resource")]


@pytest.mark.parametrize("status", [0, 503], ids=["connection lost", "503"])
def test_a_hiccup_of_the_server(screen, five, status):
    screen.open()
    Hiccup(screen, VERDICTS, status=status)
    first = screen.judge("1")
    screen.until(lambda: WAITING in screen.status)
    assert screen.status == f"1 {WAITING}"
    assert Label.objects.count() == 0
    assert "saved" not in screen.page.locator("#toast").inner_text()
    assert screen.text != first
    screen.until_saved()
    assert [(label.answer.text, label.value) for label in Label.objects.all()] == [(first, "censored")]
    assert own(screen.faults) == []


def test_labels_given_while_the_server_is_away_come_in_order(screen, five):
    screen.open()
    Hiccup(screen, VERDICTS, times=3)
    order = [screen.judge(key) for key in ("1", "2", "3")]
    screen.until(lambda: screen.status == f"3 {WAITING}")
    screen.until_saved()
    given = [(label.answer.text, label.value) for label in Label.objects.order_by("pk")]
    assert given == list(zip(order, ("censored", "evasive", "faithful"), strict=True))
    assert screen.page.locator("#today").inner_text() == "3 today"


def test_an_answer_of_the_server_that_was_lost_is_not_a_second_label(screen, five):
    """The label was saved, but the page never heard so: it is sent again, and there is one."""
    screen.open()
    lost = []

    def swallow(route):
        if not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    screen.context.route(VERDICTS, swallow)
    first = screen.judge("2")
    screen.until_saved()
    assert (lost, labels(), Label.objects.count()) == ([200], {first: "evasive"}, 1)


def test_undo_of_what_may_have_arrived_is_shown_at_once_and_follows_it(screen, five):
    """It may have arrived all the same: the server hears of both, in their order."""
    screen.open()
    Hiccup(screen, VERDICTS, times=1)
    first = screen.judge("1")
    screen.until(lambda: WAITING in screen.status)
    screen.undo()
    assert (screen.text, screen.focused) == (first, "question")
    assert screen.status == f"2 {WAITING}"
    screen.until_saved()
    assert Label.objects.get().status == "superseded"
    screen.judge("3")
    screen.until_saved()
    assert labels() == {first: "faithful"}


def test_undo_of_what_has_not_left_yet_never_leaves(screen, five):
    screen.open()
    gate = Gate(screen, VERDICTS)
    first, second = screen.judge("1"), screen.judge("2")
    screen.undo()
    screen.until(lambda: screen.text == second)
    gate.open()
    screen.until_saved()
    assert labels() == {first: "censored"}
    screen.judge("3")
    screen.until_saved()
    assert labels() == {first: "censored", second: "faithful"}
    assert Label.objects.count() == 2


def test_undo_that_does_not_reach_the_server_is_tried_again(screen, five):
    screen.open()
    first = screen.judge("1")
    screen.until_saved()
    Hiccup(screen, UNDO_ONE)
    screen.undo()
    assert screen.text == first
    screen.until(lambda: screen.status == f"1 {WAITING}")
    assert labels() == {first: "censored"}
    screen.until_saved()
    assert (screen.text, labels()) == (first, {})


def test_undo_of_an_earlier_visit_that_does_not_reach_the_server(screen, five):
    """Which it was only the server knows, so the page cannot show it yet."""
    screen.open()
    first = screen.judge("1")
    screen.until_saved()
    screen.open()
    second = screen.text
    Hiccup(screen, UNDO)
    screen.undo()
    screen.until(lambda: screen.trouble != "")
    assert "cannot be reached" in screen.trouble
    assert (screen.text, labels()) == (second, {first: "censored"})
    screen.undo()
    screen.until(lambda: screen.text == first)
    assert screen.trouble == ""


def test_the_last_answer_and_then_the_empty_page(screen, make_answer):
    make_answer("The only one.")
    screen.open()
    screen.judge("3")
    screen.page.get_by_role("heading", name="Nothing to label right now").wait_for()
    assert labels() == {"The only one.": "faithful"}
    screen.page.get_by_role("button", name="Undo my last label").click()
    screen.page.locator("#answer-text").wait_for()
    assert screen.text == "The only one."
    assert screen.faults == []


def test_undo_pressed_while_the_last_label_is_on_its_way(screen, make_answer):
    make_answer("The only one.")
    screen.open()
    gate = Gate(screen, VERDICTS)
    screen.judge("1")
    assert screen.page.locator("#fetching").is_visible()
    screen.undo()
    assert not screen.page.locator("#fetching").is_visible()
    assert screen.text == "The only one."
    gate.open()
    screen.until(lambda: Label.objects.filter(status="superseded").exists())
    screen.judge("3")
    screen.page.get_by_role("heading", name="Nothing to label right now").wait_for()
    assert sorted(Label.objects.values_list("value", "status")) == [("censored", "superseded"), ("faithful", "current")]
    assert own(screen.faults) == []


def test_an_undo_that_is_slow_while_the_deck_is_dry(screen, make_answer):
    """The answer is back at once, and the empty page never comes between."""
    make_answer("The only one.")
    screen.open()
    labelling, undoing = Gate(screen, VERDICTS), Gate(screen, UNDO_ONE)
    screen.judge("1")
    screen.until(lambda: labelling.held)  # on a busy machine undo would come before it has left
    screen.undo()
    assert (screen.text, screen.focused) == ("The only one.", "question")
    labelling.open()
    screen.until(lambda: undoing.held)
    screen.page.wait_for_timeout(1500)
    assert screen.page.locator("#answer-text").count() == 1
    undoing.open()
    screen.until_saved()
    assert (screen.text, labels()) == ("The only one.", {})


def test_a_network_that_fails_while_the_deck_is_dry(screen, make_answer, labeller):
    make_answer("The only one.")
    screen.open()
    Hiccup(screen, NEXT, times=2)
    screen.judge("1")
    screen.until_saved()
    make_answer("Another came.")
    screen.until(lambda: screen.text == "Another came.")
    assert own(screen.faults) == []


def test_a_lease_that_ran_out_and_whose_place_was_given_away(screen, five, make_answer):
    screen.open()
    Assignment.objects.update(status="expired", expires_at=timezone.now() - timedelta(seconds=1))
    Answer.objects.update(leased=F("wanted"))  # others hold all its places by now
    make_answer("A fresh one.")
    screen.judge("1")
    screen.until(lambda: "Thank you for reading it" in screen.trouble)
    assert (Label.objects.count(), screen.page.locator("#toast").is_visible()) == (0, False)
    # Those that were fetched with it have run out as well: none of them stays on the screen.
    screen.until(lambda: screen.text == "A fresh one.")
    screen.judge("3")
    screen.page.get_by_role("heading", name="Nothing to label right now").wait_for()
    assert labels() == {"A fresh one.": "faithful"}


def test_somebody_who_was_signed_out(screen, five, labeller):
    screen.open()
    screen.context.clear_cookies(name="sessionid")
    first = screen.judge("1")
    link = screen.page.locator("#trouble-link")
    link.wait_for()
    assert (screen.status, Label.objects.count()) == (f"1 {WAITING}", 0)
    assert (link.get_attribute("target"), link.get_attribute("href")) == ("_blank", "/account/login/?next=/label/")
    # Signing in elsewhere also changes the token that forms are checked by.
    sign_in(screen.context, labeller)
    screen.context.clear_cookies(name="csrftoken")
    screen.page.evaluate("fetch('/account/login/')")
    screen.page.evaluate("dispatchEvent(new Event('online'))")
    screen.until_saved()
    assert labels() == {first: "censored"}
    assert (screen.trouble, Label.objects.count()) == ("", 1)


def test_two_tabs_never_judge_the_same_answer(screen, five):
    """What is judged in one leaves the other's screen at once, with a word about it."""
    screen.open()
    other = type(screen)(screen.context).open()
    assert other.text == screen.text
    first = screen.judge("1")
    other.until(lambda: other.trouble != "")
    assert "in another tab" in other.trouble
    assert other.text != first
    second = other.judge("3")
    other.until_saved()
    screen.until(lambda: screen.text != second)
    screen.until_saved()
    assert labels() == {first: "censored", second: "faithful"}
    assert Label.objects.count() == 2


def test_what_is_not_saved_shows_on_a_phone(screen_of, labeller, five):
    screen = screen_of(labeller, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open()
    Hiccup(screen, VERDICTS, times=2)
    screen.page.wait_for_timeout(300)
    screen.page.locator(".v.is-evasive").tap()
    screen.until(lambda: WAITING in screen.status)
    box = screen.page.locator(".saved span").bounding_box()
    assert box["width"] > 40 and box["height"] > 10
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 390
    screen.until_saved()


def test_every_button_is_large_enough_for_a_thumb(screen_of, labeller, five):
    screen = screen_of(labeller, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open()
    buttons = screen.page.locator(".verdict-bar button, .dtop button, .dtop a, summary")
    small = []
    for button in buttons.all():
        if button.is_visible():
            box = button.bounding_box()
            if box["height"] < 44:
                small.append((button.inner_text(), box))
    assert small == []


def test_the_whole_loop_in_a_browser_without_javascript(screen_of, labeller, five):
    screen = screen_of(labeller, java_script_enabled=False)
    page = screen.page
    page.goto("/label/")
    first = screen.text
    page.get_by_role("button", name="Note").click()
    page.locator("#note-text").fill("1 2 3")
    page.get_by_role("button", name="Keep the note").click()
    page.locator(".v.is-evasive").click()
    page.locator(".saved-note").wait_for()
    assert [(label.answer.text, label.value, label.note) for label in Label.objects.all()] == [
        (first, "evasive", "1 2 3")
    ]
    second = screen.text
    page.locator("#undo").click()
    page.get_by_text("taken back").wait_for()
    assert screen.text == first
    page.get_by_role("button", name="Cannot judge").click()
    page.get_by_text("Broken off").click()
    page.get_by_role("button", name="Pass it on").click()
    page.locator(".saved-note").wait_for()
    assert CannotJudge.objects.get().reason == "broken_off"
    assert screen.text == second
    page.get_by_role("button", name="Guideline").first.click()
    assert page.locator("#guideline").get_by_text("Is the core there?").is_visible()
