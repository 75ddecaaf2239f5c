"""axe finds nothing on any page: for everybody who can see it, in three languages, light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from tests.annotations.conftest import wait_for_the_server
from tests.annotations.screen import FLAGS
from tests.conftest import CHROMIUM
from tests.pages.walk import addresses, pages
from tests.pages.world import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
# WCAG 2.2 at its levels A and AA, and what axe's makers count as good practice.
RUN = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((rule) =>
    rule.id + ": " + rule.nodes.slice(0, 3).map((node) =>
        [node.target.join(" "), node.html.slice(0, 160),
            ...node.any.concat(node.all, node.none).map((check) => check.message)].join(" ")).join(" | ")))"""
# Colours fade in and out; axe has to see where they end.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"


@pytest.fixture
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return build_world(request, tmp_path)


def signed_in(name: str | None, world: World) -> Client:
    client = Client()
    if name:
        client.force_login(getattr(world, name))
    return client


def violations(page: Page) -> Iterator[str]:
    """What axe finds on this page in both widths and both schemes."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            for found in page.evaluate(RUN):
                yield f"{width} {scheme} {found}"


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
@pytest.mark.parametrize("who", [None, "newcomer", "labeller", "reviewer", "maintainer"])
def test_axe_finds_nothing(who: str | None, language: str, world: World, live_server: Any, browser: Browser) -> None:
    """Nobody and the maintainer see all pages they can; others those that look otherwise for them."""
    client = signed_in(who, world)
    seen = pages(client, addresses(world.values))
    if who in ONLY:
        seen = {name: address for name, address in seen.items() if name.startswith(ONLY[who])}
    assert len(seen) >= (3 if who in ONLY else 15), sorted(seen)
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    cookies = {settings.LANGUAGE_COOKIE_NAME: language}
    if who:
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": name, "value": value, "domain": "localhost", "path": "/"} for name, value in cookies.items()]
    )
    page = context.new_page()
    found = []
    for name, address in seen.items():
        page.goto(address)
        page.add_style_tag(content=STILL)
        assert page.evaluate("document.documentElement.lang").lower() == language
        page.evaluate(AXE)
        found += [f"{name} {violation}" for violation in violations(page)]
    context.close()
    wait_for_the_server()
    assert said(found) == ""


def said(found: list[str]) -> str:
    return "\n".join(found)


# Pages that look otherwise for these people than for a maintainer.
ONLY = {
    "newcomer": ("annotations:", "accounts:me", "observatory:home"),
    "labeller": ("annotations:", "accounts:me", "prompts:"),
    "reviewer": ("annotations:", "accounts:me", "prompts:"),
}


def test_drawers_of_the_deck(world: World, live_server: Any, browser: Browser) -> None:
    """What opens over the deck is looked at open."""
    client = signed_in("labeller", world)
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "domain": "localhost", "path": "/"}])
    page = context.new_page()
    page.goto(reverse("annotations:deck"))
    page.add_style_tag(content=STILL)
    page.evaluate(AXE)
    drawers = page.evaluate("[...document.querySelectorAll('.drawer[popover]')].map(drawer => drawer.id)")
    assert {"guideline", "keys", "note", "pass"} <= set(drawers)
    found = []
    for drawer in drawers:
        page.evaluate("id => document.getElementById(id).showPopover()", drawer)
        found += [f"{drawer} {violation}" for violation in violations(page)]
        page.evaluate("id => document.getElementById(id).hidePopover()", drawer)
    context.close()
    wait_for_the_server()
    assert said(found) == ""
