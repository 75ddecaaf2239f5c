"""One probe with all its record, and what of it the blind hides."""

import gzip
import re
from decimal import Decimal

import pytest
from django.utils import timezone

from probes.actions import (
    Result,
    add_endpoint,
    claim,
    open_missing_probes,
    open_round,
    record_answer,
    record_result,
)
from probes.actions.redone import redo_result
from probes.models import Answer, Endpoint, ImportBatch, Payload, Probe, Round

pytestmark = pytest.mark.django_db

SECRET = "sk-this-is-the-key-itself"


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


def test_one_probe_with_all_that_was_recorded(desk, prompt, endpoint, monkeypatch):
    monkeypatch.setenv("ENDPOINT_A_KEY", SECRET)
    Endpoint.objects.update(key_variable="ENDPOINT_A_KEY")
    (probe,) = asked(
        endpoint,
        delivered(
            "It was <i>a massacre</i>.",
            reasoning="Shall I <u>say</u> it?",
            raw=b'{"text": "<script>alert(1)</script> \x00 \xff it\'s"}',
            request={
                "protocol": "openai_chat",
                "url": "http://127.0.0.1:9/v1/chat/completions",
                "headers": {"accept": "text/event-stream", "authorization": "Bearer $ENDPOINT_A_KEY"},
                "body": {
                    "model": "model-a",
                    "max_tokens": 256,
                    "stream": True,
                    "reasoning_effort": "low",
                    "logprobs": True,
                    "messages": [{"role": "system", "content": "Be <b>brief</b>."}, {"role": "user", "content": "x"}],
                },
            },
            pieces=[[120, 5], [800, 16]],
            cost=Decimal("0.0012"),
            served_model="model-a-0807",
            headers={"x-region": "eu-9"},
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
    assert "curl --no-buffer http://127.0.0.1:9/v1/chat/completions" in said
    assert "authorization: Bearer $ENDPOINT_A_KEY" in said
    assert "&quot;max_tokens&quot;: 256" in html
    assert "The call as it was sent, whole. Your shell fills in the key" in said
    assert SECRET not in html
    facts = (
        "total_tokens 77", "Time 1,234 ms", "HTTP status 200", "Finish reason stop", "Upstream host-7",
        "Cost $0.0012", "Model, as it says model-a-0807", "x-region eu-9", "Streaming yes",
        "Log probabilities logprobs: true",
        "Reasoning reasoning_effort: &quot;low&quot;", "System prompt Be &lt;b&gt;brief&lt;/b&gt;.",
        "Tokens at most 256",
        "21 characters in 2 pieces: the first 120 ms after the request, the last after 800 ms.",
    )  # fmt: skip
    for fact in facts:
        assert fact in said, fact
    assert f"SHA-256 {Payload.objects.get().sha256}" in said
    assert "hidden" not in said


def test_what_came_back_is_hidden_while_the_question_has_an_open_answer(desk, prompt, endpoint):
    """Maintainers label too: no text of this question, nor how long one was, may lead to who wrote an open one."""
    one, other = asked(
        endpoint,
        *(
            delivered(
                f"Text {n}.",
                reasoning=f"Thought {n}.",
                raw=f"Raw {n}.".encode(),
                usage={"total_tokens": 771 + n},
                request={"model": "model-a", "max_tokens": 256},
                pieces=[[773, 7]],
                cost=Decimal("0.0775"),
                served_by="host-774",
                served_model="model-776",
                fingerprint="fp-777",
                headers={"content-length": "778"},
            )
            for n in range(2)
        ),
    )
    for probe in (one, other):
        for state in ("open", "settled"):
            Answer.objects.filter(pk=one.answer_id).update(
                state=state, closed_at=timezone.now() if state == "settled" else None
            )
            said = words(desk.get(f"/probes/{probe.pk}/"))
            assert "What came back is hidden for now." in said
            marks = [*map(str, range(771, 779)), "When it came", "Cost", "Served by", "curl", "Attempts", "Delivered"]
            for hidden in ("Text", "Thought", "Raw", "SHA-256", "total_tokens", "Settled", *marks):
                assert hidden not in said, hidden
    Answer.objects.update(state="settled", closed_at=timezone.now())
    said = words(desk.get(f"/probes/{one.pk}/"))
    for shown in ("Text 0.", "Thought 0.", "Raw 0.", "total_tokens 771", "773 ms after", "$0.0775", "host-774", "778"):
        assert shown in said, shown


def test_a_probe_that_was_never_asked_and_one_that_was_imported(desk, prompt, endpoint):
    asked(endpoint)
    waiting = Probe.objects.order_by("pk")[0]
    said = words(desk.get(f"/probes/{waiting.pk}/"))
    assert "Waiting" in said
    assert "Nothing has come yet." in said
    assert "It has not been asked yet. The command is here once it was." in said
    assert "curl" not in said
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


ENDS = {
    "delivered": delivered("An answer.", raw=b"An answer."),
    "blocked": Result(
        delivery="blocked_output", rule="filter", text="The half of it", raw=b"The half of it", error="No."
    ),
    "empty": Result(delivery="empty", rule="end_empty"),
    "cut": Result(delivery="truncated", rule="end_length", text="The half of it", finish_reason="length"),
    "failed": Result(delivery="failed", rule="gone", error="It is gone.", http_status=410),
}


def test_nobody_sees_how_a_probe_ended_while_an_answer_to_its_question_is_open(desk, prompt, endpoint):
    """Whoever knows of the blocked ones who they were knows of the open one who wrote it: all pages are alike."""
    probes = dict(zip(ENDS, asked(endpoint, *ENDS.values()), strict=True))

    def page(probe):
        return words(desk.get(f"/probes/{probe.pk}/"))

    def alike(probe):
        said = re.sub(r"Probe \d+", "Probe N", page(probe))
        return re.sub(r"Sample \d+", "Sample N", said)

    assert Answer.objects.get().state == "open"
    assert len({alike(probe) for probe in probes.values()}) == 1
    said = page(probes["blocked"])
    assert "What came back is hidden for now." in said
    assert f"Probe {probes['blocked'].pk} Over" in said
    Answer.objects.update(state="settled", closed_at=timezone.now())
    assert "Answer blocked" in page(probes["blocked"])
    assert "The half of it" in page(probes["cut"])
    assert "It is gone." in page(probes["failed"])
    assert len({alike(probe) for probe in probes.values()}) == 5


def test_half_a_text_is_hidden_until_the_probe_is_over(desk, prompt, endpoint):
    """A model says again what it began to say: with an open answer by another model, and before there is any."""
    (probe,) = asked(
        endpoint, Result(delivery="failed", rule="net_lost", error="Lost.", heals=True, text="Half a", raw=b"Half a")
    )
    for _ in range(2):
        said = words(desk.get(f"/probes/{probe.pk}/"))
        assert "Half a" not in said
        assert "Waiting" in said
        assert "This probe is not over." in said
        assert "Lost." in said
        assert "Attempts 1, 1 failed" in said
        record_answer(version=prompt.current, text="Half a text and the rest.", escaped=False)


def test_a_verdict_that_was_redone_shows_no_open_answer(desk, prompt, endpoint):
    one, _ = asked(endpoint, delivered("What both said."), delivered("What both said."))
    redo_result(
        by=None, probe=one.pk, attempt=1, result=Result(delivery="truncated", rule="end_length", text="What both said.")
    )
    assert Answer.objects.get().state == "open"
    assert "What both said" not in words(desk.get(f"/probes/{one.pk}/"))


def test_what_is_in_quarantine_is_shown_whatever_its_question(desk, prompt, endpoint):
    """Or no rule could be mended; it is failed, and no text that anybody labels. Looked at, it is as all others."""
    strange = Result(delivery="failed", rule="end_unknown", error="Strange.", quarantined=True, raw=b"Strange bytes")
    _, probe = asked(endpoint, delivered("An answer."), strange)
    assert "Strange bytes" in words(desk.get(f"/probes/{probe.pk}/"))
    Probe.objects.filter(pk=probe.pk).update(quarantined=False)
    assert "Strange" not in words(desk.get(f"/probes/{probe.pk}/"))


def test_the_last_errors_tell_of_no_question_that_is_being_labelled(desk, prompt, endpoint):
    answered, failed, strange, waits = asked(
        endpoint,
        delivered("An answer."),
        Result(delivery="failed", rule="gone", error="It is gone."),
        Result(delivery="failed", rule="end_unknown", error="Strange.", quarantined=True),
        Result(delivery="failed", rule="busy", error="Too busy.", heals=True),
    )
    for address in ("/probes/", f"/probes/endpoints/{endpoint.pk}/"):
        html = desk.get(address).content.decode()
        assert (f'href="/probes/{failed.pk}/"' in html, "It is gone." in html) == (False, False)
        assert "Of a question that is still being labelled." in html
        assert "<code>gone</code>" in html
        for shown in (strange, waits):
            assert f'href="/probes/{shown.pk}/"' in html
        assert ("Strange." in html, "Too busy." in html) == (True, True)
    Answer.objects.filter(pk=answered.answer_id).update(state="settled", closed_at=timezone.now())
    html = desk.get("/probes/").content.decode()
    assert (f'href="/probes/{failed.pk}/"' in html, "It is gone." in html) == (True, True)
