"""The queue is derived from the tables, and a claim is a lease with a fence."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from probes.actions import (
    Result,
    claim,
    give_back,
    open_missing_probes,
    open_round,
    record_result,
    renew,
    stop_endpoint,
    take_back_expired,
)
from probes.models import Probe
from probes.selectors import endpoints_with_work
from prompts.actions import withdraw_prompt
from prompts.models import Family

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_round(prompt, endpoint):
    return open_round(by=None, name="A round", samples=3)


def test_missing_probes_are_prompts_times_endpoints_times_samples(a_round, prompt, endpoint):
    assert open_missing_probes(of=a_round, limit=100) == 3
    assert open_missing_probes(of=a_round, limit=100) == 0
    rows = Probe.objects.values_list("version_id", "endpoint_id", "sample", "status").order_by("sample")
    assert list(rows) == [(prompt.current_id, endpoint.pk, n, "due") for n in (1, 2, 3)]


def test_they_are_made_bounded_and_the_rest_follows(a_round):
    assert [open_missing_probes(of=a_round, limit=2) for _ in range(3)] == [2, 1, 0]


def test_an_endpoint_may_want_fewer_samples(a_round, endpoint):
    endpoint.samples = 1
    endpoint.save()
    assert open_missing_probes(of=a_round, limit=100) == 1


def test_prompts_in_review_and_paused_endpoints_are_left_out(a_round, make_prompt, endpoint):
    make_prompt(text="Who gave the order to fire?", approved=False)
    assert open_missing_probes(of=a_round, limit=100) == 3
    stop_endpoint(by=None, endpoint=endpoint, reason="a pause")
    Probe.objects.all().delete()
    assert open_missing_probes(of=a_round, limit=100) == 0
    assert endpoints_with_work() == []


def test_peoples_prompts_go_before_the_starter_set(a_round, prompt, make_prompt, endpoint):
    Family.objects.filter(pk=prompt.family_id).update(starter=True)
    theirs = make_prompt(text="Who gave the order to fire?")
    open_missing_probes(of=a_round, limit=100)
    texts = [one.text for one in claim(endpoint=endpoint.pk, limit=4)]
    assert sorted(texts) == sorted([theirs.current.text] * 3 + [prompt.current.text])


def test_a_claim_leases_and_counts_its_attempt(a_round, endpoint):
    open_missing_probes(of=a_round, limit=100)
    (one,) = claim(endpoint=endpoint.pk, limit=1)
    probe = Probe.objects.get(pk=one.probe)
    assert (probe.status, probe.attempt, one.attempt) == ("claimed", 1, 1)
    assert probe.leased_until > timezone.now()


def test_never_more_in_hand_than_twice_what_may_be_in_flight(a_round, endpoint, make_prompt):
    make_prompt("What happened at Bengal in 1943?")
    endpoint.max_in_flight = 2
    endpoint.save()
    open_missing_probes(of=a_round, limit=100)
    assert [len(claim(endpoint=endpoint.pk, limit=10)) for _ in range(2)] == [4, 0]


def test_a_withdrawn_prompt_is_no_longer_asked(a_round, endpoint, prompt, author):
    open_missing_probes(of=a_round, limit=100)
    assert endpoints_with_work() == [endpoint.pk]
    withdraw_prompt(by=author, prompt=prompt)
    assert endpoints_with_work() == []
    assert claim(endpoint=endpoint.pk, limit=10) == []


def test_a_lease_that_ran_out_is_taken_back_and_its_late_result_refused(a_round, endpoint):
    open_missing_probes(of=a_round, limit=1)
    (first,) = claim(endpoint=endpoint.pk, limit=1)
    assert take_back_expired() == 0
    Probe.objects.update(leased_until=timezone.now())
    assert take_back_expired() == 1
    (second,) = claim(endpoint=endpoint.pk, limit=1)
    result = Result(delivery="delivered", rule="answer", text="Too late.")
    assert record_result(probe_id=first.probe, attempt=first.attempt, result=result) is False
    assert record_result(probe_id=second.probe, attempt=second.attempt, result=result) is True
    probe = Probe.objects.get()
    assert (probe.status, probe.attempt, probe.deaths, probe.failures, probe.perhaps_paid) == ("done", 2, 1, 0, 1)


def test_what_kills_its_workers_is_given_up(a_round, endpoint):
    open_missing_probes(of=a_round, limit=1)
    for _ in range(10):
        claim(endpoint=endpoint.pk, limit=1)
        Probe.objects.update(leased_until=timezone.now())
        take_back_expired()
    probe = Probe.objects.get()
    assert (probe.status, probe.delivery, probe.rule) == ("given_up", "failed", "candor.worker_died")
    assert (probe.deaths, probe.failures) == (10, 0)
    assert probe.error == "10 workers stopped without a word while this was asked."


def test_ordinary_failures_are_no_deaths(a_round, endpoint):
    open_missing_probes(of=a_round, limit=1)
    Probe.objects.update(failures=15, error="Too many requests.")
    claim(endpoint=endpoint.pk, limit=1)
    Probe.objects.update(leased_until=timezone.now())
    assert take_back_expired() == 1
    probe = Probe.objects.get()
    assert (probe.status, probe.deaths, probe.failures, probe.error) == ("due", 1, 15, "Too many requests.")


def test_renewing_and_giving_back_touch_only_what_is_still_held(a_round, endpoint):
    open_missing_probes(of=a_round, limit=2)
    held = claim(endpoint=endpoint.pk, limit=2)
    record_result(probe_id=held[0].probe, attempt=1, result=Result(delivery="delivered", rule="answer", text="Yes."))
    renew(held=held)
    assert give_back(held=held, perhaps_paid=True) == 1
    states = dict(Probe.objects.values_list("pk", "status"))
    assert states == {held[0].probe: "done", held[1].probe: "due"}
    given = Probe.objects.get(pk=held[1].probe)
    assert (given.failures, given.perhaps_paid) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_many_claim_at_once_and_each_probe_goes_to_one(prompt, endpoint):
    endpoint.max_in_flight = 20
    endpoint.save()
    opened = open_round(by=None, name="A round", samples=100)
    open_missing_probes(of=opened, limit=100)
    taken: list[int] = []

    def work():
        try:
            for _ in range(10):
                taken.extend(one.probe for one in claim(endpoint=endpoint.pk, limit=3))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40
    assert Probe.objects.filter(status="claimed").count() == 40


def test_claiming_walks_its_index(a_round, endpoint):
    open_missing_probes(of=a_round, limit=100)
    with connection.cursor() as cursor:
        # So few rows are sorted just as fast; what is asked is whether the index brings them in order.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM probes_probe WHERE endpoint_id = %s AND status = 'due' AND due_at <= now() "
            "ORDER BY priority, due_at LIMIT 5",
            [endpoint.pk],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "probe_due" in plan
    assert "Sort" not in plan
