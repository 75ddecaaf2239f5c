"""The maintainers' pages: what each endpoint has before it, what went wrong, and one probe with all its record."""

import gzip
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Event
from probes import selectors
from probes.actions import Result, add_endpoint, add_llm, claim, open_missing_probes, open_round, record_result
from probes.models import Answer, Endpoint, ImportBatch, Payload, Probe, Round

pytestmark = pytest.mark.django_db

SECRET = "sk-this-is-the-key-itself"


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages link their style sheets by plain names: nothing is collected for a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


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
    "address", ["/probes/", "/probes/add/", "/probes/1/", "/probes/rounds/open/", "/probes/endpoints/1/steer/"]
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
    assert "Due 4 1 try again later In flight 1 at most 20 Done 4 Given up 1 Quarantined 1" in said
    assert "Last hour 3 delivered, of 5 over Median time 300 ms" in said
    assert "5 over, 10 opened, 10 planned" in said
    assert f"probe {probes[5].pk} key_refused" in said
    assert f"probe {probes[4].pk} Due" in said
    assert said.index("The key was refused.") < said.index("Too many requests.") < said.index("Blocked.")


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


def test_one_probe_with_all_that_was_recorded(desk, prompt, endpoint, monkeypatch):
    monkeypatch.setenv("ENDPOINT_A_KEY", SECRET)
    Endpoint.objects.update(key_variable="ENDPOINT_A_KEY")
    (probe,) = asked(
        endpoint,
        delivered(
            "It was <i>a massacre</i>.",
            reasoning="Shall I <u>say</u> it?",
            raw=b'{"text": "<script>alert(1)</script> \x00 \xff it\'s"}',
            request={"model": "model-a", "system": None, "max_tokens": 256},
            usage={"total_tokens": 77},
            latency_ms=1234,
            http_status=200,
            finish_reason="stop",
            served_by="host-7",
        ),
    )
    Answer.objects.update(state="settled", closed_at=timezone.now())
    response = desk.get(f"/probes/{probe.pk}/")
    html, said = response.content.decode(), words(response)
    assert "It was &lt;i&gt;a massacre&lt;/i&gt;." in html
    assert "Shall I &lt;u&gt;say&lt;/u&gt; it?" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\x00 \\xff it&#x27;s" in html
    assert "<script" not in html
    assert "\x00" not in html
    assert "curl http://127.0.0.1:9/v1/chat/completions" in said
    assert "Authorization: Bearer $ENDPOINT_A_KEY" in said
    assert "&quot;max_tokens&quot;: 256" in html
    assert "&quot;system&quot;" not in html
    assert SECRET not in html
    for fact in ("total_tokens 77", "Time 1,234 ms", "HTTP status 200", "Finish reason stop", "Served by host-7"):
        assert fact in said, fact
    assert f"SHA-256 {Payload.objects.get().sha256}" in said
    assert "hidden" not in said


def test_what_came_back_is_hidden_while_the_question_has_an_open_answer(desk, prompt, endpoint):
    """Maintainers label too: no text of this question, nor how long one was, may lead to who wrote an open one."""
    one, other = asked(
        endpoint,
        *(
            delivered(
                f"Text {n}.", reasoning=f"Thought {n}.", raw=f"Raw {n}.".encode(), usage={"total_tokens": 771 + n}
            )
            for n in range(2)
        ),
    )
    (blocked,) = asked(endpoint, Result(delivery="blocked_output", rule="filter", text="The half of it", raw=b"Raw 2."))
    for probe in (one, other):
        for state in ("open", "settled"):
            Answer.objects.filter(pk=one.answer_id).update(
                state=state, closed_at=timezone.now() if state == "settled" else None
            )
            said = words(desk.get(f"/probes/{probe.pk}/"))
            assert "What came back is hidden for now." in said
            assert "curl http://127.0.0.1:9/v1/chat/completions" in said
            for hidden in ("Text", "Thought", "Raw", "SHA-256", "771", "772", "total_tokens", "Settled"):
                assert hidden not in said.replace("Text, reasoning, size", ""), hidden
    assert "The half of it" in words(desk.get(f"/probes/{blocked.pk}/"))
    Answer.objects.update(state="settled", closed_at=timezone.now())
    said = words(desk.get(f"/probes/{one.pk}/"))
    for shown in ("Text 0.", "Thought 0.", "Raw 0.", "total_tokens 771"):
        assert shown in said, shown


def test_a_probe_that_was_never_asked_and_one_that_was_imported(desk, prompt, endpoint):
    asked(endpoint)
    waiting = Probe.objects.order_by("pk")[0]
    said = words(desk.get(f"/probes/{waiting.pk}/"))
    assert "Waiting" in said
    assert "Nothing has come yet." in said
    batch = ImportBatch.objects.create(source="A box of tapes", licence="CC0", may_publish=True, sha256="0" * 64)
    recorded = add_endpoint(by=None, llm=endpoint.llm, slug="recorded", kind="import")
    imported = Probe.objects.create(
        batch=batch, version=prompt.current, endpoint=recorded, sample=1, status="done", delivery="empty", rule="empty"
    )
    said = words(desk.get(f"/probes/{imported.pk}/"))
    assert "Imported answers come without it." in said
    assert "A box of tapes CC0" in said
    assert "curl" not in said
    said = words(desk.get("/probes/"))
    assert "recorded Imported" in said


def test_a_payload_that_cannot_be_unpacked_does_not_break_the_page(desk, prompt, endpoint):
    (probe,) = asked(endpoint, delivered("One.", raw=b"{}"))
    Payload.objects.create(probe=probe, attempt=7, body=b"not gzip", sha256="0" * 64)
    Payload.objects.create(probe=probe, attempt=8, body=gzip.compress(b"x" * 300)[:-12], sha256="0" * 64)
    assert desk.get(f"/probes/{probe.pk}/").status_code == 200


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
