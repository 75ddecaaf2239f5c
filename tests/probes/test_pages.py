"""The maintainers' page of endpoints: what each has before it, what went wrong, and how it is steered."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Event
from probes import selectors
from probes.actions import Result, add_endpoint, add_llm, claim, open_missing_probes, open_round, record_result
from probes.models import Endpoint, Probe, Round

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, maintainer):
    """A maintainer's browser."""
    client.force_login(maintainer)
    return client


def words(response):
    html = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.split())


def asked(endpoint, *results):
    """Opens a round if none is open, claims a probe for each result and records it; returns the probes."""
    opened = Round.objects.first() or open_round(by=None, name="A round", samples=10)
    open_missing_probes(of=opened, limit=100)
    probes = []
    for result in results:
        (one,) = claim(endpoint=endpoint.pk, limit=1)
        record_result(probe_id=one.probe, attempt=one.attempt, result=result)
        probes.append(Probe.objects.get(pk=one.probe))
    return probes


def delivered(text, **more):
    return Result(delivery="delivered", rule="answer", text=text, **more)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "address",
    [
        "/probes/",
        "/probes/add/",
        "/probes/1/",
        "/probes/1/again/",
        "/probes/rounds/new/",
        "/probes/rounds/open/",
        "/probes/rounds/1/close/",
        "/probes/endpoints/1/",
        "/probes/endpoints/1/correct/",
        "/probes/endpoints/1/steer/",
        "/probes/models/1/",
        "/probes/models/1/retire/",
        "/probes/schedules/add/",
        "/probes/schedules/1/stop/",
        "/probes/quarantine/",
        "/probes/quarantine/1/dismiss/",
    ],
)
def test_only_maintainers_come_in(client, labeller, reviewer, address, method):
    response = getattr(client, method)(address)
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")
    for user in (labeller, reviewer):
        client.force_login(user)
        response = getattr(client, method)(address)
        assert response.status_code == 403
        assert "This page is for maintainers." in response.content.decode()


def test_the_pages_are_there_in_an_empty_database(desk):
    said = words(desk.get("/probes/"))
    assert "No round is open" in said
    assert "No endpoint yet" in said
    assert desk.get("/probes/add/").status_code == 200
    response = desk.get("/probes/1/")
    assert response.status_code == 404
    assert "There is no such probe." in response.content.decode()


def test_a_queue_in_numbers(desk, prompt, endpoint):
    probes = asked(
        endpoint,
        delivered("One.", latency_ms=100),
        delivered("Two.", latency_ms=200),
        delivered("Three.", latency_ms=900),
        Result(delivery="blocked_input", rule="content_code", error="Blocked.", latency_ms=400),
        Result(delivery="failed", rule="rate_limited", error="Too many requests.", heals=True),
        Result(delivery="failed", rule="key_refused", error="The key was refused.", quarantined=True),
    )
    claim(endpoint=endpoint.pk, limit=1)
    Probe.objects.filter(pk=probes[4].pk).update(due_at=timezone.now() + timedelta(minutes=1))
    (queue,) = selectors.queues([endpoint]).values()
    assert queue == selectors.Queue(due=4, later=1, claimed=1, done=4, given_up=1, quarantined=1)
    (lately,) = selectors.lately([endpoint]).values()
    assert lately == selectors.Lately(over=5, delivered=3, median_ms=300.0)
    said = words(desk.get("/probes/"))
    assert "Due 4 1 try again later In flight 1 at most 100 Done 4 Given up 1 Quarantined 1" in said
    assert "Last hour 3 delivered, of 5 over Median time 300 ms" in said
    assert "5 over, 10 opened, 10 planned" in said
    assert f"probe {probes[5].pk} key_refused" in said
    assert f"probe {probes[4].pk} Due" in said
    assert said.index("The key was refused.") < said.index("Too many requests.")
    assert "Blocked." not in said


@pytest.mark.parametrize("delivery", ["truncated", "blocked_output", "cut_by_filter", "empty"])
def test_what_is_no_failure_is_no_error(desk, prompt, endpoint, delivery):
    asked(endpoint, Result(delivery=delivery, rule="end_length", error="It was cut by a length limit."))
    assert "Last errors" not in words(desk.get("/probes/"))


def test_what_was_long_ago_is_not_lately(endpoint, prompt):
    asked(endpoint, delivered("One.", latency_ms=100), Result(delivery="failed", rule="gone", error="Gone."))
    Probe.objects.exclude(finished_at=None).update(
        finished_at=timezone.now() - timedelta(hours=2), asked_at=timezone.now() - timedelta(days=8)
    )
    assert selectors.lately([endpoint]) == {}
    assert selectors.endpoints_to_maintain().get().last_errors == []


def test_progress_counts_what_is_still_to_be_opened(make_prompt, endpoint):
    for place in ("garden", "harbour", "mountains"):
        make_prompt(text=f"What happened in the {place} in 1919?")
    make_prompt(text="Nobody has looked at this yet, has one?", approved=False)
    opened = open_round(by=None, name="A round", samples=2)
    open_missing_probes(of=opened, limit=4)
    assert selectors.progress(opened) == selectors.Progress(over=0, opened=4, planned=6)
    Endpoint.objects.update(samples=1, status="paused")
    assert selectors.progress(opened) == selectors.Progress(over=0, opened=4, planned=4)


def test_pausing_resuming_and_retiring(desk, maintainer, endpoint):
    address = f"/probes/endpoints/{endpoint.pk}/steer/"
    for do, status, reason in (
        ("pause", "paused", "Too dear <b>"),
        ("resume", "active", ""),
        ("retire", "retired", ""),
    ):
        response = desk.post(address, {"do": do, "reason": reason}, follow=True)
        assert response.status_code == 200
        endpoint.refresh_from_db()
        assert (endpoint.status, endpoint.status_reason) == (status, reason)
        event = Event.objects.latest("at")
        assert (event.verb, event.noun, event.key, event.actor) == (do, "endpoint", endpoint.pk, maintainer.pk)
        if reason:
            assert "Too dear &lt;b&gt;" in response.content.decode()


@pytest.mark.parametrize("data", [{}, {"do": "explode"}, {"do": "pause", "reason": "x" * 301}, {"do": "pa\x00use"}])
def test_any_other_word_changes_nothing(desk, endpoint, data):
    before = Event.objects.count()
    assert desk.post(f"/probes/endpoints/{endpoint.pk}/steer/", data).status_code == 422
    endpoint.refresh_from_db()
    assert endpoint.status == "active"
    assert Event.objects.count() == before


def test_steering_wants_a_post_and_an_endpoint(desk, endpoint):
    assert desk.get(f"/probes/endpoints/{endpoint.pk}/steer/").status_code == 405
    assert desk.post(f"/probes/endpoints/{endpoint.pk + 1}/steer/", {"do": "pause"}).status_code == 404


def test_the_number_of_queries_does_not_grow(desk, prompt):
    def grow(letter):
        llm = add_llm(by=None, slug=f"model-{letter}", name=letter, maker="Maker", maker_country="IN")
        endpoint = add_endpoint(
            by=None, llm=llm, slug=letter, kind="local", base_url="http://127.0.0.1:9/v1", allow_private=True
        )
        asked(endpoint, delivered(f"{letter}."), Result(delivery="failed", rule="gone", error="Gone."))

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert desk.get("/probes/").status_code == 200
        return len(seen)

    grow("a")
    desk.get("/probes/")
    few = queries()
    grow("b")
    grow("c")
    assert queries() == few
