"""Maintainers are told on each page of an endpoint that stopped by itself; nobody else, and not of what they did."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from probes.actions import add_endpoint, resume_endpoint, stop_endpoint
from probes.choices import NOT_RUNNING
from probes.selectors import STOPPED_KEY, USED_UP_KEY
from probes.templatetags.probing import cut

pytestmark = pytest.mark.django_db

TOLD = "stopped by itself and waits for a maintainer:"


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.delete(STOPPED_KEY)
    yield
    cache.delete(STOPPED_KEY)


def told(client):
    cache.delete(STOPPED_KEY)
    return TOLD in client.get("/about/").content.decode()


def test_who_is_told(client, endpoint, maintainer, reviewer):
    stop_endpoint(by=None, endpoint=endpoint, reason="HTTP 402: <b>Payment</b> required.")
    assert told(client) is False
    client.force_login(reviewer)
    assert told(client) is False
    client.force_login(maintainer)
    assert told(client) is True
    html = client.get("/about/").content.decode()
    assert f'href="/probes/endpoints/{endpoint.pk}/"' in html
    assert "HTTP 402: &lt;b&gt;Payment&lt;/b&gt; required." in html


def test_what_a_maintainer_did_is_no_news(client, endpoint, maintainer):
    client.force_login(maintainer)
    assert told(client) is False
    stop_endpoint(by=maintainer, endpoint=endpoint, reason="Too dear.")
    assert told(client) is False
    resume_endpoint(by=maintainer, endpoint=endpoint)
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    assert told(client) is True
    resume_endpoint(by=maintainer, endpoint=endpoint)
    assert told(client) is False
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    stop_endpoint(by=maintainer, endpoint=endpoint, reason="", retire=True)
    assert told(client) is False


def test_the_deck_is_for_labelling_alone(client, endpoint, maintainer):
    client.force_login(maintainer)
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    assert told(client) is True
    deck = client.get(reverse("annotations:deck"))
    assert (deck.status_code, "stopped by itself" in deck.content.decode()) == (200, False)


def test_a_phone_gets_one_short_sentence_however_many_there_are(client, endpoint, maintainer):
    client.force_login(maintainer)
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    assert told(client) is True
    one = "An endpoint stopped by itself and waits for a maintainer."
    several = "Endpoints stopped by themselves and wait for a maintainer."
    html = client.get("/about/").content.decode()
    assert (html.count(one), html.count(several)) == (1, 0)
    another = add_endpoint(by=None, llm=endpoint.llm, slug="b", kind="import")
    stop_endpoint(by=None, endpoint=another, reason="Money.")
    assert told(client) is True
    html = client.get("/about/").content.decode()
    assert (html.count(one), html.count(several)) == (0, 1)


def test_all_are_counted_and_five_are_named(client, endpoint, maintainer):
    client.force_login(maintainer)
    for n in range(7):
        another = add_endpoint(by=None, llm=endpoint.llm, slug=f"b{n}", kind="import")
        stop_endpoint(by=None, endpoint=another, reason="Money.")
        if n == 4:
            assert (told(client), "more</a>" in client.get("/about/").content.decode()) == (True, False)
    assert told(client) is True
    html = client.get("/about/").content.decode()
    assert (html.count(TOLD), '<a href="/probes/">and 2 more</a>' in html) == (5, True)


def test_who_is_no_maintainer_costs_no_query(client, endpoint, reviewer):
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    client.force_login(reviewer)
    client.get("/about/")
    cache.delete(STOPPED_KEY)
    cache.delete(USED_UP_KEY)
    with CaptureQueriesContext(connection) as seen:
        client.get("/about/")
    assert [query["sql"] for query in seen if "probes_" in query["sql"]] == []
    assert (cache.get(STOPPED_KEY), cache.get(USED_UP_KEY)) == (None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("one two three", "one two three"),
        ("one two, three four", "one two…"),
        ("one two three four", "one two…"),
        ("onetwothreefourfive", "onetwothreef…"),
        ("one twothreefourfive", "one…"),
        ("余额不足请充值后再次调用本接口服务", "余额不足请充值后再次调用…"),
    ],
)
def test_a_reason_ends_at_the_end_of_a_word(text, said):
    assert cut(text, 13) == said
    assert len(said) <= 13


def test_the_model_in_the_box_may_be_switched_off(client, endpoint, maintainer):
    client.force_login(maintainer)
    stop_endpoint(by=None, endpoint=endpoint, reason=NOT_RUNNING)
    assert told(client) is False


@pytest.mark.django_db(transaction=True)
def test_it_is_looked_up_once_and_anew_when_something_changed(client, endpoint, maintainer):
    client.force_login(maintainer)
    client.get("/about/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/about/")
    assert [query["sql"] for query in seen if "probes_endpoint" in query["sql"]] == []
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    assert TOLD in client.get("/about/").content.decode()
    resume_endpoint(by=maintainer, endpoint=endpoint)
    assert TOLD not in client.get("/about/").content.decode()
