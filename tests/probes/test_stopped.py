"""Maintainers are told on each page of an endpoint that stopped by itself; nobody else, and not of what they did."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from probes.actions import resume_endpoint, stop_endpoint
from probes.choices import NOT_RUNNING
from probes.selectors import STOPPED_KEY

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
