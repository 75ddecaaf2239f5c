"""One person in a browser, who goes from page to page; axe looks at each in both widths and both schemes."""

import re
from pathlib import Path
from typing import Any

import axe_playwright_python
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Response

from accounts.models import User
from tests.annotations.conftest import wait_for_the_server

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = (1280, 390)
# All rules of WCAG 2.2 at its levels A and AA, and what axe's makers count as good practice. A scheme changes colours
# and nothing else: in the dark, the rules that look at colours are enough.
SCHEMES = {"light": "{}", "dark": "{runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}"}
RUN = """axe.run(document, {resultTypes: ["violations"], ...%s}).then((found) => found.violations.map((rule) =>
    rule.id + ": " + rule.nodes.slice(0, 3).map((node) =>
        [node.target.join(" "), node.html.slice(0, 160),
            ...node.any.concat(node.all, node.none).map((check) => check.message)].join(" ")).join(" | ")))"""
# Colours fade in and out; axe has to see where they end.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# Fills in a form and sends it without asking the browser whether it may: `[address, {name: value}]`. What is not
# named is left empty; a name that the form does not have goes along all the same.
SEND = """([address, values]) => {
    const goes = (form) => new URL(form.getAttribute("action") ?? "", location).pathname;
    const form = [...document.forms].find((one) => goes(one) === address);
    if (!form) return false;
    for (const field of form.elements) {
        if (["radio", "checkbox"].includes(field.type)) field.checked = false;
        else if (!["hidden", "submit", "button", "select-one", "fieldset"].includes(field.type)) field.value = "";
    }
    for (const [name, value] of Object.entries(values)) {
        [...form.elements].filter((field) => field.name === name).forEach((field) => field.remove());
        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
    }
    HTMLFormElement.prototype.submit.call(form);
    return true;
}"""
# What stands around a page and is looked at on others, and what differs from visit to visit and does not show.
AROUND = re.compile(r'^.*?(?=<main)|<footer.*?</footer>|name="(csrfmiddlewaretoken|key|next)" value="[^"]*"', re.S)


class Visit:
    """`found` is what axe finds, a line each."""

    def __init__(self, browser: Browser, site: str, *, person: User | None, language: str) -> None:
        self.language, self.found = language, list[str]()
        self.client = Client()
        if person:
            self.client.force_login(person)
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        self.context = browser.new_context(base_url=site, bypass_csp=True)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.name = person.username if person else "nobody"
        self.take_cookies()

    def take_cookies(self) -> None:
        """The browser goes on in the session of `client`."""
        self.context.add_cookies(
            [
                {"name": name, "value": cookie.value, "domain": "localhost", "path": "/"}
                for name, cookie in self.client.cookies.items()
            ]
        )

    def go(self, address: str, status: int = 200) -> None:
        self.came(self.page.goto(address), address, status)

    def send(self, page: str, address: str = "", status: int = 422, **values: Any) -> None:
        """Sends the form of that page which goes to `address`, with these values and nothing else."""
        self.go(page)
        with self.page.expect_navigation() as came:
            assert self.page.evaluate(SEND, [address or page, values]), f"no form on {page} for {address or page}"
        self.came(came.value, address or page, status)

    def came(self, response: Response | None, address: str, status: int) -> None:
        """A walk that goes elsewhere than it should is found too, and does not end there."""
        assert response is not None
        if response.status != status:
            self.found.append(f"{self.name}: {address} came with {response.status}, not {status}")

    def look(self, what: str) -> None:
        if not self.page.evaluate("'axe' in window"):
            assert self.page.evaluate("document.documentElement.lang").lower() == self.language, what
            self.page.add_style_tag(content=STILL)
            self.page.evaluate(AXE)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            for scheme, rules in SCHEMES.items():
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                found = self.page.evaluate(RUN % rules)
                self.found += [f"{self.name}: {what} {width} {scheme} {one}" for one in found]

    def leave(self) -> list[str]:
        self.context.close()
        wait_for_the_server()
        return self.found


def itself(html: str) -> str:
    """What one page has of its own: as two people see it alike, or one person at two times."""
    return AROUND.sub("", html)
