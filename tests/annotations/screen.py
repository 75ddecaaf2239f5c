"""The deck in a real browser: what a labeller sees and does, and everything that went wrong beside it."""

import re
import time
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route

from annotations.models import Label

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
VERDICTS = re.compile(r"/label/[0-9a-f-]{36}/$")
UNDO = re.compile(r"/label/undo/$")
UNDO_ONE = re.compile(r"/label/[0-9a-f-]{36}/undo/$")
# A verdict sooner than this after its answer came is taken for a slip of the finger.
READING_MS = 300
LISTEN = """addEventListener("securitypolicyviolation", (event) => console.error("CSP: " + event.violatedDirective))"""


class Screen:
    """One page of one person. `faults` are script errors, console errors, dialogs and violations of the policy."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self.context = context
        context.add_init_script(LISTEN)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.type), dialog.accept()))

    def open(self) -> "Screen":
        """Goes to the deck and waits until the script has the next answers in hand."""
        with self.page.expect_response(re.compile("/label/next/")):
            self.page.goto(reverse("annotations:deck"))
        return self

    @property
    def text(self) -> str:
        return "\n\n".join(self.page.locator("#answer-text > p").all_text_contents())

    @property
    def status(self) -> str:
        return self.page.locator(".saved span").inner_text()

    @property
    def focused(self) -> str:
        found: str = self.page.evaluate("document.activeElement.id || document.activeElement.className")
        return found

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def judge(self, key: str) -> str:
        """Presses a verdict's key as somebody who has read the answer; returns the text that was judged."""
        self.page.wait_for_timeout(READING_MS)
        before = self.text
        self.key(key)
        return before

    def undo(self) -> None:
        self.key("u")

    def until(self, condition: Callable[[], Any], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not happen; {self.status=} {self.text=} {self.faults=}"
            self.page.wait_for_timeout(20)

    def until_saved(self) -> None:
        self.until(lambda: self.status == "All saved")

    def is_open(self, drawer: str) -> bool:
        return self.page.locator(f"#{drawer}:popover-open").count() == 1

    @property
    def trouble(self) -> str:
        return self.page.locator("#trouble").inner_text() if self.page.locator("#trouble").is_visible() else ""


class Gate:
    """Holds back what goes to the server until it is opened, as a slow network does."""

    def __init__(self, screen: Screen, address: re.Pattern[str]) -> None:
        self.held: list[Route] = []
        self.is_open = False
        screen.context.route(address, self.arrive)

    def arrive(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def open(self) -> None:
        self.is_open = True
        for route in self.held:
            route.continue_()


class Hiccup:
    """Fails the first few requests: by a broken connection, or with a status."""

    def __init__(self, screen: Screen, address: re.Pattern[str], *, times: int = 1, status: int = 0) -> None:
        self.left, self.status = times, status
        screen.context.route(address, self.arrive)

    def arrive(self, route: Route) -> None:
        if not self.left:
            route.continue_()
            return
        self.left -= 1
        if self.status:
            route.fulfill(status=self.status, body="{}", content_type="application/json")
        else:
            route.abort("connectionreset")


def labels() -> dict[str, str]:
    """What is labelled now: the values, by the answers' texts."""
    return {label.answer.text: label.value for label in Label.objects.filter(status="current")}
