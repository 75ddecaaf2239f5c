"""`python -m bench.painting`: from the press of a key to the next answer painted, in Chromium, on a slow network too.

The real web server with PostgreSQL and the answers of bench.labelling; one labeller, 60 verdicts by the keys 1, 2, 3,
each after the time somebody needs to see that there is an answer. Chromium delays what goes over its network (CDP's
emulation). The time is the browser's own, from the moment the key's event was made to the end of the frame in which the
new answer stands: the task after the animation frame that follows the change of the text.
"""

import argparse
import os

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.labelling import apart
from bench.labelling_site import Site, make_people, running_site
from bench.report import Report
from tests.conftest import CHROMIUM

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DELAYS_MS = (0, 150)
VERDICTS = 60
READ_MS = 400
ANSWERS = 500
MARK = "< 50"
# A label is noted when the answer's text has changed and been painted: a task queued in the next frame runs after it.
WATCH = """() => {
    window.painted = [];
    let pressed = 0;
    addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
    new MutationObserver(() => {
        const at = pressed;
        if (!at) return;
        pressed = 0;
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => window.painted.push(performance.now() - at);
            port2.postMessage("");
        });
    }).observe(document.getElementById("answer-text"), { childList: true });
}"""


def slow(context: BrowserContext, page: Page, delay_ms: int) -> None:
    """Each request takes so much longer from now on; the rate is that of a good line."""
    emulated = {"offline": False, "latency": delay_ms, "downloadThroughput": -1, "uploadThroughput": -1}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", emulated)


def label(page: Page, verdicts: int) -> list[float]:
    """Labels so many answers; returns the milliseconds of each."""
    page.evaluate(WATCH)
    for number in range(verdicts):
        page.wait_for_timeout(READ_MS)
        page.keyboard.press("123"[number % 3])
        page.wait_for_function("many => window.painted.length === many", arg=number + 1, polling=20)
    page.wait_for_function("() => document.querySelector('.saved').dataset.state === 'saved'")
    took: list[float] = page.evaluate("window.painted")
    return took


def at(share: float, took: list[float]) -> float:
    """The quantile, as one of the values."""
    return sorted(took)[min(len(took) - 1, round(share * (len(took) - 1)))]


def measure(report: Report, site: Site, session: str, delay_ms: int, verdicts: int) -> None:
    load = os.getloadavg()[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=f"http://localhost:{site.port}", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}])
        page = context.new_page()
        with page.expect_response("**/label/next/*"):
            page.goto("/label/")
        slow(context, page, delay_ms)
        took = label(page, verdicts)
        browser.close()
    name = f"{delay_ms} ms away"
    report.say(f"{name}: load before {load:.1f}; {len(took)} verdicts, the slowest {max(took):.1f} ms")
    report.add(f"{name}: key to paint, p50", at(0.5, took), "ms")
    report.add(f"{name}: key to paint, p95", at(0.95, took), "ms", mark=MARK)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.painting", description="From key press to the next answer.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--verdicts", type=int, default=VERDICTS, help="how many at each delay")
    told = parser.parse_args()
    report = Report(as_json=told.json)
    with running_site() as site:
        os.environ.update(site.environ)
        people = apart(make_people, len(DELAYS_MS))
        site.add_answers(ANSWERS)
        site.settle_down()
        for delay_ms, person in zip(DELAYS_MS, people, strict=True):
            measure(report, site, person.session, delay_ms, told.verdicts)
    report.print_table()


if __name__ == "__main__":
    main()
