"""Somebody comes, leaves a trace wherever one can, and goes: no file of the real site holds a word of them.

What test_erasure.py cannot see from inside one process: the logs of granian, Celery, PostgreSQL and the supervisor,
Valkey's append-only file, and the releases as the workers write them.
"""

import re

import pytest
import redis
from playwright.sync_api import sync_playwright

from embedded import connect
from tests.conftest import CHROMIUM
from tests.journey.person import PHRASE, Person, until
from tests.journey.site import running
from tests.journey.test_journey import FLAGS, publish
from tests.releases.searching import file_readings

pytestmark = pytest.mark.browser

NAME = "zebulon-quartermain"
MAIL = "zebulon@quartermain.example"
NOTE = "a kumquat of a note"
REPORT = "a quince of a report"
TOKEN = "a sapodilla of a token"
HOOK = "tamarillo.example"
REPLY = "a feijoa of a reply"
SPEAKER = "the office of loganberry"
CONTACT = "cherimoya@maker.example"
WORDS = [NAME, MAIL, NOTE, REPORT, TOKEN, HOOK, REPLY, SPEAKER, CONTACT]

# A deleted row stays in its page until PostgreSQL needs the room, and in the write-ahead log until that is used again.
# Nobody reads either but the server; what can be asked of it is searched column by column in test_erasure.py.
PAGES = ("pg18/base/", "pg18/pg_wal/")


# A rule that no row keeps to: whoever writes one is told by PostgreSQL all that stands in it.
BROKEN = "no_row_keeps_to_it"
REFUSE = f"ALTER TABLE {{table}} ADD CONSTRAINT {BROKEN} CHECK (false) NOT VALID"
TAKE = f"ALTER TABLE {{table}} DROP CONSTRAINT {BROKEN}"


@pytest.fixture(scope="module")
def site():
    # One label closes an answer, so that the only person here is in the release.
    with running(MODEL_IN_THE_BOX="off", LABELS_WANTED="1", LABELS_AT_MOST="1") as up:
        yield up


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def test_who_left_is_in_no_file(site, browser):
    leaver, maintainer = Person(browser, site, NAME), Person(browser, site, site.maintainer)
    maintainer.sign_in(site.password)
    come(leaver, site)
    # From here on nothing can be written of the webhook, so the worker has something to say.
    site.rows(REFUSE.format(table="releases_webhook"))
    publish(maintainer, site)
    until(lambda: "webhooks were not told" in log(site, "worker"), 40, "the worker's failing at the webhook")
    site.rows(TAKE.format(table="releases_webhook"))
    fail_to_sign_in(leaver, site)
    # What they say is which rule was broken, and nothing of the row, which holds every word of it.
    for name in ("web", "worker", "postgres"):
        assert BROKEN in log(site, name)
    pseudonyms = [name for (name,) in site.rows("SELECT name FROM releases_releasedperson")]
    assert len(pseudonyms) == 1
    look_up(maintainer)
    # The search finds each of them now, or it would prove nothing: their words in the tables, the pseudonym in a file.
    before = found_in(site, [*WORDS, *pseudonyms])
    assert {word for path, word in before if path.startswith(PAGES)} >= set(WORDS)
    assert {word for path, word in before if path.startswith("releases/")} == set(pseudonyms)

    go(leaver)
    until(lambda: site.rows("SELECT count(*) FROM releases_edition") == [(1,)], 40, "the edition without them")
    rewrite(site)
    assert site.rows("SELECT count(*) FROM annotations_label") == [(0,)]
    site.stop()
    after = found_in(site, [*WORDS, *pseudonyms])
    assert sorted(one for one in after if not one[0].startswith(PAGES)) == []


def come(leaver, site):
    """Practises, makes an account, and leaves a word wherever somebody who labels can leave one."""
    page = leaver.page
    leaver.practise()
    leaver.sign_up()
    label_with_a_note(leaver)
    site.rows("UPDATE accounts_user SET email = %s WHERE username = %s", MAIL, NAME)
    [(prompt,)] = site.rows("SELECT max(prompt_id) FROM prompts_promptversion")
    page.goto(f"/label/report/prompt/{prompt}/")
    page.locator("[name=kind]").first.check()
    page.locator("[name=note]").fill(REPORT)
    page.get_by_role("button", name="Report it").click()
    page.goto("/account/#tokens")
    page.get_by_text("Make a token").click()
    page.locator("#tokens [name=name]").fill(TOKEN)
    page.get_by_role("button", name="Make the token").click()
    page.goto("/data/webhooks/")
    page.locator("[name=url]").fill(f"https://{HOOK}/candor")
    page.get_by_role("button", name="Add the webhook").click()
    page.wait_for_load_state()
    send_reply(leaver, site)
    # Signed in as everybody is, and once with a wrong password.
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    page.goto("/account/login/")
    page.locator("[name=login]").fill(NAME)
    page.locator("[name=password]").fill("not the one")
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()
    leaver.sign_in(PHRASE)


def label_with_a_note(leaver):
    page = leaver.page
    page.wait_for_load_state("load")
    page.locator("#note-button").click()
    page.locator("#note-text").fill(NOTE)
    page.get_by_role("button", name="Keep the note").click()
    before = leaver.on_screen()
    page.wait_for_timeout(300)
    page.keyboard.press("3")
    until(lambda: leaver.on_screen() != before, 10, "the next answer")
    until(lambda: page.locator(".saved span").inner_text() == "All saved", 10, "saving")


def send_reply(leaver, site):
    page = leaver.page
    [(slug,)] = site.rows("SELECT min(slug) FROM probes_llm")
    page.goto(f"/models/{slug}/reply/")
    page.locator("[name=text]").fill(REPLY)
    page.locator("[name=speaker]").fill(SPEAKER)
    page.locator("[name=contact]").fill(CONTACT)
    page.get_by_role("button", name="Send the reply").click()
    page.wait_for_url(re.compile(r"/replies/[0-9a-f-]{36}/"))


def fail_to_sign_in(leaver, site):
    """The site breaks while it writes the person's own row, in the middle of a request."""
    page = leaver.page
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    site.rows(REFUSE.format(table="accounts_user"))
    page.goto("/account/login/")
    page.locator("[name=login]").fill(NAME)
    page.locator("[name=password]").fill(PHRASE)
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        page.locator("main button[type=submit]").click()
    assert answered.value.status == 500
    site.rows(TAKE.format(table="accounts_user"))
    leaver.sign_in(PHRASE)


def log(site, name):
    return (site.data / "logs" / f"{name}.log").read_text(errors="replace")


def look_up(maintainer):
    """By name, as maintainers do: addresses with names in them are what servers' logs hold first."""
    maintainer.make_reviewer(NAME)
    page = maintainer.page
    page.get_by_role("button", name="Password link").first.click()
    page.wait_for_load_state()
    page.goto(f"/data/withdrawals/?name={NAME}")
    page.goto(f"/nowhere/{NAME}/")
    assert maintainer.faults and all("404" in fault for fault in maintainer.faults)


def go(leaver):
    page = leaver.page
    page.goto("/label/me/leave/")
    page.locator("[name=labels][value=erase]").check()
    page.locator("[name=typed]").fill(PHRASE)
    page.get_by_role("button", name="Close my account").click()
    page.wait_for_url(leaver.site.address + "/")


def rewrite(site):
    """Valkey writes its file anew, as it does by itself once the file has doubled."""
    with redis.Redis.from_url(connect.urls(site.data)["REDIS_URL"]) as valkey:
        valkey.bgrewriteaof()
        until(lambda: not valkey.info("persistence")["aof_rewrite_in_progress"], 20, "the rewriting of Valkey's file")
        assert valkey.info("persistence")["aof_last_bgrewrite_status"] == "ok"


def found_in(site, words):
    """Every file of the site that holds one of the words, by its path in the data folder: packed ones unpacked."""
    found = set()
    for path in sorted(site.data.rglob("*")):
        if not path.is_file():
            continue
        texts = [reading.lower() for reading in file_readings(path)]
        found |= {
            (str(path.relative_to(site.data)), word) for word in words if any(word.encode() in text for text in texts)
        }
    found |= {("up.txt", word) for word in words if word in site.printed.read_text().lower()}
    return found
