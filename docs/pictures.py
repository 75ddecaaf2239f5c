"""`python docs/pictures.py ADDRESS NAME PASSWORD [PICTURE ...]`: pictures for docs/pictures/ from a running site.

All of them, or those that are named. Each page at 1280 and 390 pixels wide, light and dark, as somebody who is signed
in, and has passed the practice, sees it.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "pictures"
PAGES = {
    "home": "/",
    "practice": "/label/practice/",
    "labelling": "/label/",
    "my-labels": "/label/me/",
    "agreement": "/agreement/",
    "release": "/data/",
    "prompts": "/prompts/",
    "submit": "/prompts/submit/",
    "models": "/models/",
    "endpoints": "/probes/",
    "watch": "/probes/watch/",
}
WIDTHS = {1280: 860, 390: 844}
# Long pages, and how far down a picture of them goes.
LONG = {"home", "agreement", "prompts"}
DOWN_TO = {1280: 1640, 390: 2600}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main(address: str, name: str, password: str, *wanted: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(base_url=address)
        page.goto("/account/login/")
        page.fill("[name=login]", name)
        page.fill("[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url("**/label/**")
        signed_in = page.context.storage_state()
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    base_url=address,
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]  # one of playwright's literals
                    storage_state=signed_in,
                )
                page = context.new_page()
                for picture, path in PAGES.items():
                    if wanted and picture not in wanted:
                        continue
                    page.goto(path)
                    page.wait_for_load_state("networkidle")
                    file = FOLDER / f"{picture}-{width}-{scheme}.png"
                    # The deck is a screen, everything else a page.
                    deck = picture in {"labelling", "practice"}
                    page.screenshot(
                        path=file,
                        full_page=not deck,
                        clip={"x": 0, "y": 0, "width": width, "height": DOWN_TO[width]} if picture in LONG else None,
                    )
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
