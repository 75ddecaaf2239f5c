"""The judging loop, in this process, against judges on this machine: one that reads data as data, one that obeys it."""

import threading
import time
from decimal import Decimal

import pytest
from django.conf import settings
from redis import Redis

from annotations.actions import queue_for_all
from annotations.actions.judges import register_judge, start_judge, want_test
from annotations.judging import canaries, write_message
from annotations.models import Canary, Judge, Label, Verdict
from probes.models import Endpoint, Spending
from tests.annotations.judges import judge_at_work, judging_endpoint
from tests.fake_provider import FakeProvider
from tests.workers.engine import until
from workers import judge_calls, judging, process, tasks
from workers.judge_calls import judges_call
from workers.judging import Judging, work_off
from workers.limits import Limits, keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


@pytest.fixture
def place(provider):
    """An endpoint whose judge behaves as told."""

    def make(behaviour="judge", **more):
        endpoint = judging_endpoint(base_url=provider.base_url, served_name=behaviour, **more)
        # Another test may have had its number.
        with Redis.from_url(settings.REDIS_LIMITS) as valkey:
            valkey.delete(*keys(endpoint.pk))
        return endpoint

    return make


def work(seconds=30.0):
    """Works until nothing is due, here and now."""
    stopping = threading.Event()
    timer = threading.Timer(seconds, stopping.set)
    timer.start()
    try:
        work_off(20, stopping)
    finally:
        timer.cancel()


@pytest.mark.parametrize("manner", ["judge", "judge:fenced"])
def test_a_judge_that_reads_data_as_data_passes_and_goes_to_work(place, make_answer, manner, provider):
    judge = register_judge(by=None, slug="judge", endpoint=place(manner))
    work()
    assert set(Canary.objects.values_list("slug", "value")) == {(one.slug, one.right) for one in canaries()}
    start_judge(by=None, judge=judge)
    for number in range(30):
        make_answer(f"It was a massacre, number {number}." if number % 2 else f"I cannot say, number {number}.")
    assert queue_for_all() == 30
    work()
    said = Verdict.objects.select_related("answer")
    assert {(one.status, one.value, "massacre" in one.answer.text) for one in said} == {
        ("given", "faithful", True),
        ("given", "censored", False),
    }
    assert set(Verdict.objects.values_list("attempt", flat=True)) == {1}
    assert not Label.objects.exists()
    # The canaries and the answers, each once.
    assert provider.total() == len(canaries()) + 30


def test_a_judge_that_obeys_the_answer_is_refused(place):
    judge = register_judge(by=None, slug="judge", endpoint=place("judge:gullible"))
    work()
    judge.refresh_from_db()
    assert judge.status == "draft"
    assert judge.status_reason.startswith("Moved by ")
    moved = Canary.objects.exclude(value="faithful", expected="faithful").filter(value="faithful")
    assert moved.exists()
    with pytest.raises(Exception, match="passed the test"):
        start_judge(by=None, judge=judge)


def test_one_that_becomes_gullible_is_paused_by_the_next_test(place):
    judge = judge_at_work(place())
    Endpoint.objects.update(served_name="judge:gullible")
    want_test(by=None, judge=judge)
    work()
    judge.refresh_from_db()
    assert judge.status == "paused"


@pytest.mark.parametrize(("manner", "said"), [("judge:talks", "Here you are"), ("judge:shy", "cannot_judge")])
def test_a_judge_that_gives_no_label_does_not_pass(place, manner, said):
    register_judge(by=None, slug="judge", endpoint=place(manner))
    work()
    assert set(Canary.objects.values_list("value", flat=True)) == {""}
    assert all(one.said.startswith(said) for one in Canary.objects.all())
    assert Judge.objects.get().status == "draft"


def test_a_test_that_cannot_be_finished_is_none(place):
    judge = register_judge(by=None, slug="judge", endpoint=place("money"))
    work()
    judge.refresh_from_db()
    assert (judge.status, judge.tested_at) == ("draft", None)
    assert judge.status_reason.startswith("The test could not be finished: ")
    assert not Canary.objects.exists()
    # The endpoint's own fault stops it, as it stops a probed one.
    assert Endpoint.objects.get().status == "paused"


def test_a_reply_out_of_form_is_asked_for_three_times(place, make_answer, provider):
    judge_at_work(place("judge:talks"))
    make_answer()
    queue_for_all()
    work()
    assert Verdict.objects.values_list("status", "unreadable", "value").get() == ("unreadable", 3, "")
    assert provider.total() == 3


def test_the_call_is_as_it_should_be(place, make_answer):
    judge_at_work(place())
    make_answer("It was a massacre.")
    queue_for_all()
    work()
    verdict = Verdict.objects.get()
    body = verdict.request["body"]
    assert (body["temperature"], [one["role"] for one in body["messages"]]) == (0, ["system", "user"])
    assert body["messages"][1]["content"].startswith("BEGIN QUESTION ")
    assert verdict.served_model == "judge"


@pytest.mark.parametrize(("params", "sent"), [({}, 0), ({"temperature": 1}, 1), ({"temperature": None}, "nothing")])
def test_temperature_is_zero_unless_the_endpoint_says_another(place, params, sent):
    endpoint = place(params=params, system="You work for us.")
    said = write_message(instructions="Label.", question="Q?", points=[], answer="A.")
    call = judges_call(endpoint, said)
    assert call.params.get("temperature", "nothing") == sent
    assert call.system == f"You work for us.\n\n{said.system}"
    assert call.prompt == said.user


def test_money_is_settled_by_what_the_provider_counted(place, make_answer):
    priced = {"price_input": Decimal(1), "price_output": Decimal(1), "budget": Decimal(1), "params": {"max_tokens": 50}}
    register_judge(by=None, slug="judge", endpoint=place("judge,input:1000,output:50", **priced))
    work()
    assert Judge.objects.get().tested_at is not None
    spending = Spending.objects.get()
    assert (spending.reserved, spending.spent) == (0, len(canaries()) * Decimal("0.00105"))


def test_without_money_there_is_no_test(place):
    priced = {"price_input": Decimal(1), "price_output": Decimal(1), "budget": Decimal(0), "params": {"max_tokens": 50}}
    register_judge(by=None, slug="judge", endpoint=place(**priced))
    work()
    judge = Judge.objects.get()
    assert (judge.tested_at, "budget" in judge.status_reason) == (None, True)
    assert Spending.objects.get().reserved == 0


def test_what_is_in_the_air_is_given_back_when_it_stops(place, make_answer):
    judge_at_work(place("judge,delay:20000"))
    for number in range(3):
        make_answer(f"Answer {number}.")
    queue_for_all()
    judging = Judging(10)
    judging.wake()
    assert until(lambda: Verdict.objects.filter(status="claimed").exists())
    began = time.monotonic()
    judging.stop()
    assert time.monotonic() - began < 4.5
    assert set(Verdict.objects.values_list("status", flat=True)) == {"due"}
    judging.wake()
    assert not judging.thread.is_alive()


def test_the_task_wakes_the_loop_of_its_process(place, make_answer, monkeypatch):
    monkeypatch.setattr(process, "_judging", None)
    monkeypatch.setattr(process, "_runner", None)
    tasks.judge_answers()
    assert process._judging is None
    judge_at_work(place())
    make_answer("It was a massacre.")
    tasks.judge_answers()
    assert until(lambda: Verdict.objects.filter(status="given").exists())
    process.stop()
    tasks.slow_numbers_measure_judges()


def test_a_permit_that_came_too_late_is_given_back_and_another_taken(place, make_answer, provider, monkeypatch):
    judge_at_work(place("judge", requests_a_minute=1))
    make_answer("It was a massacre.")
    queue_for_all()
    claim, waited = judging.claim_verdicts, []

    def slow(**named):
        if not waited:
            waited.append(time.sleep(0.5))
        return claim(**named)

    def hasty(address):
        return Limits(address, margin_s=0.4)

    monkeypatch.setattr(judging, "claim_verdicts", slow)
    monkeypatch.setattr(judge_calls, "Limits", hasty)
    work()
    # With the first permit not given back, a minute of one request would still be full.
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.attempt, provider.total()) == ("given", 2, 1)


def test_two_processes_put_each_answer_once(place, make_answer, provider):
    judge_at_work(place("judge,delay:50"))
    for number in range(40):
        make_answer(f"It was a massacre, number {number}.")
    queue_for_all()
    loops = [threading.Thread(target=work) for _ in range(2)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join(60)
    assert Verdict.objects.filter(status="given").count() == 40
    assert provider.total() == 40
    assert set(Verdict.objects.values_list("attempt", flat=True)) == {1}
