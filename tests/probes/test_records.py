"""What one attempt brought is written down once, and only what may heal is tried again."""

import gzip
import hashlib

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from probes.actions import Result, claim, open_missing_probes, open_round, record_result
from probes.models import Answer, Endpoint, Payload, Probe
from probes.selectors import asked_lately

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(prompt, endpoint):
    """Claims the next due probe and records a result: `ask(Result(…))` gives the probe."""
    opened = open_round(by=None, name="A round", samples=2)
    open_missing_probes(of=opened, limit=10)

    def make(result):
        Probe.objects.filter(status="due").update(due_at=timezone.now())
        (one,) = claim(endpoint=endpoint.pk, limit=1)
        assert record_result(probe_id=one.probe, attempt=one.attempt, result=result) is True
        return Probe.objects.get(pk=one.probe)

    return make


def test_an_answer_is_kept_with_its_payload(ask, prompt):
    raw = b'{"choices": []}'
    probe = ask(Result(delivery="delivered", rule="answer", text="379 dead.", raw=raw, usage={"total_tokens": 7}))
    answer = Answer.objects.get()
    assert (probe.status, probe.answer, probe.usage) == ("done", answer, {"total_tokens": 7})
    assert (answer.text, answer.language, answer.wanted, answer.state) == ("379 dead.", "en", 3, "open")
    assert answer.sha256 == hashlib.sha256(b"379 dead.").hexdigest()
    payload = Payload.objects.get()
    assert gzip.decompress(payload.body) == raw
    assert payload.sha256 == hashlib.sha256(raw).hexdigest()


def test_the_same_text_twice_is_one_answer_with_two_probes(ask):
    probes = [ask(Result(delivery="delivered", rule="answer", text="I cannot discuss that.")) for _ in range(2)]
    assert Answer.objects.count() == 1
    assert probes[0].answer == probes[1].answer


def test_a_very_long_text_is_kept(ask):
    text = "绿" * 400_000
    assert ask(Result(delivery="delivered", rule="answer", text=text)).answer.text == text


@pytest.mark.parametrize("delivery", ["blocked_input", "blocked_output", "cut_by_filter", "truncated", "empty"])
def test_what_was_not_delivered_is_no_answer_and_keeps_its_text(ask, delivery):
    probe = ask(Result(delivery=delivery, rule="a rule", text="The first half"))
    assert (probe.status, probe.delivery, probe.partial_text, probe.answer) == (
        "done",
        delivery,
        "The first half",
        None,
    )
    assert Answer.objects.count() == 0


def test_what_may_heal_is_due_again_and_at_last_given_up(ask):
    outage = Result(delivery="failed", rule="status_500", error="500", http_status=500, heals=True)
    Probe.objects.exclude(sample=1).delete()
    assert [ask(outage).status for _ in range(4)] == ["due", "due", "due", "given_up"]
    probe = Probe.objects.get()
    assert (probe.delivery, probe.failures, probe.http_status) == ("failed", 4, 500)


def test_retry_after_is_the_least(ask):
    before = timezone.now()
    probe = ask(Result(delivery="failed", rule="status_429", error="429", heals=True, retry_after_s=90))
    assert (probe.due_at - before).total_seconds() >= 90


def test_a_permanent_failure_is_not_tried_again(ask):
    probe = ask(Result(delivery="failed", rule="status_413", error="Too long for it.", http_status=413))
    assert (probe.status, probe.delivery, probe.error) == ("given_up", "failed", "Too long for it.")


def test_an_empty_answer_is_asked_for_three_times(ask):
    empty = Result(delivery="empty", rule="empty", heals=True, retries_at_most=2)
    ask(empty)
    first = Probe.objects.exclude(failures=0).get()
    Probe.objects.filter(failures=0).delete()
    assert [ask(empty).status for _ in range(2)] == ["due", "done"]
    first.refresh_from_db()
    assert (first.delivery, first.failures) == ("empty", 3)


def test_a_fault_of_the_endpoint_pauses_it_and_costs_the_probe_nothing(ask, endpoint):
    probe = ask(Result(delivery="failed", rule="no_money", error="No credit left.", http_status=402, pauses=True))
    endpoint.refresh_from_db()
    assert (probe.status, probe.failures) == ("due", 0)
    assert (endpoint.status, endpoint.status_reason) == ("paused", "No credit left.")
    assert claim(endpoint=endpoint.pk, limit=5) == []


def test_the_text_of_an_answer_cannot_be_changed(ask):
    ask(Result(delivery="delivered", rule="answer", text="As it was said."))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Answer.objects.update(text="As it was not.")


def test_only_a_delivered_probe_has_an_answer(ask):
    ask(Result(delivery="delivered", rule="answer", text="Yes."))
    with pytest.raises(IntegrityError, match="probe_answer_only_if_delivered"), transaction.atomic():
        Probe.objects.filter(status="done").update(delivery="truncated")


def test_what_was_asked_lately_is_told_attempt_by_attempt(ask, endpoint):
    slow = Result(delivery="failed", rule="status_503", heals=True, http_status=503, raw=b"{}")
    Probe.objects.exclude(sample=1).delete()
    for _ in range(3):
        ask(slow)
    told = asked_lately(endpoint.pk, tokens_each=7)
    assert [tokens for _, tokens in told] == [7, 7, 7]
    assert max(ago for ago, _ in told) < 60


def test_an_endpoint_that_is_never_reached_is_paused_and_nothing_is_given_up(ask, endpoint):
    Probe.objects.exclude(sample=1).delete()
    gone = Result(delivery="failed", rule="net_not_connected", error="No connection.", heals=True, unsent=True)
    assert {ask(gone).status for _ in range(99)} == {"due"}
    endpoint.refresh_from_db()
    assert endpoint.status == "active"
    probe = ask(gone)
    endpoint.refresh_from_db()
    assert (probe.status, probe.failures, probe.perhaps_paid) == ("due", 0, 0)
    assert (endpoint.status, endpoint.status_reason) == ("paused", "It was not reached in 100 tries. No connection.")


def test_an_endpoint_that_says_slow_down_for_ever_is_paused(ask, endpoint):
    Probe.objects.filter(sample=1).update(attempt=998)
    Probe.objects.exclude(sample=1).delete()
    slow = Result(delivery="failed", rule="status_429", error="429", heals=True, slow_down=True)
    assert (ask(slow).failures, Endpoint.objects.get(pk=endpoint.pk).status) == (0, "active")
    assert (ask(slow).status, Endpoint.objects.get(pk=endpoint.pk).status) == ("due", "paused")


def test_a_probe_may_be_tried_more_often_than_a_small_number_holds(ask):
    Probe.objects.filter(sample=1).update(attempt=40_000)
    Probe.objects.exclude(sample=1).delete()
    assert ask(Result(delivery="delivered", rule="answer", text="At last.")).attempt == 40_001
