"""A person at a browser: what they do, in the words of the pages."""

import re
import time

from annotations.practice import CASES

PHRASE = "a long enough pass phrase 9"
KEYS = {"censored": "1", "evasive": "2", "faithful": "3"}


class Person:
    """One browser context, so one session."""

    def __init__(self, browser, site, name):
        self.name, self.site = name, site
        self.page = browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 850}).new_page()
        self.page.set_default_timeout(30_000)
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: line.type == "error" and self.faults.append(line.text))

    def practise(self):
        """From the home page through the practice answers by keyboard, without an account."""
        page, right = self.page, {case.slug: case.right for case in CASES}
        page.goto("/")
        page.get_by_role("main").get_by_role("link", name="Label an answer now").click()
        for _ in CASES:
            page.wait_for_url("**/label/practice/")
            slug = re.search(r"practice/([a-z0-9-]+)/", page.locator("#verdict").get_attribute("action"))[1]
            self.press(KEYS.get(right[slug], "s"))
            if right[slug] == "cannot_judge":
                page.get_by_label("Broken off").check()
                page.get_by_role("button", name="Pass it on").click()
            page.wait_for_url(f"**/label/practice/{slug}/")
            page.locator("#next").press("Enter")
        page.get_by_role("heading", name="You are ready").wait_for()

    def press(self, key):
        """A key, once the page's script listens."""
        self.page.wait_for_load_state("load")
        self.page.keyboard.press(key)

    def sign_up(self):
        self.page.get_by_role("link", name="Make an account").last.click()
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("Password").fill(PHRASE)
        self.page.get_by_role("button", name="Make the account").click()
        self.page.wait_for_url("**/label/")

    def sign_in(self, password):
        self.page.goto("/account/login/")
        self.page.locator("[name=login]").fill(self.name)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url("**/label/**")

    def submit(self, question, core):
        """Sends a neutral control with one key point."""
        page = self.page
        page.goto("/prompts/submit/")
        page.locator("#id_text").fill(question)
        page.locator("#id_language").select_option("en")
        page.locator("#id_topic").select_option("controls")
        page.locator("#id_state").select_option("-")
        page.locator("[name=kind][value=neutral_control]").check()
        page.locator("textarea[name$='0-text']").fill(core)
        page.locator("textarea[name$='0-source']").fill("Any atlas")
        page.locator("[name=licence]").check()
        page.locator("form[data-submission] button.btn--go").click()
        # Where something comes close, the page asks once more. Which of the two pages comes has to be waited for.
        sent = page.get_by_text("In review").first
        once_more = page.get_by_role("button", name="Mine asks something else")
        sent.or_(once_more).first.wait_for()
        if once_more.is_visible():
            once_more.click()
            sent.wait_for()

    def approve_all(self):
        self.page.goto("/prompts/review/")
        while self.page.get_by_role("button", name="Approve").count():
            self.page.get_by_role("button", name="Approve").first.click()
            self.page.wait_for_load_state()

    def make_reviewer(self, name):
        self.page.goto(f"/account/people/?name={name}")
        self.page.get_by_label(f"Role of {name}").select_option("reviewer")
        self.page.get_by_role("button", name="Change").click()
        self.page.wait_for_load_state()

    def label(self, keys):
        """Labels by keyboard until each question in `keys` has had its key; other answers get a 3."""
        page, left = self.page, dict(keys)
        page.goto("/label/")
        while left:
            question = page.locator("#question").inner_text()
            before = self.on_screen()
            # The deck takes a second verdict within a quarter of a second for a slip.
            page.wait_for_timeout(300)
            page.keyboard.press(left.pop(question, "3"))
            until(lambda before=before: self.on_screen() != before, 10, "the next answer")
        until(lambda: page.locator(".saved span").inner_text() == "All saved", 10, "saving")

    def on_screen(self):
        return self.page.locator("#answer-text").inner_text() + self.page.locator("#question").inner_text()

    def questions_ahead(self, number):
        """The questions of the next answers, without labelling: what the page's script is handed."""
        cards = self.page.evaluate(
            "n => fetch('/label/next/?ahead=' + n, {headers: {Accept: 'application/json'}}).then(r => r.json())", number
        )
        return [card["question"] for card in cards["cards"]]


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.1)
    return value
