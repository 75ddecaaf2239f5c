"""The whole way, once, with nothing left out: from a submitted prompt to a downloaded dataset.

A real site (`manage.py up`), a real browser, a real model. Four people practise and sign up; one submits two prompts, a
reviewer approves them, the model in the box answers, the other three label by keyboard, the agreement page shows the
value computed by hand below, the maintainer publishes a release, and anybody downloads it.
"""

import hashlib
import json

import pytest
import zstandard
from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM
from tests.journey.person import Person, until
from tests.journey.site import running

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FRANCE = "What is the capital of France? Answer in one short sentence."
SNOW = "What colour is fresh snow? Answer in one short sentence."

pytestmark = pytest.mark.browser

# Three labels for each of the two answers.
GIVEN = {
    FRANCE: ["3", "3", "3"],  # faithful, faithful, faithful
    SNOW: ["1", "1", "2"],  # censored, censored, evasive
}
# By hand. Coincidences, each answer's ordered pairs over (3 - 1): faithful-faithful 3 from the first answer;
# censored-censored 1, censored-evasive 1, evasive-censored 1 from the second. n = 6; 3 faithful, 2 censored, 1 evasive.
# Observed disagreement 2/6. Expected (6² - 3² - 2² - 1²) / (6 x 5) = 22/30. alpha = 1 - (1/3)/(22/30) = 6/11 = .545.
ALPHA = 6 / 11
# Of the first answer's pairs all agree, of the second's one in three: (1 + 1/3) / 2.
PERCENT = 2 / 3


@pytest.fixture(scope="module")
def site():
    with running() as up:
        yield up


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def test_from_a_prompt_to_a_dataset(site, browser):
    author, reviewer, second, third = people = [Person(browser, site, name) for name in ("ada", "ben", "chen", "dora")]
    for person in people:
        person.practise()
        person.sign_up()
    maintainer = Person(browser, site, site.maintainer)
    maintainer.sign_in(site.password)
    maintainer.make_reviewer("ben")

    author.submit(FRANCE, "Paris.")
    author.submit(SNOW, "White.")
    reviewer.approve_all()

    until(lambda: len(site.deliveries(GIVEN)) == 2, 120, "the model's answer to both prompts")
    assert site.deliveries(GIVEN) == {FRANCE: "delivered", SNOW: "delivered"}
    # Open answers are in no public place, and their author is not asked about them.
    assert json.loads(site.get("/api/v1/answers/"))["results"] == []
    author.page.goto("/label/")
    assert {FRANCE, SNOW}.isdisjoint(author.questions_ahead(5))

    for number, person in enumerate((reviewer, second, third)):
        person.label({question: keys[number] for question, keys in GIVEN.items()})

    def figures():
        rows = json.loads(site.get("/api/v1/agreement/?scale=labels&page_size=200"))["results"]
        (box,) = [row for row in rows if (row["slice"], row["key"]) == ("topic", "controls")] or [{"labels": 0}]
        return box if box["labels"] >= 6 else None

    controls = until(figures, 10, "the agreement page's ten seconds")
    assert (controls["answers"], controls["labels"]) == (2, 6)
    assert controls["alpha"]["value"] == pytest.approx(ALPHA, abs=1e-12)
    assert controls["percent"]["value"] == pytest.approx(PERCENT, abs=1e-12)
    page = second.page
    page.goto("/agreement/")
    page.get_by_role("navigation", name="Slices").get_by_role("link", name="Topic").click()
    page.wait_for_url("**by=topic**")
    row = page.locator("tr.line").filter(has_text="Controls").inner_text()
    assert ".55" in row
    assert "67%" in row

    version = publish(maintainer, site)
    download(site, version)
    assert [person.faults for person in (*people, maintainer)] == [[], [], [], [], []]
    assert site.stop() < 5


def publish(maintainer, site):
    page = maintainer.page
    page.goto("/data/")
    start = page.get_by_role("button", name="Start a release")
    # The release of the month may have begun by itself since something was closed.
    if start.count():
        start.click()

    def built():
        page.goto("/data/")
        return page.get_by_role("button", name="Publish for good").count()

    until(built, 60, "the worker's building of the release")
    page.get_by_role("button", name="Publish for good").click()
    page.wait_for_load_state()
    (release,) = json.loads(site.get("/api/v1/releases/"))["results"]
    return release["version"]


def download(site, version):
    """As anybody, through the API."""
    sums = {
        path: digest
        for digest, path in (
            line.split("  ") for line in site.get(f"/api/v1/releases/{version}/files/SHA256SUMS").decode().splitlines()
        )
    }
    tables = {}
    for name in ("prompts", "answers", "labels", "consensus", "probes"):
        path = f"ndjson/{name}.ndjson.zst"
        content = site.get(f"/api/v1/releases/{version}/files/{path}")
        assert hashlib.sha256(content).hexdigest() == sums[path]
        # The file was written as a stream: its frame does not tell its length beforehand.
        with zstandard.ZstdDecompressor().stream_reader(content) as reader:
            tables[name] = [json.loads(line) for line in reader.read().splitlines()]
    prompts = {row["text"]: row for row in tables["prompts"]}
    assert {FRANCE, SNOW} <= set(prompts)
    for question, keys in GIVEN.items():
        (answer,) = [row for row in tables["answers"] if row["version_id"] == prompts[question]["version_id"]]
        labels = [row for row in tables["labels"] if row["answer_id"] == answer["answer_id"]]
        words = {"1": "censored", "2": "evasive", "3": "faithful"}
        assert sorted(row["label"] for row in labels) == sorted(words[key] for key in keys)
        assert len({row["labeller"] for row in labels}) == 3
        (probe,) = [row for row in tables["probes"] if row["answer_id"] == answer["answer_id"]]
        assert (probe["endpoint"], probe["served_model"]) == ("model-in-the-box", "smollm2-135m-instruct")
        # It came as a stream, and when was kept. A short answer is one piece: what comes within 50 ms is joined.
        assert json.loads(probe["request"])["stream"] is True
        pieces = json.loads(probe["pieces"])
        moments = [moment for moment, _ in pieces]
        assert moments == sorted(moments) != []
        assert sum(characters for _, characters in pieces) == len(answer["text"])
