"""A batch of results is written as each of them alone would be, whoever writes at the same moment."""

import multiprocessing
import random
import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from core.models import Event
from probes.actions import Finished, Price, Result, claim, give_back, open_round, record_result, record_results, renew
from probes.models import Answer, Endpoint, Payload, Probe, Spending

pytestmark = pytest.mark.django_db

PRICE = Price(each=Decimal("0.3"), a_byte=Decimal(0))
OUTAGE = {"delivery": "failed", "rule": "status_500", "error": "500", "http_status": 500, "heals": True}
EVERYTHING = {
    "usage": {"prompt_tokens": 3, "more": {"絵": [1, None, 2.5]}},
    "pieces": [[12, 4], [30, 9]],
    "served_by": "Upstream",
    "served_model": "m-1",
    "fingerprint": "fp",
    "headers": {"x-region": "eu"},
    "latency_ms": 17,
    "finish_reason": "stop",
    "request": {"url": "http://127.0.0.1/v1", "body": {"model": "m", "text": "绿 \\u0000 \\\\"}},
    "reasoning": "Let me think.",
}
MIXED = [
    Result(delivery="delivered", rule="answer", text="One.", raw=b"1", cost=Decimal("0.01"), **EVERYTHING),
    Result(delivery="delivered", rule="answer", text="One.", raw=b"1"),
    Result(delivery="delivered", rule="answer", text="Other.", escaped=True, quarantined=True),
    Result(delivery="blocked_input", rule="blocked", http_status=400, error="No.", raw=b"no"),
    Result(delivery="cut_by_filter", rule="cut", text="The first half", **EVERYTHING),
    Result(**OUTAGE, raw=b"500", **EVERYTHING),
    Result(**OUTAGE, perhaps_paid=True),
    Result(**OUTAGE, unsent=True),
    Result(**{**OUTAGE, "rule": "busy", "http_status": 429}, slow_down=True, retry_after_s=7.0, cost=Decimal(0)),
    Result(**{**OUTAGE, "heals": False}),
    Result(delivery="empty", rule="empty", heals=True, retries_at_most=2),
    Result(delivery="empty", rule="empty", heals=True, retries_at_most=0),
    Result(delivery="failed", rule="money", error="No credit left.", http_status=402, pauses=True, cost=Decimal(0)),
    Result(delivery="failed", rule="key", error="Wrong key.", http_status=401, pauses=True),
]
MOMENTS = ("due_at", "finished_at", "asked_at", "leased_until", "created_at", "answer_id")


@pytest.fixture
def in_hand(prompt, endpoint):
    """Claims so many probes: `in_hand(5)`."""

    def make(number):
        Endpoint.objects.update(price_input=1, price_output=1, budget=Decimal(1000), max_in_flight=20_000)
        opened = open_round(by=None, name="A round", samples=1)
        Probe.objects.bulk_create(
            Probe(round=opened, version=prompt.current, endpoint=endpoint, sample=sample) for sample in range(number)
        )
        return sorted(claim(endpoint=endpoint.pk, limit=number, price=PRICE), key=lambda one: one.probe)

    return make


def written():
    """All that is in the tables, without what is different each time: moments, and ids of what is new."""
    probes = [
        {**{name: value for name, value in row.items() if name not in MOMENTS}, "answer": row["answer__text"]}
        for row in Probe.objects.order_by("pk").values(*[field.attname for field in Probe._meta.fields], "answer__text")
    ]
    return {
        "probes": probes,
        "over": [at is not None for at in Probe.objects.order_by("pk").values_list("finished_at", flat=True)],
        "answers": list(Answer.objects.order_by("sha256").values_list("text", "escaped", "wanted", "state")),
        "payloads": [
            (probe, attempt, bytes(body), sha256)
            for probe, attempt, body, sha256 in Payload.objects.order_by("probe").values_list(
                "probe", "attempt", "body", "sha256"
            )
        ],
        "money": list(Spending.objects.values_list("spent", "reserved")),
        "endpoint": list(Endpoint.objects.values_list("status", "status_reason")),
        "events": list(Event.objects.order_by("pk").values_list("verb", "noun", "key", "data")),
    }


def test_a_batch_is_what_one_by_one_would_be(in_hand):
    held = in_hand(len(MIXED))
    finished = [Finished(one.probe, one.attempt, result) for one, result in zip(held, MIXED, strict=True)]

    def undone(work):
        with transaction.atomic():
            work()
            there = written()
            transaction.set_rollback(True)
        return there

    def one_by_one():
        for one in finished:
            assert record_result(probe_id=one.probe, attempt=one.attempt, result=one.result) is True

    together = undone(lambda: record_results(finished))
    assert together == undone(one_by_one)
    assert together == undone(lambda: [record_results(finished[:5]), record_results(finished[5:])])
    assert [one["status"] for one in together["probes"]] == [
        *["done"] * 5, *["due"] * 4, "given_up", "due", "done", "due", "due",
    ]  # fmt: skip
    assert [one["failures"] for one in together["probes"]] == [0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0]
    assert together["endpoint"] == [("paused", "No credit left.")]
    assert len(together["answers"]) == 2


def test_when_each_is_due_again(in_hand):
    held = in_hand(3)
    before = timezone.now()
    slow_down = Result(**OUTAGE, slow_down=True, retry_after_s=7.0)
    ends = [slow_down, Result(**OUTAGE), Result(delivery="failed", rule="money", pauses=True)]
    record_results([Finished(one.probe, one.attempt, end) for one, end in zip(held, ends, strict=True)])
    waits = [at - before for at in Probe.objects.order_by("pk").values_list("due_at", flat=True)]
    assert timedelta(seconds=7) <= waits[0] < timedelta(seconds=8.5)
    assert timedelta(0) <= waits[1] < timedelta(seconds=3)
    assert timedelta(0) <= waits[2] < timedelta(seconds=1)


def test_slow_down_is_no_failure(in_hand):
    (held,) = in_hand(1)
    slow_down = Result(**OUTAGE, slow_down=True)
    for attempt in (1, 4, 100, 999):
        Probe.objects.update(status="claimed", leased_until=timezone.now(), attempt=attempt)
        assert record_result(probe_id=held.probe, attempt=attempt, result=slow_down) is True
        assert Probe.objects.values_list("status", "failures").get() == ("due", 0)


@pytest.mark.django_db(transaction=True)
def test_leases_are_renewed_beside_what_is_being_recorded(in_hand):
    """The heartbeat and the recorder meet on the same rows, in whatever order each has them: none waits in a circle."""
    held = in_hand(400)
    errors, stop = [], threading.Event()

    def beat():
        dice = random.Random(1)
        try:
            while not stop.is_set():
                renew(held=dice.sample(held, len(held)))
        except OperationalError as error:
            errors.append(error)
        finally:
            connection.close()

    beating = [threading.Thread(target=beat) for _ in range(2)]
    for thread in beating:
        thread.start()
    delivered = Result(delivery="delivered", rule="answer", text="379 dead.")
    try:
        for start in range(0, 400, 40):
            lot = held[start : start + 40]
            record_results([Finished(one.probe, one.attempt, delivered) for one in lot[:30]])
            assert give_back(held=lot[:-11:-1], perhaps_paid=False) == 10
    finally:
        stop.set()
        for thread in beating:
            thread.join()
    assert errors == []
    assert sorted(Probe.objects.values_list("status", flat=True)) == ["done"] * 300 + ["due"] * 100


TEXTS = [f"Answer {number}." for number in range(40)]
WORKERS, BATCHES, A_BATCH = 8, 50, 5


def write_batches(mine, seed):
    """One process: its batches of texts that all the others write too. Ends without a word, or with an error."""
    dice = random.Random(seed)
    connection.ensure_connection()
    for start in range(0, len(mine), A_BATCH):
        texts = dice.sample(TEXTS, A_BATCH)
        finished = [
            Finished(one.probe, one.attempt, Result(delivery="delivered", rule="answer", text=text, raw=b"."))
            for one, text in zip(mine[start : start + A_BATCH], texts, strict=True)
        ]
        assert record_results(finished) == {one.probe for one in finished}
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_same_texts_from_eight_processes_at_once(in_hand):
    held = in_hand(WORKERS * BATCHES * A_BATCH)
    # A child must not find the connection of this process.
    connection.close()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=write_batches, args=(held[n::WORKERS], n)) for n in range(WORKERS)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    assert time.monotonic() - began < 60
    assert sorted(Answer.objects.values_list("text", flat=True)) == sorted(TEXTS)
    assert Probe.objects.filter(status="done", answer__isnull=False).count() == len(held)
    assert Payload.objects.count() == len(held)
