"""What was given and is not saved yet: it outlives the page, the server and the tab, and goes out under one name."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.models import Assignment, CannotJudge, Label, Labeller
from probes.models import Answer
from tests.annotations.conftest import sign_in
from tests.annotations.screen import VERDICTS, Hiccup, labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALWAYS = 10_000  # times: longer than any test
AWAY = re.compile("/label/")


def wake(screen):
    """As the browser does when the network is back, so that nobody waits for the next try."""
    screen.page.evaluate("dispatchEvent(new Event('online'))")


def kept(screen):
    """What the browser keeps of the deck's."""
    found = screen.page.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('candor:'))")
    return {name: json.loads(value) for name, value in found}


def test_what_is_not_saved_survives_a_reload(screen, five):
    screen.open()
    hiccup = Hiccup(screen, VERDICTS, times=ALWAYS)
    first, second = screen.judge("1"), screen.judge("2")
    screen.until(lambda: screen.status == "2 not yet saved, trying again")
    screen.page.reload()
    screen.until(lambda: screen.text not in {first, second})
    screen.until(lambda: screen.status == "2 not yet saved, trying again")
    assert Label.objects.count() == 0
    hiccup.left = 0
    wake(screen)
    screen.until_saved()
    assert labels() == {first: "censored", second: "evasive"}
    assert (Label.objects.count(), kept(screen)) == (2, {})


def test_a_server_that_restarts_between_press_and_save(screen, five):
    """The label was taken, the connection broke, and the page was loaded anew: it is sent again, and there is one."""
    screen.open()
    lost = []

    def swallow(route):
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    screen.context.route(VERDICTS, swallow)
    first = screen.judge("2")
    screen.until(lambda: lost == [200])
    screen.context.unroute(VERDICTS)
    screen.page.reload()
    screen.until(lambda: screen.page.locator("#today").inner_text() == "1 today")
    screen.until_saved()
    assert (labels(), Label.objects.count()) == ({first: "evasive"}, 1)


def test_undo_after_a_reload_of_what_never_left(screen, five):
    screen.open()
    screen.context.set_offline(True)
    first = screen.judge("1")
    second = screen.judge("2")
    screen.undo()
    assert screen.text == second
    screen.undo()
    assert screen.text == first
    screen.judge("3")
    screen.context.set_offline(False)
    wake(screen)
    screen.until_saved()
    assert labels() == {first: "faithful"}


@pytest.mark.parametrize("status", [200, 404], ids=["a café's network", "a proxy while the site restarts"])
def test_what_somebody_else_says_in_the_sites_place(screen, five, status):
    """A page that is none of ours saves no label and refuses none."""
    screen.open()
    times = []

    def answer(route):
        times.append(route.request.url)
        if len(times) > 1:
            return route.fallback()
        return route.fulfill(status=status, content_type="text/html", body="<h1>Welcome to our network</h1>")

    screen.page.route(VERDICTS, answer)
    first = screen.judge("1")
    screen.until(lambda: "not yet saved, trying again" in screen.status)
    assert Label.objects.count() == 0
    screen.until_saved()
    assert [(label.answer.text, label.value) for label in Label.objects.all()] == [(first, "censored")]


def test_a_browser_that_has_no_room_left_sends_what_is_refused_once(screen, five):
    """The older state of it, which is still kept there, is not sent for ever."""
    screen.open()
    Answer.objects.filter(text=screen.text).update(state="withdrawn", closed_at=timezone.now())
    screen.page.evaluate(
        """() => {
          const keep = Storage.prototype.setItem;
          Storage.prototype.setItem = function (name, value) {
            if (value.includes('"refused"')) throw new DOMException("full", "QuotaExceededError");
            keep.call(this, name, value);
          };
        }"""
    )
    sent = []
    screen.page.on("request", lambda request: sent.append(request.url) if VERDICTS.search(request.url) else None)
    screen.judge("1")
    screen.until(lambda: screen.page.locator("#refused-button").inner_text() == "1 not taken")
    screen.page.wait_for_timeout(500)
    assert len(sent) == 1


def test_offline_is_said_in_so_many_words(screen, five):
    screen.open()
    screen.context.set_offline(True)
    screen.judge("1")
    screen.until(lambda: screen.status == "Offline: 1 kept on this device")
    screen.context.set_offline(False)
    screen.until_saved()


def test_somebody_else_in_the_same_browser_never_sends_them(screen, five, labeller, person):
    screen.open()
    hiccup = Hiccup(screen, VERDICTS, times=ALWAYS)
    first = screen.judge("1")
    screen.until(lambda: "1 not yet saved" in screen.status)
    other = person("other")
    sign_in(screen.context, other)
    hiccup.left = 0
    wake(screen)
    # The page still is the first one's, the session is not.
    screen.until(lambda: "Somebody else has signed in" in screen.trouble)
    screen.open()
    assert screen.status == "All saved"
    assert Label.objects.count() == 0
    screen.judge("3")
    screen.until_saved()
    assert list(Label.objects.values_list("person__username", "value")) == [("other", "faithful")]
    sign_in(screen.context, labeller)
    screen.page.goto("/label/")
    screen.until(lambda: Label.objects.filter(person=labeller).exists())
    mine = Label.objects.get(person=labeller)
    assert (mine.answer.text, mine.value) == (first, "censored")


def test_what_is_refused_is_listed_with_its_reason_until_it_was_read(screen, five):
    screen.open()
    first = screen.text
    Answer.objects.filter(text=first).update(state="withdrawn", closed_at=timezone.now())
    screen.judge("1")
    screen.until(lambda: "withdrawn" in screen.trouble)
    button = screen.page.locator("#refused-button")
    assert button.inner_text() == "1 not taken"
    screen.page.reload()
    button.click()
    listed = screen.page.locator("#refused-list li")
    assert "withdrawn" in listed.inner_text() and "Censored" in listed.inner_text()
    listed.get_by_role("button", name="I have read this").click()
    screen.until(lambda: not button.is_visible())
    assert (kept(screen), Label.objects.count()) == ({}, 0)


def test_a_lease_that_ran_out_in_mid_thought_is_taken_while_there_is_room(screen, five):
    screen.open()
    Assignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    first = screen.judge("1")
    screen.until_saved()
    assert (labels(), screen.trouble) == ({first: "censored"}, "")


def test_leases_are_renewed_while_somebody_reads(screen, five):
    screen.page.clock.install()
    screen.open()
    before = Assignment.objects.order_by("expires_at").first().expires_at
    renewed = []
    screen.page.on("request", lambda request: renewed.append(request.url) if "renew" in request.url else None)
    screen.page.clock.run_for(10 * 60_000)
    screen.page.wait_for_timeout(200)
    assert renewed == []  # nobody was there
    screen.key("ArrowDown")
    screen.page.clock.run_for(5 * 60_000)
    screen.until(lambda: Assignment.objects.order_by("expires_at").first().expires_at > before)
    assert len(renewed) == 1


def test_a_pause_is_offered_after_a_long_run_and_never_stands_in_the_way(screen, make_answer):
    for number in range(18):
        make_answer(f"This is answer {number}.")
    screen.open()
    offer = screen.page.locator("#pause")
    for _ in range(14):
        screen.judge("2")
    assert not offer.is_visible()
    screen.judge("2")
    assert "Fifteen times the same label" in offer.inner_text()
    screen.judge("1")
    assert not offer.is_visible()
    screen.until_saved()
    assert Label.objects.count() == 16


def test_a_report_takes_the_answer_off_the_screen(screen, five):
    screen.open()
    first = screen.text
    screen.page.get_by_role("button", name="Report a problem").first.click()
    screen.page.get_by_text("Personal data").click()
    screen.page.get_by_role("button", name="Report it").click()
    screen.until(lambda: "A reviewer will look" in screen.trouble)
    assert screen.text != first
    assert (Label.objects.count(), CannotJudge.objects.count()) == (0, 0)
    assert Answer.objects.get(text=first).held_at is not None


def drag(screen, *xs, let_go=True):
    """A finger on the answer, from the first place to the last."""
    box = screen.page.locator("#answer-text").bounding_box()
    finger = screen.context.new_cdp_session(screen.page)
    for number, x in enumerate(xs):
        at = {"type": "touchMove" if number else "touchStart", "touchPoints": [{"x": x, "y": box["y"] + 20}]}
        finger.send("Input.dispatchTouchEvent", at)
    if let_go:
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    return finger


@pytest.fixture
def phone(screen_of, labeller, five):
    return screen_of(labeller, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open()


@pytest.mark.parametrize(
    ("way", "value"),
    [((200, 215, 260, 330), "faithful"), ((200, 185, 150, 90), "evasive"), ((350, 335, 200, 100), "censored")],
)
def test_dragging_the_answer_gives_a_label(phone, way, value):
    first = phone.text
    phone.page.wait_for_timeout(300)
    finger = drag(phone, *way, let_go=False)
    hint = phone.page.locator("#swipe-hint")
    phone.until(lambda: value.capitalize() in hint.inner_text())
    assert phone.text == first
    phone.page.wait_for_timeout(300)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.until(lambda: phone.text != first)
    phone.until_saved()
    assert (labels(), hint.is_visible()) == ({first: value}, False)


@pytest.mark.parametrize("way", [(200, 215, 330, 205), (200, 150, 30, 199), (200, 203, 206)], ids=["yes", "no", "tap"])
def test_dragging_back_gives_nothing(phone, way):
    first = phone.text
    phone.page.wait_for_timeout(300)
    drag(phone, *way)
    phone.page.wait_for_timeout(200)
    assert (phone.text, phone.status, Label.objects.count()) == (first, "All saved", 0)


def test_dragging_can_be_switched_off(screen_of, labeller, five):
    Labeller.objects.filter(person=labeller).update(keys={"swipe": ""})
    screen = screen_of(labeller, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open()
    first = screen.text
    screen.page.wait_for_timeout(300)
    drag(screen, 200, 215, 330)
    screen.page.wait_for_timeout(200)
    assert (screen.text, Label.objects.count()) == (first, 0)
    assert not screen.page.locator("#swipe-help").is_visible()
