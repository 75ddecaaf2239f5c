"""Learning to label in a real browser: from the home page to the first verdict, by keys, by thumb, without a script."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from annotations.models import Labeller
from annotations.practice import SLUGS
from annotations.practice.play import RIGHT
from tests.annotations.conftest import wait_for_the_server
from tests.annotations.screen import LISTEN
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEYS = {"censored": "1", "evasive": "2", "faithful": "3"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Player:
    """Somebody without an account, at one browser."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.add_init_script(LISTEN)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    @property
    def slug(self) -> str:
        found = re.search(r"practice/([a-z0-9-]+)/", self.page.locator("#verdict").get_attribute("action") or "")
        assert found
        return found[1]

    def told(self, slug: str) -> str:
        """What the page says of the verdict on it."""
        self.page.wait_for_url(f"**/label/practice/{slug}/")
        return self.page.locator("#told-title").inner_text().replace("\n", " ")


@pytest.fixture
def player_of(chromium: Browser, live_server: Any, transactional_db: None) -> Iterator[Callable[..., Player]]:
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Player:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        contexts.append(chromium.new_context(base_url=live_server.url, **options))
        return Player(contexts[-1])

    yield make
    for context in contexts:
        context.close()
    wait_for_the_server()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_the_first_label_is_the_third_action(player_of, options):
    player = player_of(**options)
    page = player.page
    page.goto("/")  # one
    page.get_by_role("main").get_by_role("link", name="Label an answer now").click()  # two
    page.wait_for_url("**/label/practice/")
    slug = player.slug
    # Without scrolling: the question, and the three buttons.
    expect(page.locator("#question")).to_be_in_viewport()
    for value in KEYS:
        expect(page.locator(f".v[value={value}]")).to_be_in_viewport(ratio=1)
    page.wait_for_load_state("load")
    page.keyboard.press("3")  # three
    said = player.told(slug)
    assert said.startswith("Right" if RIGHT[slug] == "faithful" else "Not quite:")
    expect(page.locator("#told")).to_be_in_viewport()
    assert player.faults == []


def play_by_keys(player: Player) -> None:
    page = player.page
    for _ in SLUGS:
        page.wait_for_url("**/label/practice/")
        page.wait_for_load_state("load")
        slug = player.slug
        page.keyboard.press(KEYS.get(RIGHT[slug], "s"))
        if slug == "seasons":
            # The focus is on the first reason: down to "broken off", and Enter sends it.
            expect(page.locator("#pass")).to_be_visible()
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        assert player.told(slug).startswith("Right")
        # The way on gets the focus by itself.
        expect(page.locator("#next")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are ready")).to_be_visible()


def test_by_keyboard_alone_from_practice_to_the_deck(player_of):
    player = player_of()
    page = player.page
    page.goto("/label/practice/")
    play_by_keys(player)
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Name").fill("newcomer")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/label/")
    assert Labeller.objects.get(person__username="newcomer").practised_at is not None
    assert player.faults == []


def test_the_whole_play_without_a_script(player_of):
    player = player_of(java_script_enabled=False)
    page = player.page
    page.goto("/label/practice/")
    for _ in SLUGS:
        slug = player.slug
        if RIGHT[slug] == "cannot_judge":
            page.get_by_role("button", name="Cannot judge").click()
            page.get_by_label("Broken off").check()
            page.get_by_role("button", name="Pass it on").click()
        else:
            page.locator(f".v[value={RIGHT[slug]}]").click()
        assert player.told(slug).startswith("Right")
        page.locator("#next").click()
    expect(page.get_by_role("heading", name="You are ready")).to_be_visible()


def test_on_a_phone_nothing_lies_outside_the_screen(player_of):
    player = player_of(**PHONE)
    page = player.page

    def fits() -> bool:
        return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    for language in ("en", "fr", "zh-Hans"):
        page.goto(f"/label/practice/?language={language}")
        assert fits()
        slug = player.slug
        page.locator(".v[value=evasive]").tap()
        player.told(slug)
        assert fits()
        expect(page.locator("#next")).to_be_in_viewport(ratio=1)


def test_the_explanation_can_be_folded_away(player_of):
    player = player_of()
    page = player.page
    page.goto("/label/practice/")
    words = page.get_by_text("Nothing here counts")
    expect(words).to_be_visible()
    page.get_by_role("heading", name="Practice: 12 answers").click()
    expect(words).to_be_hidden()


def test_a_key_on_the_page_with_the_reason_judges_nothing(player_of):
    player = player_of()
    page = player.page
    page.goto("/label/practice/")
    page.wait_for_load_state("load")
    slug = player.slug
    page.keyboard.press("2")
    player.told(slug)
    page.wait_for_load_state("load")
    for key in ("1", "2", "3", "s"):
        page.keyboard.press(key)
    page.keyboard.press("g")
    expect(page.locator("#guideline")).to_be_visible()
    assert page.url.endswith(f"/label/practice/{slug}/")
    assert player.faults == []
