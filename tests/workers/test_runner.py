"""The probing loop, in this process, against a provider on this machine."""

import functools
import time

import pytest

from probes.models import Endpoint, Probe
from tests.fake_provider import FakeProvider
from tests.workers import engine
from tests.workers.engine import over, prove, until
from workers import desks, process
from workers import runner as running
from workers.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


@pytest.fixture
def runner():
    running = Runner(capacity=10)
    yield running
    running.stop()


@pytest.fixture
def open_probes(provider, prompt):
    """Probes at an endpoint that behaves as told: `open_probes("answer", samples=5)`."""
    return functools.partial(engine.open_probes, provider.base_url)


def test_it_asks_records_and_asks_on_until_nothing_is_due(open_probes, runner, provider, prompt):
    endpoint = open_probes("answer", samples=30)
    runner.wake(endpoint.pk)
    assert until(over)
    assert set(Probe.objects.values_list("status", "delivery", "attempt")) == {("done", "delivered", 1)}
    assert provider.asked(prompt.current.text) == 30
    probe = Probe.objects.select_related("answer").first()
    assert probe.answer.text.startswith("Answer ")
    assert probe.request == {
        "protocol": "openai_chat",
        "url": f"{provider.base_url}/chat/completions",
        "headers": {"content-type": "application/json", "accept": "text/event-stream"},
        "body": {"model": "answer", "messages": [{"role": "user", "content": prompt.current.text}], "stream": True},
    }
    assert (probe.served_model, probe.fingerprint) == ("answer", "fp_fake")
    assert sum(characters for _, characters in probe.pieces) == len(probe.answer.text)
    assert probe.payloads.count() == 1


@pytest.mark.parametrize(
    ("behaviour", "delivery"),
    [
        ("content_filter", "blocked_output"),
        ("cut_by_filter", "cut_by_filter"),
        ("blocked_input", "blocked_input"),
        ("length", "truncated"),
        ("refusal", "delivered"),
        ("unknown_error", "failed"),
    ],
)
def test_each_delivery_is_told_apart(open_probes, runner, behaviour, delivery):
    endpoint = open_probes(behaviour)
    runner.wake(endpoint.pk)
    assert until(over)
    assert Probe.objects.get().delivery == delivery


def test_nul_and_lone_surrogates_are_kept_and_can_be_read(open_probes, runner):
    endpoint = open_probes("surrogate")
    runner.wake(endpoint.pk)
    assert until(over)
    answer = Probe.objects.get().answer
    assert answer.escaped is True
    assert "nu\\ud800mber" in answer.text


def test_stopping_gives_back_what_is_in_flight_at_once(open_probes, runner):
    endpoint = open_probes("answer,delay:60000", samples=5)
    prove(endpoint)
    runner.wake(endpoint.pk)
    assert until(lambda: Probe.objects.filter(status="claimed").count() == 5)
    began = time.monotonic()
    runner.stop()
    assert time.monotonic() - began < 3
    assert set(Probe.objects.values_list("status", "failures", "perhaps_paid")) == {("due", 0, 1)}


def test_an_endpoint_that_makes_trouble_does_not_stop_the_others(open_probes, runner, monkeypatch):
    endpoint = open_probes("answer")
    open_desk = desks.open_desk

    def trouble(endpoint_id):
        if endpoint_id != endpoint.pk:
            raise ValueError("something nobody has thought of")
        return open_desk(endpoint_id)

    monkeypatch.setattr(desks, "open_desk", trouble)
    runner.wake(endpoint.pk + 1)
    assert until(lambda: not runner.awake)
    runner.wake(endpoint.pk)
    assert until(over)
    assert (Probe.objects.get().status, runner.is_over()) == ("done", False)


def test_what_could_not_be_asked_is_given_back_and_was_not_paid(open_probes, runner, monkeypatch):
    endpoint = open_probes("answer")
    call_of, tried = running.call_of, []

    def trouble(*args, **named):
        tried.append(args)
        if len(tried) == 1:
            raise ValueError("something nobody has thought of")
        return call_of(*args, **named)

    monkeypatch.setattr(running, "call_of", trouble)
    runner.wake(endpoint.pk)
    assert until(over)
    probe = Probe.objects.get()
    assert (probe.status, probe.attempt, probe.failures, probe.deaths, probe.perhaps_paid) == ("done", 2, 0, 0, 0)


def test_a_permit_that_came_too_late_is_given_back(open_probes, runner, provider, prompt, monkeypatch):
    endpoint = open_probes("answer", requests_a_minute=1)
    claim, waited = running.claim, []

    def slow(**named):
        if not waited:
            waited.append(time.sleep(0.5))
        return claim(**named)

    monkeypatch.setattr(running, "claim", slow)
    runner.limits.margin_s = 0.4
    runner.wake(endpoint.pk)
    assert until(over)
    # With the first permit not given back, a minute of one request would still be full.
    assert (Probe.objects.get().attempt, provider.asked(prompt.current.text)) == (2, 1)


def test_a_heartbeat_that_fails_beats_on(open_probes, monkeypatch):
    monkeypatch.setattr(running, "HEARTBEAT_S", 0.05)
    renewed = []

    def renew(*, held):
        renewed.append(len(held))
        if len(renewed) == 1:
            raise ValueError("something nobody has thought of")

    monkeypatch.setattr(running, "renew", renew)
    endpoint = open_probes("answer,delay:60000")
    runner = Runner(capacity=1)
    try:
        runner.wake(endpoint.pk)
        assert until(lambda: len(renewed) >= 3)
    finally:
        runner.stop()
    assert set(renewed) == {1}


def test_a_runner_whose_loop_has_ended_is_replaced(open_probes, monkeypatch):
    monkeypatch.setattr(process, "_runner", None)
    client = running.client
    monkeypatch.setattr(running, "client", None)
    ended = process.runner()
    ended.thread.join(5)
    assert ended.is_over()
    ended.wake(1)
    monkeypatch.setattr(running, "client", client)
    endpoint = open_probes("answer")
    anew = process.runner()
    try:
        assert anew is not ended
        assert process.runner() is anew
        anew.wake(endpoint.pk)
        assert until(over)
    finally:
        process.stop()
    assert process.runner() is anew


def test_a_refused_connection_is_tried_again_and_was_not_paid(open_probes, runner, settings):
    endpoint = open_probes("answer")
    endpoint.base_url = "http://127.0.0.1:9/v1"
    endpoint.save()
    runner.wake(endpoint.pk)
    assert until(lambda: Probe.objects.filter(failures=1).exists())
    probe = Probe.objects.get()
    assert (probe.status, probe.perhaps_paid) == ("due", 0)


def test_an_endpoint_of_an_absurd_price_is_paused_and_says_why(open_probes, runner):
    endpoint = open_probes("answer", params={"max_tokens": 10**9}, price_input=1, price_output=999_999)
    runner.wake(endpoint.pk)
    assert until(lambda: Endpoint.objects.get(pk=endpoint.pk).status == "paused")
    reason = "A call could cost more than $1,000: look at its prices and its output limit."
    assert Endpoint.objects.get(pk=endpoint.pk).status_reason == reason
    assert Probe.objects.get().attempt == 0
