"""The page that is watched: who sees it, what it says, and how it stays up to date in a browser."""

import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from probes.actions import stop_endpoint
from probes.models import Spending
from tests.annotations.screen import FLAGS
from tests.conftest import CHROMIUM
from tests.visitors import VISITORS

PAGE = "/probes/watch/"


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def keeper(client, maintainer):
    client.force_login(maintainer)
    return client


@pytest.mark.django_db
def test_only_maintainers_see_it(client, labeller, maintainer):
    assert reverse("workers:watch") == PAGE
    assert client.get(PAGE).status_code == 302
    client.force_login(labeller)
    assert (client.get(PAGE).status_code, client.get(f"{PAGE}?part").status_code) == (403, 403)
    client.force_login(maintainer)
    assert (client.get(PAGE).status_code, client.post(PAGE).status_code) == (200, 405)


@pytest.mark.django_db
def test_it_says_what_runs(keeper, rows, endpoint):
    for seconds in (5, 6, 7):
        rows.over(seconds)
    rows.over(8, "failed", "server_trouble")
    rows.over(9, "failed", "<rule>")
    rows.due(100)
    text = re.sub(r"<[^>]+>|\s+", " ", keeper.get(PAGE).content.decode())
    text = re.sub(r"\s+", " ", text)
    assert re.search(r"Answers a minute 3 0\.3 on average over ten minutes", text)
    assert "Waiting 1 the oldest for 2 min" in text
    assert "2 probes failed in the hour: &lt;rule&gt; 1, server_trouble 1" in text
    assert "no price is known" in text
    assert re.search(r"As of \d\d:\d\d:\d\d UTC", text)
    assert "Load again" in text


@pytest.mark.django_db
def test_it_says_why_an_endpoint_is_paused_and_that_there_is_no_round(keeper, endpoint):
    stop_endpoint(by=None, endpoint=endpoint, reason="HTTP 402: no <money>")
    page = keeper.get(PAGE).content.decode()
    assert "HTTP 402: no &lt;money&gt;" in page
    assert "No round is open" in page


@pytest.mark.django_db
def test_it_leads_to_where_something_can_be_done(keeper, rows, endpoint):
    rows.over(5, "failed", "error_unknown", quarantined=True)
    stop_endpoint(by=None, endpoint=endpoint, reason="HTTP 402.")
    page = keeper.get(PAGE).content.decode()
    at = reverse("probes:endpoint", args=[endpoint.pk])
    look = page[page.index('<div id="look">') :]
    assert f'<a href="{at}">endpoint-a</a></h3>' in look
    assert f'HTTP 402. <a href="{at}">See to it</a>' in look
    assert f'<p><a href="{reverse("probes:quarantine")}">1 probe is in quarantine' in look
    assert re.search(rf'<a href="{reverse("probes:endpoints")}"[^>]* aria-current="true"', page)


@pytest.mark.django_db
def test_a_closed_round_is_no_outage(keeper, rows):
    for _ in range(3):
        rows.over(5, "failed", "candor.round_closed")
    text = re.sub(r"<[^>]+>|\s+", " ", keeper.get(PAGE).content.decode())
    text = re.sub(r"\s+", " ", text)
    assert "failed in the hour" not in text
    assert "0 failed · 0 tries failed" in text
    assert "Candor ended 3 probes by itself in the hour: candor.round_closed 3" in text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", keeper.get("/probes/").content.decode()))
    assert "Given up 0 3 let go" in text


@pytest.mark.django_db
def test_money_is_written_as_on_the_endpoints_page(keeper, rows, endpoint):
    endpoint.budget, endpoint.price_input, endpoint.price_output = Decimal("0.02"), Decimal(1), Decimal(2)
    endpoint.params = {"max_tokens": 100}
    endpoint.save()
    Spending.objects.create(endpoint=endpoint, month=rows.now.date().replace(day=1), spent=Decimal("0.0153"))
    for address in (PAGE, "/probes/"):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", keeper.get(address).content.decode()))
        assert re.search(r"Spent this month \$0\.0153 of \$0\.02", text)


@pytest.mark.django_db
def test_no_endpoint_at_all(keeper):
    assert "No endpoint yet" in keeper.get(PAGE).content.decode()


@pytest.mark.django_db
def test_without_valkey_it_says_so(keeper, rows, settings):
    settings.REDIS_LIMITS = "unix:///nowhere/valkey.sock"
    rows.claimed()
    answer = keeper.get(PAGE)
    assert answer.status_code == 200
    assert "Valkey is not reachable." in answer.content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert "In flight – not known 1 claimed by workers" in text


@pytest.mark.django_db
def test_a_part_is_sent_once(keeper, rows):
    first = keeper.get(f"{PAGE}?part")
    assert first.content.decode().startswith('<div id="look">')
    assert "private" in first["Cache-Control"]
    same = keeper.get(f"{PAGE}?part", headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert re.fullmatch(r"\d\d:\d\d:\d\d UTC", same["X-As-Of"])
    rows.over(1)
    changed = keeper.get(f"{PAGE}?part", headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


@pytest.fixture(scope="module")
def chromium():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        # The one that was opened beside the browser's loop; outside of it the tests have another.
        connection.close()
        browser.close()


@pytest.fixture
def page(chromium, live_server, transactional_db, maintainer):
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    session = Client()
    session.force_login(maintainer)
    value = session.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "domain": "localhost", "path": "/"}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    context.close()
    VISITORS.wait_until_gone(20)


def shows(page, text):
    page.wait_for_function("text => document.getElementById('look').innerText.includes(text)", arg=text)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_figures_change_in_place(page, rows, endpoint):
    page.goto(PAGE)
    page.evaluate("window.kept = document.querySelector('.standing')")
    rows.over(1)
    rows.claimed()
    shows(page, "1 claimed")
    stop_endpoint(by=None, endpoint=endpoint, reason="The key is refused.")
    shows(page, "The key is refused.")
    assert page.evaluate("window.kept === document.querySelector('.standing')")
    assert page.inner_text("[data-said]") == "endpoint-a: Paused"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.faults == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_hold_and_go_on(page, rows):
    page.goto(PAGE)
    assert not page.is_visible("[data-reload]")
    page.click("text=Hold")
    assert page.inner_text("[data-as-of]").startswith("Held at ")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    rows.claimed()
    page.wait_for_timeout(2500)
    assert asked == []
    page.click("text=Go on")
    shows(page, "1 claimed")
    assert page.inner_text("[data-as-of]").startswith("As of ")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_says_when_the_site_is_away_and_when_it_is_back(page, rows):
    page.goto(PAGE)
    seen = page.inner_text("[data-as-of]").removeprefix("As of ")
    page.route("**/*part*", lambda route: route.abort())
    page.wait_for_selector(".is-lost")
    assert page.inner_text("[data-as-of]").startswith("Not reachable, last seen ")
    assert page.inner_text("[data-as-of]").endswith("UTC")
    assert seen.endswith("UTC")
    page.unroute("**/*part*")
    page.wait_for_selector(".is-live")
    assert page.inner_text("[data-said]") == "It is reachable again."


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_nobody_asks_while_nobody_looks(page, rows):
    page.goto(PAGE)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
                  "document.dispatchEvent(new Event('visibilitychange'))")  # fmt: skip
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
    rows.claimed()
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true});"
                  "document.dispatchEvent(new Event('visibilitychange'))")  # fmt: skip
    shows(page, "1 claimed")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_session_that_ended_is_told(page, rows):
    page.goto(PAGE)
    page.context.clear_cookies()
    page.wait_for_selector(".is-lost")
    assert page.inner_text("[data-as-of]") == "You are signed out. Load the page again."


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_figures_stand_equally_far_from_their_lines(page, rows):
    """From the second on: the first begins at the edge."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(PAGE)
    paddings = page.evaluate(
        "[...document.querySelectorAll('.figures > div')].map((one) => getComputedStyle(one).paddingInlineStart)"
    )
    assert paddings == ["0px", *[paddings[1]] * 3]
    assert float(paddings[1].removesuffix("px")) >= 16
